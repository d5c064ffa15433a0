"""Which polygon holds most of each footprint."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from redistrict.planar.geometries import Geometries


@dataclass(frozen=True)
class Shares:
    """Pairs (group, polygon) with the share (0..1) of the group's area in the polygon.

    A group is one footprint, or all slices of one building. Sorted by group, then by share
    descending, then by place; pairs without common area are left out.
    """

    group: NDArray[np.int64]
    polygon: NDArray[np.int64]
    share: NDArray[np.float64]
    groups: int

    def best(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Per group the polygon with the largest share (-1: none) and that share."""
        polygon = np.full(self.groups, -1, dtype=np.int64)
        share = np.zeros(self.groups)
        first = np.flatnonzero(np.r_[True, self.group[1:] != self.group[:-1]])[: len(self.group)]
        polygon[self.group[first]] = self.polygon[first]
        share[self.group[first]] = self.share[first]
        return polygon, share

    def where(self, keep: NDArray[np.bool_]) -> Shares:
        """Only the pairs kept."""
        return Shares(self.group[keep], self.polygon[keep], self.share[keep], self.groups)

    def of(self, polygon: NDArray[np.int64]) -> NDArray[np.float64]:
        """(groups,) the share of each group in the polygon named for it (0 where it has none)."""
        out = np.zeros(self.groups)
        hit = self.polygon == polygon[self.group]
        out[self.group[hit]] = self.share[hit]
        return out

    def touched(self) -> NDArray[np.int64]:
        """(groups,) number of polygons each group has area in."""
        return np.bincount(self.group, minlength=self.groups)


def place_rank(polygons: Geometries) -> NDArray[np.int64]:
    """(n,) rank from west to east (then by extent and area): an order free of rows and names."""
    order = np.lexsort((shapely.area(polygons), *shapely.bounds(polygons).T[::-1]))
    rank = np.empty(len(polygons), dtype=np.int64)
    rank[order] = np.arange(len(polygons))
    return rank


class PiledTooHigh(ValueError):
    """The polygons lie over one another so often that shares would exhaust us."""


MOST_LAYERS = 20
"""Each footprint may lie in the extents of this many polygons on average."""


def _refuse_piled(tree: shapely.STRtree, polygons: Geometries, footprints: int) -> None:
    most = MOST_LAYERS * footprints + 1_000_000
    seen = 0
    step = max(1, most // footprints)
    for start in range(0, len(polygons), step):
        seen += tree.query(polygons[start : start + step]).shape[1]
        if seen > most:
            raise PiledTooHigh


def shares(
    footprints: Geometries, polygons: Geometries, group: NDArray[np.int64] | None = None
) -> Shares:
    """Shares of ``footprints`` (n,) in ``polygons`` (k,), both valid polygons.

    ``group`` (n,) dense ints joins footprints that count as one. Footprints wholly inside a
    polygon are found by prepared containment, only the rest is intersected. Raises PiledTooHigh
    where the polygons are stacked so that pairs outgrow memory.
    """
    n = len(footprints)
    group = np.arange(n, dtype=np.int64) if group is None else group.astype(np.int64)
    groups = int(group.max()) + 1 if n else 0
    if n == 0 or len(polygons) == 0:
        none = np.zeros(0, np.int64)
        return Shares(none, none, np.zeros(0), groups)
    area = shapely.area(footprints)
    tree = shapely.STRtree(footprints)
    _refuse_piled(tree, polygons, n)
    poly, foot = tree.query(polygons, predicate="contains")
    common = area[foot]
    poly_all, foot_all = tree.query(polygons, predicate="intersects")
    known = np.isin(poly_all.astype(np.int64) * n + foot_all, poly.astype(np.int64) * n + foot)
    poly_x, foot_x = poly_all[~known], foot_all[~known]
    common_x = shapely.area(shapely.intersection(footprints[foot_x], polygons[poly_x]))
    total = np.bincount(group, weights=area, minlength=groups)
    g = group[np.r_[foot, foot_x]]
    key, inverse = np.unique(
        g * len(polygons) + np.r_[poly, poly_x].astype(np.int64), return_inverse=True
    )
    amount = np.bincount(inverse, weights=np.r_[common, common_x], minlength=len(key))
    g, p = key // len(polygons), key % len(polygons)
    share = np.divide(amount, total[g], out=np.zeros(len(g)), where=total[g] > 0)
    kept = share > 0
    g, p, share = g[kept], p[kept], share[kept]
    # ten decimals: rounding noise must not decide a tie; it goes to the polygon further west
    order = np.lexsort((place_rank(polygons)[p], -np.round(share, 10), g))
    return Shares(g[order], p[order], share[order], groups)
