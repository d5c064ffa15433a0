"""Geometry for RFC 7946: WGS84 longitude and latitude, right-hand rule, seven decimals.

All layers go through the same transformation and the same rounding, so a vertex shared by two
areas stays one vertex.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pyproj
import shapely

from redistrict.publish.geometry import Shapes

FINE, FINER = 7, 9
"""Decimals of a degree: about a centimetre; a tenth of a millimetre where that breaks a shape."""


def to_lonlat(geometry: Shapes, crs: str) -> Shapes:
    """``geometry`` (n,) from ``crs`` to WGS84, not rounded, shells counter-clockwise."""
    change = _change(crs)

    def moved(xy: np.ndarray) -> np.ndarray:
        return np.column_stack(change.transform(xy[:, 0], xy[:, 1]))

    flat = shapely.force_2d(geometry)
    return shapely.orient_polygons(shapely.transform(flat, moved), exterior_cw=False)


@cache
def _change(crs: str) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(crs, "EPSG:4326", always_xy=True)


def rounded(geometry: Shapes, decimals: int) -> Shapes:
    """Coordinates rounded to ``decimals``; never minus zero."""
    return shapely.transform(geometry, lambda xy: np.round(xy, decimals) + 0.0)


def decimals_for(*layers: Shapes) -> int:
    """`FINE`, unless that makes a valid shape of ``layers`` invalid: then `FINER` for them all."""
    for geometry in layers:
        broken = ~shapely.is_valid(rounded(geometry, FINE))
        if broken.any() and shapely.is_valid(geometry[broken]).any():
            return FINER
    return FINE
