"""Borders between committees, moved a little where that brings more households into the window.

Committees are drawn without a look at the grids they leave behind: a dead end of 197 households
fits no grid of 200-250, while three households across the border would make it one. Such a border
is moved where fewer households change committee than come into the window, both committees stay in
their band, and nothing that binds them (frozen, standalone, old town, new estates, wishes) is
touched. Households only ever come in: to send some out gains no more than it moves, since the rest
would fit with those left outside. The grids on both sides are then laid anew by the engine, and the
move is taken back unless the gain is really there. See decision 0007 (borders follow dead ends).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from redistrict import grids
from redistrict.assembly.units import UnitMap, unit_map
from redistrict.atoms import IntArray, components
from redistrict.grids import Laid
from redistrict.model.cells import Cells
from redistrict.model.profile import Profile
from redistrict.model.settings import RunSettings
from redistrict.parallel import Workers

FIRSTS = 12
"""Units from which the search for a mending set begins, those that share most border first."""


@dataclass(frozen=True)
class _Move:
    """Units and the grid each goes to; metres of border they share with it."""

    units: tuple[int, ...]
    to: tuple[int, ...]
    households: int
    shared: float


def settle(
    cells: Cells,
    area: IntArray,
    laid: dict[int, Laid],
    movable: NDArray[np.bool_],
    profile: Profile,
    settings: RunSettings,
    workers: Workers,
) -> tuple[IntArray, dict[int, Laid]]:
    """Committees and grids after their borders have been settled.

    ``area``: (n,) committee of each cell, -1 in greenfield offices; ``laid``: the grids of every
    scope, committees under their own number; ``movable``: (n,) cells that may change committee.
    Returns both as they are where nothing is gained.
    """
    units = unit_map(cells, area, laid, movable)
    moved = _Search(units, profile).run()
    if not moved:
        return area, laid
    wanted = area.copy()
    for unit, committee in moved.items():
        wanted[units.cells_of(unit)] = committee
    changed = np.flatnonzero(wanted != area)
    if not len(changed):  # out, and back again
        return area, laid
    touched = np.union1d(area[changed], wanted[changed])
    only = np.where(np.isin(wanted, touched), wanted, -1)
    anew = grids.lay(cells, only, profile, settings, workers)
    settled, result = area.copy(), dict(laid)
    for group in _groups(area[changed], wanted[changed], touched):
        here = changed[np.isin(area[changed], group)]
        gain = sum(laid[c].outside - anew[c].outside for c in group)
        if gain > int(cells.households[here].sum()):
            settled[here] = wanted[here]
            result |= {c: anew[c] for c in group}
    return settled, result


def _groups(before: IntArray, after: IntArray, touched: IntArray) -> Iterable[list[int]]:
    """Committees that exchange cells stand or fall together."""
    at = components(len(touched), np.searchsorted(touched, before), np.searchsorted(touched, after))
    return [touched[at == k].tolist() for k in range(int(at.max()) + 1)]


class _Search:
    """Grid after grid that lies outside the window, the one with most to gain first."""

    def __init__(self, units: UnitMap, profile: Profile) -> None:
        self.units = units
        self.window = profile.grid
        self.band = profile.committee
        self.moved: dict[int, int] = {}

    def run(self) -> dict[int, int]:
        """Unit -> the committee it goes to."""
        u, lower, upper = self.units, self.window.lower, self.window.upper
        trouble = [
            g
            for g in range(len(u.total))
            if u.total[g] > 0
            and not lower <= u.total[g] <= upper
            and u.in_committee(g)
            and u.heaviest(g) <= upper
        ]
        for grid in sorted(trouble, key=lambda g: (-int(u.total[g]), g)):
            move = self._pulled(grid) if u.total[grid] < lower else None
            if move is None:
                move = self._for_the_piece(grid)
            if move is not None and move.households < u.total[grid]:
                for unit, to in zip(move.units, move.to, strict=True):
                    self.moved[unit] = int(u.committee[to])
                    u.move(unit, to)
        return self.moved

    def _pulled(self, grid: int) -> _Move | None:
        """The fewest households from beyond the border that fill ``grid``."""
        least = self.window.lower - int(self.units.total[grid])
        most = self.window.upper - int(self.units.total[grid])
        return self._pulled_to(self.units.members(grid), least, most)

    def _for_the_piece(self, grid: int) -> _Move | None:
        """Where the whole piece of land that ``grid`` lies in fits no number of grids: the fewest
        households that let it. Which of its grids lies outside is then an accident."""
        u, lower, upper = self.units, self.window.lower, self.window.upper
        piece = u.piece(grid)
        total = sum(int(u.weight[v]) for v in piece)
        few = total // upper + 1
        if few <= total // lower:
            return None  # some number of grids fits: something else keeps this one outside
        return self._pulled_to(piece, few * lower - total, few * upper - total)

    def _pulled_to(self, land: set[int], least: int, most: int) -> _Move | None:
        found = [self._pull(land, first, least, most) for first in self._firsts(land, most)]
        return min((m for m in found if m), key=lambda m: (m.households, -m.shared), default=None)

    def _firsts(self, land: set[int], most: int) -> list[int]:
        beyond = self.units.beyond(land)
        fits = [(-s, v) for v, s in beyond.items() if self.units.weight[v] <= most]
        return [v for _, v in sorted(fits)[:FIRSTS]]

    def _pull(self, land: set[int], first: int, least: int, most: int) -> _Move | None:
        """Grow from ``first``: always the unit that shares most border with what is there."""
        u = self.units
        taken: list[int] = []
        to: list[int] = []
        inside = set(land)
        shared, got = 0.0, 0
        left = _Ledger(u)
        candidates = [first]
        beyond = u.beyond(land)
        while got < least:
            step = next(
                (
                    v
                    for v in candidates
                    if 0 < u.weight[v] <= most - got
                    and self._may_leave(left, v, u.beside(v, inside, left.place))
                ),
                None,
            )
            if step is None:
                return None
            shared += beyond.get(step, 0.0)
            to.append(u.beside(step, inside, left.place))
            left.take(step, to[-1])
            taken.append(step)
            inside.add(step)
            got += int(u.weight[step])
            beyond = u.beyond(land, inside)
            candidates = [v for _, v in sorted((-s, v) for v, s in beyond.items())]
        return _Move(tuple(taken), tuple(to), got, shared)

    def _may_leave(self, left: _Ledger, unit: int, to: int) -> bool:
        """Whether ``unit`` may go from its grid to the grid ``to`` of another committee."""
        u = self.units
        source = int(u.grid[unit])
        weight = int(u.weight[unit])
        there, here = int(u.committee[source]), int(u.committee[to])
        if not u.movable[unit] or u.splits_estate(unit, here):
            return False
        total = int(u.total[source]) + left.grid.get(source, 0)
        if self.window.lower <= total <= self.window.upper and total - weight < self.window.lower:
            return False
        bands = ((there, -weight), (here, weight))
        for committee, change in bands:
            now = int(u.households[committee]) + left.committee.get(committee, 0)
            if not self.band.lower <= now <= self.band.upper:
                return False
            if not self.band.lower <= now + change <= self.band.upper:
                return False
        gone = left.place.keys() | {unit}
        whole = u.connected(u.members(source) - gone)
        return whole and u.connected(u.piece(source) - gone)


class _Ledger:
    """What a set of moves in the making has changed so far."""

    def __init__(self, units: UnitMap) -> None:
        self._units = units
        self.grid: dict[int, int] = {}
        self.committee: dict[int, int] = {}
        self.place: dict[int, int] = {}

    def take(self, unit: int, to: int) -> None:
        u = self._units
        weight, source = int(u.weight[unit]), int(u.grid[unit])
        for grid, change in ((source, -weight), (to, weight)):
            self.grid[grid] = self.grid.get(grid, 0) + change
            committee = int(u.committee[grid])
            self.committee[committee] = self.committee.get(committee, 0) + change
        self.place[unit] = to
