"""The tile pyramid: XYZ tiles of web mercator (EPSG:3857).

Source: OGC Two Dimensional Tile Matrix Set 2.0, Annex D.1 (WebMercatorQuad).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from api.projections import change

EXTENT = 4096
"""Units along a side of a tile."""
BUFFER = 64
"""Units beyond the side that a tile still holds, so that outlines do not end at its edge."""
DEEPEST = 22
"""Tiles are answered to this zoom; the TileJSON offers them to `OFFERED`, clients enlarge."""
OFFERED = 16
"""At zoom 16 a unit is 15 cm."""
HALF = float(np.pi * 6378137.0)
"""Half the side of the world in web mercator, metres."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile; columns from the west, rows from the north."""

    z: int
    x: int
    y: int

    @property
    def exists(self) -> bool:
        """Whether the pyramid has it."""
        return 0 <= self.z <= DEEPEST and 0 <= self.x < 2**self.z and 0 <= self.y < 2**self.z

    @property
    def size(self) -> float:
        """Its side in web mercator metres."""
        return 2 * HALF / 2**self.z

    @property
    def left(self) -> float:
        """Western edge."""
        return self.x * self.size - HALF

    @property
    def top(self) -> float:
        """Northern edge."""
        return HALF - self.y * self.size

    @property
    def scale(self) -> float:
        """Units a metre."""
        return EXTENT / self.size

    def box(self) -> tuple[float, float, float, float]:
        """(west, south, east, north) with the buffer."""
        margin = BUFFER / self.scale
        return (
            self.left - margin,
            self.top - self.size - margin,
            self.left + self.size + margin,
            self.top + margin,
        )


def unit(z: int) -> float:
    """Metres (web mercator) of a tile unit at zoom ``z``."""
    return 2 * HALF / 2**z / EXTENT


def mercator(xy: NDArray[np.float64], crs: str) -> NDArray[np.float64]:
    """(n, 2) coordinates of ``crs`` in EPSG:3857."""
    return np.column_stack(change(crs, "EPSG:3857").transform(xy[:, 0], xy[:, 1]))
