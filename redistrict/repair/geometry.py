"""Geometry of one layer: every row ends with a valid polygon, or is dropped and reported."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from redistrict.model.finding import Finding
from redistrict.planar.geometries import Geometries, of_frame, rows_where, with_geometry
from redistrict.repair.limits import refuse_endless_mending
from redistrict.repair.naming import feature_ids

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
    geometry = of_frame(frame)
    ids = feature_ids(frame, layer)
    geometry = np.array(shapely.force_2d(geometry), dtype=object)
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
    geometry[empty] = None
    geometry, mixed = _polygonal_parts(geometry)
    wrong = ~empty & (shapely.is_missing(geometry) | shapely.is_empty(geometry))
    invalid = ~empty & ~wrong & ~shapely.is_valid(geometry)
    refuse_endless_mending(geometry, np.flatnonzero(invalid), layer, ids)
    before = geometry.copy()
    geometry[invalid] = _polygonal_parts(
        shapely.make_valid(geometry[invalid], method="structure", keep_collapsed=False)
    )[0]
    lost = invalid & (shapely.is_missing(geometry) | (shapely.area(geometry) == 0.0))

    findings += [
        Finding("row-without-geometry", "error", layer, ids[i], action="dropped")
        for i in np.flatnonzero(empty)
    ]
    for i in np.flatnonzero(wrong):
        place = frame.geometry.iloc[i]
        params = {"type": place.geom_type}
        findings.append(
            Finding(
                "row-of-other-geometry", "error", layer, ids[i], params=params, action="dropped",
                geometry=place,
            )
        )  # fmt: skip
    findings += [
        Finding(
            "geometry-leftover", "warning", layer, ids[i], action="part-dropped",
            geometry=before[i], rows=0,
        )
        for i in np.flatnonzero(mixed & ~wrong & ~lost)
    ]  # fmt: skip
    findings += [
        _mended(layer, ids[i], before[i], geometry[i], bool(lost[i]))
        for i in np.flatnonzero(invalid)
    ]
    keep = ~(empty | wrong | lost)
    return rows_where(with_geometry(frame, geometry), keep), findings


def _mended(
    layer: str, feature_id: str, before: BaseGeometry, after: BaseGeometry, lost: bool
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


def mend_any(frame: gpd.GeoDataFrame, layer: str) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Points, lines and polygons as they are, invalid polygons mended, empty rows dropped."""
    polygonal = np.isin(shapely.get_type_id(of_frame(frame)), _POLYGONAL)
    mended, findings = mend_polygons(rows_where(frame, polygonal), layer)
    rest = rows_where(frame, ~polygonal)
    if len(rest) == 0:
        return mended, findings
    other: Geometries = np.array(shapely.force_2d(of_frame(rest)), dtype=object)
    finite = np.isfinite(shapely.bounds(other)).all(axis=1)
    empty = shapely.is_missing(other) | shapely.is_empty(other) | ~finite
    ids = feature_ids(rest, layer)
    findings += [
        Finding("row-without-geometry", "error", layer, ids[i], action="dropped")
        for i in np.flatnonzero(empty)
    ]
    rest = rows_where(with_geometry(rest, other), ~empty)
    together = rest if len(mended) == 0 else pd.concat([mended, rest], ignore_index=True)
    return gpd.GeoDataFrame(together, crs=frame.crs), findings
