"""Who borders whom, over how many metres, and what lies on the border."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from redistrict.model.cells import CROSSABLE, NO_BARRIER, UNCROSSABLE
from redistrict.model.survey import Survey
from redistrict.units.land import Geometries, Ints, Land, explode, near_lines
from redistrict.units.tiles import ON_LINE_M, Tiles

OPEN_M = 0.5
"""Open boundary no longer than this is no way through."""


@dataclass(frozen=True)
class Edges:
    """Pairs ``a < b`` (m,) of rows with shared ``length``, metres, and ``barrier`` kind."""

    a: Ints
    b: Ints
    length: NDArray[np.float64]
    barrier: NDArray[np.int8]

    def pieces(self, n: int) -> Ints:
        """(n,) connected piece of each row over what can be crossed, numbered by first row."""
        way = self.barrier != UNCROSSABLE
        graph = coo_array(
            (np.ones(int(way.sum()), np.int8), (self.a[way], self.b[way])), shape=(n, n)
        )
        label = connected_components(graph, directed=False)[1]
        _, first, inverse = np.unique(label, return_index=True, return_inverse=True)
        return np.argsort(np.argsort(first))[inverse].astype(np.int64)


def edges(
    tiles: Tiles, stand: Ints, office: Ints, land: Land, survey: Survey, snap_m: float
) -> Edges:
    """Edges between rows of one office.

    A border is open where both tiles lie on the piece of land that holds both buildings: whatever
    else lies between them is water, or land beyond a barrier. ``stand`` (n,): that piece;
    ``office`` (n,): the rows' office.
    """
    n = len(stand)
    s = tiles.shared
    p, q = tiles.row[s.first], tiles.row[s.second]
    between = np.flatnonzero((p != q) & (office[p] == office[q]))
    left, right = s.first[between], s.second[between]
    p, q = p[between], q[between]
    length = s.length[between]
    middle = s.middle(between)
    ground = tiles.piece[left]
    is_open = (ground == tiles.piece[right]) & (ground == stand[p]) & (ground == stand[q])
    is_open &= ~near_lines(middle, land.dangles, ON_LINE_M)
    on_road = is_open.copy()
    on_road[is_open] = near_lines(middle[is_open], _crossable(survey), snap_m)
    key, pair = np.unique(np.minimum(p, q) * n + np.maximum(p, q), return_inverse=True)
    total = np.bincount(pair, weights=length, minlength=len(key)).astype(float)
    free = np.bincount(pair, weights=length * is_open, minlength=len(key))
    road = np.bincount(pair, weights=length * on_road, minlength=len(key))
    barrier = np.where(
        free <= OPEN_M, UNCROSSABLE, np.where(road > 0.5 * free, CROSSABLE, NO_BARRIER)
    )
    return Edges(key // max(n, 1), key % max(n, 1), total, barrier.astype(np.int8))


def _crossable(survey: Survey) -> Geometries:
    frame = survey.layer("barriers")
    if frame is None or not len(frame):
        return np.zeros(0, dtype=object)
    chosen = np.asarray(frame.geometry.array, dtype=object)[frame["crossable"].to_numpy(dtype=bool)]
    return explode(shapely.get_parts(chosen)) if len(chosen) else chosen
