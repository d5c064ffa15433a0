"""Delaunay triangulation of integer points, compiled.

The sweep-hull algorithm of D. A. Sinclair (*S-hull*, 2010) as laid out in Mapbox's *delaunator*
(ISC licence): points are added by distance from a seed triangle, joined to the visible hull and
legalised by edge flips. Points are whole millimetres, so orientation tests are exact; the circle
test is floating with a guard that leaves near-cocircular quads alone (either diagonal is right).
A million points take about a second, against half a minute with Qhull.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Triangulation:
    """t triangles over n points.

    ``corners`` (3t,): point of each half-edge's start; ``twin`` (3t,): the half-edge on the other
    side, -1 on the hull. Half-edge ``e`` of triangle ``e // 3`` runs from ``corners[e]`` to the
    corner of the next half-edge of the triangle.
    """

    points: Ints
    corners: Ints
    twin: Ints

    def missing(self, start: Ints, stop: Ints) -> NDArray[np.bool_]:
        """Which of the segments (k,) between point numbers are not edges."""
        return _missing(len(self.points), self.corners, start, stop)


def triangulate(points: Ints) -> Triangulation:
    """Triangulate distinct points (n, 2) of which not all lie on one line; |x|, |y| < 1e9."""
    points = np.ascontiguousarray(points)
    seed = _seed(points)
    cx, cy = (_circumcentre(points, *seed[:2], np.array(seed[2:]))[0] + points[seed[0]]).tolist()
    distance = (points[:, 0] - cx) ** 2 + (points[:, 1] - cy) ** 2
    corners, twin = _sweep(points, np.argsort(distance, kind="stable"), seed, cx, cy)
    return Triangulation(points, corners, twin)


@njit(cache=True)
def _turn(ax: int, ay: int, bx: int, by: int, cx: int, cy: int) -> int:
    return (ay - cy) * (bx - cx) - (ax - cx) * (by - cy)


@njit(cache=True)
def _in_circle(p: Any, a: int, b: int, c: int, d: int) -> bool:
    dx, dy = float(p[a, 0] - p[d, 0]), float(p[a, 1] - p[d, 1])
    ex, ey = float(p[b, 0] - p[d, 0]), float(p[b, 1] - p[d, 1])
    fx, fy = float(p[c, 0] - p[d, 0]), float(p[c, 1] - p[d, 1])
    ap, bp, cp = dx * dx + dy * dy, ex * ex + ey * ey, fx * fx + fy * fy
    first, second, third = ey * cp - bp * fy, ex * cp - bp * fx, ex * fy - ey * fx
    size = (
        abs(dx) * (abs(ey) * cp + bp * abs(fy))
        + abs(dy) * (abs(ex) * cp + bp * abs(fx))
        + ap * (abs(ex * fy) + abs(ey * fx))
    )
    return dx * first - dy * second + ap * third < -4e-15 * size


@njit(cache=True)
def _link(twin: Any, a: int, b: int) -> None:
    twin[a] = b
    if b != -1:
        twin[b] = a


@njit(cache=True)
def _legalise(
    p: Any, corners: Any, twin: Any, prev: Any, hull_tri: Any, hull: Any, stack: Any, a: int
) -> int:
    depth = 0
    ar = 0
    while True:
        b = twin[a]
        a0 = a - a % 3
        ar = a0 + (a + 2) % 3
        if b == -1:
            if depth == 0:
                break
            depth -= 1
            a = stack[depth]
            continue
        b0 = b - b % 3
        al = a0 + (a + 1) % 3
        bl = b0 + (b + 2) % 3
        p0, pr, pl, p1 = corners[ar], corners[a], corners[al], corners[bl]
        if _in_circle(p, p0, pr, pl, p1):
            corners[a] = p1
            corners[b] = p0
            hbl = twin[bl]
            if hbl == -1:  # the edge was on the hull: mend the reference to its triangle
                e = hull[0]
                while True:
                    if hull_tri[e] == bl:
                        hull_tri[e] = a
                        break
                    e = prev[e]
                    if e == hull[0]:
                        break
            _link(twin, a, hbl)
            _link(twin, b, twin[ar])
            _link(twin, ar, bl)
            if depth < len(stack):
                stack[depth] = b0 + (b + 1) % 3
                depth += 1
        else:
            if depth == 0:
                break
            depth -= 1
            a = stack[depth]
    return ar


@njit(cache=True)
def _add(
    corners: Any, twin: Any, count: int, i: int, j: int, k: int, a: int, b: int, c: int
) -> int:
    corners[count], corners[count + 1], corners[count + 2] = i, j, k
    _link(twin, count, a)
    _link(twin, count + 1, b)
    _link(twin, count + 2, c)
    return count + 3


@njit(cache=True)
def _key(x: float, y: float, cx: float, cy: float, size: int) -> int:
    dx, dy = x - cx, y - cy
    total = abs(dx) + abs(dy)
    slope = dx / total if total > 0 else 0.0
    angle = (3.0 - slope if dy > 0 else 1.0 + slope) / 4.0
    return int(np.floor(angle * size)) % size


@njit(cache=True, nogil=True)
def _missing(n: int, corners: Any, start: Any, stop: Any) -> NDArray[np.bool_]:
    first = np.zeros(n + 1, np.int64)
    for c in corners:
        first[c + 1] += 1
    for i in range(n):
        first[i + 1] += first[i]
    ends = np.empty(len(corners), np.int64)
    fill = first[:-1].copy()
    for e in range(len(corners)):
        c = corners[e]
        ends[fill[c]] = corners[e - 2 if e % 3 == 2 else e + 1]
        fill[c] += 1
    out = np.ones(len(start), np.bool_)
    for k in range(len(start)):
        for at, other in ((start[k], stop[k]), (stop[k], start[k])):
            for e in range(first[at], first[at + 1]):
                if ends[e] == other:
                    out[k] = False
    return out


def _circumcentre(p: Ints, a: int, b: int, c: Ints) -> NDArray[np.float64]:
    """(k, 2) circumcentres of points a, b and each of c, relative to a; inf where in line."""
    dx, dy = (p[b] - p[a]).astype(float).tolist()
    ex, ey = (p[c] - p[a]).astype(float).T
    bl, cl = dx * dx + dy * dy, ex * ex + ey * ey
    area = dx * ey - dy * ex
    flat = area == 0.0
    area = np.where(flat, 1.0, area)
    centre = np.column_stack([(ey * bl - dy * cl) * 0.5 / area, (dx * cl - ex * bl) * 0.5 / area])
    centre[flat] = np.inf
    return centre


def _seed(p: Ints) -> tuple[int, int, int]:
    """A small triangle near the middle, turning the way `_turn` calls positive."""
    middle = 0.5 * (p.min(axis=0) + p.max(axis=0))
    i0 = int(np.argmin(((p - middle) ** 2).sum(axis=1)))
    distance = ((p - p[i0]) ** 2).sum(axis=1)
    distance[i0] = np.iinfo(np.int64).max
    i1 = int(np.argmin(distance))
    radius = (_circumcentre(p, i0, i1, np.arange(len(p))) ** 2).sum(axis=1)
    radius[[i0, i1]] = np.inf
    i2 = int(np.argmin(radius))
    (ax, ay), (bx, by), (cx, cy) = p[i0].tolist(), p[i1].tolist(), p[i2].tolist()
    if (ay - cy) * (bx - cx) - (ax - cx) * (by - cy) < 0:
        i1, i2 = i2, i1
    return i0, i1, i2


@njit(cache=True, nogil=True)
def _sweep(
    p: Any, order: Any, seed: tuple[int, int, int], cx: float, cy: float
) -> tuple[Ints, Ints]:
    n = len(p)
    corners = np.empty(max(3, 6 * n), dtype=np.int64)
    twin = np.full(max(3, 6 * n), -1, dtype=np.int64)
    size = int(np.ceil(np.sqrt(n)))
    prev, nxt, tri = np.zeros(n, np.int64), np.zeros(n, np.int64), np.zeros(n, np.int64)
    table = np.full(size, -1, dtype=np.int64)
    stack = np.empty(4096, dtype=np.int64)
    hull = np.zeros(1, dtype=np.int64)
    i0, i1, i2 = seed
    hull[0] = i0
    nxt[i0] = prev[i2] = i1
    nxt[i1] = prev[i0] = i2
    nxt[i2] = prev[i1] = i0
    tri[i0], tri[i1], tri[i2] = 0, 1, 2
    for i in (i0, i1, i2):
        table[_key(p[i, 0], p[i, 1], cx, cy, size)] = i
    count = _add(corners, twin, 0, i0, i1, i2, -1, -1, -1)
    for i in order:
        if i in (i0, i1, i2):
            continue
        x, y = p[i, 0], p[i, 1]
        start = 0
        key = _key(x, y, cx, cy, size)
        for j in range(size):
            start = table[(key + j) % size]
            if start != -1 and start != nxt[start]:
                break
        start = prev[start]
        e = start
        while True:
            q = int(nxt[e])
            if _turn(x, y, p[e, 0], p[e, 1], p[q, 0], p[q, 1]) < 0:
                break
            e = q
            if e == start:
                e = -1
                break
        if e == -1:
            continue
        first = count
        count = _add(corners, twin, count, e, i, int(nxt[e]), -1, -1, tri[e])
        tri[i] = _legalise(p, corners, twin, prev, tri, hull, stack, first + 2)
        tri[e] = first
        after = int(nxt[e])
        while True:
            q = int(nxt[after])
            if _turn(x, y, p[after, 0], p[after, 1], p[q, 0], p[q, 1]) >= 0:
                break
            first = count
            count = _add(corners, twin, count, int(after), i, q, int(tri[i]), -1, tri[after])
            tri[i] = _legalise(p, corners, twin, prev, tri, hull, stack, first + 2)
            nxt[after] = after
            after = q
        if e == start:
            while True:
                q = int(prev[e])
                if _turn(x, y, p[q, 0], p[q, 1], p[e, 0], p[e, 1]) >= 0:
                    break
                first = count
                count = _add(corners, twin, count, q, i, e, -1, tri[e], tri[q])
                _legalise(p, corners, twin, prev, tri, hull, stack, first + 2)
                tri[q] = first
                nxt[e] = e
                e = q
        hull[0] = e
        prev[i] = e
        nxt[e] = i
        prev[after] = i
        nxt[i] = after
        table[_key(x, y, cx, cy, size)] = i
        table[_key(p[e, 0], p[e, 1], cx, cy, size)] = e
    return corners[:count].copy(), twin[:count].copy()
