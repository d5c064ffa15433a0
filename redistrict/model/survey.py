"""Survey: what a city hands in, read and put into one metric CRS."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import geopandas as gpd
import pandas as pd

LAYERS = (
    "buildings",
    "street_offices",
    "committees",
    "estates",
    "service_grids",
    "barriers",
    "premises",
)
REQUIRED_LAYERS = ("buildings", "street_offices")
ID_FIELD = {
    "buildings": "building_id",
    "street_offices": "street_office_id",
    "committees": "committee_id",
    "estates": "estate_id",
    "service_grids": "service_grid_id",
    "premises": "premises_id",
}


@dataclass(frozen=True)
class Survey:
    """Layers by contract name with canonical columns.

    Every frame is in ``working_crs`` (projected, metres), has a RangeIndex and canonical column
    names and dtypes (ids: ``object`` holding ``str``; households: ``int64`` after repair, may be
    float with NaN before). Optional columns of the contract are always present (None / NaN where
    the survey has none). Optional layers that the survey lacks are absent from ``layers``;
    ``barriers`` gets ``crossable`` as bool after repair.

    After ``repair`` the buildings frame also carries what holds today:
    ``street_office_id``, ``committee_id``, ``service_grid_id``, ``estate_id`` (str or None) and,
    where the survey is one of our own proposals, ``part`` (0 for a whole building).
    """

    layers: Mapping[str, gpd.GeoDataFrame]
    crs: str
    """The survey's own CRS (that of ``buildings``), ``EPSG:n`` or WKT2; output is written in it."""
    working_crs: str
    """A projected metric CRS as WKT2 or ``EPSG:n``."""
    content_hash: str
    """sha256 hex of the input bytes, independent of file order, names of folders and zip."""
    basis: str = "unstated"
    """Household basis: ``registered``/``resident``/``dwelling_units``/``planned``/``unstated``."""
    mapping: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """layer -> canonical field -> the column of the file it was read from."""
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    """``rulings``: recorded rulings (estate_id, street_office_id, decided_by, basis, evidence,
    date), all str or None; from ``rulings.csv`` or the ``rulings`` layer of a proposal of ours."""

    def layer(self, name: str) -> gpd.GeoDataFrame | None:
        """The frame of ``name`` or None where the survey has no such layer."""
        return self.layers.get(name)

    def with_layers(self, **frames: gpd.GeoDataFrame) -> Survey:
        """A copy in which the given layers are replaced."""
        return replace(self, layers={**self.layers, **frames})
