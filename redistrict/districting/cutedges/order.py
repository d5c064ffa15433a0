"""Vertex orders with a small frontier, for dynamic programs over vertices."""

from __future__ import annotations

import numpy as np

from redistrict.districting.cutedges.instance import Graph

TRIED = 60
"""First vertices tried per component."""


def vertex_order(graph: Graph) -> list[int]:
    """All vertices, component by component, so that few placed ones have unplaced neighbours:
    greedy, the best of several first vertices."""
    near = [graph.neighbour[graph.start[v] : graph.start[v + 1]].tolist() for v in range(graph.n)]
    component = graph.components()
    out: list[int] = []
    for c in range(int(component.max(initial=-1)) + 1):
        members = np.flatnonzero(component == c).tolist()
        starts = members[:: max(1, len(members) // TRIED)]
        out += min(_greedy(near, v, len(members)) for v in starts)[1]
    return out


def _greedy(near: list[list[int]], first: int, size: int) -> tuple[int, list[int]]:
    waiting = {first: 0}  # candidates -> when they were first seen
    placed: set[int] = set()
    unplaced = {v: len(n) for v, n in enumerate(near)}
    order: list[int] = []
    frontier: set[int] = set()
    effort = 0
    while len(order) < size:
        best, best_key = -1, (1 << 30, 1 << 30)
        for v, seen in waiting.items():
            closing = sum(1 for u in near[v] if u in frontier and unplaced[u] == 1)
            key = (int(unplaced[v] > 0) - closing, seen)
            if key < best_key:
                best, best_key = v, key
        del waiting[best]
        placed.add(best)
        order.append(best)
        for u in near[best]:
            unplaced[u] -= 1
            if unplaced[u] == 0:
                frontier.discard(u)
            if u not in placed and u not in waiting:
                waiting[u] = len(order)
        if unplaced[best] > 0:
            frontier.add(best)
        effort += 3 ** min(len(frontier), 40)
    return effort, order
