"""Offsets of map encryption (GCJ-02, BD-09), looked for against a trusted layer on request.

The shift varies from place to place (about 0.5 km and 1.3 km), so no single vector takes it out.
It is reported and never converted: the survey is refused nothing and changed in nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.strtree import STRtree

from redistrict.model.finding import Finding
from redistrict.model.survey import Survey
from redistrict.survey import crs as crs_
from redistrict.survey.sandbox import SafeLayer, open_sandboxed, refusal, shapes_in
from redistrict.survey.values import clean_text

Points = NDArray[np.float64]

NEEDED = 5
"""Places compared below which nothing is said."""
NOTABLE_M = 10.0
"""A median offset below this is survey noise."""
_FAR_M = 100.0
"""Distances beyond it say nothing more about how well a hypothesis fits."""

_A = 6378245.0  # Krasovsky 1940, as the published GCJ-02 formula has it
_EE = 0.00669342162296594323


def gcj02(lonlat: Points) -> Points:
    """WGS84 longitude/latitude (n, 2) as GCJ-02 shows them (the public reverse-engineered form)."""
    x, y = lonlat[:, 0] - 105.0, lonlat[:, 1] - 35.0
    root = np.sqrt(np.abs(x))
    waves = 20.0 * np.sin(6.0 * np.pi * x) + 20.0 * np.sin(2.0 * np.pi * x)
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north += (
        waves
        + 20.0 * np.sin(np.pi * y)
        + 40.0 * np.sin(np.pi * y / 3.0)
        + 160.0 * np.sin(np.pi * y / 12.0)
        + 320.0 * np.sin(np.pi * y / 30.0)
    ) * (2.0 / 3.0)
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east += (
        waves
        + 20.0 * np.sin(np.pi * x)
        + 40.0 * np.sin(np.pi * x / 3.0)
        + 150.0 * np.sin(np.pi * x / 12.0)
        + 300.0 * np.sin(np.pi * x / 30.0)
    ) * (2.0 / 3.0)
    latitude = np.radians(lonlat[:, 1])
    magic = 1.0 - _EE * np.sin(latitude) ** 2
    d_lat = north * 180.0 / ((_A * (1.0 - _EE)) / (magic * np.sqrt(magic)) * np.pi)
    d_lon = east * 180.0 / (_A / np.sqrt(magic) * np.cos(latitude) * np.pi)
    return lonlat + np.column_stack((d_lon, d_lat))


def bd09(lonlat: Points) -> Points:
    """WGS84 longitude/latitude (n, 2) as BD-09 shows them: GCJ-02, then Baidu's own shift."""
    x, y = gcj02(lonlat).T
    turn = np.pi * 3000.0 / 180.0
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * turn)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * turn)
    return np.column_stack((radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006))


_CAUSES: dict[str, Callable[[Points], Points]] = {"GCJ-02": gcj02, "BD-09": bd09}


def compare(survey: Survey, trusted: Path) -> list[Finding]:
    """Offset of the buildings against features of ``trusted`` and its likeliest cause.

    Features are paired by ``building_id`` where the trusted file has it, else each goes with the
    nearest building. Raises SurveyError where the trusted file cannot be read.
    """
    safe = open_sandboxed(trusted, ("trusted",), single="trusted").layers
    layer = next((s for s in safe if s.shapes is not None), None)
    if layer is None:
        raise refusal("layer-missing", trusted.name, "trusted")
    located = crs_.settle(layer, None)
    shapes = crs_.move(shapes_in(layer), located.crs, crs_.WGS84)
    present = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    lonlat = shapely.get_coordinates(shapely.centroid(shapes[present]))
    buildings = survey.layers["buildings"]
    ids = _ids(layer)
    pairs = _pairs(ids[present], buildings) if ids is not None else None
    if pairs is not None and len(pairs[0]) >= NEEDED:
        lonlat = lonlat[pairs[0]]
        buildings = buildings.iloc[pairs[1]]
        offset = _paired(buildings, survey.working_crs)
    else:
        offset = _nearest(buildings, survey.working_crs)
    if len(lonlat) < NEEDED:
        params = {"count": len(lonlat), "needed": NEEDED}
        return [Finding("offset-too-few", "warning", "buildings", params=params, rows=0)]
    return [_judge(lonlat, offset)]


def _ids(layer: SafeLayer) -> NDArray[np.object_] | None:
    if "building_id" not in layer.columns.schema.names:
        return None
    cells = layer.columns.column("building_id").to_pylist()
    return np.array([clean_text(v) for v in cells], dtype=object)


def _pairs(
    ids: NDArray[np.object_], buildings: gpd.GeoDataFrame
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    rows: dict[str, int] = {}
    for row, name in enumerate(buildings["building_id"]):
        rows.setdefault(name, row)
    found = np.array([rows.get(i, -1) if i is not None else -1 for i in ids], dtype=np.int64)
    return np.flatnonzero(found >= 0), found[found >= 0]


def _paired(buildings: gpd.GeoDataFrame, working: str) -> Callable[[Points], Points]:
    centres = shapely.get_coordinates(shapely.centroid(np.array(buildings.geometry.array)))

    def offset(lonlat: Points) -> Points:
        return centres - _to_working(lonlat, working)

    return offset


def _nearest(buildings: gpd.GeoDataFrame, working: str) -> Callable[[Points], Points]:
    shapes = np.array(buildings.geometry.array, dtype=object)
    tree = STRtree(shapes)

    def offset(lonlat: Points) -> Points:
        points = shapely.points(_to_working(lonlat, working))
        near = tree.nearest(points)
        ends = shapely.get_coordinates(shapely.shortest_line(points, shapes[near]))
        return ends[1::2] - ends[0::2]

    return offset


def _to_working(lonlat: Points, working: str) -> Points:
    x, y = crs_.transformer(crs_.WGS84, working).transform(lonlat[:, 0], lonlat[:, 1])
    return np.column_stack((x, y))


def _judge(lonlat: Points, offset: Callable[[Points], Points]) -> Finding:
    as_is = offset(lonlat)
    east, north = np.median(as_is, axis=0)
    median = float(np.median(np.hypot(*as_is.T)))
    fit = {cause: np.hypot(*offset(move(lonlat)).T) for cause, move in _CAUSES.items()}
    cause = min(fit, key=lambda c: (float(np.minimum(fit[c], _FAR_M).mean()), c))
    misfit = float(np.minimum(fit[cause], _FAR_M).mean())
    now = float(np.minimum(np.hypot(*as_is.T), _FAR_M).mean())
    params = {
        "count": len(lonlat),
        "median_m": round(median, 2),
        "east_m": round(float(east), 2),
        "north_m": round(float(north), 2),
    }
    left = float(np.median(fit[cause]))
    if left < NOTABLE_M and misfit < now / 2:
        params = {**params, "cause": cause, "left_m": round(left, 2)}
        return Finding("offset-suspected", "warning", "buildings", params=params, rows=0)
    code = "offset-none" if median < NOTABLE_M else "offset-unexplained"
    return Finding(code, "info" if code == "offset-none" else "warning", "buildings",
                   params=params, rows=0)  # fmt: skip
