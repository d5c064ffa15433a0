"""Lots: rectangles of street-plan land and what stands on them, before the plan is bent.

The plan is drawn on a straight lattice (whole millimetres, so that equal corners are equal) and
bent afterwards by `Warp`; topology is therefore exact whatever the city looks like.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Complexes = NDArray[np.complex128]
Geometries = NDArray[np.object_]
Bools = NDArray[np.bool_]
Rect = tuple[int, int, int, int]
"""(u0, v0, u1, v1) in millimetres: west, south, east, north."""

BUILDING = np.dtype(
    [
        ("u", "f8"),  # centre, metres on the lattice
        ("v", "f8"),
        ("length", "f8"),  # metres along the lattice direction it lies in
        ("depth", "f8"),
        ("upright", "?"),  # lies along v instead of u
        ("households", "i8"),
        ("stairwells", "i8"),  # 0: not known
        ("floors", "i8"),
        ("yard", "i8"),  # courtyard within the lot, -1: none
        ("use", "i8"),  # index into USES
    ]
)
Buildings = np.ndarray[Any, np.dtype[np.void]]
USES = ("住宅", "商业", "学校", "工业", "办公")
HOME, SHOP, SCHOOL, FACTORY, OFFICE = range(len(USES))

NOTHING: Buildings = np.zeros(0, dtype=BUILDING)


@dataclass(slots=True)
class Estate:
    """An estate before it has an id. ``stage`` and ``managed`` are the contract's words."""

    stage: str
    managed: str
    kind: str
    planned_households: int | None = None
    special: str | None = None
    """Which deliberate case it is (``straddling`` ...)."""


@dataclass(slots=True)
class Lot:
    """A piece of land between roads. ``superblock`` indexes the chosen superblocks."""

    rect: Rect
    superblock: int
    use: str
    old_town: bool = False
    estate: Estate | None = None
    buildings: Buildings = field(default_factory=lambda: NOTHING)
    office: int | None = None
    """Street office where it is not that of the superblock."""

    @property
    def households(self) -> int:
        return int(self.buildings["households"].sum())

    @property
    def hectares(self) -> float:
        u0, v0, u1, v1 = self.rect
        return (u1 - u0) * (v1 - v0) / 1e10
