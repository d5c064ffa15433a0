"""The Pareto steps beside a plan: least moved, best balanced, most compact.

What a plan must be comes first in each (weight in the window, hard rules); then the step's own
term, then the others as the problem has them. Plans are told apart by one measure: the share of
the weight that lies in another part, parts being paired so that this share is least (Hungarian
method: Kuhn 1955; Crouse 2016 as in scipy).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from redistrict.districting.arrays import FloatArray
from redistrict.districting.solve import solve
from redistrict.districting.supervised import solve_supervised
from redistrict.districting.terms import measure
from redistrict.model.problem import Limits, Outcome, Problem, TermName

DISTINCT = 0.02
"""Plans that put less than this share of the weight elsewhere are one plan to a person."""

StepName = Literal["as_asked", "least_moved", "best_balanced", "most_compact"]

FIRST: tuple[TermName, ...] = ("outside", "outside_priority", "deviation", "unmerged")
"""Terms that no step may give up."""


@dataclass(frozen=True)
class Step:
    """One plan of several, with its certificate in the order of its own terms."""

    name: StepName
    problem: Problem
    """The problem as this step asks it: ``outcome.terms`` are those of ``problem.terms``."""
    outcome: Outcome


@dataclass(frozen=True)
class Alternatives:
    """``steps``: the plan as asked, then those beside it; ``distance`` (s, s): see `distance`.

    No step is at less than the least distance asked for from another, none leaves more weight
    outside than the plan as asked, and none is dominated: whatever other is better in moved,
    balance or boundary is worse in another of them.
    """

    steps: tuple[Step, ...]
    distance: FloatArray


def distance(
    weights: NDArray[np.integer], one: NDArray[np.integer], other: NDArray[np.integer]
) -> float:
    """Share of the weight, 0..1, that lies in different parts under the best pairing of parts.

    ``weights``, ``one``, ``other``: (n,); parts 0..k-1, k may differ. A part without a partner
    counts whole. Where nothing weighs anything, units are counted instead. A metric.
    """
    held = np.asarray(weights, dtype=np.int64)
    total = int(held.sum())
    if total == 0:
        held, total = np.ones_like(held), max(1, len(held))
    shared = np.zeros((int(one.max(initial=0)) + 1, int(other.max(initial=0)) + 1), dtype=np.int64)
    np.add.at(shared, (one, other), held)
    from scipy.optimize import linear_sum_assignment  # slow to load

    rows, columns = linear_sum_assignment(shared, maximize=True)
    return 1.0 - float(shared[rows, columns].sum()) / total


def alternatives(
    problem: Problem,
    outcome: Outcome,
    limits: Limits,
    *,
    most: int = 3,
    distinct: float = DISTINCT,
    should_stop: Callable[[], bool] | None = None,
) -> Alternatives:
    """Up to ``most`` plans beside ``outcome``, the answer to ``problem``.

    Each differs from it and from the others by at least ``distinct`` (share of the weight, see
    `distance`); where a step would not, or is dominated by another, it is left out.
    ``limits.seconds`` are for all of them together.
    """
    began = time.monotonic()
    found = [Step("as_asked", problem, outcome)]
    wanted = steps_of(problem)
    for number, (name, asked) in enumerate(wanted):
        mine = limits
        if limits.seconds is not None:
            left = limits.seconds - (time.monotonic() - began)
            mine = replace(limits, seconds=max(0.05, left / (len(wanted) - number)))
        if should_stop is not None and should_stop():
            break
        # Only a process of its own ends on time; without a clock there is nothing to end.
        watched = limits.seconds is not None or should_stop is not None
        made = (
            solve_supervised(asked, mine, should_stop=should_stop)
            if watched
            else solve(asked, mine)
        )
        if _outside(made, problem) <= _outside(outcome, problem):
            found.append(Step(name, asked, made))
    kept = _distinct(_undominated(problem, found), distinct)[: most + 1]
    plans = [s.outcome.assignment for s in kept]
    return Alternatives(
        tuple(kept),
        np.array([[distance(problem.weights, a, b) for b in plans] for a in plans]),
    )


def _outside(outcome: Outcome, problem: Problem) -> int:
    return measure(replace(problem, terms=("outside",)), outcome.assignment)[0]


def steps_of(problem: Problem) -> tuple[tuple[StepName, Problem], ...]:
    """The steps that make sense for ``problem``, each as a problem of its own."""
    target = problem.target
    if target is None:
        target = (problem.lower + problem.upper) // 2
        if problem.parts is not None:
            target = int(problem.weights.sum()) // problem.parts
    known = replace(problem, target=target)
    shape = _shape(problem)
    steps: list[tuple[StepName, Problem]] = []
    if problem.present is not None:
        steps.append(("least_moved", _with_first(known, "moved")))
    steps.append(("best_balanced", _with_first(known, "target")))
    steps.append(("most_compact", _with_first(known, shape)))
    return tuple(steps)


def _shape(problem: Problem) -> TermName:
    return "cut_edges" if problem.lengths is None else "perimeter"


def _with_first(problem: Problem, term: TermName) -> Problem:
    hard = [t for t in problem.terms if t in FIRST]
    if "outside" not in hard:
        hard.insert(0, "outside")
    shape = _shape(problem)
    rest = [t for t in problem.terms if t not in hard and t != term]
    if term != shape and shape not in rest:
        rest.append(shape)
    return replace(problem, terms=(*hard, term, *rest))


def compared(problem: Problem, assignment: NDArray[np.integer]) -> tuple[int, ...]:
    """What plans are compared by, less is better: outside, deviation, moved, balance, boundary.

    ``problem`` is one of `steps_of`, or the one they are of.
    """
    asked = steps_of(problem)[0][1]
    terms: tuple[TermName, ...] = ("outside", "deviation", "moved", "target", _shape(problem))
    return measure(replace(asked, terms=terms), assignment)


def _undominated(problem: Problem, steps: Sequence[Step]) -> list[Step]:
    values = [compared(problem, s.outcome.assignment) for s in steps]
    kept = [steps[0]]  # the plan as asked is the answer, whatever stands beside it
    for i, mine in enumerate(values[1:], start=1):
        others = [v for j, v in enumerate(values) if j != i and v != mine]
        if not any(all(a <= b for a, b in zip(v, mine, strict=True)) for v in others):
            kept.append(steps[i])
    return kept


def _distinct(steps: Sequence[Step], least: float) -> list[Step]:
    kept: list[Step] = []
    for step in steps:
        plan, weights = step.outcome.assignment, step.problem.weights
        near = (distance(weights, plan, k.outcome.assignment) for k in kept)
        if all(d >= least and d > 0 for d in near):
            kept.append(step)
    return kept
