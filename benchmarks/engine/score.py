"""One measure for everybody: households outside the window, a loose piece being a part of its own.

Standard library only: the peers' environment uses it too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Graph:
    """``weights[v]`` >= 0 of each node and simple edges (a, b); parts fit in [lower, upper]."""

    weights: Sequence[int]
    edges: Sequence[tuple[int, int]]
    lower: int
    upper: int

    @property
    def n(self) -> int:
        return len(self.weights)

    def neighbours(self) -> list[list[int]]:
        """Neighbours of each node, in the order of the edges."""
        near: list[list[int]] = [[] for _ in self.weights]
        for a, b in self.edges:
            near[a].append(b)
            near[b].append(a)
        return near


@dataclass(frozen=True)
class Score:
    """``outside``: weight in connected pieces out of the window; ``cut``: edges between parts."""

    outside: int
    cut: int
    parts: int
    loose: int
    """Pieces beyond one per part."""


def pieces(near: Sequence[Sequence[int]], part: Sequence[int]) -> list[list[int]]:
    """The connected pieces of all parts. Nodes of part -1 were given to nobody: alone each."""
    seen = [False] * len(part)
    found: list[list[int]] = []
    for root in range(len(part)):
        if seen[root]:
            continue
        seen[root] = True
        piece = [root]
        for v in piece:
            for x in near[v]:
                if not seen[x] and part[x] == part[root] != -1:
                    seen[x] = True
                    piece.append(x)
        found.append(piece)
    return found


def score(graph: Graph, part: Sequence[int]) -> Score:
    """The measure of a plan; ``part[v]``: part of node v, or -1."""
    outside = 0
    found = pieces(graph.neighbours(), part)
    for piece in found:
        weight = sum(graph.weights[v] for v in piece)
        if not graph.lower <= weight <= graph.upper or part[piece[0]] == -1:
            outside += weight
    given = {p for p in part if p != -1}
    cut = sum(part[a] != part[b] or part[a] == -1 for a, b in graph.edges)
    loose = sum(part[piece[0]] != -1 for piece in found) - len(given)
    return Score(outside, cut, len(given), loose)


def numbers_of_parts(total: int, lower: int, upper: int) -> list[int]:
    """Every number of parts that arithmetic allows, the one nearest the middle first.

    Where it allows none, the two numbers next to the window.
    """
    fits = list(range(max(1, -(-total // max(1, upper))), total // max(1, lower) + 1))
    if not fits:
        fits = sorted({max(1, total // max(1, lower)), max(1, -(-total // max(1, upper)))})
    return sorted(fits, key=lambda k: (abs(2 * total - k * (lower + upper)), k))
