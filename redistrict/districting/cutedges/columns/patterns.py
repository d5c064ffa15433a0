"""How one part can lie across a frontier: the states of a dynamic program over vertices.

Vertices are placed one after another, in the part or not. A pattern says which vertices with
unplaced neighbours are in the part and which of them are connected so far. Patterns and the steps
between them depend on the graph alone, not on weights or prices, and are built once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from redistrict.districting.cutedges.instance import Graph
from redistrict.districting.cutedges.order import vertex_order

UNSTARTED, DONE = 0, 1
"""Patterns 0 and 1 of every layer: no vertex of the part yet; part whole."""

Pattern = tuple[int, ...]
_DONE: Pattern = (-1,)


@dataclass(frozen=True)
class Patterns:
    """Layer i holds rows ``first[i]:first[i + 1]``; from row r vertex ``order[i]`` left out leads
    to row ``out[r]`` of layer i + 1 (counted from its first; -1: nowhere) cutting ``out_cut[r]``,
    taken in to ``into[r]`` cutting ``into_cut[r]``."""

    order: NDArray[np.int64]
    first: NDArray[np.int64]
    out: NDArray[np.int32]
    out_cut: NDArray[np.int64]
    into: NDArray[np.int32]
    into_cut: NDArray[np.int64]

    @property
    def rows(self) -> int:
        """Rows in all, with the two of the last layer."""
        return int(self.first[-1]) + 2


def build(graph: Graph, limit: int) -> Patterns | None:
    """The patterns of ``graph``; None where there are more than ``limit``."""
    order = vertex_order(graph)
    when = {v: i for i, v in enumerate(order)}
    length = [
        dict(
            zip(
                graph.neighbour[graph.start[v] : graph.start[v + 1]].tolist(),
                graph.lengths[graph.edge[graph.start[v] : graph.start[v + 1]]].tolist(),
                strict=True,
            )
        )
        for v in range(graph.n)
    ]
    frontier: list[int] = []
    layer: list[Pattern] = [()]
    first = [0]
    steps: list[tuple[int, int, int, int]] = []
    for i, v in enumerate(order):
        both = [*frontier, v]
        keep = [p for p, u in enumerate(both) if any(when[x] > i for x in length[u])]
        beside = [(p, length[v][u]) for p, u in enumerate(frontier) if u in length[v]]
        following: dict[Pattern, int] = {(0,) * len(keep): UNSTARTED, _DONE: DONE}
        for pattern in layer:
            if pattern == _DONE:
                steps.append((DONE, 0, -1, 0))
                continue
            out = _leave((*pattern, 0), keep, following)
            touched = {pattern[p] for p, _ in beside if pattern[p] > 0}
            fresh = max(pattern, default=0) + 1
            joined = (*(fresh if c in touched else c for c in pattern), fresh)
            into = _leave(joined, keep, following)
            out_cut = sum(cut for p, cut in beside if pattern[p] > 0)
            into_cut = sum(cut for p, cut in beside if pattern[p] == 0)
            steps.append((out, out_cut, into, into_cut))
        first.append(len(steps))
        if len(steps) + len(following) > limit:
            return None
        layer = list(following)
        frontier = [both[p] for p in keep]
    table = np.array(steps, dtype=np.int64).reshape(-1, 4)
    return Patterns(
        np.array(order, dtype=np.int64),
        np.array(first, dtype=np.int64),
        table[:, 0].astype(np.int32),
        table[:, 1].copy(),
        table[:, 2].astype(np.int32),
        table[:, 3].copy(),
    )


def _leave(full: Pattern, keep: list[int], following: dict[Pattern, int]) -> int:
    """Drop the vertices that leave; -1 where a piece is cut off from the rest of the part."""
    kept = tuple(full[p] for p in keep)
    pieces = set(full) - {0}
    lost = pieces - set(kept)
    if lost:
        return DONE if len(pieces) == 1 else -1
    names = {0: 0}
    renamed = tuple(names.setdefault(c, len(names)) for c in kept)
    return following.setdefault(renamed, len(following))
