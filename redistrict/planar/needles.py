"""Needles: spikes, notches and necks too thin for anybody to live or walk on (Serra 1982)."""

from __future__ import annotations

import numpy as np
import shapely

from redistrict.planar.geometries import Geometries

NEEDLE_WIDTH_M = 0.5
"""No building stands on land narrower than this; it is a slip of the digitiser's hand ..."""
NEEDLE_LENGTH_M = 5.0
"""... where it is at least this long. Corners are shorter."""


def needles(polygons: Geometries) -> tuple[Geometries, np.ndarray]:
    """What morphological opening takes off ``polygons`` (n,) and is long: (pieces, whose)."""
    half = NEEDLE_WIDTH_M / 2
    eroded = shapely.buffer(polygons, -half, join_style="mitre")
    # Dilated a little more than eroded, so that what stays is more than the rounding of corners.
    opened = shapely.buffer(eroded, half * 1.01, join_style="mitre")
    rest, owner = shapely.get_parts(shapely.difference(polygons, opened), return_index=True)
    solid = shapely.get_type_id(rest) == 3
    rest, owner = rest[solid], owner[solid]
    long = shapely.length(rest) / 2 >= NEEDLE_LENGTH_M
    thin = 2 * shapely.area(rest) <= NEEDLE_WIDTH_M * shapely.length(rest)
    return rest[long & thin], owner[long & thin]
