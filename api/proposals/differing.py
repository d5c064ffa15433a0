"""Where two versions of a layer differ: the places of the rows that are not in both alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from api.tiles.geometry import projected

Boxes = NDArray[np.float64]
"""(k, 4) west, south, east, north in EPSG:3857."""


def differing(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame, keys: Sequence[str]) -> Boxes:
    """Boxes of the rows, as they were and as they are, that differ in any column or shape.

    Rows are matched by ``keys``. Shapes are told apart as objects: a version takes over those of
    the one before that it leaves alone.
    """
    if before is after:
        return np.zeros((0, 4))
    here, there = _names(before, keys), _names(after, keys)
    if len(here) == len(there) and here.equals(there):
        at = np.arange(len(here))
    else:
        at = here.get_indexer(there)
    matched = np.flatnonzero(at >= 0)
    old, new = before.take(at[matched]), after.take(matched)
    changed = np.zeros(len(matched), dtype=bool)
    for name in after.columns:
        if name != after.geometry.name:
            one, other = old[name].reset_index(drop=True), new[name].reset_index(drop=True)
            if not one.equals(other):
                same = (one == other).fillna(False) | (one.isna() & other.isna())
                changed |= ~same.to_numpy(dtype=bool)
    pairs = zip(_shapes(old), _shapes(new), strict=True)
    changed |= np.array([a is not b for a, b in pairs], dtype=bool).reshape(-1)
    gone = np.setdiff1d(np.arange(len(before)), at[matched])
    places = np.concatenate(
        [
            _shapes(before)[gone],
            _shapes(after)[at < 0],
            _shapes(old)[changed],
            _shapes(new)[changed],
        ]
    )
    boxes = shapely.bounds(projected(places, str(after.crs)))
    return boxes[np.isfinite(boxes).all(axis=1)].reshape(-1, 4)


def _names(frame: gpd.GeoDataFrame, keys: Sequence[str]) -> pd.Index:
    there = [frame[k] for k in keys if k in frame]
    return pd.Index(there[0]) if len(there) == 1 else pd.MultiIndex.from_arrays(there)


def _shapes(frame: gpd.GeoDataFrame) -> NDArray[Any]:
    return np.asarray(frame.geometry.array, dtype=object)
