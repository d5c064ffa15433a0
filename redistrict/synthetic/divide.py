"""Dividing a connected set into connected parts: straight cuts at a share of the weight."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, connected_components

from redistrict.synthetic.land import Floats, Ints

_TURNS = np.deg2rad([0, 25, -25, 50, -50, 75, -75, 90])


class Divider:
    """Parts of a graph. ``xy`` (n, 2) metres, ``weight`` (n,) > 0, ``a``/``b`` edges."""

    def __init__(
        self, xy: Floats, weight: Floats, a: Ints, b: Ints, rng: np.random.Generator
    ) -> None:
        n = len(weight)
        self._xy, self._weight, self._rng = xy, weight, rng
        one = np.ones(2 * len(a), dtype=np.int8)
        self._graph = csr_array((one, (np.r_[a, b], np.r_[b, a])), shape=(n, n))

    def pieces(self, members: Ints) -> list[Ints]:
        """Connected pieces of ``members``, by their first member."""
        count, label = connected_components(self._graph[members][:, members], directed=False)
        return [members[label == k] for k in range(count)]

    def into(self, members: Ints, parts: int) -> list[Ints]:
        """``parts`` connected parts of nearly equal weight (fewer if there are fewer members)."""
        parts = min(parts, len(members))
        if parts <= 1:
            return [members]
        left = parts // 2
        one, other = self.cut(members, left / parts)
        return self.into(one, left) + self.into(other, parts - left)

    def until(
        self, members: Ints, ceiling: Callable[[], float], share: Callable[[], float]
    ) -> list[Ints]:
        """Cut on until every part weighs at most a ceiling drawn for it."""
        if len(members) == 1 or self._weight[members].sum() <= ceiling():
            return [members]
        one, other = self.cut(members, share())
        return self.until(one, ceiling, share) + self.until(other, ceiling, share)

    def cut(self, members: Ints, share: float) -> tuple[Ints, Ints]:
        """Two connected parts, the first of about ``share`` of the weight; neither is empty."""
        xy = self._xy[members] - self._xy[members].mean(axis=0)
        weight = self._weight[members]
        spread = xy.T @ (xy * weight[:, None])
        axis = np.linalg.eigh(spread)[1][:, -1]
        heading = np.arctan2(axis[1], axis[0]) + self._rng.uniform(-0.15, 0.15)
        graph = self._graph[members][:, members]
        for turn in _TURNS:
            along = xy @ np.array([np.cos(heading + turn), np.sin(heading + turn)])
            order = np.argsort(along, kind="stable")
            first = np.zeros(len(members), dtype=bool)
            first[order[: self._count(weight[order], share)]] = True
            if _connected(graph, first) and _connected(graph, ~first):
                return members[first], members[~first]
        return self._grown(members, graph, weight, share)

    def _grown(
        self, members: Ints, graph: csr_array, weight: Floats, share: float
    ) -> tuple[Ints, Ints]:
        """No straight cut will do: grow from a far end, then give away what was cut off."""
        start = int(breadth_first_order(graph, 0, directed=False)[0][-1])
        order = breadth_first_order(graph, start, directed=False)[0]
        first = np.zeros(len(members), dtype=bool)
        first[order[: self._count(weight[order], share)]] = True
        rest = np.flatnonzero(~first)
        _, label = connected_components(graph[rest][:, rest], directed=False)
        main = int(np.argmax(np.bincount(label, weight[rest])))
        first[rest[label != main]] = True
        return members[first], members[~first]

    @staticmethod
    def _count(ordered: Floats, share: float) -> int:
        total = np.cumsum(ordered)
        at = int(np.argmin(np.abs(total - share * total[-1]))) + 1
        return min(max(at, 1), len(ordered) - 1)


def _connected(graph: csr_array, mask: np.ndarray) -> bool:
    inside = np.flatnonzero(mask)
    count: int = connected_components(graph[inside][:, inside], directed=False)[0]
    return count == 1
