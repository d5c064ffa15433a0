"""The dual of a planar graph, with the weight that each crossing encloses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from redistrict.districting.cutedges.instance import Graph


@dataclass(frozen=True)
class Dual:
    """Arcs of the dual: arc 2e crosses edge e from the left of a -> b to its right, 2e + 1 back.

    ``left`` (2m,): face an arc starts from; it ends in ``left[arc ^ 1]``. ``enclosed`` (2m,): the
    sum over the arcs of a simple cycle is plus or minus the weight of the side without vertex 0.
    """

    faces: int
    left: NDArray[np.int32]
    enclosed: NDArray[np.int64]


def dual(graph: Graph) -> Dual | None:
    """The dual of a connected graph; None where it is not planar."""
    import networkx as nx  # slow to load

    network = nx.Graph()
    network.add_nodes_from(range(graph.n))
    network.add_edges_from(zip(graph.a.tolist(), graph.b.tolist(), strict=True))
    planar, embedding = nx.check_planarity(network)
    if not planar:
        return None
    half = {}
    for e, (a, b) in enumerate(zip(graph.a.tolist(), graph.b.tolist(), strict=True)):
        half[a, b], half[b, a] = 2 * e, 2 * e + 1
    left = np.full(2 * graph.m, -1, dtype=np.int32)
    faces = 0
    for (a, b), h in half.items():
        if left[h] >= 0:
            continue
        while left[half[a, b]] < 0:
            left[half[a, b]] = faces
            a, b = embedding.next_face_half_edge(a, b)
        faces += 1
    return Dual(max(1, faces), left, _enclosed(graph, half))


def _enclosed(graph: Graph, half: dict[tuple[int, int], int]) -> NDArray[np.int64]:
    parent = {0: 0}
    order = [0]
    for v in order:
        for u in graph.neighbour[graph.start[v] : graph.start[v + 1]].tolist():
            if u not in parent:
                parent[u] = v
                order.append(u)
    below = graph.weights.astype(np.int64).copy()
    enclosed = np.zeros(2 * graph.m, dtype=np.int64)
    for v in reversed(order[1:]):
        enclosed[half[parent[v], v]] = below[v]
        enclosed[half[v, parent[v]]] = -below[v]
        below[parent[v]] += below[v]
    return enclosed
