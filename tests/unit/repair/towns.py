"""Small towns drawn in metres, for the tests of repair and rulings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from redistrict.model.finding import Finding
from redistrict.model.profile import Profile
from redistrict.model.survey import Survey

CRS = "EPSG:4548"  # CGCS2000 / 3-degree Gauss-Kruger, central meridian 117E
EAST, NORTH = 500_000.0, 3_880_000.0
PROFILE = Profile("test", "试验", "test")

Rows = Sequence[tuple[Mapping[str, Any], BaseGeometry | None]]


def box(x0: float, y0: float, x1: float, y1: float) -> BaseGeometry:
    """A rectangle in local metres."""
    return shapely.box(EAST + x0, NORTH + y0, EAST + x1, NORTH + y1)


def poly(*points: tuple[float, float], holes: Sequence[Sequence[tuple[float, float]]] = ()) -> Any:
    """A polygon in local metres."""
    moved = [[(EAST + x, NORTH + y) for x, y in ring] for ring in (points, *holes)]
    return shapely.Polygon(moved[0], moved[1:])


def frame(rows: Rows) -> gpd.GeoDataFrame:
    """A layer from (fields, geometry) pairs."""
    names = list(dict.fromkeys(k for fields, _ in rows for k in fields))
    data = {k: [fields.get(k) for fields, _ in rows] for k in names}
    return gpd.GeoDataFrame(data, geometry=[g for _, g in rows], crs=CRS)


def building(name: str | None, x: float, y: float, households: Any = 10, **more: Any) -> Any:
    """A 10 m square building with its south-west corner at (x, y)."""
    return {"building_id": name, "households": households, **more}, box(x, y, x + 10, y + 10)


def office(name: str, shape: BaseGeometry) -> Any:
    return {"street_office_id": name, "name": name}, shape


def committee(name: str, shape: BaseGeometry, office_id: str | None = None, **more: Any) -> Any:
    return {"committee_id": name, "name": name, "street_office_id": office_id, **more}, shape


def estate(name: str, shape: BaseGeometry, stage: str | None = "planned", **more: Any) -> Any:
    fields = {"estate_id": name, "name": name, "stage": stage, "property_managed": None}
    return {**fields, "planned_households": None, "standalone_reason": None, **more}, shape


def survey(
    offices: Rows,
    buildings: Rows | None = None,
    rulings: Sequence[Mapping[str, str | None]] | None = None,
    **layers: Rows,
) -> Survey:
    """A survey of the given layers, as the survey stage would hand it over."""
    frames = {"street_offices": frame(offices)}
    frames["buildings"] = frame(buildings if buildings is not None else [building("b0", 10, 10)])
    frames |= {name: frame(rows) for name, rows in layers.items()}
    tables = {} if rulings is None else {"rulings": pd.DataFrame(list(rulings), dtype=object)}
    return Survey(frames, CRS, CRS, "0", tables=tables)


def shapes(survey_: Survey, layer: str) -> Any:
    """The geometries of a layer."""
    return np.array(survey_.layers[layer].geometry.array, dtype=object)


def codes(findings: Sequence[Finding]) -> list[str]:
    """The codes, sorted."""
    return sorted(f.code for f in findings)


def only(findings: Sequence[Finding], code: str) -> Finding:
    """The one finding of that code."""
    (found,) = [f for f in findings if f.code == code]
    return found
