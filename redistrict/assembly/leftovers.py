"""Households that share a grid with a building above the window: could they be elsewhere?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from redistrict.atoms import IntArray, codes, components
from redistrict.model.cells import UNCROSSABLE, Cells


class Leftovers:
    """What is said of them, by grid area; the columns are looked up once for all grids."""

    def __init__(self, cells: Cells, grid: IntArray, committee: IntArray, upper: int) -> None:
        self._cells, self._grid, self._upper = cells, grid, upper
        self._building = codes(cells, "building_id")
        self._total = np.bincount(grid, cells.households).astype(np.int64)
        passable = (cells.barrier != UNCROSSABLE) & (committee[cells.a] == committee[cells.b])
        self._a, self._b = cells.a[passable], cells.b[passable]
        self._weight = self._units(codes(cells, "courtyard_id"))

    def beside(self, cell: int) -> Mapping[str, Any]:
        """``rest_households`` and ``rest`` (catalogue key ``rest.<rest>``) of the grid of ``cell``,
        a cell of the building above the window; {} where nobody else lives in it.

        ``landlocked``: the land around belongs to that building or cannot be crossed to; ``full``:
        every grid beside is too full to take even the smallest of it; ``open``: some grid could
        take a part, but no better plan was found.
        """
        mine = self._grid == self._grid[cell]
        rest = mine & (self._building != self._building[cell])
        households = int(self._cells.households[rest].sum())
        if not households:
            return {}
        found = {self._of(piece, mine) for piece in self._pieces(rest)}
        worst = next(word for word in ("open", "full", "landlocked") if word in found)
        return {"rest_households": households, "rest": worst}

    def _pieces(self, rest: NDArray[np.bool_]) -> list[IntArray]:
        """Cells of each connected piece of ``rest`` in which people live."""
        inside = rest[self._a] & rest[self._b]
        number = components(len(rest), self._a[inside], self._b[inside])
        lived = np.unique(number[rest & (self._cells.households > 0)])
        return [np.flatnonzero(rest & (number == n)) for n in lived.tolist()]

    def _of(self, piece: IntArray, mine: NDArray[np.bool_]) -> str:
        """``piece``: cells; ``mine``: (n,) the whole grid."""
        member = np.zeros(len(mine), dtype=bool)
        member[piece] = True
        out, into = member[self._a] & ~mine[self._b], member[self._b] & ~mine[self._a]
        here = np.concatenate([self._a[out], self._b[into]])
        there = self._grid[np.concatenate([self._b[out], self._a[into]])]
        if not len(here):
            return "landlocked"
        lived = piece[self._cells.households[piece] > 0]
        smallest = int(self._weight[lived].min())
        # Land where nobody lives goes with whoever hosts it, which may be anybody of the piece.
        least = np.where(self._cells.households[here] > 0, self._weight[here], smallest)
        return "open" if (self._total[there] + least <= self._upper).any() else "full"

    def _units(self, courtyard: IntArray) -> IntArray:
        """(n,) households of what may not be divided around each cell: courtyard, else building."""
        households = self._cells.households
        weight = np.bincount(self._building, households)[self._building].astype(np.int64)
        inside = courtyard >= 0
        if inside.any():
            yard = np.bincount(courtyard[inside], households[inside]).astype(np.int64)
            whole = inside.copy()
            whole[inside] = yard[courtyard[inside]] <= self._upper
            weight[whole] = yard[courtyard[whole]]
        return weight
