"""An independent check of any proposal, ours or drawn by hand, with none of the solver's code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import pandas as pd

from redistrict.model.profile import Profile
from redistrict.verify import conservation, land, nesting, places, reasons, standing, tiling, wishes
from redistrict.verify.city import city
from redistrict.verify.report import Check, Report, insist

__all__ = ["Check", "Report", "insist", "verify"]


def verify(
    layers: Mapping[str, gpd.GeoDataFrame],
    tables: Mapping[str, pd.DataFrame],
    manifest: Mapping[str, Any] | None,
    profile: Profile,
    survey: Mapping[str, gpd.GeoDataFrame] | None = None,
) -> Report:
    """Check the contract's "Always true of a proposal" 1-5.

    ``layers`` (contract fields, one metric CRS; `barriers` with ``kind`` and ``crossable`` beside
    them where known), ``tables`` (`correspondence`) and ``manifest`` (proposal.json; None for a map
    drawn by hand) are what `redistrict check` finds in a folder. ``survey``: layers of the survey
    in the same CRS, where at hand, for what only it can tell. Raises `ProposalError` where a layer
    or field without which nothing can be said is missing.
    """
    known = city(layers, tables, manifest, profile, survey)
    barriers = land.barrier_shapes(known)
    touched = land.on_barrier(known, barriers)
    through = known.committee_of[known.grid_of.clip(0)]
    committee_land = land.pieces(
        known.committees.geometry,
        _where_known(known.grid_of, through),
        known,
        land.barrier_shapes(known, land.GAP_M / 2),
        touched,
    )
    return Report(
        (
            *nesting.checks(known),
            *tiling.checks(known),
            places.check(known),
            land.crossings(known, committee_land, barriers, touched),
            *conservation.checks(known),
            *standing.checks(known),
            *reasons.checks(known, committee_land),
            wishes.check(known),
        ),
        known.lacks,
    )


def _where_known(grid: Any, committee: Any) -> Any:
    """-1 for buildings without a grid."""
    return committee * (grid >= 0) - (grid < 0)
