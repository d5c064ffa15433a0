"""The layers of areas: service grids, committees, street offices, with why they are as they are."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj

from redistrict.model.plan import AreaReason
from redistrict.model.profile import Profile
from redistrict.model.ruling import Ruling
from redistrict.model.survey import Survey
from redistrict.planar.frames import column, geographic


def geodesic_areas(frame: gpd.GeoDataFrame) -> np.ndarray:
    """(n,) square metres on the ellipsoid: a projected zone may be off by parts in a thousand."""
    lonlat = frame.geometry.to_crs(4326)
    geod = pyproj.Geod(ellps="WGS84")
    return np.array([abs(geod.geometry_area_perimeter(g)[0]) for g in lonlat])


def reason_columns(
    reasons: Mapping[str, AreaReason], ids: pd.Series, outside: np.ndarray
) -> dict[str, list[object]]:
    """``reason_code`` and ``reason_params`` (JSON) for the areas that need one, None elsewhere."""
    codes: list[object] = []
    params: list[object] = []
    for area_id, out in zip(ids, outside, strict=True):
        why = reasons.get(str(area_id))
        if why is None and out:
            why = AreaReason("search-limit", {})
        codes.append(why.code if why else None)
        params.append(json.dumps(dict(why.params), sort_keys=True) if why else None)
    return {"reason_code": codes, "reason_params": params}


def _counted(ids: pd.Series, totals: object) -> pd.Series:
    """int64 per id; ``totals``: a whole number per group, none where there is no row of it."""
    return ids.map(cast("pd.Series", totals)).fillna(0).astype("int64")


def grid_rows(
    shapes: gpd.GeoDataFrame,
    buildings: gpd.GeoDataFrame,
    codes: Mapping[str, str],
    priority: Mapping[str, int],
    reasons: Mapping[str, AreaReason],
    profile: Profile,
) -> gpd.GeoDataFrame:
    """``shapes``: service_grid_id, committee_id, street_office_id, geometry."""
    rows = geographic(shapes.reset_index(drop=True))
    ids = column(rows, "service_grid_id")
    per = buildings.groupby("service_grid_id")
    households = _counted(ids, per["households"].sum())
    within = households.between(profile.grid.lower, profile.grid.upper)
    why = reason_columns(reasons, ids, ~within.to_numpy())
    return gpd.GeoDataFrame(
        {
            "service_grid_id": ids,
            "code": ids.map(dict(codes)),
            "committee_id": rows["committee_id"],
            "street_office_id": rows["street_office_id"],
            "households": households,
            "buildings": _counted(ids, per["building_id"].nunique()),
            "within_window": within,
            "reason": None,
            "priority": ids.map(dict(priority)).astype("int64"),
            "area_m2": geodesic_areas(rows),
            **why,
        },
        geometry=rows.geometry,
        crs=shapes.crs,
    )


def committee_rows(
    shapes: gpd.GeoDataFrame,
    buildings: gpd.GeoDataFrame,
    grids: gpd.GeoDataFrame,
    actions: Mapping[str, str],
    names: Mapping[str, str | None],
    reasons: Mapping[str, AreaReason],
    survey: Survey,
    profile: Profile,
) -> gpd.GeoDataFrame:
    """``shapes``: committee_id, street_office_id, geometry; consequences fill the rest in."""
    rows = geographic(shapes.reset_index(drop=True))
    ids = column(rows, "committee_id")
    households = _counted(ids, buildings.groupby("committee_id")["households"].sum())
    within = households.between(profile.committee.lower, profile.committee.upper)
    why = reason_columns(reasons, ids, ~within.to_numpy())
    present = survey.layer("committees")
    carried: dict[str, object] = {}
    for name in ("old_town", "frozen_reason", "frozen_until"):
        known = (
            {}
            if present is None or name not in present
            else dict(zip(present["committee_id"], present[name], strict=True))
        )
        carried[name] = [known.get(i) for i in ids]
    return gpd.GeoDataFrame(
        {
            "committee_id": ids,
            "name": ids.map(dict(names)),
            "street_office_id": rows["street_office_id"],
            "action": ids.map(dict(actions)),
            "households": households,
            "service_grids": _counted(ids, grids.groupby("committee_id").size()),
            "within_band": within,
            "reason": None,
            "staff_required": 0,
            "premises_required_m2": 0.0,
            "premises_present_m2": 0.0,
            "area_m2": geodesic_areas(rows),
            **why,
            **carried,
        },
        geometry=rows.geometry,
        crs=shapes.crs,
    )


def office_rows(
    shapes: gpd.GeoDataFrame,
    buildings: gpd.GeoDataFrame,
    committees: gpd.GeoDataFrame,
    survey: Survey,
) -> gpd.GeoDataFrame:
    """``shapes``: street_office_id, geometry."""
    rows = geographic(shapes.reset_index(drop=True))
    ids = column(rows, "street_office_id")
    known = survey.layers["street_offices"].set_index("street_office_id")
    return gpd.GeoDataFrame(
        {
            "street_office_id": ids,
            "name": ids.map(column(known, "name")),
            "households": _counted(ids, buildings.groupby("street_office_id")["households"].sum()),
            "committees": _counted(ids, committees.groupby("street_office_id").size()),
            "area_m2": geodesic_areas(rows),
            "code": ids.map(column(known, "code")),
        },
        geometry=rows.geometry,
        crs=shapes.crs,
    )


def ruling_rows(rulings: Sequence[Ruling], crs: Any) -> gpd.GeoDataFrame:
    """The `rulings` layer: decided and referred estates; ``areas_m2`` is JSON, office -> m2."""
    ordered = sorted(rulings, key=lambda r: r.estate_id)
    return gpd.GeoDataFrame(
        {
            "estate_id": [r.estate_id for r in ordered],
            "street_office_id": pd.Series([r.street_office_id for r in ordered], dtype=object),
            "outcome": [r.outcome for r in ordered],
            "areas_m2": [
                json.dumps({k: round(v, 3) for k, v in sorted(r.areas_m2.items())}, sort_keys=True)
                for r in ordered
            ],
            "basis": [r.basis for r in ordered],
            "decided_by": pd.Series([r.decided_by for r in ordered], dtype=object),
            "clause": [r.clause for r in ordered],
            "evidence": pd.Series([r.evidence for r in ordered], dtype=object),
            "date": pd.Series([r.date for r in ordered], dtype=object),
            "overrides": pd.Series([r.overrides for r in ordered], dtype=object),
        },
        geometry=np.array([r.geometry for r in ordered], dtype=object),
        crs=crs,
    )
