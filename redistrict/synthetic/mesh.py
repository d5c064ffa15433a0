"""Lots as one planar mesh: common nodes, polygons with identical shared vertices, neighbours."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass

import numpy as np
import shapely

from redistrict.synthetic.land import Bools, Floats, Geometries, Ints, Lot, Rect
from redistrict.synthetic.streets import MM
from redistrict.synthetic.warp import Warp

Lines = dict[int, list[int]]
"""Nodes on each lattice line, sorted."""

REACH_M = 110
"""A straight stretch of boundary is at most this long, so that bends stay smooth."""


@dataclass(frozen=True)
class Mesh:
    """``polygons``: one per lot, a valid coverage in the city's CRS."""

    polygons: Geometries
    centre: Floats
    """(n, 2) middle of each lot, lattice metres."""
    edge_a: Ints
    """(m,) lots on the two sides of each common border, a < b."""
    edge_b: Ints
    edge_length: Floats
    segments: Segments


@dataclass(frozen=True)
class Segments:
    """Every piece of lot boundary once: (s,) arrays, lattice millimetres."""

    u0: Ints
    v0: Ints
    u1: Ints
    v1: Ints
    left: Ints
    """Lot on one side."""
    right: Ints
    """Lot on the other, -1 at the edge of the city."""

    @property
    def horizontal(self) -> Bools:
        return self.v0 == self.v1


def build_mesh(lots: list[Lot], warp: Warp, crs: str, reach_m: int = REACH_M) -> Mesh:
    """Join the lots' rectangles: every corner of one lies on the border of its neighbours."""
    rects = np.array([lot.rect for lot in lots], dtype=np.int64)
    level, upright = _nodes_by_line(rects, reach_m * MM)
    traced = [_ring(lot.rect, level, upright) for lot in lots]
    size = np.array([len(ring) for ring in traced], dtype=np.int64)
    flat = np.array([node for ring in traced for node in ring], dtype=np.int64)
    coords = warp.points(flat[:, 0] / MM, flat[:, 1] / MM, crs)
    owner = np.repeat(np.arange(len(lots)), size)
    rings = shapely.linearrings(coords, indices=owner)
    polygons = np.asarray(shapely.polygons(rings), dtype=np.object_)
    segments = _segments(flat, owner)
    inner = segments.right >= 0
    pair = np.sort(np.column_stack([segments.left, segments.right])[inner], axis=1)
    length = (np.abs(segments.u1 - segments.u0) + np.abs(segments.v1 - segments.v0))[inner] / MM
    pairs, number = np.unique(pair, axis=0, return_inverse=True)
    return Mesh(
        polygons=polygons,
        centre=np.column_stack([rects[:, [0, 2]].mean(axis=1), rects[:, [1, 3]].mean(axis=1)]) / MM,
        edge_a=pairs[:, 0],
        edge_b=pairs[:, 1],
        edge_length=np.bincount(number.ravel(), length, len(pairs)).astype(np.float64),
        segments=segments,
    )


def _nodes_by_line(rects: Ints, reach: int) -> tuple[Lines, Lines]:
    """Nodes on each horizontal line (v -> sorted u) and each vertical line (u -> sorted v)."""
    corners_u = rects[:, [0, 2, 2, 0]].ravel()
    corners_v = rects[:, [1, 1, 3, 3]].ravel()
    return _grouped(corners_v, corners_u, reach), _grouped(corners_u, corners_v, reach)


def _grouped(line: Ints, position: Ints, reach: int) -> Lines:
    both = np.unique(np.column_stack([line, position]), axis=0)
    keys, first = np.unique(both[:, 0], return_index=True)
    groups = np.split(both[:, 1], first[1:])
    return {int(k): _dense(g, reach).tolist() for k, g in zip(keys, groups, strict=True)}


def _dense(at: Ints, reach: int) -> Ints:
    """Add evenly spaced nodes where two neighbours on a line lie far apart."""
    gap = np.diff(at)
    pieces = -(-gap // reach)
    if not len(gap) or pieces.max() == 1:
        return at
    start = np.repeat(at[:-1], pieces)
    within = np.arange(len(start)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    return np.r_[start + within * np.repeat(gap, pieces) // np.repeat(pieces, pieces), at[-1]]


def _ring(rect: Rect, level: Lines, upright: Lines) -> list[tuple[int, int]]:
    """The closed ring of a lot through every node on its border."""
    u0, v0, u1, v1 = rect
    ring = [(u, v0) for u in _between(level[v0], u0, u1)]
    ring += [(u1, v) for v in _between(upright[u1], v0, v1)[1:]]
    ring += [(u, v1) for u in _between(level[v1], u0, u1)[-2::-1]]
    ring += [(u0, v) for v in _between(upright[u0], v0, v1)[-2::-1]]
    return ring


def _between(nodes: list[int], low: int, high: int) -> list[int]:
    return nodes[bisect_left(nodes, low) : bisect_right(nodes, high)]


def _segments(flat: Ints, owner: Ints) -> Segments:
    """Pair up the boundary pieces of neighbouring lots."""
    same = owner[1:] == owner[:-1]
    start, end, lot = flat[:-1][same], flat[1:][same], owner[:-1][same]
    swap = (start[:, 0] > end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] > end[:, 1]))
    low = np.where(swap[:, None], end, start)
    high = np.where(swap[:, None], start, end)
    key = np.column_stack([low, high])
    order = np.lexsort((lot, key[:, 3], key[:, 2], key[:, 1], key[:, 0]))
    key, lot = key[order], lot[order]
    new = np.r_[True, (key[1:] != key[:-1]).any(axis=1)]
    first = np.flatnonzero(new)
    twice = np.diff(np.r_[first, len(key)]) == 2
    right = np.full(len(first), -1, dtype=np.int64)
    right[twice] = lot[first[twice] + 1]
    k = key[first]
    return Segments(k[:, 0], k[:, 1], k[:, 2], k[:, 3], lot[first], right)


def dissolve(polygons: Geometries, label: Ints, n: int) -> Geometries:
    """Union of a coverage by dense label; shared vertices stay where they are."""
    order = np.argsort(label, kind="stable")
    cut = np.searchsorted(label[order], np.arange(n + 1))
    return np.array(
        [shapely.coverage_union_all(polygons[order[cut[k] : cut[k + 1]]]) for k in range(n)],
        dtype=object,
    )
