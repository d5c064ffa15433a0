"""Pairs of geometries whose extents meet, found group by group so that memory stays bounded."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import shapely
from numpy.typing import NDArray

from redistrict.planar.geometries import Geometries

Ints = NDArray[np.int64]

_PAIRS_AT_ONCE = 2_000_000


def meeting_extents(geometries: Geometries) -> Iterator[tuple[Ints, Ints]]:
    """Groups of pairs ``a < b`` whose extents meet, each pair once, about two million at a time.

    The order is that of a fixed shuffle: the first small group is a fair sample and tells how
    crowded the map is, so that a map where everything lies on everything is met in small steps.
    The caller stops when it has seen enough.
    """
    n = len(geometries)
    if n < 2:
        return
    tree = shapely.STRtree(geometries)
    order = np.random.default_rng(0).permutation(n)
    step = max(1, _PAIRS_AT_ONCE // n)
    start = 0
    while start < n:
        stop = min(n, start + step)
        a, b = tree.query(geometries[order[start:stop]])
        step = max(1, min(4 * step, int(_PAIRS_AT_ONCE * (stop - start) / max(len(a), 1))))
        a = order[start + a]
        later = a < b  # each pair is met from both sides
        yield a[later].astype(np.int64), b[later].astype(np.int64)
        start = stop
