"""Colours that neighbours can be told apart by, and which neighbour gets which.

Fills: Paul Tol's "light" scheme (Introduction to Colour Schemes, SRON 2021), made for filling
labelled areas and safe for the common forms of colour-blindness. What must not be missed is drawn
by hatching as well, never by colour alone.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from redistrict.publish.geometry import Shapes, shapes

FILLS = ("#EEDD88", "#77AADD", "#EE8866", "#99DDFF", "#44BB99", "#FFAABB", "#BBCC33", "#DDDDDD")
INK, PAPER, ALARM, WATER, MUTED = "#222222", "#FFFFFF", "#CC3311", "#0077BB", "#777777"


def neighbours(geometry: Shapes) -> NDArray[np.int64]:
    """(m, 2) pairs of areas with a boundary of positive length in common, a < b."""
    tree = shapely.STRtree(geometry)
    a, b = tree.query(geometry, predicate="intersects")
    a, b = a[a < b], b[a < b]
    shared = shapely.intersection(shapely.boundary(geometry[a]), shapely.boundary(geometry[b]))
    touching = shapely.length(shared) > 0
    pairs = np.column_stack([a[touching], b[touching]]).astype(np.int64)
    return pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]


def colouring(n: int, pairs: NDArray[np.int64], colours: int = 6) -> NDArray[np.int64]:
    """(n,) a colour 0.. for each area, different for neighbours.

    Areas are taken in smallest-last order (Matula and Beck, 1983), which never needs more than six
    colours on a planar map; of those allowed the one used least is taken. Areas in several pieces
    may break planarity: then a colour above ``colours`` is used.
    """
    near: list[list[int]] = [[] for _ in range(n)]
    for a, b in pairs.tolist():
        near[a].append(b)
        near[b].append(a)
    degree = [len(others) for others in near]
    left = dict.fromkeys(range(n))
    order: list[int] = []
    while left:
        area = min(left, key=lambda i: (degree[i], i))
        del left[area]
        order.append(area)
        for other in near[area]:
            degree[other] -= 1
    chosen = np.full(n, -1, dtype=np.int64)
    used = [0] * max(colours, 1)
    for area in reversed(order):
        taken = {int(chosen[other]) for other in near[area]}
        free = [c for c in range(len(used)) if c not in taken]
        if not free:
            used.append(0)
            free = [len(used) - 1]
        colour = min(free, key=lambda c: (used[c], c))
        chosen[area] = colour
        used[colour] += 1
    return chosen


def coloured(frame: gpd.GeoDataFrame) -> NDArray[np.int64]:
    """(n,) a colour for each area of a layer."""
    geometry = shapes(frame)
    return colouring(len(frame), neighbours(geometry)) % len(FILLS)
