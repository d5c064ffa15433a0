"""What is known of the cores so far -> one `Outcome`, at the end and on the way there."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import numpy as np

from redistrict.districting.answer import (
    Solved,
    assemble,
    reasons_of,
    status_of,
    term_values,
    versions,
)
from redistrict.districting.core import OUTSIDE, Contracted
from redistrict.districting.watch import Watch
from redistrict.model.problem import Outcome, Problem

PAUSE = 0.25
"""Least seconds between two interim outcomes; ten times what the last one took, if that is more."""


def outcome_of(
    problem: Problem, contracted: Contracted, solved: Sequence[Solved], seed: int, seconds: float
) -> Outcome:
    """The plan of all cores with its certificate."""
    part = assemble(problem, contracted, solved)
    terms = term_values(problem, part, contracted, solved)
    least = sum(s.anyway[OUTSIDE] for s in solved)
    least += sum(1 for s in solved if s.core.total == 0 and s.core.lower > 0)
    least += sum(
        1
        for units in contracted.fixed
        if not problem.lower <= int(problem.weights[units].sum()) <= problem.upper
    )
    return Outcome(
        assignment=part.astype(np.int32),
        status=status_of(problem, part, terms, least),
        terms=terms,
        reasons=reasons_of(problem, part, contracted, solved),
        seed=seed,
        work=sum(s.work for s in solved),
        seconds=round(seconds, 3),
        method="+".join(sorted({s.method for s in solved})) or "locked",
        versions=dict(versions()),
    )


class Interim:
    """Tells the outcome so far to whoever listens, not too often."""

    def __init__(
        self,
        problem: Problem,
        contracted: Contracted,
        seed: int,
        watch: Watch,
        listener: Callable[[Outcome], None] | None,
    ) -> None:
        self._problem, self._contracted, self._seed = problem, contracted, seed
        self._watch, self._listener = watch, listener
        self._states: dict[int, Solved] = {}
        self._next = 0.0

    def learn(self, index: int, state: Solved) -> None:
        """Core ``index`` is now known this well; nothing is told before every core is."""
        if self._listener is None:
            return
        self._states[index] = state
        began = time.monotonic()
        if len(self._states) < len(self._contracted.cores) or began < self._next:
            return
        solved = [self._states[i] for i in range(len(self._contracted.cores))]
        found = outcome_of(self._problem, self._contracted, solved, self._seed, self._watch.elapsed)
        self._listener(found)
        self._watch.tell(
            "better", tuple(t.value for t in found.terms), tuple(t.bound for t in found.terms)
        )
        ended = time.monotonic()
        self._next = ended + max(PAUSE, 10 * (ended - began))
