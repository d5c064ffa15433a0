"""Which polygons of a coverage share which segments, found by hashing segment ends."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from redistrict.planar.crossings import Geometries

Ints = NDArray[np.int64]
_MM = 1000.0


@dataclass(frozen=True)
class SharedSegments:
    """s segments on the boundary of two polygons ``first`` < ``second`` (s,).

    ``xy`` (s, 4): both ends in metres; ``length`` (s,); ``ahead`` (s,): True where ``first`` lies
    on the left of the segment as ``xy`` directs it. ``outer`` (r, 4) are the segments of one
    polygon only, ``outer_of`` (r,), which lies on their left.
    """

    first: Ints
    second: Ints
    xy: NDArray[np.float64]
    length: NDArray[np.float64]
    ahead: NDArray[np.bool_]
    outer: NDArray[np.float64]
    outer_of: Ints

    def middle(self, which: Ints | slice = slice(None)) -> Geometries:
        """The middle point of each segment, or of those of ``which``."""
        xy = self.xy[which]
        return np.asarray(shapely.points(0.5 * (xy[:, :2] + xy[:, 2:])), dtype=object)

    def pairs(self, n: int) -> tuple[Ints, Ints, NDArray[np.float64], Ints]:
        """Distinct pairs (a, b), their shared length, and (s,) the pair of each segment."""
        key, inverse = np.unique(self.first * n + self.second, return_inverse=True)
        length = np.bincount(inverse, weights=self.length, minlength=len(key)).astype(float)
        key = key.astype(np.int64)
        return key // max(n, 1), key % max(n, 1), length, inverse.astype(np.int64)


def shared_segments(polygons: Geometries) -> SharedSegments:
    """Match the segments of a coverage whose vertices lie on the millimetre grid.

    ``polygons`` (n,) polygons or multipolygons, each vertex of a shared line present on both
    sides.
    """
    parts, polygon = shapely.get_parts(shapely.orient_polygons(polygons), return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[1:] == ring[:-1]
    owner = polygon[part[ring[1:][same]]].astype(np.int64)
    # rings run with their polygon on the left; both owners must see the same key
    ij = np.rint(np.hstack([xy[:-1][same], xy[1:][same]]) * _MM).astype(np.int64)
    swap = (ij[:, 0] > ij[:, 2]) | ((ij[:, 0] == ij[:, 2]) & (ij[:, 1] > ij[:, 3]))
    ij[swap] = ij[swap][:, [2, 3, 0, 1]]
    key = hashed(ij)
    order = np.argsort(key, kind="stable")
    twin = key[order][1:] == key[order][:-1]
    one, other = order[:-1][twin], order[1:][twin]
    distinct = owner[one] != owner[other]
    one, other = one[distinct], other[distinct]
    lower = np.where(owner[one] < owner[other], one, other)
    upper = one + other - lower
    alone = np.ones(len(order), dtype=bool)
    alone[:-1][twin] = False
    alone[1:][twin] = False
    outer = order[alone]
    edge = ij[outer]
    edge[swap[outer]] = edge[swap[outer]][:, [2, 3, 0, 1]]
    found = ij[lower] / _MM
    return SharedSegments(
        first=owner[lower],
        second=owner[upper],
        xy=found,
        length=np.hypot(found[:, 2] - found[:, 0], found[:, 3] - found[:, 1]),
        ahead=~swap[lower],
        outer=edge / _MM,
        outer_of=owner[outer],
    )


def hashed(ij: Ints) -> NDArray[np.uint64]:
    """64-bit mix (splitmix64) of the four whole numbers of each row."""
    value = np.zeros(len(ij), dtype=np.uint64)
    with np.errstate(over="ignore"):
        for column in range(ij.shape[1]):
            value += ij[:, column].view(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
            value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
            value ^= value >> np.uint64(31)
    return value
