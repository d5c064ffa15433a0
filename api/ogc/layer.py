"""A layer at one revision as the OGC API reads it: ids, filter columns, an index of places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely import STRtree

from api.ogc.cql2 import Column, Table
from api.ogc.cql2.table import column
from api.ogc.crs import Crs, brought
from redistrict.publish.rows import KEYS, series

GEOMETRY = "geometry"
"""What filters call the shapes, whatever the frame does."""


@dataclass
class Layer:
    """A frame in the survey's CRS and what is worked out from it when first asked for."""

    name: str
    frame: gpd.GeoDataFrame
    crs: str

    @cached_property
    def shapes(self) -> NDArray[Any]:
        """(n,) the geometry."""
        return np.asarray(self.frame.geometry.array, dtype=object)

    @cached_property
    def extent(self) -> tuple[float, float, float, float]:
        """West, south, east, north in the survey's CRS; NaN where nothing has a place."""
        if not len(self.shapes):
            return (np.nan, np.nan, np.nan, np.nan)
        west, south, east, north = shapely.total_bounds(self.shapes)
        return float(west), float(south), float(east), float(north)

    @cached_property
    def tree(self) -> STRtree:
        """The shapes by place."""
        return STRtree(self.shapes)

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """The columns but the geometry."""
        return tuple(str(c) for c in self.frame.columns if c != self.frame.geometry.name)

    @cached_property
    def columns(self) -> Mapping[str, Column]:
        """The columns as filters compare them, the shapes under `GEOMETRY`."""
        found = {name: column(series(self.frame, name)) for name in self.fields}
        known = ~(shapely.is_missing(self.shapes) | shapely.is_empty(self.shapes))
        return {**found, GEOMETRY: Column("geometry", self.shapes, known)}

    @cached_property
    def ids(self) -> list[str]:
        """(n,) the feature ids: the columns that name a row, joined; else row numbers."""
        keys = [k for k in KEYS.get(self.name, ()) if k in self.frame.columns]
        parts = [_names(series(self.frame, k)) for k in keys]
        joined = [":".join(p for p in row if p) for row in zip(*parts, strict=True)]
        if not keys or len(set(joined)) != len(self.frame) or "" in joined:
            return [str(i) for i in range(len(self.frame))]
        return joined

    @cached_property
    def rows(self) -> Mapping[str, int]:
        """Feature id -> row."""
        return {name: row for row, name in enumerate(self.ids)}

    def table(self, literals: Crs) -> Table:
        """What a filter with geometries in ``literals`` is put to."""
        return Table(
            len(self.frame),
            self.columns,
            GEOMETRY,
            lambda shape: brought(shape, literals, self.crs, self.extent),
        )

    def within(self, shape: Any, crs: Crs) -> NDArray[np.bool_]:
        """(n,) True where a row's shape meets ``shape`` of ``crs``."""
        mine = brought(shape, crs, self.crs, self.extent)
        found = np.zeros(len(self.frame), dtype=np.bool_)
        if not mine.is_empty:
            found[self.tree.query(mine, predicate="intersects")] = True
        return found

    def taken(self, rows: NDArray[np.int64]) -> pd.DataFrame:
        """The columns of some rows, without shapes."""
        taken = pd.DataFrame(self.frame[list(self.fields)]).take(rows)
        return taken.reset_index(drop=True)


def _names(values: pd.Series) -> list[str]:
    known = values.notna().to_numpy(dtype=bool)
    if pd.api.types.is_float_dtype(values.dtype):
        values = values.astype("Int64")
    return [str(v) if k else "" for v, k in zip(values, known, strict=True)]
