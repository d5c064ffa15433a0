"""Clause 6.5: service grids of 200-250 households, seamless, courtyards indivisible.

Policy in, `Problem` out, and back: the engine knows none of these words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from redistrict import districting
from redistrict.atoms import CellGraph, IntArray, subgraphs
from redistrict.grids.problems import (
    BUILDING_CUT,
    COURTYARD_CUT,
    ESTATE_CUT,
    Scope,
    grid_columns,
    prepare,
)
from redistrict.grids.reasons import forced_crossings, policy_reason
from redistrict.model.cells import Cells
from redistrict.model.plan import AreaReason, Plan, Solved
from redistrict.model.problem import Limits, Outcome, Problem
from redistrict.model.profile import Profile
from redistrict.model.settings import RunSettings
from redistrict.parallel import Workers

__all__ = [
    "BUILDING_CUT",
    "COURTYARD_CUT",
    "ESTATE_CUT",
    "Laid",
    "draw",
    "lay",
    "plan_of",
    "solve_one",
]


@dataclass(frozen=True)
class Laid:
    """The grids of one scope. ``part``: (graph.n,) grid of each cell of it, 0, 1, ...;
    ``unit``: (graph.n,) which cells go together; ``weight``: (units,) households."""

    graph: CellGraph
    part: IntArray
    unit: IntArray
    weight: IntArray
    outcome: Outcome
    reasons: Mapping[int, AreaReason]
    crossings: Mapping[int, AreaReason]

    @property
    def outside(self) -> int:
        """Households outside the window."""
        return self.outcome.terms[0].value


def draw(
    cells: Cells,
    scope: IntArray,
    names: Sequence[dict[str, str]],
    profile: Profile,
    settings: RunSettings,
    workers: Workers,
    on_done: Callable[[int], None] | None = None,
) -> Plan:
    """Service grids inside each scope.

    ``scope``: (n,) the committee (or, in a greenfield city, the street office) of each cell,
    dense; ``names[s]``: its ids, for the certificate. Returns a `Plan` over all cells.
    """
    return plan_of(len(cells), lay(cells, scope, profile, settings, workers, on_done), names)


def lay(
    cells: Cells,
    scope: IntArray,
    profile: Profile,
    settings: RunSettings,
    workers: Workers,
    on_done: Callable[[int], None] | None = None,
) -> dict[int, Laid]:
    """The grids of every scope by its number; cells of scope -1 are left out."""
    columns = grid_columns(cells)
    graphs = subgraphs(cells, scope)
    scopes = [prepare(key, graphs[key], columns, profile.grid) for key in sorted(graphs)]
    outcomes = _solve(scopes, settings, workers, on_done)
    return {
        s.key: Laid(
            s.graph,
            outcome.assignment[s.atoms.of_cell].astype(np.int64),
            s.atoms.of_cell,
            s.atoms.households,
            outcome,
            {
                reason.part: policy_reason(reason, s, columns, profile.grid)
                for reason in outcome.reasons
                if reason.part is not None
            },
            forced_crossings(s, outcome, profile.grid),
        )
        for s, outcome in zip(scopes, outcomes, strict=True)
    }


def plan_of(n: int, laid: Mapping[int, Laid], names: Sequence[dict[str, str]]) -> Plan:
    """The grids of all scopes as one plan over ``n`` cells, numbered scope by scope."""
    area = np.zeros(n, dtype=np.int64)
    reasons: dict[int, AreaReason] = {}
    crossings: dict[int, AreaReason] = {}
    solved: list[Solved] = []
    offset = 0
    for key in sorted(laid):
        one = laid[key]
        area[one.graph.cells] = one.part + offset
        reasons |= {part + offset: why for part, why in one.reasons.items()}
        crossings |= {part + offset: why for part, why in one.crossings.items()}
        solved.append(Solved(names[key], len(one.weight), one.outcome))
        offset += one.outcome.parts
    return Plan(area, reasons, tuple(solved), crossings)


def _solve(
    scopes: Sequence[Scope],
    settings: RunSettings,
    workers: Workers,
    on_done: Callable[[int], None] | None,
) -> list[Outcome]:
    # The largest first, so that the last worker is not left alone with one.
    order = sorted(range(len(scopes)), key=lambda i: (-scopes[i].problem.n, i))
    run = partial(solve_one, limits=Limits(effort=settings.effort, seed=settings.seed))
    answers = workers.solve(
        run,
        [scopes[i].problem for i in order],
        None if on_done is None else lambda i, _: on_done(scopes[order[i]].key),
    )
    outcomes: dict[int, Outcome] = dict(zip(order, answers, strict=True))
    return [outcomes[i] for i in range(len(scopes))]


def solve_one(problem: Problem, limits: Limits) -> Outcome:
    """`districting.solve`, importable by name in a worker process."""
    return districting.solve(problem, limits)
