"""What committees an edit broke: whole service grids change committee, the fewest households."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

from redistrict import districting
from redistrict.model.problem import Limits, Problem
from redistrict.revision.change import is_frozen
from redistrict.revision.events import Area, Edit, Members, Move
from redistrict.revision.rules import Breach, limits
from redistrict.revision.state import State
from redistrict.revision.suggestion import TERMS, Suggestion, judged


def regrouped(state: State, broken: Sequence[Breach], limit: Limits) -> Suggestion | None:
    """Whole grids change committee; committees neither vanish nor are made."""
    index = state.index("committees")
    seed = {index[b.id] for b in broken if b.layer == "committees" and b.id in index}
    base = state.base
    a, b = state.grid[base.a[base.open]], state.grid[base.b[base.open]]
    first, second = state.committee[a], state.committee[b]
    near = set(seed)
    for x, y in np.unique(np.column_stack([first, second]), axis=0).tolist():
        near |= {x, y} if x in seed or y in seed else set()
    shut = {i for layer, i in state.locked if layer == "committees"}
    alone = set(np.unique(state.committee[state.grid[base.standalone]]).tolist())
    free = np.array(sorted(c for c in near - shut - alone if not is_frozen(state, c)))
    units = np.flatnonzero(np.isin(state.committee, free) & (state.grid_cells > 0))
    if len(free) < 2 or len(units) < 2:
        return None
    inside = (a != b) & np.isin(a, units) & np.isin(b, units)
    pairs = np.sort(np.column_stack([a[inside], b[inside]]), axis=1)
    edges = np.searchsorted(units, np.unique(pairs, axis=0)).astype(np.int32)
    lower, upper, _ = limits(state, "committees")
    problem = Problem(
        ids=tuple(str(i) for i in range(len(units))),
        weights=state.grid_households[units],
        edges=edges,
        lower=lower,
        upper=upper,
        parts=len(free),
        present=state.committee[units].astype(np.int32),
        terms=TERMS,
    )
    outcome = districting.solve(problem, limit)
    part = outcome.assignment.astype(np.int64)
    weight = np.zeros((int(part.max()) + 1, len(free)))
    at = np.searchsorted(free, state.committee[units])
    np.add.at(weight, (part, at), state.grid_households[units] + 1e-3)
    target = np.full(len(weight), -1, dtype=np.int64)
    for p, c in zip(*linear_sum_assignment(weight, maximize=True), strict=True):
        target[p] = free[c]
    moves: list[Edit] = []
    for p in range(len(weight)):
        leaving = units[(part == p) & (state.committee[units] != target[p])]
        if len(leaving) and target[p] >= 0:
            members = Members(service_grids=tuple(state.grid_ids[g] for g in leaving.tolist()))
            to = Area("committees", state.committee_ids[target[p]])
            moves.append(Move(members=members, to=to))
    areas = tuple(Area("committees", state.committee_ids[i]) for i in free.tolist())
    return judged(state, broken, moves, [outcome], areas, held=False)
