"""Footprints drawn twice or over one another, and estates over one another: reported, kept."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import MultiPoint

from redistrict.model.finding import Finding
from redistrict.planar.faces import Ints
from redistrict.planar.geometries import Geometries, common_part, of_frame
from redistrict.planar.nearby import meeting_extents
from redistrict.repair.naming import feature_ids
from redistrict.repair.reporting import SMALL_M2

SAME_SHARE = 0.95
"""Two footprints whose common part is at least this share of both are one building drawn twice."""

OVERLAP_SHARE = 0.25
"""Less than this share of the smaller footprint is tracing noise."""

MOST_PAIRS = 200_000
"""Pairs looked at: ten thousand buildings at one default coordinate would make fifty million."""

_LISTED = 20


def report_overlaps(layers: dict[str, gpd.GeoDataFrame]) -> list[Finding]:
    """Findings for buildings and for estates that lie over one another; nothing is changed."""
    findings = _buildings(layers["buildings"])
    if "estates" in layers:
        findings += _estates(layers["estates"])
    return findings


def _pairs(geometry: Geometries, least: float) -> tuple[Ints, Ints, NDArray[np.float64], bool]:
    """Pairs a < b whose extents share more than ``least`` of the smaller one, and common area.

    The last says whether the search stopped at `MOST_PAIRS`.
    """
    box = shapely.bounds(geometry)
    size = (box[:, 2:] - box[:, :2]).prod(axis=1)
    groups: list[tuple[Ints, Ints]] = [(np.zeros(0, np.int64), np.zeros(0, np.int64))]
    found = 0
    for a, b in meeting_extents(geometry):
        side = np.minimum(box[a, 2:], box[b, 2:]) - np.maximum(box[a, :2], box[b, :2])
        likely = np.maximum(side, 0).prod(axis=1) > least * np.minimum(size[a], size[b])
        room = MOST_PAIRS - found
        groups.append((a[likely][:room], b[likely][:room]))
        found += int(likely.sum())
        if found >= MOST_PAIRS:
            break
    a, b = (np.concatenate(side) for side in zip(*groups, strict=True))
    order = np.lexsort((b, a))
    a, b = a[order], b[order]
    common = shapely.area(shapely.intersection(geometry[a], geometry[b]))
    return a, b, common, found >= MOST_PAIRS


def _buildings(frame: gpd.GeoDataFrame) -> list[Finding]:
    geometry = of_frame(frame)
    names = feature_ids(frame, "buildings")
    area = shapely.area(geometry)
    a, b, common, stopped = _pairs(geometry, OVERLAP_SHARE)
    smaller, larger = np.minimum(area[a], area[b]), np.maximum(area[a], area[b])
    same = common >= SAME_SHARE * larger
    over = ~same & (common > OVERLAP_SHARE * smaller)
    findings: list[Finding] = []
    for code, chosen in (("footprint-duplicate", same), ("footprint-overlap", over)):
        where = np.flatnonzero(chosen)
        if len(where) == 0:
            continue
        listed = sorted(sorted((names[a[k]], names[b[k]])) for k in where)[:_LISTED]
        findings.append(
            Finding(
                code,
                "warning" if code == "footprint-duplicate" else "info",
                "buildings",
                params={
                    "count": len(where),
                    "pairs": listed,
                    "area_m2": round(float(common[where].sum()), 2),
                    "at_least": stopped,
                },
                action="kept",
                geometry=MultiPoint(
                    shapely.get_coordinates(shapely.centroid(geometry[a[where[:_LISTED]]]))
                ),
                rows=0,
            )
        )
    return findings


def _estates(frame: gpd.GeoDataFrame) -> list[Finding]:
    geometry = of_frame(frame)
    names = feature_ids(frame, "estates")
    a, b, common, _ = _pairs(geometry, 0.0)
    return [
        Finding(
            "estate-overlap",
            "warning",
            "estates",
            min(names[i], names[j]),
            params={"other": max(names[i], names[j]), "area_m2": round(float(m), 2)},
            action="kept",
            geometry=common_part(geometry[i], geometry[j]),
            rows=0,
        )
        for i, j, m in zip(a, b, common, strict=True)
        if m >= SMALL_M2
    ]
