"""Arrays of shapes, the form in which layers travel through the writers."""

from __future__ import annotations

from typing import Any, cast

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

Shapes = NDArray[Any]
"""(n,) object array of shapely geometries; None where a row has none."""


def where(frame: gpd.GeoDataFrame, mask: NDArray[np.bool_]) -> gpd.GeoDataFrame:
    """The rows of ``frame`` for which ``mask`` (n,) is True, numbered from 0."""
    return cast("gpd.GeoDataFrame", frame[mask].reset_index(drop=True))


def flags(frame: gpd.GeoDataFrame, column: str, missing: bool) -> NDArray[np.bool_]:
    """(n,) the truth of ``column``; ``missing`` where it says nothing or does not exist."""
    if column not in frame:
        return np.full(len(frame), missing)
    values = np.asarray(frame[column].astype(object), dtype=object)
    known = np.array([v is not None and v == v for v in values], dtype=bool)
    return np.array([bool(v) for v in np.where(known, values, missing)], dtype=bool)


def shapes(frame: gpd.GeoDataFrame) -> Shapes:
    """The active geometry of ``frame`` as an object array."""
    return np.asarray(frame.geometry.array, dtype=object)
