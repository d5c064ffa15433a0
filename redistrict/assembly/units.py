"""The units of all service grids as one graph: what may move between committees, and what with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from redistrict.atoms import IntArray, codes
from redistrict.grids import Laid
from redistrict.model.cells import UNCROSSABLE, Cells


@dataclass(frozen=True)
class UnitMap:
    """Units (courtyards, buildings), the grids they lie in, the committees of those.

    ``grid``: (u,) grid of each unit, changed by `move`; ``weight``, ``movable``: (u,);
    ``committee``: (g,) of each grid, -1 where greenfield; ``total``: (g,) households;
    ``households``: (c,) of each committee. Neighbours are those over land that can be crossed.
    """

    unit: IntArray
    weight: IntArray
    movable: NDArray[np.bool_]
    grid: IntArray
    committee: IntArray
    total: IntArray
    households: IntArray
    start: IntArray
    near: IntArray
    length: NDArray[np.float64]
    estate: tuple[frozenset[int], ...]
    units_of_estate: Mapping[int, frozenset[int]]
    by_grid: dict[int, set[int]]

    def in_committee(self, grid: int) -> bool:
        """False in greenfield offices, where committees are drawn after the grids."""
        return bool(self.committee[grid] >= 0)

    def members(self, grid: int) -> set[int]:
        """The units of a grid."""
        return self.by_grid.get(grid, set())

    def heaviest(self, grid: int) -> int:
        """Households of its heaviest unit."""
        return max((int(self.weight[v]) for v in self.members(grid)), default=0)

    def cells_of(self, unit: int) -> IntArray:
        """Positions of its cells."""
        return np.flatnonzero(self.unit == unit)

    def _near(self, unit: int) -> Iterable[tuple[int, float]]:
        here = slice(int(self.start[unit]), int(self.start[unit + 1]))
        return zip(self.near[here].tolist(), self.length[here].tolist(), strict=True)

    def beyond(self, land: Iterable[int], inside: Iterable[int] = ()) -> dict[int, float]:
        """Units of committees other than that of ``land`` beside it or beside ``inside``, which
        are left out themselves; with metres of shared border."""
        members = {*land, *inside}
        found: dict[int, float] = {}
        homes = {int(self.committee[self.grid[v]]) for v in land}
        for unit in members:
            for other, metres in self._near(unit):
                home = int(self.committee[self.grid[other]])
                if other not in members and home >= 0 and home not in homes:
                    found[other] = found.get(other, 0.0) + metres
        return found

    def beside(self, unit: int, inside: set[int], place: Mapping[int, int]) -> int:
        """The grid of ``inside`` that ``unit`` shares most border with; ``place``: units that have
        gone to another grid."""
        found: dict[int, float] = {}
        for other, metres in self._near(unit):
            if other in inside:
                grid = place.get(other, int(self.grid[other]))
                found[grid] = found.get(grid, 0.0) + metres
        return min(found, key=lambda g: (-found[g], g))

    def piece(self, grid: int) -> set[int]:
        """All units of its committee that can be reached from it over open land."""
        home = self.committee[grid]
        seen = set(self.members(grid))
        todo = list(seen)
        while todo:
            for other, _ in self._near(todo.pop()):
                if other not in seen and self.committee[self.grid[other]] == home:
                    seen.add(other)
                    todo.append(other)
        return seen

    def connected(self, units: set[int]) -> bool:
        """True if they are one piece, and at least one."""
        if not units:
            return False
        seen = {min(units)}
        todo = list(seen)
        while todo:
            for other, _ in self._near(todo.pop()):
                if other in units and other not in seen:
                    seen.add(other)
                    todo.append(other)
        return seen == units

    def splits_estate(self, unit: int, to: int) -> bool:
        """True if an estate of ``unit`` would lie in more committees than it does, were the unit
        in the committee ``to``."""
        for estate in self.estate[unit]:
            others = self.units_of_estate[estate] - {unit}
            homes = {int(self.committee[self.grid[v]]) for v in others}
            if others and to not in homes:
                return True
        return False

    def move(self, unit: int, to: int) -> None:
        """Put ``unit`` into the grid ``to``, in place."""
        source, weight = int(self.grid[unit]), int(self.weight[unit])
        self.by_grid[source].discard(unit)
        self.by_grid.setdefault(to, set()).add(unit)
        self.grid[unit] = to
        self.total[source] -= weight
        self.total[to] += weight
        self.households[self.committee[source]] -= weight
        self.households[self.committee[to]] += weight


def unit_map(
    cells: Cells, area: IntArray, laid: Mapping[int, Laid], movable: NDArray[np.bool_]
) -> UnitMap:
    """The units of ``laid``; a unit is movable where all its cells are.

    ``area``: (n,) committee of each cell, -1 where there is none yet.
    """
    unit = np.zeros(len(cells), dtype=np.int64)
    grid = np.zeros(len(cells), dtype=np.int64)
    weights: list[IntArray] = []
    count = grids = 0
    for key in sorted(laid):
        one = laid[key]
        unit[one.graph.cells] = one.unit + count
        grid[one.graph.cells] = one.part + grids
        weights.append(one.weight)
        count += len(one.weight)
        grids += int(one.part.max()) + 1
    first = np.unique(unit, return_index=True)[1]
    weight = np.concatenate(weights).astype(np.int64)
    of_unit = grid[first]
    committee = np.full(grids, -1, dtype=np.int64)
    committee[grid] = area
    total = np.bincount(of_unit, weight, grids).astype(np.int64)
    households = np.zeros(int(area.max()) + 1, dtype=np.int64)
    known = committee[of_unit] >= 0
    np.add.at(households, committee[of_unit[known]], weight[known])
    free = np.ones(count, dtype=bool)
    free[unit[~movable]] = False
    start, near, length = _neighbours(cells, unit, count)
    estate, units_of_estate = _estates(unit, codes(cells, "estate_id"), count)
    by_grid: dict[int, set[int]] = {}
    for v, g in enumerate(of_unit.tolist()):
        by_grid.setdefault(g, set()).add(v)
    return UnitMap(
        *(unit, weight, free, of_unit, committee, total, households),
        *(start, near, length, estate, units_of_estate, by_grid),
    )


def _neighbours(
    cells: Cells, unit: IntArray, count: int
) -> tuple[IntArray, IntArray, NDArray[np.float64]]:
    """CSR of units that share border over land that can be crossed, with the metres of it."""
    u, v = unit[cells.a], unit[cells.b]
    open_land = (u != v) & (cells.barrier != UNCROSSABLE)
    a, b = (
        np.concatenate([u[open_land], v[open_land]]),
        np.concatenate([v[open_land], u[open_land]]),
    )
    key, inverse = np.unique(a * count + b, return_inverse=True)
    length = np.bincount(inverse, np.tile(cells.length[open_land], 2), len(key))
    start = np.searchsorted(key // count, np.arange(count + 1))
    return start.astype(np.int64), key % count, length.astype(np.float64)


def _estates(
    unit: IntArray, estate: IntArray, count: int
) -> tuple[tuple[frozenset[int], ...], dict[int, frozenset[int]]]:
    of_unit: list[set[int]] = [set() for _ in range(count)]
    units: dict[int, set[int]] = {}
    known = np.flatnonzero(estate >= 0)
    for u, e in zip(unit[known].tolist(), estate[known].tolist(), strict=True):
        of_unit[u].add(e)
        units.setdefault(e, set()).add(u)
    return tuple(frozenset(s) for s in of_unit), {e: frozenset(s) for e, s in units.items()}
