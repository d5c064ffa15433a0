"""Giving every tile to a row: first what belongs together, then leftovers to their neighbours."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from redistrict.planar.shared import SharedSegments
from redistrict.units.land import Geometries, Ints, Land


def flood(
    polygons: Geometries,
    piece: Ints,
    wanted: Ints,
    home: Ints,
    domain: Ints,
    land: Land,
    shared: SharedSegments,
    barred: NDArray[np.bool_],
) -> tuple[Ints, NDArray[np.bool_]]:
    """(t,) the row of each tile, and (t,) True where nothing of its domain touches the tile.

    A tile stays with the row it wants where tiles of that row lead to the row's home. Leftovers
    go to the row with the longest border, on the same piece of land while there is one, across a
    barrier only when there is none. A row keeps to its domain always. ``barred`` (s,): shared
    segments that lie on a barrier that ends in the land.
    """
    t = len(polygons)
    a, b, length, pair = shared.pairs(t)
    free = np.bincount(pair, weights=shared.length * ~barred, minlength=len(a)).astype(float)
    ground = land.domain[piece]
    inside = ground[a] == ground[b]
    a, b, length, free = a[inside], b[inside], length[inside], free[inside]
    way = (free > 0) & (piece[a] == piece[b])
    # What lies beyond water on a row's own land is not the row's, though its water leads there.
    by_land = _connected(t, a[way], b[way], wanted, home)
    beyond = (wanted >= 0) & (by_land < 0) & (piece == piece[home[wanted]])
    row = _connected(t, a[free > 0], b[free > 0], np.where(beyond, -1, wanted), home)
    while True:
        while _grow(row, a, b, free, way):
            pass
        if not _grow(row, a, b, length, ~way):
            break
    far = row < 0
    _nearest(row, far, polygons, ground, domain, home)
    return row, far


def _connected(t: int, a: Ints, b: Ints, wanted: Ints, home: Ints) -> Ints:
    alike = (wanted[a] == wanted[b]) & (wanted[a] >= 0)
    graph = coo_array((np.ones(int(alike.sum()), np.int8), (a[alike], b[alike])), shape=(t, t))
    component = connected_components(graph, directed=False)[1]
    of_home = np.full(int(component.max()) + 1 if t else 0, -1, dtype=np.int64)
    of_home[component[home]] = np.arange(len(home))
    return of_home[component]


def _grow(
    row: Ints, a: Ints, b: Ints, length: NDArray[np.float64], usable: NDArray[np.bool_]
) -> bool:
    """One ring of leftovers taken by their neighbours; False where there was none."""
    tile = np.r_[a, b]
    other = np.r_[b, a]
    edge = np.tile(usable & ((row[a] < 0) != (row[b] < 0)), 2) & (row[tile] < 0) & (row[other] >= 0)
    if not edge.any():
        return False
    tile, taker = tile[edge], row[other[edge]]
    border = np.r_[length, length][edge]
    width = int(taker.max()) + 1
    key, inverse = np.unique(tile * width + taker, return_inverse=True)
    total = np.round(np.bincount(inverse, weights=border), 3)
    order = np.lexsort((key % width, -total, key // width))
    first = order[np.unique(key[order] // width, return_index=True)[1]]
    row[key[first] // width] = key[first] % width
    return True


def _nearest(
    row: Ints,
    far: NDArray[np.bool_],
    polygons: Geometries,
    ground: Ints,
    domain: Ints,
    home: Ints,
) -> None:
    """Islands without a building go to the row of their domain whose home tile is nearest."""
    for d in np.unique(ground[far]).tolist():
        rows = np.flatnonzero(domain == d)
        if not len(rows):
            continue
        tree = shapely.STRtree(polygons[home[rows]])
        for i in np.flatnonzero(far & (ground == d)).tolist():
            near = tree.query_nearest(polygons[i], all_matches=True)
            row[i] = rows[int(near.min())]
