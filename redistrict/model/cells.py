"""Cells: the land of the city cut into one piece per building (or part of a building)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

NO_BARRIER, CROSSABLE, UNCROSSABLE = 0, 1, 2


@dataclass(frozen=True)
class Cells:
    """The cells of the whole city and their neighbours.

    ``frame``: one row per cell, RangeIndex, ordered by street office, then by where the building
    lies (west first), then part: ids decide nothing but ties;
    geometry is the cell's Polygon (MultiPolygon only where the office's own land is in pieces),
    working CRS. Together the cells are a valid coverage of the street offices' land: neighbours
    have identical vertices on shared edges, across office lines too. Columns:

    ``building_id`` str; ``part`` int (0 = whole building, else 1..k stairwell slices in order);
    ``kind`` ``surveyed``/``planned_plot``; ``households`` int64 (planned households for plots and
    planned estates); ``street_office_id`` str; ``committee_id``/``service_grid_id``/``estate_id``/
    ``courtyard_id`` str or None (the present state); ``stairwells`` Int or None;
    ``footprint`` shapely geometry of the building or slice; ``stage``/``property_managed`` of its
    estate (str or None); ``old_town``/``frozen``/``standalone`` bool;
    ``piece`` int: connected piece of the office's land after cutting at uncrossable barriers and
    frozen committees: two cells of different ``piece`` are never joined by an edge of kind
    NO_BARRIER or CROSSABLE; ``ground`` int: buildings whose footprints largely coincide share it
    (each cell has its own otherwise): lines cannot part them without running through a building.

    Edges: one per pair of cells sharing boundary of positive length (office lines included are
    not: only pairs within one office), ``a < b``.
    """

    frame: gpd.GeoDataFrame
    a: NDArray[np.int32]
    b: NDArray[np.int32]
    length: NDArray[np.float64]
    """Shared boundary, metres."""
    barrier: NDArray[np.int8]
    """NO_BARRIER, CROSSABLE (a road or the like lies on the larger part of it) or UNCROSSABLE
    (no open boundary is left beside the barrier)."""

    loose_barriers: NDArray[Any] = field(default_factory=lambda: np.zeros(0, dtype=object))
    """(k,) segments of uncrossable barriers that end in the land: borders keep off their ends."""

    @property
    def households(self) -> NDArray[np.int64]:
        return self.frame["households"].to_numpy(dtype=np.int64)

    def __len__(self) -> int:
        return len(self.frame)
