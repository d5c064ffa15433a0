"""Threads: bits of an area too narrow to walk, handed to the neighbour they lie along."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from redistrict.planar.crossings import Geometries
from redistrict.planar.shared import shared_segments

Ints = NDArray[np.int64]
WIDTH_M = 1.0
LENGTH_M = 3.0
_GRID_M = 0.001
_FOOTPRINT_M2 = 0.5
_ROUNDS = 3


def without_threads(
    shapes: Geometries, zone: Ints, parent: Ints, footprints: Geometries, of: Ints
) -> Geometries:
    """A coverage (k,) in which spikes narrower than `WIDTH_M` over `LENGTH_M` changed sides.

    Found by morphological opening (Serra 1982). Land stays in its ``zone`` (k,), if possible in
    its ``parent`` (k,). A thread that holds ground of a footprint (m,) of its area, ``of`` (m,),
    or on which a part of the area hangs, stays.
    """
    for _ in range(_ROUNDS):
        given = _one_round(shapes, zone, parent, footprints, of)
        if given is None:
            break
        shapes = given
    return shapes


def _one_round(
    shapes: Geometries, zone: Ints, parent: Ints, footprints: Geometries, of: Ints
) -> Geometries | None:
    thread, owner = _threads(shapes)
    kept = _loose(shapes, thread, owner) & ~_built_on(thread, owner, footprints, of)
    thread, owner = thread[kept], owner[kept]
    if not len(thread):
        return None
    faces, label, is_thread = _faces(shapes, thread, owner)
    taker = _takers(faces, label, is_thread, zone, parent)
    if (taker < 0).all():
        return None
    label = np.where(taker >= 0, taker, label)
    order = np.argsort(label, kind="stable")
    bounds = np.searchsorted(label[order], np.arange(len(shapes) + 1))
    out = np.array(
        [
            shapely.normalize(shapely.coverage_union_all(faces[order[i:j]]))
            for i, j in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True)
        ],
        dtype=object,
    )
    fewer = shapely.get_num_geometries(out) <= shapely.get_num_geometries(shapes)
    return out if fewer.all() and shapely.coverage_is_valid(out) else None


def _threads(shapes: Geometries) -> tuple[Geometries, Ints]:
    """What opening removes and is long enough, and the area each piece belongs to."""
    half = WIDTH_M / 2
    core = shapely.buffer(shapes, -half, join_style="mitre")
    # dilated a little more than eroded, so that what stays is more than the rounding of corners
    opened = shapely.buffer(core, half * 1.02, join_style="mitre")
    rest, owner = shapely.get_parts(shapely.difference(shapes, opened), return_index=True)
    long = (shapely.length(rest) / 2 > LENGTH_M) & (shapely.get_type_id(rest) == 3)
    return rest[long], owner[long].astype(np.int64)


def _loose(shapes: Geometries, thread: Geometries, owner: Ints) -> NDArray[np.bool_]:
    """Threads without which their area has no more parts than with them."""
    rest = shapely.difference(shapes[owner], thread, grid_size=_GRID_M)
    parts, of = shapely.get_parts(rest, return_index=True)
    count = np.bincount(of[shapely.area(parts) > 0.01], minlength=len(thread))
    return (count <= shapely.get_num_geometries(shapes[owner])) & (count > 0)


def _built_on(
    thread: Geometries, owner: Ints, footprints: Geometries, of: Ints
) -> NDArray[np.bool_]:
    out = np.zeros(len(thread), dtype=bool)
    if len(thread):
        i, foot = shapely.STRtree(footprints).query(thread, predicate="intersects")
        own = of[foot] == owner[i]
        i, foot = i[own], foot[own]
        common = shapely.area(shapely.intersection(thread[i], footprints[foot]))
        out[i[common > _FOOTPRINT_M2]] = True
    return out


def _faces(
    shapes: Geometries, thread: Geometries, owner: Ints
) -> tuple[Geometries, Ints, NDArray[np.bool_]]:
    """The areas cut at their threads: faces, the area of each, and which are threads."""
    touched = np.unique(shapely.STRtree(shapes).query(thread, predicate="intersects")[1])
    near = np.zeros(len(shapes), dtype=bool)
    near[touched] = True
    lines = np.r_[shapely.boundary(shapes[near]), shapely.boundary(thread)]
    noded = shapely.union_all(lines, grid_size=_GRID_M)
    pieces = shapely.get_parts(shapely.polygonize([noded]))
    inner = shapely.point_on_surface(pieces)
    label = _holder(shapes, inner)
    pieces, inner, label = pieces[label >= 0], inner[label >= 0], label[label >= 0]
    inside = near[label]  # polygonising also fills the holes that far areas leave
    pieces, inner, label = pieces[inside], inner[inside], label[inside]
    mark = _holder(thread, inner)
    is_thread = (mark >= 0) & (owner[mark] == label)
    rest, number = shapely.get_parts(shapes[~near], return_index=True)
    return (
        np.r_[pieces, rest],
        np.r_[label, np.flatnonzero(~near)[number]],
        np.r_[is_thread, np.zeros(len(rest), dtype=bool)],
    )


def _holder(polygons: Geometries, points: Geometries) -> Ints:
    out = np.full(len(points), len(polygons), dtype=np.int64)
    point, polygon = shapely.STRtree(polygons).query(points, predicate="intersects")
    np.minimum.at(out, point, polygon)
    return np.where(out == len(polygons), -1, out)


def _takers(
    faces: Geometries, label: Ints, is_thread: NDArray[np.bool_], zone: Ints, parent: Ints
) -> Ints:
    """(f,) the area each thread goes to, -1 where it stays: same zone, then same parent, then the
    longest border."""
    a, b, length, _ = shared_segments(faces).pairs(len(faces))
    face, other, border = np.r_[a, b], np.r_[b, a], np.r_[length, length]
    fit = is_thread[face] & ~is_thread[other] & (label[face] != label[other])
    fit &= zone[label[face]] == zone[label[other]]
    face, to, border = face[fit], label[other[fit]], border[fit]
    taker = np.full(len(faces), -1, dtype=np.int64)
    if not len(face):
        return taker
    width = len(zone)
    key, inverse = np.unique(face * width + to, return_inverse=True)
    total = np.round(np.bincount(inverse, weights=border), 3)
    face, to = key // width, key % width
    foreign = parent[label[face]] != parent[to]
    order = np.lexsort((to, -total, foreign, face))
    first = order[np.unique(face[order], return_index=True)[1]]
    taker[face[first]] = to[first]
    return taker
