"""How often segments meet: the measure by which geometry work is bounded before it is begun.

Noding and repairing take time and memory in the number of crossings, not of vertices: a star of
501 vertices crosses itself up to 62,000 times and keeps GEOS busy for 46 s. Counting is cheap
and can stop early.
"""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from redistrict.planar.geometries import Geometries
from redistrict.planar.nearby import meeting_extents

_POLYGON = 3


def segments(geometries: Geometries) -> NDArray[np.float64]:
    """(m, 4) x0, y0, x1, y1 of the distinct segments of all polygon rings, ends in order."""
    parts: Geometries = np.asarray(shapely.get_parts(shapely.get_parts(geometries)))
    rings = shapely.get_rings(parts[shapely.get_type_id(parts) == _POLYGON])
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[1:] == ring[:-1]
    p, q = xy[:-1][same], xy[1:][same]
    swap = ((p[:, 0] > q[:, 0]) | ((p[:, 0] == q[:, 0]) & (p[:, 1] > q[:, 1])))[:, None]
    seg = np.hstack([np.where(swap, q, p), np.where(swap, p, q)])
    seg = seg[(p != q).any(axis=1)]
    seg = seg[np.lexsort(seg.T)]  # what neighbours share is counted once
    return seg[np.r_[True, (seg[1:] != seg[:-1]).any(axis=1)][: len(seg)]]


def count_crossings(geometries: Geometries, limit: int) -> int:
    """Number of pairs of distinct boundary segments that meet elsewhere than at a common end.

    Stops at ``limit`` and returns it, so its own time and memory are bounded by the limit.
    """
    seg = segments(geometries)
    found = 0
    lines: Geometries = np.asarray(shapely.linestrings(seg.reshape(len(seg), 2, 2)))
    for a, b in meeting_extents(lines):
        found += _meet(seg[a], seg[b])
        if found >= limit:
            return limit
    return found


def _meet(s: NDArray[np.float64], t: NDArray[np.float64]) -> int:
    """How many of the pairs (s[i], t[i]) meet elsewhere than at a common end."""
    a, b, c, d = s[:, :2], s[:, 2:], t[:, :2], t[:, 2:]
    common = (
        (a == c).all(axis=1) | (a == d).all(axis=1) | (b == c).all(axis=1) | (b == d).all(axis=1)
    )
    meet = (_side(a, b, c) * _side(a, b, d) <= 0) & (_side(c, d, a) * _side(c, d, b) <= 0)
    return int((meet & ~common).sum())


def _side(
    p: NDArray[np.float64], q: NDArray[np.float64], r: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Sign of the turn p -> q -> r."""
    u, v = q - p, r - p
    return np.sign(u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0])
