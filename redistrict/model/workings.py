"""Workings: what a run knew of the land it drew a plan on; with it the plan can be edited."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from redistrict.model.cells import Cells


@dataclass(frozen=True)
class Workings:
    """The cells of a proposal, the area each went to, and the layers it was drawn from.

    ``service_grid``, ``committee`` (n,): the id of the area each cell went to. ``layers``: the
    proposal's `service_grids`, `committees` and `rulings` with every vertex as it was made (the
    published layers have been transformed to the survey's CRS). ``survey``: the layers
    after the rulings, ``present``: those before them that differ. All in ``working_crs``.
    ``lasting``: how many of the proposal's findings, the first ones, tell about the survey and the
    land: they hold whatever is drawn on it.
    """

    cells: Cells
    service_grid: NDArray[np.object_]
    committee: NDArray[np.object_]
    layers: Mapping[str, gpd.GeoDataFrame]
    survey: Mapping[str, gpd.GeoDataFrame]
    present: Mapping[str, gpd.GeoDataFrame]
    working_crs: str
    lasting: int = 0
