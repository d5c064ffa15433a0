"""Estates and barriers: what the survey brought; no edit changes them, and they are no office's.

Whoever sees some land sees what lies on it. A viewer's land is their street offices or committees
(the public's: what is in force), so a river along the border is in the view of both its sides.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import geopandas as gpd
import numpy as np
import shapely

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "estates": ("estate_id", "name"),
    "barriers": ("kind", "name", "crossable"),
}
"""What the public gets of them; planned households, say, are nobody's business yet."""
_INSIDE = "2********"
"""The insides meet in an area: estates side by side do not (DE-9IM)."""


def on(frame: gpd.GeoDataFrame, layer: str, land: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The rows that lie on ``land`` (in the same CRS), in their order."""
    ground = shapely.union_all(np.asarray(land.geometry.array, dtype=object))
    found = frame.sindex.query(ground, predicate="intersects")
    rows = np.sort(np.asarray(found, dtype=np.int64))
    if layer == "estates":
        shapes = np.asarray(frame.geometry.array, dtype=object)[rows]
        rows = rows[np.asarray(shapely.relate_pattern(shapes, ground, _INSIDE), dtype=bool)]
    return cast("gpd.GeoDataFrame", frame.iloc[rows].reset_index(drop=True))


def published(frame: gpd.GeoDataFrame, layer: str) -> gpd.GeoDataFrame:
    """The layer as the public gets it."""
    known = [c for c in COLUMNS[layer] if c in frame]
    return cast("gpd.GeoDataFrame", frame[[*known, "geometry"]])
