"""Which footprint every point of a piece of land belongs to.

The outlines of the footprints are sampled and triangulated; the lines between them are the *chordal
axis* of the land between the footprints (L. Prasad, 1997): through the midpoints of triangle edges
that join two footprints, meeting inside triangles that join three, in the circumcentre or, where
that lies outside, the middle of the longest edge. Between parallel walls the line is exactly midway
however sparse the samples are, which Voronoi ridges of the same samples are not; and it never
touches a wall whose samples are joined by triangle edges, which is what the refinement makes sure
of.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numba import njit
from numpy.typing import NDArray

from redistrict.units.delaunay import Ints, Triangulation, triangulate

MM = 1000.0
SPACING_M = 3.0
_GHOSTS = 180
_ROUNDS = 3
_SHORTEST_MM = 100
_STRAIGHTEN_M = 0.75
_GAP_SHARE = 0.25


@dataclass(frozen=True)
class Samples:
    """Points on outlines, in whole millimetres from ``origin`` (mm).

    ``xy`` (n, 2) and ``label`` (n,) >= 0; ``walls`` (w, 2): pairs of points that follow one
    another on an outline and should be joined by an edge of the triangulation.
    """

    origin: Ints
    xy: Ints
    label: Ints
    walls: Ints


def sample_outlines(polygons: NDArray[np.object_], labels: Ints) -> Samples:
    """Sample the rings of ``polygons`` (n,), at their vertices and at most `SPACING_M` apart."""
    dense = shapely.segmentize(polygons, SPACING_M)
    rings, polygon = shapely.get_rings(shapely.get_parts(dense), return_index=True)
    _, part = shapely.get_parts(dense, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    whole = np.rint(xy * MM).astype(np.int64)
    origin = whole.min(axis=0)
    same = np.flatnonzero(ring[1:] == ring[:-1])
    return _distinct(
        origin, whole - origin, labels[part[polygon[ring]]], np.column_stack([same, same + 1])
    )


def _distinct(origin: Ints, xy: Ints, label: Ints, walls: Ints) -> Samples:
    """Merge equal points; where labels compete the first row keeps the place."""
    _, first, inverse = np.unique(
        xy[:, 0] * (int(xy[:, 1].max()) + 1) + xy[:, 1], return_index=True, return_inverse=True
    )
    walls = inverse[walls]
    kept = label[first]
    sound = (walls[:, 0] != walls[:, 1]) & (kept[walls[:, 0]] == kept[walls[:, 1]])
    return Samples(origin, xy[first], kept, walls[sound])


@dataclass(frozen=True)
class Field:
    """The triangulated samples; label -1 marks the ghosts far around them."""

    origin: Ints
    mesh: Triangulation
    label: Ints

    def locate(self, xy: NDArray[np.float64]) -> Ints:
        """(k,) label at each of the points ``xy`` (k, 2), metres."""
        at = xy * MM - self.origin
        cell = np.floor(at / 20_000.0).astype(np.int64)
        snake = np.where(cell[:, 0] % 2 == 0, cell[:, 1], -cell[:, 1])
        order = np.lexsort((snake, cell[:, 0]))
        found = _locate(self.mesh.points, self.mesh.corners, self.mesh.twin, self.label, at[order])
        out = np.empty(len(xy), dtype=np.int64)
        out[order] = found
        return out

    def borders(self) -> NDArray[np.object_]:
        """Lines between labels, straightened where that stays clear of the walls, mm grid.

        They meet only at their ends and run out to the ghosts: clip them to the land.
        """
        xy, start, gap = _chains(self.mesh.points, self.mesh.corners, self.mesh.twin, self.label)
        if len(gap) == 0:
            return np.zeros(0, dtype=object)
        chain = np.repeat(np.arange(len(gap)), np.diff(start))
        repeated = np.r_[False, (chain[1:] == chain[:-1]) & (xy[1:] == xy[:-1]).all(axis=1)]
        xy, chain = xy[~repeated], chain[~repeated]
        length = np.bincount(chain, minlength=len(gap))
        kept = (length > 1)[chain]
        gap = gap[length > 1]
        chain = np.unique(chain[kept], return_inverse=True)[1]
        lines = np.asarray(
            shapely.linestrings((xy[kept] + self.origin) / MM, indices=chain), dtype=object
        )
        tolerance = np.minimum(gap / MM * _GAP_SHARE, _STRAIGHTEN_M)
        simple = shapely.simplify(lines, tolerance, preserve_topology=False)
        bad = shapely.is_empty(simple)
        simple[bad] = lines[bad]
        return simple


def field(samples: Samples) -> Field:
    """Triangulate; walls that other samples keep out of the mesh are refined by midpoints."""
    ghosts = _ghosts(samples.xy)
    xy, label, walls = samples.xy, samples.label, samples.walls
    mesh = triangulate(np.vstack([xy, ghosts]))
    for _ in range(_ROUNDS):
        length = np.hypot(*(xy[walls[:, 0]] - xy[walls[:, 1]]).T)
        bad = mesh.missing(walls[:, 0], walls[:, 1]) & (length > _SHORTEST_MM)
        if not bad.any():
            break
        middle = (xy[walls[bad, 0]] + xy[walls[bad, 1]]) // 2
        new = len(xy) + np.arange(len(middle))
        more = np.vstack(
            [
                walls[~bad],
                np.column_stack([walls[bad, 0], new]),
                np.column_stack([new, walls[bad, 1]]),
            ]
        )
        refined = _distinct(
            samples.origin, np.vstack([xy, middle]), np.r_[label, label[walls[bad, 0]]], more
        )
        xy, label, walls = refined.xy, refined.label, refined.walls
        mesh = triangulate(np.vstack([xy, ghosts]))
    return Field(samples.origin, mesh, np.r_[label, np.full(len(ghosts), -1, np.int64)])


def _ghosts(xy: Ints) -> Ints:
    """A ring of points so far out that lines to them leave the outermost footprints squarely."""
    low, high = xy.min(axis=0), xy.max(axis=0)
    radius = 3.0 * float(np.hypot(*(high - low))) + 2e6
    turn = 2 * np.pi * (np.arange(_GHOSTS) + 0.37) / _GHOSTS
    ring = np.column_stack([np.cos(turn), np.sin(turn)]) * radius
    return np.rint(ring + (low + high) / 2).astype(np.int64)


@njit(cache=True, nogil=True)
def _locate(p: Any, corners: Any, twin: Any, label: Any, at: Any) -> Ints:
    out = np.full(len(at), -1, np.int64)
    t = 0
    w = np.zeros(3)
    for k in range(len(at)):
        x, y = at[k, 0], at[k, 1]
        for _ in range(len(corners)):
            step = -1
            for j in range(3):
                e = 3 * t + j
                f = 3 * t + (j + 1) % 3
                ax, ay = float(p[corners[e], 0]), float(p[corners[e], 1])
                bx, by = float(p[corners[f], 0]), float(p[corners[f], 1])
                turn = (bx - ax) * (y - ay) - (by - ay) * (x - ax)
                w[(j + 2) % 3] = -turn
                if turn > 1e-6 and twin[e] >= 0 and step < 0:
                    step = twin[e] // 3
            if step < 0:
                break
            t = step
        out[k] = _owner(p, corners, label, t, w, x, y)
    return out


@njit(cache=True)
def _owner(p: Any, corners: Any, label: Any, t: int, w: Any, x: float, y: float) -> int:
    """The label holding (x, y) in triangle t, where its barycentric weights are w."""
    l0, l1, l2 = label[corners[3 * t]], label[corners[3 * t + 1]], label[corners[3 * t + 2]]
    three = l0 >= 0 and l1 >= 0 and l2 >= 0 and l0 != l1 and l1 != l2 and l0 != l2
    best = -np.inf
    owner = -1
    jx, jy = 0.0, 0.0
    if three:
        ix, iy = _junction(p, corners, t)
        jx, jy = float(ix), float(iy)
    for j in range(3):
        c = corners[3 * t + j]
        mine = label[c]
        if mine < 0:
            continue
        share = 0.0
        if three:
            # the ground of a corner: two triangles on the line from it to the junction
            share = -np.inf
            cx, cy = float(p[c, 0]), float(p[c, 1])
            for i in range(1, 3):
                o = corners[3 * t + (j + i) % 3]
                mx, my = 0.5 * (cx + p[o, 0]), 0.5 * (cy + p[o, 1])
                area = (mx - cx) * (jy - cy) - (my - cy) * (jx - cx)
                if area == 0.0:
                    continue
                u = ((x - cx) * (jy - cy) - (y - cy) * (jx - cx)) / area
                v = ((mx - cx) * (y - cy) - (my - cy) * (x - cx)) / area
                share = max(share, min(u, v, 1.0 - u - v))
        else:
            for i in range(3):
                if label[corners[3 * t + i]] == mine:
                    share += w[i]
        if share > best or (share == best and mine < owner):
            best = share
            owner = mine
    return owner


@njit(cache=True)
def _mixed(corners: Any, label: Any, e: int) -> bool:
    a = label[corners[e]]
    b = label[corners[e - 2 if e % 3 == 2 else e + 1]]
    return a != b and a >= 0 and b >= 0


@njit(cache=True)
def _junction(p: Any, corners: Any, t: int) -> tuple[int, int]:
    """The circumcentre of triangle t, or the middle of its longest edge if that lies outside."""
    for j in range(3):
        a, b, c = corners[3 * t + j], corners[3 * t + (j + 1) % 3], corners[3 * t + (j + 2) % 3]
        if (p[b, 0] - p[a, 0]) * (p[c, 0] - p[a, 0]) + (p[b, 1] - p[a, 1]) * (
            p[c, 1] - p[a, 1]
        ) <= 0:
            return (p[b, 0] + p[c, 0]) // 2, (p[b, 1] + p[c, 1]) // 2
    a, b, c = corners[3 * t], corners[3 * t + 1], corners[3 * t + 2]
    dx, dy = float(p[b, 0] - p[a, 0]), float(p[b, 1] - p[a, 1])
    ex, ey = float(p[c, 0] - p[a, 0]), float(p[c, 1] - p[a, 1])
    bl, cl = dx * dx + dy * dy, ex * ex + ey * ey
    area = 2.0 * (dx * ey - dy * ex)
    x, y = (ey * bl - dy * cl) / area, (dx * cl - ex * bl) / area
    return p[a, 0] + int(np.rint(x)), p[a, 1] + int(np.rint(y))


@njit(cache=True)
def _end(p: Any, corners: Any, label: Any, t: int, xy: Any, at: int) -> None:
    """Where lines end in a triangle: its junction, or its ghost."""
    for j in range(3):
        c = corners[3 * t + j]
        if label[c] < 0:
            xy[at, 0], xy[at, 1] = p[c, 0], p[c, 1]
            return
    xy[at, 0], xy[at, 1] = _junction(p, corners, t)


@njit(cache=True, nogil=True)
def _chains(p: Any, corners: Any, twin: Any, label: Any) -> tuple[Ints, Ints, NDArray[np.float64]]:
    t_count = len(corners) // 3
    degree = np.zeros(t_count, np.int8)
    mixed, ends = 0, 0
    for t in range(t_count):
        for j in range(3):
            if _mixed(corners, label, 3 * t + j):
                degree[t] += 1
        mixed += degree[t]
        if degree[t] != 2:
            ends += degree[t]
    xy = np.empty((mixed + 2 * ends + 16, 2), np.int64)
    start = np.zeros(mixed + 2, np.int64)
    gap = np.empty(mixed + 1, np.float64)
    seen = np.zeros(len(corners), np.bool_)
    n, chains = 0, 0
    for loops in range(2):
        for t0 in range(t_count):
            if degree[t0] == 0 or (loops == 0) == (degree[t0] == 2):
                continue
            for j in range(3):
                e = 3 * t0 + j
                if seen[e] or not _mixed(corners, label, e):
                    continue
                smallest = np.inf
                first = n
                if loops == 0:
                    _end(p, corners, label, t0, xy, n)
                    n += 1
                while True:
                    f = twin[e]
                    seen[e] = True
                    seen[f] = True
                    a, b = corners[e], corners[f]
                    xy[n, 0] = (p[a, 0] + p[b, 0]) // 2
                    xy[n, 1] = (p[a, 1] + p[b, 1]) // 2
                    n += 1
                    size = np.hypot(float(p[a, 0] - p[b, 0]), float(p[a, 1] - p[b, 1]))
                    smallest = min(smallest, size)
                    t = f // 3
                    if degree[t] != 2:
                        _end(p, corners, label, t, xy, n)
                        n += 1
                        break
                    e = -1
                    for i in range(3):
                        if not seen[3 * t + i] and _mixed(corners, label, 3 * t + i):
                            e = 3 * t + i
                    if e < 0:  # back at the start of a loop
                        xy[n, 0], xy[n, 1] = xy[first, 0], xy[first, 1]
                        n += 1
                        break
                gap[chains] = smallest
                chains += 1
                start[chains] = n
    return xy[:n].copy(), start[: chains + 1].copy(), gap[:chains].copy()
