"""Shown: the layers of one revision, made from those of the one before it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from redistrict.i18n import Lang
from redistrict.planar.crossings import Geometries
from redistrict.planar.frames import column, geographic
from redistrict.revision.base import Base
from redistrict.revision.layers.buildings import BuildingRows, building_rows_of
from redistrict.revision.layers.committees import (
    CommitteeTable,
    base_committees,
    committee_layer,
    next_committees,
)
from redistrict.revision.layers.grids import GridTable, base_grids, grid_layer, next_grids
from redistrict.revision.reasons import touched
from redistrict.revision.redraw import Drawing, first_drawing
from redistrict.revision.state import State

Layers = Mapping[str, gpd.GeoDataFrame]


@dataclass(frozen=True, eq=False)
class Shown:
    """A revision's polygons and the tables its layers are made from.

    ``frozen``: the layers as they were published, survey's CRS; they are the layers of the base,
    and what no edit changes is taken from them as it is.
    """

    frozen: Layers
    drawing: Drawing
    rows: BuildingRows
    grids: GridTable
    committees: CommitteeTable
    lang: Lang = "zh"

    @cached_property
    def layers(self) -> Layers:
        """Name -> rows as published; the columns and their kinds are those of ``frozen``."""
        state = self.drawing.state
        if not state.effective:
            return self.frozen
        committees = committee_layer(self.committees, state, self.lang)
        return {
            **self.frozen,
            "buildings": self.rows.of(state, self.grids.colours),
            "service_grids": grid_layer(self.grids, state, self.lang),
            "committees": committees,
            "street_offices": _offices(self.frozen["street_offices"], committees),
        }

    def then(self, state: State) -> Shown:
        """``state``, which an edit made of this one's."""
        drawing = self.drawing.then(state)
        step, differs = touched(state, self.drawing.state), touched(state)
        grids = next_grids(self.grids, drawing, step, differs, self._to_survey)
        buildings = self.rows.of(state, grids.colours)
        committees = next_committees(
            self.committees, drawing, step, differs, buildings, self._to_survey
        )
        made = Shown(self.frozen, drawing, self.rows, grids, committees, self.lang)
        made.__dict__["buildings"] = buildings
        return made

    def _to_survey(self, shapes: Geometries) -> Geometries:
        working = self.drawing.state.base.workings.working_crs
        crs: Any = self.frozen["service_grids"].crs
        moved = gpd.GeoSeries(shapes, crs=working).to_crs(crs)
        return np.asarray(moved.array, dtype=object)


def first_shown(base: Base, frozen: Layers, lang: Lang = "zh") -> Shown:
    """The base; ``frozen``: its published layers (survey's CRS) by name."""
    return Shown(
        frozen,
        first_drawing(base),
        building_rows_of(base, frozen["buildings"]),
        base_grids(frozen["service_grids"], base.grid_ids),
        base_committees(frozen["committees"], base.committee_ids),
        lang,
    )


def _offices(frozen: gpd.GeoDataFrame, committees: pd.DataFrame) -> gpd.GeoDataFrame:
    """Only the number of committees changes: households and land stay with their office."""
    held = column(committees, "street_office_id").tolist()
    told = [held.count(i) for i in frozen["street_office_id"]]
    return geographic(frozen.assign(committees=np.array(told, dtype=np.int64)))
