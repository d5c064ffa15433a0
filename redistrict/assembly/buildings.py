"""The `buildings` layer: one row per building, or per part of a divided one."""

from __future__ import annotations

from typing import cast

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from redistrict.atoms import IntArray, codes
from redistrict.model.cells import Cells
from redistrict.planar.frames import column


def runs(cells: Cells, grid: IntArray) -> IntArray:
    """(n,) row of the layer each cell belongs to: stairwells that stay together make one row.

    Consecutive slices of a building in one grid are merged; whole buildings keep their row.
    """
    part = cells.frame["part"].to_numpy(dtype=np.int64)
    building = codes(cells, "building_id")
    order = np.lexsort((part, building))
    same = (
        (np.diff(building[order], prepend=-1) == 0)
        & (np.diff(grid[order], prepend=-1) == 0)
        & (part[order] > 0)
    )
    run = np.empty(len(part), dtype=np.int64)
    run[order] = np.cumsum(~same) - 1
    _, first, dense = np.unique(run, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[dense]


def building_rows(cells: Cells, grid: IntArray, names: dict[str, np.ndarray]) -> gpd.GeoDataFrame:
    """The layer in working CRS; ``names``: per cell ``service_grid_id`` and ``committee_id``."""
    frame = cells.frame
    run = runs(cells, grid)
    first = np.unique(run, return_index=True)[1]
    count = len(first)
    households = np.bincount(run, cells.households, count).astype(np.int64)
    footprint = np.asarray(frame["footprint"].to_numpy(), dtype=object)
    merged = footprint[first].copy()
    for row in np.flatnonzero(np.bincount(run) > 1):
        merged[row] = shapely.union_all(footprint[run == row])
    rows = frame.iloc[first]
    building = pd.factorize(rows["building_id"])[0]
    divided = np.bincount(building)[building] > 1
    order = pd.Series(rows["part"].to_numpy()).groupby(building).rank(method="first")
    part = pd.array(np.where(divided, order.to_numpy(), 0), dtype="Int64")
    part[~divided] = pd.NA
    stairwells = cast(
        "pd.Series", pd.to_numeric(column(frame, "stairwells"), errors="coerce")
    ).to_numpy(dtype=float)
    slices = np.bincount(run)[np.arange(count)]
    cut = rows["part"].to_numpy(dtype=np.int64) > 0
    return gpd.GeoDataFrame(
        {
            "building_id": rows["building_id"].to_numpy(dtype=object),
            "part": part,
            "households": households,
            "service_grid_id": names["service_grid_id"][first],
            "committee_id": names["committee_id"][first],
            "street_office_id": rows["street_office_id"].to_numpy(dtype=object),
            "estate_id": rows["estate_id"].to_numpy(dtype=object),
            "previous_committee_id": rows["committee_id"].to_numpy(dtype=object),
            "kind": rows["kind"].to_numpy(dtype=object),
            "previous_service_grid_id": rows["service_grid_id"].to_numpy(dtype=object),
            "courtyard_id": rows["courtyard_id"].to_numpy(dtype=object),
            # A part knows its own stairwells, so that the proposal can be read as a survey again.
            "stairwells": _nullable(np.where(cut, slices, stairwells[first])),
        },
        geometry=merged,
        crs=frame.crs,
    )


def _nullable(values: np.ndarray) -> pd.api.extensions.ExtensionArray:
    array = pd.array(np.nan_to_num(values, nan=0.0).astype(np.int64), dtype="Int64")
    array[np.isnan(values)] = pd.NA
    return array
