"""Arrays of geometries, the form in which shapely is quick."""

from __future__ import annotations

from typing import Any, cast

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

Geometries = NDArray[Any]
"""One-dimensional object array of shapely geometries (None where there is none)."""


def of_frame(frame: gpd.GeoDataFrame) -> Geometries:
    """The geometries of ``frame`` as an array of their own."""
    return np.array(frame.geometry.array, dtype=object)


def with_geometry(frame: gpd.GeoDataFrame, geometries: Geometries) -> gpd.GeoDataFrame:
    """``frame`` with other geometries, row for row."""
    return frame.set_geometry(gpd.GeoSeries(geometries, index=frame.index, crs=frame.crs))


def rows_where(frame: gpd.GeoDataFrame, keep: NDArray[np.bool_]) -> gpd.GeoDataFrame:
    """The rows kept, numbered anew."""
    return cast(gpd.GeoDataFrame, frame.loc[keep].reset_index(drop=True))


def common_part(a: Any, b: Any) -> BaseGeometry:
    """The intersection of two geometries (elements of object arrays, hence untyped)."""
    return shapely.intersection(a, b)


def common_areas(many: Geometries, one: BaseGeometry) -> NDArray[np.float64]:
    """(n,) area each of ``many`` shares with ``one``."""
    return np.asarray(shapely.area(np.asarray(shapely.intersection(many, one), dtype=object)))
