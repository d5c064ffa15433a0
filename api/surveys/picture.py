"""A survey to look at before it is run: where its findings lie, and what its columns hold."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from api.surveys.check import AT_ONCE
from redistrict import profiles, repair, survey
from redistrict.model.finding import Finding

DRAWN = ("street_offices", "committees", "estates", "barriers")
LOOSE_M = 1.0
"""Metres that an outline on the picture may be off by."""
FINE = 1_000_000


def columns(source: Path, encoding: str | None) -> list[dict[str, Any]]:
    """`redistrict.survey.look` as JSON."""
    with AT_ONCE:
        return [asdict(one) for one in survey.look(source, encoding)]


def picture(source: Path) -> dict[str, Any]:
    """``layers``: outlines as GeoJSON; ``buildings``: ``[lon, lat, ...]`` in steps of 1e-6 degree
    from ``origin``; ``places``: of each finding, in the order they are told, ``[west, south, east,
    north]`` or None."""
    with AT_ONCE:
        read, noticed = survey.read(source)
        mended, found = repair.repair(read, profiles.load()[0])
    change = pyproj.Transformer.from_crs(mended.working_crs, 4326, always_xy=True)
    buildings = np.asarray(mended.layers["buildings"].geometry.array, dtype=object)
    middles = shapely.get_coordinates(shapely.point_on_surface(buildings))
    lon, lat = change.transform(*middles.T)
    steps = np.rint(np.column_stack([lon, lat]) * FINE).astype(np.int64)
    origin = steps.min(axis=0) if len(steps) else np.zeros(2, dtype=np.int64)
    return {
        "layers": {name: _outlines(mended.layers[name]) for name in DRAWN if name in mended.layers},
        "origin": origin.tolist(),
        "buildings": (steps - origin).ravel().tolist(),
        "places": _places((*noticed, *found), change),
    }


def _outlines(frame: gpd.GeoDataFrame) -> dict[str, Any]:
    shapes = shapely.simplify(np.asarray(frame.geometry.array, dtype=object), LOOSE_M)
    plain = frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs))
    named = [c for c in plain.columns if c.endswith("_id") or c in ("name", "geometry", "stage")]
    return json.loads(plain[named].to_crs(4326).to_json(drop_id=True))


def _places(
    findings: Sequence[Finding], change: pyproj.Transformer
) -> list[tuple[float, float, float, float] | None]:
    found: list[tuple[float, float, float, float] | None] = []
    for finding in findings:
        shape = finding.geometry
        if shape is None or shape.is_empty:
            found.append(None)
            continue
        west, south, east, north = change.transform_bounds(*shape.bounds, densify_pts=5)
        found.append((west, south, east, north))
    return found
