"""Suggest: the fewest further moves that mend what an edit broke, by the engine.

The neighbourhood of what is broken is given to the engine with what holds now as the present
assignment; least households outside come first, then how far outside, then households moved.
What the edit itself moved stays with its new neighbours where that can be.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from scipy.optimize import linear_sum_assignment

from redistrict import districting
from redistrict.atoms import CellGraph, IntArray, components
from redistrict.grids import problems
from redistrict.model.problem import Limits, Outcome
from redistrict.revision.events import Area, Edit, Members, Move, Split
from redistrict.revision.members import inner_edges
from redistrict.revision.regroup import regrouped
from redistrict.revision.rules import Breach, limits
from redistrict.revision.state import State
from redistrict.revision.suggestion import EFFORT, TERMS, Suggestion, judged

RINGS = (1, 2, 4)
"""Grids so many steps away may be asked to help, nearest first."""


def suggest(
    state: State,
    broken: Sequence[Breach],
    edited: IntArray | None = None,
    limit: Limits = EFFORT,
) -> Suggestion | None:
    """Mend ``broken`` (an answer's ``breaks``) in ``state``; None where nothing better was found.

    ``edited``: cells that the edit moved (`Answer.changed_cells`). The result never breaks
    anything that was not broken, and leaves less of ``broken``. ``limit.seconds`` is for all of
    it: past them the best so far is the answer.
    """
    best: Suggestion | None = None
    held = np.zeros(0, dtype=np.int64) if edited is None else edited
    ends = None if limit.seconds is None else time.monotonic() + limit.seconds
    for hold in (held, held[:0]) if len(held) else (held,):
        for found in _tried(state, broken, hold, limit, ends):
            if found is not None and (best is None or _left(found, broken) < _left(best, broken)):
                best = found
            if best is not None and best.mended:
                return best
    return best


def _tried(
    state: State, broken: Sequence[Breach], hold: IntArray, limit: Limits, ends: float | None
) -> Iterator[Suggestion | None]:
    """From the narrowest neighbourhood to the widest, as long as there is time."""
    if any(b.layer == "committees" for b in broken) and (left := _rest(limit, ends)):
        yield regrouped(state, broken, left)
    if any(b.layer != "committees" for b in broken):
        near: IntArray = np.zeros(0, dtype=np.int64)
        for rings in RINGS:
            wider = _around(state, _broken_grids(state, broken), rings)
            if len(wider) > len(near):
                near = wider
                yield _of_grids(state, broken, near, hold, limit, ends)


def _rest(limit: Limits, ends: float | None) -> Limits | None:
    """``limit`` with the seconds that are left; None where there are none."""
    if ends is None:
        return limit
    left = ends - time.monotonic()
    return replace(limit, seconds=left) if left > 0 else None


def _left(found: Suggestion, broken: Sequence[Breach]) -> tuple[int, int]:
    """What is not mended, worst first, and what it takes."""
    mended = {b.key for b in found.answer.mends}
    now = {
        b.key: b for b in found.answer.stands
    }  # of what the event touches; the rest is as it was
    left = [now.get(b.key, b) for b in broken if b.key not in mended]
    return sum(max(1, b.amount) for b in left), found.answer.households


def _broken_grids(state: State, broken: Sequence[Breach]) -> IntArray:
    index, base = state.index("service_grids"), state.base
    found: list[int] = []
    for breach in broken:
        if breach.layer == "service_grids" and breach.id in index:
            found.append(index[breach.id])
        for layer, known in (("courtyards", base.courtyard), ("buildings", base.building)):
            if breach.layer == layer:
                found += state.grid[known.cells(known.index[breach.id])].tolist()
    return np.unique(np.array(found, dtype=np.int64))


def _around(state: State, seed: IntArray, rings: int) -> IntArray:
    """Grids of the same committees within ``rings`` steps over open borders; no locked ones."""
    base = state.base
    a, b = state.grid[base.a[base.open]], state.grid[base.b[base.open]]
    same = (a != b) & (state.committee[a] == state.committee[b])
    pairs = np.unique(np.column_stack([a[same], b[same]]), axis=0)
    shut = {i for layer, i in state.locked if layer == "service_grids"}
    inside = {i for i in seed.tolist() if i not in shut}
    for _ in range(rings):
        members = np.array(sorted(inside), dtype=np.int64)
        touching = np.isin(pairs, members).any(axis=1)
        inside |= {i for i in pairs[touching].ravel().tolist() if i not in shut}
    return np.array(sorted(inside), dtype=np.int64)


def _of_grids(
    state: State,
    broken: Sequence[Breach],
    near: IntArray,
    hold: IntArray,
    limit: Limits,
    ends: float | None,
) -> Suggestion | None:
    """All scopes of ``near`` (one committee each) mended by one event."""
    events: list[Edit] = []
    outcomes: list[Outcome] = []
    for committee in np.unique(state.committee[near]).tolist():
        mine = near[state.committee[near] == committee]
        if len(mine) < 2 and state.grid_households[mine].sum() <= limits(state, "service_grids")[1]:
            continue
        left = _rest(limit, ends)
        if left is None:
            return None
        graph = graph_of(state, np.flatnonzero(np.isin(state.grid, mine)))
        columns = replace(state.base.columns, present=state.grid.astype(np.int64))
        scope = problems.prepare(0, graph, columns, state.base.profile.grid)
        problem = replace(scope.problem, terms=TERMS, together=_held(state, scope, hold))
        outcome = districting.solve(problem, left)
        outcomes.append(outcome)
        part = outcome.assignment[scope.atoms.of_cell].astype(np.int64)
        events += _events(state, graph.cells, part, committee)
    areas = tuple(Area("service_grids", state.grid_ids[i]) for i in near.tolist())
    return judged(state, broken, events, outcomes, areas, bool(len(hold)))


def graph_of(state: State, cells: IntArray) -> CellGraph:
    """The neighbourhood of ``cells``, ascending."""
    base, known = state.base, state.base.workings.cells
    a, b, edge = inner_edges(base, cells)
    return CellGraph(cells, a, b, known.length[edge], known.barrier[edge])


def _held(state: State, scope: problems.Scope, hold: IntArray) -> np.ndarray | None:
    """(k,) group of atoms that stay together: those edited and a neighbour in their new grid."""
    cells, atoms = scope.graph.cells, scope.atoms
    edited = np.zeros(atoms.k, dtype=bool)
    edited[atoms.of_cell[np.isin(cells, hold)]] = True
    if not edited.any():
        return None
    now = atoms.label_by_households(
        state.grid[cells].astype(np.int64), state.base.households[cells]
    )
    edges = scope.problem.edges.astype(np.int64)
    lengths = scope.problem.lengths
    same = now[edges[:, 0]] == now[edges[:, 1]]
    mixed = same & (edited[edges[:, 0]] ^ edited[edges[:, 1]])
    keep = same & edited[edges[:, 0]] & edited[edges[:, 1]]
    for grid in np.unique(now[edited]).tolist():
        mine = np.flatnonzero(mixed & (now[edges[:, 0]] == grid))
        if len(mine):
            best = mine[0] if lengths is None else mine[np.argmax(lengths[mine])]
            keep[best] = True
    group = components(atoms.k, edges[keep, 0], edges[keep, 1])
    several = np.bincount(group)[group] > 1
    return np.where(several, group, -1).astype(np.int32)


def _events(state: State, cells: IntArray, part: IntArray, committee: int) -> list[Edit]:
    """From what holds now to ``part`` (k,) of ``cells``: moves, and splits for new grids."""
    base = state.base
    now = state.grid[cells].astype(np.int64)
    here = np.unique(now)
    count = int(part.max()) + 1
    weight = np.zeros((count, len(here)))
    np.add.at(weight, (part, np.searchsorted(here, now)), base.households[cells] + 1e-3)
    target = np.full(count, -1, dtype=np.int64)
    for p, g in zip(*linear_sum_assignment(weight, maximize=True), strict=True):
        if weight[p, g] > 0:
            target[p] = here[g]
    splits: list[Edit] = []
    moves: list[Edit] = []
    taken = {i.removeprefix(f"{state.committee_ids[committee]}-") for i in state.grid_ids}
    for p in range(count):
        mine = part == p
        sources = np.unique(now[mine])
        if target[p] >= 0:
            to = state.grid_ids[target[p]]
        else:
            first = int(
                sources[
                    np.argmax([base.households[cells[mine & (now == g)]].sum() for g in sources])
                ]
            )
            to = _fresh(state, committee, taken)
            whole = members_of(state, cells[mine & (now == first)])
            source = Area("service_grids", state.grid_ids[first])
            splits.append(Split(area=source, parts=(whole,), new_ids=(to,), exact=True))
            sources = sources[sources != first]
        leaving = mine & np.isin(now, sources) & (now != target[p])
        if leaving.any():
            moved = members_of(state, cells[leaving])
            moves.append(Move(members=moved, to=Area("service_grids", to), exact=True))
    return [*splits, *moves]


def _fresh(state: State, committee: int, taken: set[str]) -> str:
    number = 1
    while f"{number:02d}" in taken:
        number += 1
    taken.add(f"{number:02d}")
    return f"{state.committee_ids[committee]}-{number:02d}"


def members_of(state: State, cells: IntArray) -> Members:
    """``cells`` as an event names them."""
    base = state.base
    names = [base.building.ids[i] for i in base.building.of[cells].tolist()]
    parts = base.part[cells].tolist()
    pairs = list(zip(names, parts, strict=True))
    return Members(
        buildings=tuple(name for name, part in pairs if not part),
        stairwells=tuple((name, part) for name, part in pairs if part),
    )
