"""From the members an event names to the cells that move."""

from __future__ import annotations

import numpy as np

from redistrict.atoms import IntArray, components
from redistrict.revision.base import Base, Groups
from redistrict.revision.events import Area, Members
from redistrict.revision.refusal import refuse
from redistrict.revision.state import State


def cells_of(
    state: State, members: Members, whole_courtyards: bool, exact: bool = False
) -> IntArray:
    """The cells that ``members`` name, ascending, each once.

    Buildings on one ground go together, and with ``whole_courtyards`` what shares courtyard and
    grid with a moved building; with ``exact`` nothing does. Raises `Refused`
    (``unknown-member``) naming who is unknown.
    """
    base = state.base
    found = [_named(base.building, members.buildings, "buildings")]
    found += [_named(base.courtyard, members.courtyards, "courtyards")]
    found += [_stairwell(base, name, number) for name, number in members.stairwells]
    for name in members.service_grids:
        number = state.find(Area("service_grids", name))
        if number is None:
            raise refuse("unknown-area", layer="service_grids", id=name)
        found.append(state.cells_of("service_grids", number))
    cells = np.unique(np.concatenate(found))
    if exact:
        return cells
    moved = np.zeros(base.n, dtype=bool)
    moved[cells] = True
    if members.buildings and whole_courtyards:
        cells = _along(state, cells, moved, base.courtyard.of)
    return _along(state, cells, moved, base.ground)


def _named(known: Groups, names: tuple[str, ...], layer: str) -> IntArray:
    missing = [name for name in names if name not in known.index]
    if missing:
        raise refuse("unknown-member", layer=layer, id=missing[0], count=len(missing))
    cells = [known.cells(known.index[name]) for name in names]
    return np.concatenate([*cells, np.zeros(0, dtype=np.int64)])


def _stairwell(base: Base, name: str, number: int) -> IntArray:
    cells = _named(base.building, (name,), "buildings")
    cells = cells[base.part[cells] == number]
    if not len(cells):
        raise refuse("unknown-member", layer="stairwells", id=f"{name}#{number}", count=1)
    return cells


def _along(state: State, cells: IntArray, moved: np.ndarray, label: IntArray) -> IntArray:
    """``cells`` and those that share ``label`` and grid with one of them; marks ``moved``."""
    width = len(state.grid_ids)
    key = label[cells] * width + state.grid[cells]
    wanted = np.unique(key[label[cells] >= 0])
    if len(wanted):
        every = np.where(label >= 0, label * width + state.grid, -1)
        at = np.minimum(np.searchsorted(wanted, every), len(wanted) - 1)
        moved |= wanted[at] == every
    return np.flatnonzero(moved)


def stranded(state: State, cells: IntArray, grid: int) -> IntArray:
    """Cells where nobody lives that the leaving of ``cells`` cuts off from their grid.

    They border the cells that leave and go along: land without people never holds up a move.
    """
    base = state.base
    leaving = np.zeros(base.n, dtype=bool)
    leaving[cells] = True
    found: list[IntArray] = []
    for source in np.unique(state.grid[cells]).tolist():
        if source == grid:
            continue
        rest = np.flatnonzero((state.grid == source) & ~leaving)
        if not len(rest) or not (base.households[rest] == 0).any():
            continue
        piece = pieces(base, rest)
        lived = np.bincount(piece, base.households[rest]) > 0
        if not lived.any():
            continue
        beside = np.zeros(len(lived), dtype=bool)
        for i in np.flatnonzero(~lived[piece]).tolist():
            around = base.neighbour[base.start[rest[i]] : base.start[rest[i] + 1]]
            beside[piece[i]] |= bool(leaving[around].any())
        found.append(rest[beside[piece] & ~lived[piece]])
    return np.concatenate([*found, np.zeros(0, dtype=np.int64)])


def pieces(base: Base, cells: IntArray, open_only: bool = False) -> IntArray:
    """(k,) connected piece of each of ``cells``, over shared boundary; with ``open_only`` not
    over an uncrossable barrier."""
    a, b, _ = inner_edges(base, cells, open_only)
    return components(len(cells), a, b)


def inner_edges(
    base: Base, cells: IntArray, open_only: bool = False
) -> tuple[IntArray, IntArray, IntArray]:
    """Edges between ``cells`` (ascending): both ends as positions in it, and the edge's number."""
    owner, at = _around(base, cells)
    other = base.neighbour[at]
    place = np.searchsorted(cells, other)
    inside = (place < len(cells)) & (cells[np.minimum(place, len(cells) - 1)] == other)
    inside &= other > cells[owner]
    if open_only:
        inside &= base.open[base.edge[at]]
    return owner[inside], place[inside], base.edge[at[inside]]


def _around(base: Base, cells: IntArray) -> tuple[IntArray, IntArray]:
    """Every neighbour of every cell of ``cells``: whose (position in it), and where in the lists
    of ``base``."""
    count = base.start[cells + 1] - base.start[cells]
    owner = np.repeat(np.arange(len(cells)), count)
    offset = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
    return owner, np.repeat(base.start[cells], count) + offset


def longest_border(state: State, cells: IntArray, committee: int) -> int | None:
    """The grid of ``committee`` that shares most boundary with ``cells``; None where none does."""
    base = state.base
    _, at = _around(base, cells)
    there = state.grid[base.neighbour[at]]
    fit = state.committee[there] == committee
    if not fit.any():
        return None
    length = np.bincount(there[fit], base.length[base.edge[at[fit]]])
    return int(np.argmax(np.round(length, 3)))
