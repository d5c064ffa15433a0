"""The plan of arterial roads, river and railway, and the order in which the city grows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from redistrict.synthetic.land import Floats, Ints, Rect
from redistrict.synthetic.spec import CitySpec

MM = 1000


@dataclass(frozen=True)
class Streets:
    """Lattice lines in millimetres. ``us[i]`` to ``us[i+1]`` is column i, ``vs`` likewise rows."""

    us: Ints
    vs: Ints
    river: int | None
    """The river runs along ``vs[river]``."""
    rail: int | None
    """The railway runs along ``us[rail]``."""
    river_half_m: float
    order: Ints
    """(n, 2) columns and rows of the superblocks, the middle of the city first."""
    ring: Floats
    """(n,) distance from the middle, 1 at the expected edge of the city."""
    centre: tuple[float, float]
    radius: float
    """Metres."""

    def rect(self, column: int, row: int) -> Rect:
        return (
            int(self.us[column]),
            int(self.vs[row]),
            int(self.us[column + 1]),
            int(self.vs[row + 1]),
        )

    def river_side(self, row: Ints) -> Ints:
        """0 south of the river, 1 north of it."""
        return np.zeros_like(row) if self.river is None else (row >= self.river).astype(np.int64)

    def rail_side(self, column: Ints) -> Ints:
        """0 west of the railway, 1 east of it."""
        return (
            np.zeros_like(column) if self.rail is None else (column >= self.rail).astype(np.int64)
        )


def plan_streets(spec: CitySpec, rng: np.random.Generator, superblocks: float) -> Streets:
    """Roads for about ``superblocks`` superblocks, with room around them."""
    low, high = spec.block_m
    n = int(np.ceil(np.sqrt(superblocks) * 1.35)) + 4
    wide = rng.integers(low, high + 1, n)
    tall = rng.integers(low, high + 1, n)
    mean = (low + high) / 2
    radius = float(np.sqrt(superblocks / np.pi)) * mean
    middle = n * mean / 2
    river = rail = None
    if spec.has("river"):
        river = int(np.argmin(np.abs(np.cumsum(tall) - (middle - 0.38 * radius)))) + 1
        # the island and the green banks need room north of the river
        tall[river] = max(tall[river], int(0.95 * high))
    if spec.has("railway"):
        rail = int(np.argmin(np.abs(np.cumsum(wide) - (middle + 0.48 * radius)))) + 1
    us = np.r_[0, np.cumsum(wide)].astype(np.int64) * MM
    vs = np.r_[0, np.cumsum(tall)].astype(np.int64) * MM
    centre = (
        float((us[:-1] + us[1:])[n // 2]) / 2 / MM,
        float((vs[:-1] + vs[1:])[n // 2]) / 2 / MM,
    )
    column, row = np.divmod(np.arange(n * n), n)
    x = (us[column] + us[column + 1]) / 2 / MM - centre[0]
    y = (vs[row] + vs[row + 1]) / 2 / MM - centre[1]
    angle = np.arctan2(y, x)
    lobes = 1 + 0.14 * np.cos(angle + rng.uniform(0, 6.28))
    lobes += 0.10 * np.cos(2 * angle + rng.uniform(0, 6.28))
    lobes += 0.06 * np.cos(3 * angle + rng.uniform(0, 6.28))
    away = np.hypot(x, y) / lobes
    order = np.argsort(away, kind="stable")
    return Streets(
        us=us,
        vs=vs,
        river=river,
        rail=rail,
        river_half_m=12.0 if spec.small_scale else 34.0,
        order=np.column_stack([column[order], row[order]]).astype(np.int64),
        ring=away[order] / radius,
        centre=centre,
        radius=radius,
    )


def settle(cells: Ints) -> tuple[Ints, Ints]:
    """Make a chosen set of superblocks one piece without holes.

    Returns the rows of ``cells`` (n, 2) to keep (the largest piece joined by sides) and the
    (m, 2) enclosed cells to add.
    """
    from scipy import ndimage

    low = cells.min(axis=0) - 1
    size = cells.max(axis=0) - low + 2
    grid = np.zeros(size, dtype=bool)
    grid[tuple((cells - low).T)] = True
    label = np.zeros(grid.shape, dtype=np.int32)
    ndimage.label(grid, output=label)
    sizes = np.bincount(label.ravel())
    sizes[0] = 0
    main = label == int(np.argmax(sizes))
    holes = np.argwhere(ndimage.binary_fill_holes(main) & ~main) + low
    return np.flatnonzero(main[tuple((cells - low).T)]), holes.astype(np.int64)
