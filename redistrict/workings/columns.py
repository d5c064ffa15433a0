"""Frames as Arrow tables and back, every column as it was, where pandas would guess a type."""

from __future__ import annotations

from typing import Any, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely

from redistrict.planar.frames import column

_GEOMETRY = b"geometry"


def table(frame: pd.DataFrame) -> Any:
    """``frame`` with geometries as WKB; how to read a column back stands in its field's metadata.

    An object column that holds a geometry holds geometries only; other object columns hold text,
    whole numbers or truth values, or nothing.
    """
    columns: list[Any] = []
    fields: list[Any] = []
    active = str(frame.geometry.name) if isinstance(frame, gpd.GeoDataFrame) else None
    for name in frame.columns:
        values = column(frame, str(name))
        shapes = name == active or _holds_shapes(values)
        if shapes:
            array = pa.array(shapely.to_wkb(np.asarray(values, dtype=object)), pa.binary())
        elif values.dtype == object:
            array = pa.array(values.tolist(), from_pandas=True)
        else:
            array = pa.array(values)
        kind = _GEOMETRY if shapes else str(values.dtype).encode()
        columns.append(array)
        fields.append(pa.field(str(name), array.type, metadata={b"kind": kind}))
    return pa.table(
        columns, schema=pa.schema(fields, metadata={b"active": (active or "").encode()})
    )


def _holds_shapes(values: pd.Series) -> bool:
    if values.dtype != object:
        return str(values.dtype) == "geometry"
    known = next((v for v in values.tolist() if v is not None), None)
    return isinstance(known, shapely.Geometry)


def frame(held: Any, crs: str) -> pd.DataFrame:
    """The frame that `table` was given; a GeoDataFrame in ``crs`` where it was one."""
    active = (held.schema.metadata or {}).get(b"active", b"").decode()
    data: dict[str, Any] = {}
    for field, values in zip(held.schema, held.columns, strict=True):
        kind = (field.metadata or {})[b"kind"]
        if kind == _GEOMETRY:
            wkb = values.to_numpy()
            data[field.name] = np.asarray(shapely.from_wkb(wkb), dtype=object)
        elif kind == b"object":
            data[field.name] = pd.Series(values.to_pylist(), dtype=object)
        else:
            data[field.name] = pd.Series(values.to_pandas()).astype(cast(Any, kind.decode()))
    made = pd.DataFrame(data, index=pd.RangeIndex(held.num_rows))
    return gpd.GeoDataFrame(made, geometry=active, crs=crs) if active else made
