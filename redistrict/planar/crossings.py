"""How often segments cross: the measure by which geometry work is bounded before it is begun.

Noding and repairing take time and memory in the number of crossings, not of vertices: a star of
501 vertices crosses itself 62,000 times and keeps GEOS busy for 46 s. Counting is cheap and can
stop early.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

Geometries = NDArray[Any]
"""One-dimensional object array of shapely geometries."""

_PAIRS_AT_ONCE = 2_000_000
_POLYGON = 3


def segments(geometries: Geometries) -> NDArray[np.float64]:
    """(m, 4) x0, y0, x1, y1 of every segment of every polygon ring but zero-length ones."""
    parts = shapely.get_parts(shapely.get_parts(geometries))
    rings = shapely.get_rings(parts[shapely.get_type_id(parts) == _POLYGON])
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[1:] == ring[:-1]
    seg = np.hstack([xy[:-1][same], xy[1:][same]])
    return seg[(seg[:, :2] != seg[:, 2:]).any(axis=1)]


def count_crossings(geometries: Geometries, limit: int) -> int:
    """Number of pairs of boundary segments that cross inside both, or ``limit`` once reached.

    Segments that merely share an end or run along one another do not count. Time is bounded by
    the limit: segments are tried in groups of at most two million candidate pairs.
    """
    seg = segments(geometries)
    n = len(seg)
    if n < 3 or limit <= 0:
        return 0
    lines = shapely.linestrings(seg.reshape(n, 2, 2))
    tree = shapely.STRtree(lines)
    step = max(1, _PAIRS_AT_ONCE // n)
    found = 0
    start = 0
    while start < n:
        stop = min(n, start + step)
        a, _ = tree.query(lines[start:stop], predicate="crosses")
        found += len(a)  # each pair is met twice
        if found // 2 >= limit:
            return limit
        # honest maps have few candidates per segment, so the next group may be larger
        if len(a) < _PAIRS_AT_ONCE // 100:
            step = min(n, step * 4)
        start = stop
    return found // 2
