"""Faces: the smallest pieces into which polygon boundaries cut the plane.

All boundaries are noded together on a grid (snap rounding, GEOS OverlayNG) and polygonised, so
pieces share exact vertices and any labelling of them dissolves to a valid coverage. Cleaning a
coverage, fitting committees into street offices and moving an estate are then only labellings.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from shapely.geometry.base import BaseGeometry

from redistrict.planar.geometries import Geometries

GRID_M = 0.001
"""Coordinates are rounded to a millimetre: finer than any survey, far above float noise."""

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Faces:
    """n pieces with disjoint interiors; ``polygons`` sorted by place, so order never matters."""

    polygons: Geometries

    def __len__(self) -> int:
        return len(self.polygons)

    @cached_property
    def area(self) -> NDArray[np.float64]:
        """(n,) square metres."""
        return shapely.area(self.polygons)

    @cached_property
    def points(self) -> Geometries:
        """(n,) a point inside each face."""
        return shapely.point_on_surface(self.polygons)

    @cached_property
    def neighbours(self) -> tuple[Ints, Ints, NDArray[np.float64]]:
        """Pairs of faces sharing boundary, ``a < b``, and the shared length in metres."""
        rings, face = shapely.get_rings(self.polygons, return_index=True)
        xy, ring = shapely.get_coordinates(rings, return_index=True)
        same = ring[1:] == ring[:-1]
        length = np.hypot(*(xy[1:] - xy[:-1])[same].T)
        ij = np.round(xy / GRID_M).astype(np.int64)
        p, q, owner = ij[:-1][same], ij[1:][same], face[ring[1:][same]]
        swap = (p[:, 0] > q[:, 0]) | ((p[:, 0] == q[:, 0]) & (p[:, 1] > q[:, 1]))
        key = np.hstack([np.where(swap[:, None], q, p), np.where(swap[:, None], p, q)])
        order = np.lexsort(key.T)
        twin = (key[order][1:] == key[order][:-1]).all(axis=1)
        first, second = order[:-1][twin], order[1:][twin]
        a = np.minimum(owner[first], owner[second]).astype(np.int64)
        b = np.maximum(owner[first], owner[second]).astype(np.int64)
        distinct = a != b
        pair, inverse = np.unique(a[distinct] * len(self) + b[distinct], return_inverse=True)
        shared = np.bincount(inverse, weights=length[first][distinct], minlength=len(pair))
        n = max(len(self), 1)
        return (pair // n).astype(np.int64), (pair % n).astype(np.int64), shared.astype(np.float64)

    def components(self, label: Ints) -> Ints:
        """(n,) number of the connected piece of equally labelled faces each face lies in."""
        a, b, _ = self.neighbours
        same = label[a] == label[b]
        ones = np.ones(int(same.sum()), dtype=np.int8)
        graph = coo_array((ones, (a[same], b[same])), shape=(len(self), len(self)))
        return connected_components(graph, directed=False)[1].astype(np.int64)

    def inside(self, polygons: Geometries) -> tuple[Ints, Ints]:
        """Pairs (face, polygon) where the face lies in the polygon, sorted by both."""
        if len(self) == 0 or len(polygons) == 0:
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        which, face = shapely.STRtree(self.points).query(polygons, predicate="intersects")
        order = np.lexsort((which, face))
        return face[order].astype(np.int64), which[order].astype(np.int64)

    def dissolve(self, label: Ints, count: int) -> Geometries:
        """(count,) union of the faces labelled 0..count-1; None where a label has no face."""
        result = np.full(count, None, dtype=object)
        used = np.flatnonzero((label >= 0) & (label < count))
        used = used[np.argsort(label[used], kind="stable")]
        cuts = np.flatnonzero(np.diff(label[used])) + 1
        for group in np.split(used, cuts) if len(used) else []:
            result[label[group[0]]] = self.union(group)
        return result

    def union(self, which: Ints) -> BaseGeometry:
        """The union of some faces, vertices kept, in normal form."""
        union = shapely.coverage_union_all(self.polygons[which])
        return shapely.normalize(union)


def cut(polygons: Geometries) -> Faces:
    """The faces of all boundaries of valid ``polygons`` (None and empty ones are passed over).

    Cost grows with the number of crossings; bound it by `count_crossings` first.
    """
    given = polygons[~(shapely.is_missing(polygons) | shapely.is_empty(polygons))]
    if len(given) == 0:
        return Faces(np.zeros(0, dtype=object))
    lines = shapely.union_all(shapely.boundary(given), grid_size=GRID_M)
    pieces = shapely.get_parts(shapely.polygonize([lines]))
    order = np.lexsort((shapely.area(pieces), *shapely.bounds(pieces).T))
    return Faces(shapely.normalize(pieces[order]))
