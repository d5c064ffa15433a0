"""The buildings of a revision: the published rows, in the areas that they are in now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import geopandas as gpd
import numpy as np
import pandas as pd

from redistrict.assembly.buildings import building_rows, runs
from redistrict.atoms import IntArray
from redistrict.model.cells import Cells
from redistrict.planar.frames import column, geographic
from redistrict.publish.rows import ordered
from redistrict.revision.base import Base
from redistrict.revision.state import State


@dataclass(frozen=True, eq=False)
class BuildingRows:
    """The published layer, and (r,) a cell of each of its rows."""

    frame: gpd.GeoDataFrame
    cell: IntArray

    def of(self, state: State, colours: IntArray) -> gpd.GeoDataFrame:
        """The layer of ``state``; ``colours`` (g,) of the grids by number.

        A building divided by stairwells has a row for each run of them in one grid, so its rows
        are made again where an edit divides it in another way.
        """
        base = state.base
        divided = _divided(state)
        frame, cell = self.frame, self.cell
        if len(divided):
            kept = ~np.isin(base.building.of[cell], divided)
            made, first = _rows(state, np.flatnonzero(np.isin(base.building.of, divided)))
            crs: Any = frame.crs
            made = _like(geographic(made.to_crs(crs)), frame)
            joined = pd.concat([frame[kept], made], ignore_index=True)
            joined = geographic(joined.assign(_cell=np.r_[cell[kept], first]))
            joined = ordered("buildings", joined)
            cell = joined["_cell"].to_numpy(dtype=np.int64)
            frame = geographic(joined.drop(columns="_cell"))
        grid = state.grid[cell]
        told: dict[str, Any] = {
            "service_grid_id": _taken(state.grid_ids, grid, column(frame, "service_grid_id")),
            "committee_id": _taken(
                state.committee_ids, state.committee[grid], column(frame, "committee_id")
            ),
        }
        if "colour" in frame:
            told["colour"] = colours[grid]
        return geographic(frame.assign(**told))


def building_rows_of(base: Base, frame: gpd.GeoDataFrame) -> BuildingRows:
    """The rows of the published layer ``frame`` of the proposal ``base``."""
    cells = base.workings.cells
    run = runs(cells, base.grid.astype(np.int64))
    first = np.unique(run, return_index=True)[1]
    building = base.building.of[first]
    rank = pd.Series(base.part[first]).groupby(building).rank(method="first").to_numpy()
    part = np.where(np.bincount(building)[building] > 1, rank, 0).astype(np.int64)
    names = np.array(base.building.ids, dtype=object)[building]
    keys = zip(names.tolist(), part.tolist(), strict=True)
    known = dict(zip(keys, first.tolist(), strict=True))
    asked = np.nan_to_num(frame["part"].to_numpy(dtype=np.float64, na_value=np.nan))
    wanted = zip(frame["building_id"].tolist(), asked.astype(np.int64).tolist(), strict=True)
    return BuildingRows(frame, np.array([known[key] for key in wanted], dtype=np.int64))


def _divided(state: State) -> IntArray:
    """Buildings of several stairwells some of which are in another grid than in the base."""
    base = state.base
    moved = np.flatnonzero((base.part > 0) & (state.grid != base.grid))
    return np.unique(base.building.of[moved])


def _rows(state: State, inside: IntArray) -> tuple[gpd.GeoDataFrame, IntArray]:
    """Rows of the buildings whose cells are ``inside``, and a cell of each."""
    whole = state.base.workings.cells
    none = np.zeros(0, dtype=np.int32)
    frame = cast("gpd.GeoDataFrame", whole.frame.iloc[inside].reset_index(drop=True))
    cells = Cells(frame, none, none, np.zeros(0), none.astype(np.int8), whole.loose_barriers)
    grid = state.grid[inside].astype(np.int64)
    ids = np.array(state.grid_ids, dtype=object)[grid]
    committees = np.array(state.committee_ids, dtype=object)[state.committee[grid]]
    made = building_rows(cells, grid, {"service_grid_id": ids, "committee_id": committees})
    first = np.unique(runs(cells, grid), return_index=True)[1]
    return made, inside[first]


def _like(made: gpd.GeoDataFrame, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The columns of ``frame``; one that only publishing adds is empty until it is filled in."""
    named = made
    if made.geometry.name != frame.geometry.name:
        named = geographic(made.rename_geometry(str(frame.geometry.name)))
    for name in frame.columns:
        if name not in named:
            named = named.assign(**{str(name): 0 if name == "colour" else None})
    return geographic(named[list(frame.columns)])


def _taken(ids: tuple[str, ...], at: np.ndarray, like: pd.Series) -> Any:
    names = np.array(ids, dtype=object)
    if like.dtype == object:
        return names[at]
    return pd.array(names, dtype=cast("Any", like.dtype)).take(at)
