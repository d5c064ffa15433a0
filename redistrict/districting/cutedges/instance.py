"""Instance: one connected graph to be divided into a fixed number of parts, ready for kernels."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Assignment = NDArray[np.int32]


@dataclass(frozen=True)
class Graph:
    """A simple undirected graph with weights and edge lengths, in compressed rows.

    ``weights`` (n,) int64 >= 0; ``a`` < ``b`` (m,) int32; ``lengths`` (m,) int64 >= 0.
    ``start`` (n + 1,) / ``neighbour`` (2m,) / ``edge`` (2m,): neighbours of v and the edges to
    them are at start[v]:start[v + 1], neighbours ascending.
    """

    weights: NDArray[np.int64]
    a: NDArray[np.int32]
    b: NDArray[np.int32]
    lengths: NDArray[np.int64]
    start: NDArray[np.int64] = field(init=False, repr=False)
    neighbour: NDArray[np.int32] = field(init=False, repr=False)
    edge: NDArray[np.int32] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        tail = np.concatenate([self.a, self.b])
        head = np.concatenate([self.b, self.a])
        number = np.tile(np.arange(len(self.a), dtype=np.int32), 2)
        order = np.lexsort((head, tail))
        counts = np.bincount(tail, minlength=len(self.weights))
        start = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        object.__setattr__(self, "start", start)
        object.__setattr__(self, "neighbour", head[order].astype(np.int32))
        object.__setattr__(self, "edge", number[order])

    @property
    def n(self) -> int:
        return len(self.weights)

    @property
    def m(self) -> int:
        return len(self.a)

    @property
    def total(self) -> int:
        return int(self.weights.sum())

    def components(self) -> NDArray[np.int32]:
        """(n,) component of each vertex, numbered by first vertex."""
        # In plain Python: the process that watches a race needs nothing slow to load for it.
        start, neighbour = self.start.tolist(), self.neighbour.tolist()
        label = [-1] * self.n
        count = 0
        for first in range(self.n):
            if label[first] >= 0:
                continue
            label[first] = count
            stack = [first]
            while stack:
                v = stack.pop()
                for u in neighbour[start[v] : start[v + 1]]:
                    if label[u] < 0:
                        label[u] = count
                        stack.append(u)
            count += 1
        return np.array(label, dtype=np.int32)

    def induced(self, vertices: NDArray[np.intp]) -> tuple[Graph, NDArray[np.int32]]:
        """The subgraph on ``vertices`` (ascending) and the numbers of its edges in this graph."""
        new = np.full(self.n, -1, dtype=np.int32)
        new[vertices] = np.arange(len(vertices), dtype=np.int32)
        inside = np.flatnonzero((new[self.a] >= 0) & (new[self.b] >= 0)).astype(np.int32)
        sub = Graph(
            self.weights[vertices], new[self.a[inside]], new[self.b[inside]], self.lengths[inside]
        )
        return sub, inside

    def renumbered(self, place: NDArray[np.int32]) -> Graph:
        """The same graph with vertex v called ``place[v]``."""
        weights = np.empty_like(self.weights)
        weights[place] = self.weights
        a, b = place[self.a], place[self.b]
        return Graph(weights, np.minimum(a, b), np.maximum(a, b), self.lengths)


@dataclass(frozen=True)
class Instance:
    """``graph`` (connected) into ``parts`` connected non-empty parts with weight in
    [lower, upper], least total length of edges between parts."""

    graph: Graph
    parts: int
    lower: int
    upper: int

    def cost(self, assignment: Assignment) -> int:
        """Length of the edges whose ends lie in different parts."""
        g = self.graph
        return int(g.lengths[assignment[g.a] != assignment[g.b]].sum())

    def feasible(self, assignment: Assignment) -> bool:
        """Whether ``assignment`` obeys every rule; checked without the kernels' bookkeeping."""
        g = self.graph
        if len(assignment) != g.n or assignment.min() < 0 or assignment.max() >= self.parts:
            return False
        weight = np.bincount(assignment, weights=None, minlength=self.parts) * 0
        np.add.at(weight, assignment, g.weights)
        if weight.min() < self.lower or weight.max() > self.upper:
            return False
        same = assignment[g.a] == assignment[g.b]
        inner = Graph(g.weights, g.a[same], g.b[same], g.lengths[same])
        return int(inner.components().max()) + 1 == self.parts


def canonical(assignment: Assignment) -> Assignment:
    """The same plan with parts numbered by first vertex."""
    _, first, inverse = np.unique(assignment, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int32)
    rank[np.argsort(first, kind="stable")] = np.arange(len(first), dtype=np.int32)
    return rank[inverse]
