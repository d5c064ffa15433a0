"""Vertex orders with a small frontier, for dynamic programs over vertices."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from redistrict.districting.cutedges.instance import Graph

TRIED = 60
"""First vertices tried per component."""

WIDEST = 40
"""A frontier wider than this is of no use to any dynamic program."""


class TooWide(Exception):
    """No order with a small frontier was found in the work allowed."""


@dataclass
class Allowance:
    """``work``: candidates that may be looked at; ``deadline``: on `time.monotonic`."""

    work: int
    deadline: float | None = None

    def spend(self, amount: int) -> bool:
        """False once nothing is left."""
        self.work -= amount
        return self.work >= 0 and (self.deadline is None or time.monotonic() < self.deadline)


def vertex_order(graph: Graph, allowed: Allowance | None = None) -> list[int]:
    """All vertices, component by component, so that few placed ones have unplaced neighbours:
    greedy, the best of several first vertices.

    Raises `TooWide` where ``allowed`` is used up before a component has an order, or there is none
    with a frontier of at most `WIDEST`.
    """
    near = [graph.neighbour[graph.start[v] : graph.start[v + 1]].tolist() for v in range(graph.n)]
    component = graph.components()
    out: list[int] = []
    for c in range(int(component.max(initial=-1)) + 1):
        members = np.flatnonzero(component == c).tolist()
        starts = members[:: max(1, len(members) // TRIED)]
        tried = (_greedy(near, v, len(members), allowed) for v in starts)
        found = [order for order in tried if order is not None]
        if not found:
            raise TooWide
        out += min(found)[1]
    return out


def _greedy(
    near: list[list[int]], first: int, size: int, allowed: Allowance | None
) -> tuple[int, list[int]] | None:
    """Effort and order; None where ``allowed`` is used up or the frontier gets too wide."""
    waiting = {first: 0}  # candidates -> when they were first seen
    placed: set[int] = set()
    unplaced = [len(n) for n in near]
    order: list[int] = []
    frontier: set[int] = set()
    effort = 0
    while len(order) < size:
        if allowed is not None and (not allowed.spend(len(waiting)) or len(frontier) > WIDEST):
            return None
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
