"""Small surveys as `cut` expects them: repaired and ruled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from redistrict.model.cells import UNCROSSABLE, Cells
from redistrict.model.finding import Finding
from redistrict.model.profile import GridRule, Profile
from redistrict.model.settings import RunSettings
from redistrict.model.survey import Survey
from redistrict.units import cut

CRS = "EPSG:4547"
PROFILE = Profile("test", "试", "test")


def profile(**grid: Any) -> Profile:
    return Profile("test", "试", "test", grid=GridRule(**grid))


def box(x0: float, y0: float, x1: float, y1: float) -> BaseGeometry:
    return shapely.box(x0, y0, x1, y1)


def town(
    buildings: Sequence[tuple[str, BaseGeometry, int]],
    offices: Mapping[str, BaseGeometry],
    barriers: Sequence[tuple[BaseGeometry, bool]] = (),
    committees: Sequence[Mapping[str, Any]] = (),
    estates: Sequence[Mapping[str, Any]] = (),
    columns: Mapping[str, Sequence[Any]] | None = None,
) -> Survey:
    """``buildings``: (id, footprint, households); their office is where most of them lies, unless
    ``columns`` gives ``street_office_id``; likewise ``committee_id``."""
    shapes = [b[1] for b in buildings]
    given = dict(columns or {})
    data: dict[str, Any] = {
        "building_id": [b[0] for b in buildings],
        "households": np.array([b[2] for b in buildings], dtype=np.int64),
        "street_office_id": given.pop("street_office_id", [_holder(s, offices) for s in shapes]),
        "committee_id": [
            _holder(s, {c["committee_id"]: c["geometry"] for c in committees}) for s in shapes
        ],
        "service_grid_id": None,
        "estate_id": None,
        "courtyard_id": None,
        "stairwells": pd.array([pd.NA] * len(shapes), dtype="Int64"),
        "part": 0,
    } | given
    layers = {
        "buildings": gpd.GeoDataFrame(data, geometry=shapes, crs=CRS),
        "street_offices": gpd.GeoDataFrame(
            {"street_office_id": list(offices), "name": list(offices)},
            geometry=list(offices.values()),
            crs=CRS,
        ),
    }
    if barriers:
        layers["barriers"] = gpd.GeoDataFrame(
            {"kind": "x", "crossable": [c for _, c in barriers]},
            geometry=[g for g, _ in barriers],
            crs=CRS,
        )
    if committees:
        frame = gpd.GeoDataFrame(list(committees), geometry="geometry", crs=CRS)
        for name, value in (("old_town", False), ("frozen_reason", None), ("frozen_until", None)):
            if name not in frame:
                frame[name] = value
        layers["committees"] = frame
    if estates:
        frame = gpd.GeoDataFrame(list(estates), geometry="geometry", crs=CRS)
        for name in ("standalone_reason", "property_managed", "keep_with", "keep_apart"):
            if name not in frame:
                frame[name] = None
        layers["estates"] = frame
    return Survey(layers, CRS, CRS, "0")


def _holder(shape: BaseGeometry, areas: Mapping[str, BaseGeometry]) -> str | None:
    shares = {name: shape.intersection(a).area for name, a in areas.items()}
    best = max(shares, key=lambda n: shares[n], default=None)
    return best if best is not None and shares[best] > 0 else None


def made(survey: Survey, rules: Profile = PROFILE) -> tuple[Cells, list[Finding]]:
    return cut(survey, rules, RunSettings())


def shapes_of(cells: Cells) -> np.ndarray:
    return np.asarray(cells.frame.geometry.array, dtype=object)


def cell(cells: Cells, name: str, part: int = 0) -> BaseGeometry:
    frame = cells.frame
    return frame.geometry[(frame["building_id"] == name) & (frame["part"] == part)].iloc[0]


def edge(cells: Cells, one: str, other: str) -> tuple[float, int] | None:
    """(length, barrier) between the cells of two whole buildings."""
    ids = cells.frame["building_id"].tolist()
    i, j = sorted((ids.index(one), ids.index(other)))
    hit = np.flatnonzero((cells.a == i) & (cells.b == j))
    return (float(cells.length[hit[0]]), int(cells.barrier[hit[0]])) if len(hit) else None


def assert_tiles(cells: Cells, survey: Survey) -> None:
    """What always holds: a valid coverage, each office's land exactly, edges inside one office."""
    shapes = shapes_of(cells)
    frame = cells.frame
    assert not shapely.is_missing(shapes).any()
    assert shapely.is_valid(shapes).all()
    assert shapely.coverage_is_valid(shapes)
    assert (shapely.area(shapes) > 0).all()
    offices = survey.layers["street_offices"]
    for name, land in zip(offices["street_office_id"], offices.geometry, strict=True):
        mine = shapely.union_all(shapes[(frame["street_office_id"] == name).to_numpy()])
        # vertices lie on the millimetre grid: half a millimetre along the outline may go
        assert mine.symmetric_difference(land).area <= 1e-6 * land.area + 0.0005 * land.length
    ids = frame["street_office_id"].to_numpy()
    assert (cells.a < cells.b).all()
    assert (ids[cells.a] == ids[cells.b]).all()
    piece = frame["piece"].to_numpy()
    crossed = piece[cells.a] != piece[cells.b]
    assert (cells.barrier[crossed] == UNCROSSABLE).all()
