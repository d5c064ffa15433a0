"""Cells -> atoms: the smallest pieces the engine moves, and their neighbourhood graph.

Cells without households ride along with a populated neighbour, groups that may not be divided
become one atom, and only then is the graph handed to the engine: it is smaller, and every part
that is connected there is connected land.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

from redistrict.model.cells import CROSSABLE, UNCROSSABLE, Cells

IntArray = NDArray[np.signedinteger[Any]]

FORCED_CROSSING = 10_000_000
"""Penalty (as if millimetres of road) for one step over a barrier: more than any detour."""


ON_ROAD = 2
"""A boundary along a road or another barrier that can be crossed costs one part in so many of its
length: people know it, so it may be the longer way, but not any way (decision 0011)."""


@dataclass(frozen=True)
class CellGraph:
    """The neighbourhood of a subset of cells, re-indexed 0..n-1.

    ``cells``: (n,) positions in `Cells.frame`; ``a``, ``b``, ``length`` (metres), ``barrier``:
    (m,) edges between them, ``a < b``.
    """

    cells: IntArray
    a: IntArray
    b: IntArray
    length: NDArray[np.float64]
    barrier: NDArray[np.int8]

    @property
    def n(self) -> int:
        return len(self.cells)


def codes(cells: Cells, column: str) -> IntArray:
    """(n,) integer labels of a column by first appearance, -1 where missing.

    Ids are names only: no decision may depend on how they sort.
    """
    values = cells.frame[column].to_numpy(dtype=object)
    return pd.factorize(values)[0].astype(np.int64)


def dense_labels(label: IntArray) -> IntArray:
    """Renumber labels 0, 1, ... by first appearance, keeping -1."""
    dense = np.full(len(label), -1, dtype=np.int64)
    known = label >= 0
    dense[known] = pd.factorize(label[known])[0]
    return dense


def subgraphs(cells: Cells, label: IntArray) -> dict[int, CellGraph]:
    """One `CellGraph` per label (negative labels are left out); edges across labels are dropped."""
    order = np.argsort(label, kind="stable")
    order = order[label[order] >= 0]
    local = np.full(len(label), -1, dtype=np.int64)
    bounds = np.flatnonzero(np.diff(label[order], prepend=-1, append=-2))
    same = (label[cells.a] == label[cells.b]) & (label[cells.a] >= 0)
    edges = np.flatnonzero(same)
    edges = edges[np.argsort(label[cells.a[edges]], kind="stable")]
    owner = label[cells.a[edges]]
    graphs: dict[int, CellGraph] = {}
    for start, stop in pairwise(bounds.tolist()):
        members = order[start:stop]
        key = int(label[members[0]])
        local[members] = np.arange(len(members))
        mine = edges[np.searchsorted(owner, key) : np.searchsorted(owner, key, side="right")]
        graphs[key] = CellGraph(
            members,
            local[cells.a[mine]],
            local[cells.b[mine]],
            cells.length[mine],
            cells.barrier[mine],
        )
    return graphs


def components(n: int, a: IntArray, b: IntArray) -> IntArray:
    """(n,) component number of each node, numbered by first node."""
    matrix = coo_matrix((np.ones(len(a), dtype=np.int8), (a, b)), shape=(n, n))
    _, label = connected_components(matrix, directed=False)
    _, first, inverse = np.unique(label, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[inverse].astype(np.int64)


def connected_groups(graph: CellGraph, group: IntArray) -> IntArray:
    """Split each group (-1: none) into its connected pieces, over edges that can be crossed.

    A group that is indivisible on paper but lies in two places cannot be one atom: an area that
    took both would not be one polygon. Returns (n,) dense group numbers, singletons included.
    """
    joined = (group[graph.a] == group[graph.b]) & (group[graph.a] >= 0)
    joined &= graph.barrier != UNCROSSABLE
    return components(graph.n, graph.a[joined], graph.b[joined])


class _Forest:
    """Union-find that keeps the households of each tree."""

    def __init__(self, weight: IntArray) -> None:
        self.parent = list(range(len(weight)))
        self.weight: list[int] = weight.tolist()

    def find(self, i: int) -> int:
        parent = self.parent
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    def join(self, i: int, j: int) -> None:
        self.parent[j] = i
        self.weight[i] += self.weight[j]


def absorb_empty(graph: CellGraph, households: IntArray, affinity: Sequence[IntArray]) -> IntArray:
    """Give every cell without households to a populated neighbour; (n,) group numbers.

    Kruskal's algorithm over the edges, best first: crossable before not, then sharing the most
    ``affinity`` labels (courtyard, estate ...; -1 never matches), then the longest shared
    boundary; two trees are joined unless both are populated. Cells stay on their own where no
    populated cell can be reached.
    """
    likeness = np.zeros(len(graph.a), dtype=np.int64)
    for label in affinity:
        likeness += (label[graph.a] == label[graph.b]) & (label[graph.a] >= 0)
    order = np.lexsort((graph.b, graph.a, -graph.length, -likeness, graph.barrier == UNCROSSABLE))
    empty = households == 0
    order = order[empty[graph.a[order]] | empty[graph.b[order]]]
    forest = _Forest(households)
    for x, y in zip(graph.a[order].tolist(), graph.b[order].tolist(), strict=True):
        i, j = forest.find(x), forest.find(y)
        if i != j and (forest.weight[i] == 0 or forest.weight[j] == 0):
            forest.join(min(i, j), max(i, j))
    return _dense(forest)


def united(households: IntArray, groups: Sequence[IntArray], cap: int) -> IntArray:
    """(n,) cells that go together through any of ``groups``, numbered by first cell.

    The first of ``groups`` holds whatever it weighs; a group of the others only where all that it
    brings together holds at most ``cap`` households.
    """
    forest = _Forest(households)
    for number, group in enumerate(groups):
        for members in _members(group):
            roots = list(dict.fromkeys(map(forest.find, members)))
            if number == 0 or sum(forest.weight[r] for r in roots) <= cap:
                for root in roots[1:]:
                    forest.join(roots[0], root)
    root = np.array([forest.find(i) for i in range(len(households))], dtype=np.int64)
    return dense_labels(root)


def _members(group: IntArray) -> list[list[int]]:
    """The cells of each group of two or more, in the order of the groups' numbers."""
    order = np.argsort(group, kind="stable")
    cuts = np.flatnonzero(np.diff(group[order])) + 1
    return [part.tolist() for part in np.split(order, cuts) if len(part) > 1]


def cluster(
    graph: CellGraph,
    households: IntArray,
    within: IntArray,
    prefer: IntArray,
    cap: int,
    begun: IntArray,
) -> IntArray:
    """Join neighbours of one ``within`` label into clusters of at most ``cap`` households.

    Neighbours of one ``begun`` label come first, whatever they hold; then those of one ``prefer``
    label (-1 never matches), then the longest shared boundary relative to what the two trees
    hold, so that clusters stay compact. (n,) group numbers.
    """
    usable = (within[graph.a] == within[graph.b]) & (graph.barrier != UNCROSSABLE)
    edges = np.flatnonzero(usable)
    liked = (prefer[graph.a] == prefer[graph.b]) & (prefer[graph.a] >= 0)
    order = edges[np.lexsort((graph.b[edges], graph.a[edges], -graph.length[edges], ~liked[edges]))]
    forest = _Forest(households)
    for k in edges[begun[graph.a[edges]] == begun[graph.b[edges]]].tolist():
        i, j = forest.find(int(graph.a[k])), forest.find(int(graph.b[k]))
        if i != j:
            forest.join(i, j)
    # Rounds with a growing cap: otherwise a few trees eat their surroundings and leave crumbs.
    for share in (8, 4, 2, 1):
        for x, y in zip(graph.a[order].tolist(), graph.b[order].tolist(), strict=True):
            i, j = forest.find(x), forest.find(y)
            if i != j and forest.weight[i] + forest.weight[j] <= cap // share:
                forest.join(min(i, j), max(i, j))
    return _dense(forest)


def _dense(forest: _Forest) -> IntArray:
    root = np.array([forest.find(i) for i in range(len(forest.parent))], dtype=np.int64)
    return np.unique(root, return_inverse=True)[1].astype(np.int64)


@dataclass(frozen=True)
class Atoms:
    """A contracted graph: k atoms, e edges ``a < b`` without duplicates.

    ``length``: shared boundary in millimetres, as a boundary costs (`ON_ROAD`); ``closed``: True
    where no open boundary is left (an uncrossable barrier): such a boundary costs nothing.
    """

    of_cell: IntArray  # (n,) atom of each cell of the graph
    households: IntArray  # (k,)
    a: IntArray
    b: IntArray
    length: IntArray
    closed: NDArray[np.bool_]

    @property
    def k(self) -> int:
        return len(self.households)

    def label_by_households(self, label: IntArray, households: IntArray) -> IntArray:
        """(k,) for each atom the label holding most of its households; -1 where none has one.

        Ties (and atoms without households) go to the label with more cells, then the smaller.
        """
        known = np.flatnonzero(label >= 0)
        result = np.full(self.k, -1, dtype=np.int64)
        if not len(known):
            return result
        width = int(label.max()) + 1
        key, inverse = np.unique(self.of_cell[known] * width + label[known], return_inverse=True)
        weight = np.bincount(inverse, households[known], len(key))
        count = np.bincount(inverse, minlength=len(key))
        atom = key // width
        order = np.lexsort((key % width, -count, -weight, atom))
        chosen = order[np.unique(atom[order], return_index=True)[1]]
        result[atom[chosen]] = key[chosen] % width
        return result


def contract(graph: CellGraph, group: IntArray, households: IntArray) -> Atoms:
    """Contract each group of cells to one atom; parallel edges are added up."""
    of_cell = np.unique(group, return_inverse=True)[1].astype(np.int64)
    k = int(of_cell.max()) + 1 if len(of_cell) else 0
    weight = np.bincount(of_cell, households, k).astype(np.int64)
    i, j = of_cell[graph.a], of_cell[graph.b]
    low, high = np.minimum(i, j), np.maximum(i, j)
    between = np.flatnonzero(low != high)
    key, inverse = np.unique(low[between] * k + high[between], return_inverse=True)
    millimetres = np.rint(graph.length[between] * 1000).astype(np.int64)
    kind = graph.barrier[between]
    cost = np.where(
        kind == UNCROSSABLE, 0, np.where(kind == CROSSABLE, millimetres // ON_ROAD, millimetres)
    )
    length = np.bincount(inverse, cost, len(key)).astype(np.int64)
    is_open = np.bincount(inverse, kind != UNCROSSABLE, len(key)) > 0
    return Atoms(of_cell, weight, key // max(k, 1), key % max(k, 1), length, ~is_open)


def ferries(
    graph: CellGraph,
    atoms: Atoms,
    land: IntArray,
    points: NDArray[np.float64],
    alone: Callable[[int], bool],
) -> list[tuple[int, int]]:
    """Links for islands: from land that cannot stand alone to the nearest other land.

    ``land`` (n,): which piece of the street office's own land each cell lies on; ``points``
    (n, 2): where, in metres; ``alone(households)``: whether a component can stand by itself. Only
    the office's own land being in pieces earns a link: a rest that a frozen committee cuts off
    stays alone. Returns atom pairs ``a < b``, sorted.
    """
    component = components(atoms.k, atoms.a, atoms.b)
    total = np.bincount(component, atoms.households).astype(np.int64)
    if len(total) < 2:
        return []
    of_cell = component[atoms.of_cell]
    links: set[tuple[int, int]] = set()
    for island in np.flatnonzero([not alone(int(t)) for t in total]).tolist():
        inside = np.flatnonzero(of_cell == island)
        there = np.flatnonzero((of_cell != island) & (land != land[inside[0]]))
        if len(there):
            distance, nearest = map(np.asarray, KDTree(points[there]).query(points[inside]))
            best = int(np.argmin(distance))
            i = int(atoms.of_cell[inside[best]])
            j = int(atoms.of_cell[there[int(nearest[best])]])
            links.add((min(i, j), max(i, j)))
    return sorted(links)
