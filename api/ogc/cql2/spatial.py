"""Spatial predicates (DE-9IM, by GEOS) and geometry literals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import shapely
import shapely.geometry

from api.errors import BadRequest
from api.ogc.cql2.table import Column

PREDICATES: Mapping[str, Callable[[Any, Any], Any]] = {
    "s_intersects": shapely.intersects,
    "s_disjoint": shapely.disjoint,
    "s_equals": shapely.equals,
    "s_touches": shapely.touches,
    "s_within": shapely.within,
    "s_contains": shapely.contains,
    "s_crosses": shapely.crosses,
    "s_overlaps": shapely.overlaps,
}
_TYPES = frozenset(
    ("Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon")
)


def related(op: str, left: Column, right: Column) -> Column:
    """Whether the shapes of ``left`` and ``right`` stand in the relation ``op``."""
    known = left.known & right.known
    if "nothing" in (left.kind, right.kind):
        return Column("boolean", np.zeros_like(known), np.zeros_like(known))
    if left.kind != "geometry" or right.kind != "geometry":
        raise BadRequest("filter-types", operator=op)
    for side in (left, right):
        if not side.values.shape:
            shapely.prepare(side.values[()])
    try:
        answer = PREDICATES[op](left.values, right.values)
    except shapely.GEOSException:
        raise _bad("invalid") from None
    return Column("boolean", np.asarray(answer, dtype=np.bool_), known)


def geometry_literal(node: Mapping[str, Any]) -> Any:
    """The shape of a GeoJSON geometry or a ``bbox`` (2D or 3D); raises BadRequest."""
    try:
        if "bbox" in node:
            return _box([float(v) for v in node["bbox"]])
        if node.get("type") == "GeometryCollection":
            shape = shapely.GeometryCollection([geometry_literal(g) for g in node["geometries"]])
        elif node.get("type") in _TYPES:
            shape = shapely.geometry.shape({k: node[k] for k in ("type", "coordinates")})
        else:
            raise _bad("type")
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, shapely.GEOSException):
        raise _bad("coordinates") from None
    if shape.is_empty or not np.isfinite(shape.bounds).all():
        raise _bad("empty")
    if not shape.is_valid:
        raise _bad("invalid")
    return shapely.force_2d(shape)


def _box(numbers: list[float]) -> Any:
    if len(numbers) == 6:
        numbers = [numbers[0], numbers[1], numbers[3], numbers[4]]
    if len(numbers) != 4 or not np.isfinite(numbers).all():
        raise _bad("bbox")
    west, south, east, north = numbers
    if south > north:
        raise _bad("bbox")
    if west > east:  # across the antimeridian
        return shapely.union(
            shapely.box(west, south, 180, north), shapely.box(-180, south, east, north)
        )
    return shapely.box(west, south, east, north)


def _bad(why: str) -> BadRequest:
    return BadRequest("filter-geometry", why=why)
