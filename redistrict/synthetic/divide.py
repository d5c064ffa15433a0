"""Dividing a connected set into connected parts: straight cuts at a share of the weight."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from redistrict.synthetic.land import Floats, Ints

_TURNS = np.deg2rad([0, 25, -25, 50, -50, 75, -75, 90])


class Divider:
    """Parts of a graph. ``xy`` (n, 2) metres, ``weight`` (n,) > 0, ``a``/``b`` edges.

    The sets are small (tens of lots, at most the superblocks of a city): plain breadth-first
    search beats slicing sparse matrices.
    """

    def __init__(
        self, xy: Floats, weight: Floats, a: Ints, b: Ints, rng: np.random.Generator
    ) -> None:
        self._xy, self._weight, self._rng = xy, weight, rng
        self._beside: list[list[int]] = [[] for _ in range(len(weight))]
        for i, j in zip(a.tolist(), b.tolist(), strict=True):
            self._beside[i].append(j)
            self._beside[j].append(i)

    def pieces(self, members: Ints) -> list[Ints]:
        """Connected pieces of ``members``, by their first member."""
        left = set(members.tolist())
        found: list[Ints] = []
        for start in members.tolist():
            if start in left:
                piece = self._reached(start, left)
                left.difference_update(piece)
                found.append(np.array(sorted(piece), dtype=np.int64))
        return found

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
        uu, vv = float(weight @ xy[:, 0] ** 2), float(weight @ xy[:, 1] ** 2)
        uv = float(weight @ (xy[:, 0] * xy[:, 1]))
        # direction of the principal axis: cuts go across the longer extent
        heading = 0.5 * np.arctan2(2 * uv, uu - vv) + self._rng.uniform(-0.15, 0.15)
        for turn in _TURNS:
            along = xy @ np.array([np.cos(heading + turn), np.sin(heading + turn)])
            order = np.argsort(along, kind="stable")
            at = self._count(weight[order], share)
            one, other = members[order[:at]], members[order[at:]]
            if self._connected(one) and self._connected(other):
                return np.sort(one), np.sort(other)
        return self._grown(members, share)

    def _grown(self, members: Ints, share: float) -> tuple[Ints, Ints]:
        """No straight cut will do: grow from a far end, then give away what was cut off."""
        far = self._reached(int(members[0]), set(members.tolist()))[-1]
        order = np.array(self._reached(far, set(members.tolist())), dtype=np.int64)
        at = self._count(self._weight[order], share)
        pieces = self.pieces(np.sort(order[at:]))
        main = max(range(len(pieces)), key=lambda k: (self._weight[pieces[k]].sum(), -k))
        away = [piece for k, piece in enumerate(pieces) if k != main]
        return np.sort(np.concatenate([order[:at], *away])), pieces[main]

    def _connected(self, members: Ints) -> bool:
        return len(self._reached(int(members[0]), set(members.tolist()))) == len(members)

    def _reached(self, start: int, among: set[int]) -> list[int]:
        """Members of ``among`` reached from ``start``, nearest first."""
        reached, seen = [start], {start}
        for node in reached:
            for other in self._beside[node]:
                if other in among and other not in seen:
                    seen.add(other)
                    reached.append(other)
        return reached

    @staticmethod
    def _count(ordered: Floats, share: float) -> int:
        total = np.cumsum(ordered)
        at = int(np.argmin(np.abs(total - share * total[-1]))) + 1
        return min(max(at, 1), len(ordered) - 1)
