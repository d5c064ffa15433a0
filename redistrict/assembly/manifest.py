"""The manifest of a proposal: what went in, what came out, and how good it is proven to be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import metadata
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

import redistrict
from redistrict.model.plan import Solved
from redistrict.model.problem import Outcome
from redistrict.model.profile import Profile
from redistrict.model.ruling import Ruling
from redistrict.model.settings import RunSettings
from redistrict.model.survey import Survey

SCHEMA_VERSION = 1
_LIBRARIES = ("geopandas", "numba", "numpy", "ortools", "pyogrio", "pyproj", "scipy", "shapely")


def versions() -> dict[str, str]:
    """What computed this, for whoever repeats it."""
    known = {name: metadata.version(name) for name in _LIBRARIES}
    return {"redistrict": redistrict.__version__, **known}


def certificate(solved: Solved, scope: Mapping[str, str] | None = None) -> dict[str, Any]:
    """One problem's status and terms; ``scope``: its ids, where they were not known before."""
    outcome: Outcome = solved.outcome
    terms = [
        {"name": t.name, "value": t.value, "bound": t.bound, "gap": t.gap, "proven": t.proven}
        for t in outcome.terms
    ]
    return {
        **(solved.scope if scope is None else scope),
        "status": outcome.status,
        "note": solved.note,
        "units": solved.units,
        "parts": outcome.parts,
        "terms": terms,
        "work": outcome.work,
        "method": outcome.method,
        "seconds": round(outcome.seconds, 3),
    }


def _sum(values: Any) -> int:
    """Of a column: whole numbers, or how often it is true."""
    return int(np.asarray(values).sum())


def measures(
    buildings: gpd.GeoDataFrame,
    grids: gpd.GeoDataFrame,
    committees: gpd.GeoDataFrame,
    rulings: Sequence[Ruling],
    consequences: Mapping[str, Any],
    profile: Profile,
) -> dict[str, Any]:
    """The figures a planner asks for first; shares are of households, 0..1."""
    total = _sum(buildings["households"])
    inside = _sum(grids.loc[grids["within_window"], "households"])
    band = _sum(committees.loc[committees["within_band"], "households"])
    tall = buildings.loc[buildings["households"] > profile.grid.upper]
    alone = _sum(tall["households"])
    return {
        "households": total,
        "households_in_window": inside,
        "share_in_window": round(inside / total, 6) if total else None,
        "households_in_buildings_above_window": alone,
        "share_in_window_apart_from_those": (
            round(inside / (total - alone), 6) if total > alone else None
        ),
        "households_in_band": band,
        "share_in_band": round(band / total, 6) if total else None,
        "service_grids_outside_window": _sum(~grids["within_window"]),
        "committees_outside_band": _sum(~committees["within_band"]),
        "actions": committees["action"].value_counts().sort_index().to_dict(),
        "rulings_decided": sum(r.outcome == "decided" for r in rulings),
        "rulings_referred": sum(r.outcome == "refer" for r in rulings),
        **{k: v for k, v in consequences.items() if k.startswith("households_")},
    }


def manifest(
    survey: Survey,
    profile: Mapping[str, Any],
    settings: RunSettings,
    layers: Mapping[str, gpd.GeoDataFrame],
    tables: Mapping[str, pd.DataFrame],
    figures: Mapping[str, Any],
    solver: Mapping[str, Any],
) -> dict[str, Any]:
    """Everything of proposal.json but the content hash and the seconds of the stages."""
    return {
        "schema": "redistrict-proposal",
        "schema_version": SCHEMA_VERSION,
        "survey_hash": survey.content_hash,
        "household_basis": survey.basis,
        "field_mapping": {k: dict(v) for k, v in survey.mapping.items()},
        "profile": dict(profile),
        "seed": settings.seed,
        "effort": settings.effort,
        "crs": survey.crs,
        "versions": versions(),
        "counts": {
            **{name: len(frame) for name, frame in layers.items()},
            **{name: len(table) for name, table in tables.items()},
            "households": _sum(layers["buildings"]["households"]),
        },
        "measures": dict(figures),
        "solver": dict(solver),
    }
