"""Coordinate reference systems: what a layer is in, what the survey is in, where we work."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from redistrict.model.finding import Finding
from redistrict.survey.sandbox import SafeLayer, refusal

WGS84 = "EPSG:4326"
_BALLPARK_DATUMS = ("xian", "beijing 1954", "beijing_1954", "西安", "北京54")
_WIDEST_DEGREES = 15.0
"""No city is wider."""
Bounds = tuple[float, float, float, float]


@dataclass(frozen=True)
class Located:
    """A layer's CRS, settled. ``name``: ``EPSG:n`` where it is one, else WKT2."""

    crs: CRS
    name: str
    findings: tuple[Finding, ...] = ()


def settle(layer: SafeLayer, stated: str | None) -> Located:
    """The CRS of one layer; ``stated`` is what the user says where the file says nothing.

    Raises SurveyError: ``crs-missing``, ``crs-unknown``, ``crs-mismatch``,
    ``coordinate-out-of-range``, ``coordinate-out-of-area``.
    """
    if stated is not None and parse(stated) is None:  # nonsense, whether it is needed or not
        raise refusal("crs-unknown", layer.file, layer.layer, crs=stated[:80])
    bounds = bounds_of(layer.shapes)
    # a format's default (GeoJSON, KML: WGS84) holds where the coordinates are degrees
    keep = layer.crs_stated or stated is None or _degrees(bounds)
    declared = layer.crs if keep else None
    text = declared or stated
    if text is None:
        raise refusal("crs-missing", layer.file, layer.layer, candidates=candidates(bounds))
    crs = parse(text)
    if crs is None:
        raise refusal("crs-unknown", layer.file, layer.layer, crs=text[:80])
    named = name_of(crs)
    findings: list[Finding] = []
    if declared is None and stated is not None:
        params = {"file": layer.file, "crs": named[:80]}
        findings.append(Finding("crs-as-stated", "info", layer.layer, params=params, rows=0))
    if bounds is not None:
        _check_bounds(layer, crs, bounds, declared is not None and layer.crs_stated)
    return Located(crs, named, tuple(findings))


@functools.cache
def parse(text: str) -> CRS | None:
    """A CRS from ``EPSG:n``, URN, WKT (ESRI's too) or PROJJSON; None where it is none of them."""
    try:
        crs = CRS.from_user_input(text)
    except (CRSError, ValueError, TypeError):
        return None
    if crs.is_compound:
        crs = crs.sub_crs_list[0]
    return crs if crs.is_geographic or crs.is_projected else None


@functools.cache
def name_of(crs: CRS) -> str:
    """``EPSG:n`` where the CRS is one of EPSG's (axis order aside), else WKT2."""
    if crs.to_authority() in (("OGC", "CRS84"), ("EPSG", "4326")):
        return WGS84
    for confidence in (100, 70):
        code = crs.to_epsg(min_confidence=confidence)
        if code is not None and crs.equals(CRS.from_epsg(code), ignore_axis_order=True):
            return f"EPSG:{code}"
    # ESRI's WKT names its datum differently: equal parameters are what counts
    code = crs.to_epsg(min_confidence=70)
    return f"EPSG:{code}" if code is not None else crs.to_wkt()


def is_ballpark(crs: CRS) -> bool:
    """Xian 1980 or Beijing 1954 without parameters of its own."""
    if crs.is_bound:
        return False
    datum = (crs.datum.name if crs.datum else crs.name).casefold()
    return any(word in datum for word in _BALLPARK_DATUMS)


def is_metric(crs: CRS) -> bool:
    """Projected in metres true enough to measure in (Web Mercator's are not)."""
    if not crs.is_projected or any(a.unit_conversion_factor != 1.0 for a in crs.axis_info[:2]):
        return False
    method = crs.coordinate_operation.method_name if crs.coordinate_operation else ""
    return "transverse" in method.casefold() or "mercator" not in method.casefold()


def working(crs: CRS, name: str, bounds: Bounds) -> str:
    """The CRS to work in: the survey's own if metric, else a local one by the centre of its land.

    China: CGCS2000 three-degree zone (EPSG 4534-4554); elsewhere UTM.
    """
    if is_metric(crs):
        return name
    lon0, lat0, lon1, lat1 = to_degrees(crs, bounds)
    lon, lat = (lon0 + lon1) / 2, (lat0 + lat1) / 2
    if 73.5 <= lon < 136.5 and 17.0 <= lat <= 54.0:
        return f"EPSG:{4534 + round(lon / 3) - 25}"
    zone = min(60, int((lon + 180) // 6) + 1)
    return f"EPSG:{(32600 if lat >= 0 else 32700) + zone}"


@functools.cache
def transformer(source: CRS | str, target: CRS | str) -> Transformer:
    """x/y (longitude/latitude) in, x/y out."""
    return Transformer.from_crs(source, target, always_xy=True)


def to_degrees(crs: CRS, bounds: Bounds) -> Bounds:
    """The bounds in longitude and latitude (infinite where the projection cannot say)."""
    return transformer(crs, WGS84).transform_bounds(*bounds, densify_pts=5)


def move(shapes: NDArray[np.object_], source: CRS, target: str) -> NDArray[np.object_]:
    """The shapes in another CRS, vertex by vertex."""
    if name_of(source) == target:
        return shapes
    change = transformer(source, target)

    def transform(points: NDArray[np.float64]) -> NDArray[np.float64]:
        x, y = change.transform(points[:, 0], points[:, 1])
        return np.column_stack((x, y))

    return shapely.transform(shapes, transform)


def candidates(bounds: Bounds | None) -> str:
    """EPSG codes that coordinates of this size may be in, for the question to the user."""
    if bounds is None:
        return "?"
    x, y = (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2
    if abs(x) <= 180 and abs(y) <= 90:
        return "EPSG:4490, EPSG:4326"
    zone = int(x // 1_000_000)
    if 25 <= zone <= 45:
        return f"EPSG:{4513 + zone - 25}"
    if 13 <= zone <= 23:
        return f"EPSG:{4491 + zone - 13}"
    if 0 < x < 1_000_000 and 0 < y < 6_500_000:
        return "EPSG:4534-4554 (CGCS2000, 75°E-135°E)"
    return "?"


def bounds_of(shapes: Any) -> Bounds | None:
    if shapes is None or len(shapes) == 0:
        return None
    low_x, low_y, high_x, high_y = shapely.total_bounds(shapes)
    return None if np.isnan(low_x) else (low_x, low_y, high_x, high_y)


def _degrees(bounds: Bounds | None) -> bool:
    return bounds is not None and max(map(abs, bounds)) <= 180


def _check_bounds(layer: SafeLayer, crs: CRS, bounds: Bounds, stated: bool) -> None:
    x0, y0, x1, y1 = bounds
    place = {"x": round(float(x0), 6), "y": round(float(y0), 6)}
    width = max(abs(x0), abs(x1))
    height = max(abs(y0), abs(y1))
    if crs.is_geographic:
        if width <= 90 < height <= 180:
            raise refusal(
                "coordinate-out-of-area", layer.file, layer.layer, reason="swapped", **place
            )
        if width > 360 or height > 90:
            code = "crs-mismatch" if stated else "coordinate-out-of-range"
            raise refusal(code, layer.file, layer.layer, crs=name_of(crs)[:80],
                          candidates=candidates(bounds), **place)  # fmt: skip
        if width > 180 or x1 - x0 > _WIDEST_DEGREES or y1 - y0 > _WIDEST_DEGREES:
            raise refusal(
                "coordinate-out-of-area", layer.file, layer.layer, reason="extent", **place
            )
        return
    params = {"crs": name_of(crs)[:80], "candidates": candidates(bounds), **place}
    if width <= 180 and height <= 90:
        raise refusal("crs-mismatch", layer.file, layer.layer, **params)
    try:
        degrees = to_degrees(crs, bounds)
    except ProjError as error:
        raise refusal("crs-mismatch", layer.file, layer.layer, **params) from error
    if not np.isfinite(degrees).all() or not _in_use_area(crs, degrees):
        raise refusal("crs-mismatch", layer.file, layer.layer, **params)
    if degrees[2] - degrees[0] > _WIDEST_DEGREES or degrees[3] - degrees[1] > _WIDEST_DEGREES:
        raise refusal("coordinate-out-of-area", layer.file, layer.layer, reason="extent", **place)


def _in_use_area(crs: CRS, degrees: Bounds) -> bool:
    """Within 3 degrees of where the CRS is for; a wrong zone prefix lands far outside."""
    code = crs.to_epsg(min_confidence=70)
    area = crs.area_of_use or (CRS.from_epsg(code).area_of_use if code else None)
    if area is None:
        return degrees[2] - degrees[0] < 180
    return (
        degrees[0] >= area.west - 3
        and degrees[2] <= area.east + 3
        and degrees[1] >= area.south - 3
        and degrees[3] <= area.north + 3
    )
