"""Lots as one planar mesh: common nodes, polygons with identical shared vertices, neighbours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from redistrict.synthetic.land import Floats, Ints, Lot, Rect
from redistrict.synthetic.streets import MM
from redistrict.synthetic.warp import Warp

_REACH = 110 * MM
"""A straight stretch of boundary is at most this long, so that bends stay smooth."""


@dataclass(frozen=True)
class Mesh:
    """``polygons``: one per lot, a valid coverage in the city's CRS."""

    polygons: np.ndarray
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
    def horizontal(self) -> np.ndarray:
        return self.v0 == self.v1


def build_mesh(lots: list[Lot], warp: Warp, crs: str) -> Mesh:
    """Join the lots' rectangles: every corner of one lies on the border of its neighbours."""
    rects = np.array([lot.rect for lot in lots], dtype=np.int64)
    level, upright = _nodes_by_line(rects)
    rings = [_ring(lot.rect, level, upright) for lot in lots]
    size = np.array([len(ring) for ring in rings], dtype=np.int64)
    flat = np.concatenate(rings)
    coords = warp.points(flat[:, 0] / MM, flat[:, 1] / MM, crs)
    owner = np.repeat(np.arange(len(lots)), size)
    polygons = shapely.polygons(shapely.linearrings(coords, indices=owner))
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
        edge_length=np.bincount(number.ravel(), length, len(pairs)),
        segments=segments,
    )


def _nodes_by_line(rects: Ints) -> tuple[dict[int, Ints], dict[int, Ints]]:
    """Nodes on each horizontal line (v -> sorted u) and each vertical line (u -> sorted v)."""
    corners_u = rects[:, [0, 2, 2, 0]].ravel()
    corners_v = rects[:, [1, 1, 3, 3]].ravel()
    return _grouped(corners_v, corners_u), _grouped(corners_u, corners_v)


def _grouped(line: Ints, position: Ints) -> dict[int, Ints]:
    both = np.unique(np.column_stack([line, position]), axis=0)
    keys, first = np.unique(both[:, 0], return_index=True)
    groups = np.split(both[:, 1], first[1:])
    return {int(k): _dense(g) for k, g in zip(keys, groups, strict=True)}


def _dense(at: Ints) -> Ints:
    """Add evenly spaced nodes where two neighbours on a line lie far apart."""
    gap = np.diff(at)
    pieces = -(-gap // _REACH)
    if not len(gap) or pieces.max() == 1:
        return at
    start = np.repeat(at[:-1], pieces)
    within = np.arange(len(start)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    return np.r_[start + within * np.repeat(gap, pieces) // np.repeat(pieces, pieces), at[-1]]


def _ring(rect: Rect, level: dict[int, Ints], upright: dict[int, Ints]) -> Ints:
    u0, v0, u1, v1 = rect
    south, north = _between(level[v0], u0, u1), _between(level[v1], u0, u1)
    east, west = _between(upright[u1], v0, v1), _between(upright[u0], v0, v1)
    return np.concatenate(
        [
            np.column_stack([south[:-1], np.full(len(south) - 1, v0)]),
            np.column_stack([np.full(len(east) - 1, u1), east[:-1]]),
            np.column_stack([north[:0:-1], np.full(len(north) - 1, v1)]),
            np.column_stack([np.full(len(west), u0), west[::-1]]),
        ]
    )


def _between(nodes: Ints, low: int, high: int) -> Ints:
    return nodes[np.searchsorted(nodes, low) : np.searchsorted(nodes, high, side="right")]


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
