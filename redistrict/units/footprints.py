"""Which piece of land each footprint stands on, and the part of it that is its own.

Surveyed footprints overlap, poke over office lines, stand in rivers or on one another. What the
land is cut around are *stands*: disjoint, inside one piece of land, never empty.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from shapely.geometry.base import BaseGeometry

from redistrict.units.land import Bools, Geometries, Ints, Land
from redistrict.units.slices import slices

LEAST_M2 = 0.5
"""A stand smaller than this is no place to grow a cell from."""
_LEAST_SHARE = 0.02
_COMMON_SHARE = 0.5
_INSET_M = 0.15
_DISC_M = 1.5
_PLACE_M2 = 100.0


@dataclass(frozen=True)
class Stands:
    """(n,) per footprint: ``land``: piece of land; ``shape``: its polygon there; ``moved``: True
    where the footprint lies wholly outside its own land and the nearest spot was taken."""

    land: Ints
    shape: Geometries
    moved: Bools


def place(footprints: Geometries, domain: Ints, land: Land) -> Stands:
    """Stands of ``footprints`` (n,) on the land of their ``domain`` (n,)."""
    n = len(footprints)
    inner = shapely.get_coordinates(shapely.point_on_surface(footprints))
    piece = land.at(inner)
    sound = (piece >= 0) & (shapely.get_type_id(footprints) == 3)
    sound &= (land.domain[piece] == domain) & ~land.water[piece]
    sound &= shapely.area(footprints) >= LEAST_M2
    crossing, _ = land.segment_tree.query(footprints, predicate="intersects")
    sound[crossing] = False
    shape = footprints.copy()
    moved = np.zeros(n, dtype=bool)
    odd = np.flatnonzero(~sound)
    grounds = _Grounds(land)
    best = grounds.largest(footprints[odd], domain[odd])
    for i, (where, part) in zip(odd.tolist(), best, strict=True):
        if part is None:
            where, part = grounds.nearest(footprints[i], int(domain[i]))
            moved[i] = True
        piece[i], shape[i] = where, part
    return Stands(piece, _disjoint(shape, piece, land), moved)


class _Grounds:
    """Looks for a place on the land of a domain."""

    def __init__(self, land: Land) -> None:
        self._land = land
        area = shapely.area(land.polygons)
        self._rank = np.where(land.water, 2, np.where(area < _PLACE_M2, 1, 0))

    def largest(
        self, footprints: Geometries, domain: Ints
    ) -> list[tuple[int, BaseGeometry | None]]:
        """Per footprint the piece of its own dry land holding most of it, with that part."""
        land = self._land
        foot, piece = land.tree.query(footprints, predicate="intersects")
        own = (land.domain[piece] == domain[foot]) & ~land.water[piece]
        foot, piece = foot[own], piece[own]
        common = _largest_part(shapely.intersection(footprints[foot], land.polygons[piece]))
        area = np.round(shapely.area(common), 6)
        found: list[tuple[int, BaseGeometry | None]] = [(-1, None)] * len(footprints)
        for k in np.lexsort((-piece, area, foot)).tolist():
            if area[k] >= LEAST_M2:
                part: Any = common[k]
                found[foot[k]] = (int(piece[k]), part)
        return found

    def nearest(self, footprint: BaseGeometry, domain: int) -> tuple[int, BaseGeometry]:
        """A small spot on the nearest piece of the domain: dry if there is any, not a crumb."""
        land = self._land
        own = np.flatnonzero(land.domain == domain)
        own = own[self._rank[own] == self._rank[own].min()]
        distance = np.round(shapely.distance(land.polygons[own], footprint), 3)
        where = int(own[np.argmin(distance)])
        polygon = land.polygons[where]
        # the shortest line ends on the edge of the land: the spot is what of a disc lies inside
        at = shapely.get_point(shapely.shortest_line(footprint, polygon), -1)
        radius = _DISC_M
        while True:
            spot = _largest_part(np.array([shapely.intersection(at.buffer(radius, 4), polygon)]))[0]
            if spot.area >= min(LEAST_M2, 0.5 * polygon.area):
                return where, spot
            radius *= 2.0


def _largest_part(shapes: Geometries) -> Geometries:
    """The largest polygon of each shape; an empty polygon where there is none."""
    out = np.full(len(shapes), shapely.Polygon(), dtype=object)
    parts, owner = shapely.get_parts(shapes, return_index=True)
    parts, inner = shapely.get_parts(parts, return_index=True)
    owner = owner[inner]
    polygon = shapely.get_type_id(parts) == 3
    parts, owner = parts[polygon], owner[polygon]
    for k in np.lexsort((np.round(shapely.area(parts), 6), owner)).tolist():
        out[owner[k]] = parts[k]
    return out


def _disjoint(shapes: Geometries, piece: Ints, land: Land) -> Geometries:
    """Shapes without common area: the smaller keeps its ground, equal ones share it in strips."""
    shapes = _share_equal(shapes, piece, land)
    a, b = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pair = (a < b) & (piece[a] == piece[b])
    a, b = a[pair], b[pair]
    area = shapely.area(shapes)
    common = shapely.area(shapely.intersection(shapes[a], shapes[b]))
    real = common > 1e-3
    a, b = a[real], b[real]
    over: dict[int, list[int]] = {}
    for i, j in zip(a.tolist(), b.tolist(), strict=True):
        over.setdefault(i, []).append(j)
        over.setdefault(j, []).append(i)
    done: set[int] = set()
    out = shapes.copy()
    for i in sorted(over, key=lambda k: (round(float(area[k]), 3), k)):
        taken = [out[j] for j in over[i] if j in done]
        done.add(i)
        if not taken:
            continue
        rest = shapely.difference(shapes[i], shapely.union_all(taken))
        rest = _largest_part(np.array([rest], dtype=object))[0]
        if rest.area >= max(LEAST_M2, _LEAST_SHARE * area[i]):
            out[i] = rest
            continue
        # nothing is left of it: it shares the ground of what covers most of it
        before = [j for j in over[i] if j in done and j != i]
        shared = [float(shapely.area(shapely.intersection(shapes[i], out[j]))) for j in before]
        host = before[int(np.argmax(shared))]
        first, second = slices(out[host], 2)
        out[host], out[i] = first, second
    return out


def _share_equal(shapes: Geometries, piece: Ints, land: Land) -> Geometries:
    """Strips of the common ground where several footprints are the same."""
    key = np.column_stack([piece, np.rint(shapely.bounds(shapes) * 100), shapely.area(shapes) * 10])
    _, inverse, count = np.unique(
        np.rint(key).astype(np.int64), axis=0, return_inverse=True, return_counts=True
    )
    out = shapes.copy()
    again = np.flatnonzero(count[inverse.ravel()] > 1)
    for group in np.unique(inverse.ravel()[again]).tolist():
        same = again[inverse.ravel()[again] == group]
        ground: Any = shapes[same[0]]
        if not all(
            shapely.equals_exact(shapely.normalize(ground), shapely.normalize(s), 0.02)
            for s in shapes[same]
        ):
            continue
        if ground.area < LEAST_M2 * len(same):
            wider = shapely.box(*ground.centroid.buffer(0.5 * len(same)).bounds)
            inside = shapely.intersection(wider, land.polygons[piece[same[0]]])
            wider = _largest_part(np.array([inside], dtype=object))[0]
            ground = wider if wider.area > ground.area else ground
        out[same] = slices(ground, len(same))
    return out


def common_ground(footprints: Geometries, domain: Ints, whole: Bools) -> Ints:
    """(n,) the first row of those whose ``footprints`` (n,) share most of the smaller one's area.

    Only ``whole`` buildings of one ``domain`` count: slices of a building have their own ground.
    """
    n = len(footprints)
    rows = np.flatnonzero(whole)
    a, b = shapely.STRtree(footprints[rows]).query(footprints[rows], predicate="intersects")
    pair = a < b
    a, b = rows[a[pair]], rows[b[pair]]
    a, b = a[domain[a] == domain[b]], b[domain[a] == domain[b]]
    area = shapely.area(footprints)
    common = shapely.area(shapely.intersection(footprints[a], footprints[b]))
    most = common > _COMMON_SHARE * np.minimum(area[a], area[b])
    a, b = a[most], b[most]
    graph = coo_array((np.ones(len(a), dtype=np.int8), (a, b)), shape=(n, n))
    label = connected_components(graph, directed=False)[1]
    _, first, inverse = np.unique(label, return_index=True, return_inverse=True)
    return first[inverse].astype(np.int64)


def inset(shapes: Geometries) -> Geometries:
    """Shapes drawn in a little, so that walls which touch have ground between them."""
    width = 2.0 * shapely.area(shapes) / np.maximum(shapely.length(shapes), 1e-9)
    by = np.minimum(_INSET_M, 0.15 * width)
    smooth = shapely.simplify(shapes, 0.5 * by)
    smooth = np.where(shapely.is_empty(smooth) | ~shapely.is_valid(smooth), shapes, smooth)
    drawn = _largest_part_quick(shapely.buffer(smooth, -by, join_style="mitre", mitre_limit=2.0))
    lost = shapely.is_empty(drawn)
    if lost.any():
        drawn[lost] = shapely.buffer(shapely.point_on_surface(shapes[lost]), 0.02, quad_segs=2)
    return drawn


def _largest_part_quick(shapes: Geometries) -> Geometries:
    several = shapely.get_type_id(shapes) != 3
    out = shapes.copy()
    if several.any():
        out[several] = _largest_part(shapes[several])
    return out
