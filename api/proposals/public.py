"""What the public may read: adopted areas, and counts in bands.

Exact counts of two versions can be subtracted: the difference of two areas that differ by one
building is that building. So the public gets no count at all but a band of fixed limits, the same
in every version, and no buildings.

Why nothing under ten households can be worked out: every limit is a multiple of 50 below, and one
less than that above, at every level and in every version. What somebody can conclude about a set
of buildings is a sum of upper limits less a sum of lower ones: at most 50 k - m, where m upper
limits were used. In one version one is enough (areas are nested): 49 at best. A difference of
versions may use more, each of them met nearly exactly by the true counts: to come below ten takes
five versions that turn about the same houses, or a chain of forty limits between two, with next to
nothing to spare in all. `tests/api/test_disclosure.py` solves it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import geopandas as gpd
import numpy as np

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "service_grids": ("service_grid_id", "code", "committee_id", "street_office_id"),
    "committees": ("committee_id", "name", "street_office_id", "action"),
    "street_offices": ("street_office_id", "name"),
}
"""Everything else is left out: a column nobody thought of is not published."""
WIDTH: Mapping[str, int] = {"service_grids": 50, "committees": 500, "street_offices": 5000}
"""Households a band is wide."""


def published(frame: gpd.GeoDataFrame, layer: str) -> gpd.GeoDataFrame:
    """A layer of `COLUMNS` as the public gets it; ``households_band`` is text such as 200-249."""
    held = np.asarray(frame["households"], dtype=np.int64).tolist()
    shown = frame[[*(c for c in COLUMNS[layer] if c in frame), "geometry"]]
    bands = [band(households, layer) for households in held]
    return cast("gpd.GeoDataFrame", shown.assign(households_band=bands))


def band(households: int, layer: str) -> str:
    """The band of a count, such as 200-249."""
    low = households // WIDTH[layer] * WIDTH[layer]
    return f"{low}-{low + WIDTH[layer] - 1}"
