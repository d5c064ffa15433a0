"""Geometry of one layer: every row ends with a valid polygon, or is dropped and reported."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from redistrict.model.errors import SurveyError
from redistrict.model.finding import Finding
from redistrict.planar.crossings import Geometries, count_crossings
from redistrict.repair.naming import feature_ids

MAX_CROSSINGS = 5_000
"""A ring that crosses itself more often is refused: mending takes 0.1 ms and more per crossing."""

MAX_VERTICES_TO_MEND = 500_000
"""Vertices of all invalid geometries of a layer together."""

POINT_FOOTPRINT_M = 4.0
"""Side of the square that stands for a building surveyed as a point."""

_POINT, _LINE, _POLYGON, _MULTIPOINT, _MULTILINE, _MULTIPOLYGON, _COLLECTION = 0, 1, 3, 4, 5, 6, 7
_POLYGONAL = (_POLYGON, _MULTIPOLYGON)


def mend_polygons(
    frame: gpd.GeoDataFrame, layer: str, points_become_squares: bool = False
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Valid Polygons or MultiPolygons in every row, the rest dropped with a finding each.

    Invalid rings are mended by `shapely.make_valid` (structure method: shells add, holes
    subtract). Raises SurveyError ``processing-limit`` where mending would not end in time.
    """
    findings: list[Finding] = []
    geometry = np.array(frame.geometry.array, dtype=object)
    ids = feature_ids(frame, layer)
    geometry = shapely.force_2d(geometry)
    if points_become_squares:
        geometry, squared = _square_points(geometry)
        if squared:
            findings.append(
                Finding(
                    "building-as-point",
                    "warning",
                    layer,
                    params={"count": squared, "side_m": POINT_FOOTPRINT_M},
                    action="square-footprint",
                    rows=0,
                )
            )
    finite = np.isfinite(shapely.bounds(geometry)).all(axis=1)
    empty = shapely.is_missing(geometry) | shapely.is_empty(geometry) | ~finite
    geometry = np.where(empty, None, geometry)
    geometry, mixed = _polygonal_parts(geometry)
    wrong = ~empty & (shapely.is_missing(geometry) | shapely.is_empty(geometry))
    invalid = ~empty & ~wrong & ~shapely.is_valid(geometry)
    _refuse_if_endless(geometry, invalid, layer, ids)
    before = geometry.copy()
    geometry[invalid] = _polygonal_parts(
        shapely.make_valid(geometry[invalid], method="structure", keep_collapsed=False)
    )[0]
    lost = invalid & (shapely.is_missing(geometry) | (shapely.area(geometry) == 0.0))

    for i in np.flatnonzero(empty):
        findings.append(Finding("geometry-empty", "error", layer, ids[i], action="dropped", rows=1))
    for i in np.flatnonzero(wrong):
        kind = shapely.get_type_id(np.array(frame.geometry.array, dtype=object)[i])
        findings.append(
            Finding(
                "geometry-type",
                "error",
                layer,
                ids[i],
                params={"type": int(kind)},
                action="dropped",
                geometry=frame.geometry.iloc[i],
            )
        )
    for i in np.flatnonzero(mixed & ~wrong & ~lost):
        findings.append(
            Finding(
                "geometry-leftover",
                "warning",
                layer,
                ids[i],
                action="part-dropped",
                geometry=before[i],
                rows=0,
            )
        )
    for i in np.flatnonzero(invalid):
        findings.append(_mended(layer, ids[i], before[i], geometry[i], bool(lost[i])))
    keep = ~(empty | wrong | lost)
    out = frame.set_geometry(gpd.GeoSeries(geometry, index=frame.index, crs=frame.crs))
    return out[keep].reset_index(drop=True), findings


def _mended(
    layer: str, feature_id: str, before: shapely.Geometry, after: shapely.Geometry, lost: bool
) -> Finding:
    if lost:
        return Finding(
            "geometry-without-area",
            "error",
            layer,
            feature_id,
            params={"reason": shapely.is_valid_reason(before)},
            action="dropped",
        )
    return Finding(
        "geometry-invalid",
        "warning",
        layer,
        feature_id,
        params={"reason": shapely.is_valid_reason(before), "area_m2": round(after.area, 2)},
        action="made-valid",
        geometry=after,
        rows=0,
    )


def _square_points(geometry: Geometries) -> tuple[Geometries, int]:
    kind = shapely.get_type_id(geometry)
    single = ((kind == _POINT) | (kind == _MULTIPOINT)) & ~shapely.is_empty(geometry)
    if single.any():
        centre = shapely.get_coordinates(shapely.centroid(geometry[single]))
        half = POINT_FOOTPRINT_M / 2
        geometry = geometry.copy()
        geometry[single] = shapely.box(*(centre - half).T, *(centre + half).T)
    return geometry, int(single.sum())


def _polygonal_parts(geometry: Geometries) -> tuple[Geometries, NDArray[np.bool_]]:
    """Polygons of each geometry; True where something that is no polygon was left behind."""
    kind = shapely.get_type_id(geometry)
    other = ~np.isin(kind, _POLYGONAL) & (kind >= 0)
    if not other.any():
        return geometry, other
    out = geometry.copy()
    for i in np.flatnonzero(other):
        parts = shapely.get_parts(shapely.get_parts(geometry[i]))
        polygons = parts[shapely.get_type_id(parts) == _POLYGON]
        if len(polygons) == 0:
            out[i] = None
        elif len(polygons) == 1:
            out[i] = polygons[0]
        else:
            # parts of a collection may overlap: made valid as one by the caller
            out[i] = shapely.multipolygons(polygons)
    return out, other & ~shapely.is_missing(out)


def _refuse_if_endless(
    geometry: Geometries, invalid: NDArray[np.bool_], layer: str, ids: list[str]
) -> None:
    rows = np.flatnonzero(invalid)
    vertices = shapely.get_num_coordinates(geometry[rows])
    if vertices.sum() > MAX_VERTICES_TO_MEND:
        worst = int(rows[np.argmax(vertices)])
        raise SurveyError(_limit(layer, ids[worst], "vertices", MAX_VERTICES_TO_MEND))
    left = 4 * MAX_CROSSINGS
    for i in rows:
        found = count_crossings(geometry[i : i + 1], min(left, MAX_CROSSINGS))
        left -= found
        if found >= MAX_CROSSINGS or left <= 0:
            raise SurveyError(_limit(layer, ids[i], "crossings", MAX_CROSSINGS))


def _limit(layer: str, feature_id: str, measure: str, limit: int) -> Finding:
    return Finding(
        "processing-limit",
        "error",
        layer,
        feature_id,
        params={"measure": measure, "limit": limit},
        action="refused",
    )


def mend_any(frame: gpd.GeoDataFrame, layer: str) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Points, lines and polygons as they are, invalid polygons mended, empty rows dropped."""
    geometry = np.array(frame.geometry.array, dtype=object)
    polygonal = np.isin(shapely.get_type_id(geometry), _POLYGONAL)
    mended, findings = mend_polygons(frame[polygonal], layer)
    rest = frame[~polygonal]
    if len(rest) == 0:
        return mended, findings
    other = shapely.force_2d(np.array(rest.geometry.array, dtype=object))
    finite = np.isfinite(shapely.bounds(other)).all(axis=1)
    empty = shapely.is_missing(other) | shapely.is_empty(other) | ~finite
    ids = feature_ids(rest, layer)
    findings += [
        Finding("geometry-empty", "error", layer, ids[i], action="dropped")
        for i in np.flatnonzero(empty)
    ]
    rest = rest.set_geometry(gpd.GeoSeries(other, index=rest.index, crs=rest.crs))[~empty]
    together = gpd.GeoDataFrame(pd.concat([mended, rest]), crs=frame.crs)
    return together.reset_index(drop=True), findings
