"""Tables of areas by number, from which a layer is made again row by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import geopandas as gpd
import numpy as np
import pandas as pd

from redistrict.atoms import IntArray
from redistrict.planar.crossings import Geometries
from redistrict.planar.frames import column, geographic

Columns = Mapping[str, list[Any]]
"""Column -> a value for each area by number."""


def by_number(frame: gpd.GeoDataFrame, field: str, ids: Sequence[str]) -> dict[str, list[Any]]:
    """The columns of a published layer, its rows in the order of ``ids``."""
    row = {str(name): i for i, name in enumerate(frame[field].tolist())}
    at = [row[name] for name in ids]
    names = [str(c) for c in frame.columns if c != frame.geometry.name]
    return {n: np.asarray(frame[n].array, dtype=object)[at].tolist() for n in names}


def extended(columns: Columns, count: int) -> dict[str, list[Any]]:
    """The same with room for ``count`` areas; what is new has no values yet."""
    return {n: [*values, *[None] * (count - len(values))] for n, values in columns.items()}


def layer(
    columns: Columns, shapes: Geometries, numbers: IntArray, field: str, like: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """The rows ``numbers`` by id, with the columns, kinds and CRS of ``like``."""
    ids = columns[field]
    order = sorted(numbers.tolist(), key=lambda i: ids[i])
    data = {n: cast_like([columns[n][i] for i in order], column(like, n)) for n in columns}
    geometry = np.array([*(shapes[i] for i in order), None], dtype=object)[:-1]
    made = gpd.GeoDataFrame(data, geometry=geometry, crs=like.crs)
    if like.geometry.name != "geometry":
        made = geographic(made.rename_geometry(like.geometry.name))
    return geographic(made[list(like.columns)])


def cast_like(values: list[Any], like: pd.Series) -> Any:
    """``values`` in the kind of ``like``, as far as they can be: a column without a value has no
    kind of its own, and whole numbers with gaps become real ones."""
    values = [None if _missing(v) else v for v in values]
    gaps = any(v is None for v in values)
    kind = like.dtype
    if pd.api.types.is_object_dtype(kind) or (gaps and pd.api.types.is_bool_dtype(kind)):
        return np.array([*values, None], dtype=object)[:-1]
    if gaps and pd.api.types.is_integer_dtype(kind) and isinstance(kind, np.dtype):
        return np.array([np.nan if v is None else v for v in values], dtype=np.float64)
    if isinstance(kind, np.dtype) and kind.kind in "fiub":
        told = [np.nan if v is None else v for v in values]
        if all(isinstance(v, int | float | bool | np.number) for v in told):
            return np.array(told, dtype=kind)
        return np.array([*values, None], dtype=object)[:-1]
    return pd.array(values, dtype=cast("Any", kind))


def _missing(value: Any) -> bool:
    return (
        value is None
        or value is pd.NA
        or value is pd.NaT
        or (isinstance(value, float) and np.isnan(value))
    )
