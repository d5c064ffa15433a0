"""Proposal: what is published, frozen and content-hashed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import pandas as pd

from redistrict.model.finding import Finding
from redistrict.model.workings import Workings

PROPOSAL_LAYERS = ("buildings", "service_grids", "committees", "street_offices", "rulings")
CARRIED_LAYERS = ("estates", "barriers")
"""Layers of the survey that go with a proposal as they came, where the survey has them."""
PROPOSAL_TABLES = ("correspondence", "premises_plan")


@dataclass(frozen=True)
class Proposal:
    """Layers and tables with the contract's fields (extra columns allowed after them).

    ``layers`` are in ``working_crs``; publishing transforms them to ``crs``. ``consequences``
    maps the name of each consequence to a JSON-ready value; ``manifest`` is everything of
    proposal.json except the content hash. ``present`` holds the present map's committees,
    service grids and street offices (before rulings) for before/after pictures. ``workings``:
    what it takes to edit it; never part of the content hash.
    """

    layers: Mapping[str, gpd.GeoDataFrame]
    tables: Mapping[str, pd.DataFrame]
    crs: str
    working_crs: str
    manifest: Mapping[str, Any]
    findings: tuple[Finding, ...] = ()
    consequences: Mapping[str, Any] = field(default_factory=dict)
    present: Mapping[str, gpd.GeoDataFrame] = field(default_factory=dict)
    workings: Workings | None = None
