"""The committee map a careful clerk would draw: merge what is small, halve what is large.

The peer of `benchmarks.engine.committees`. Works on any `Problem` with present labels.
"""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

from redistrict.model.problem import Problem

IntArray = NDArray[np.int64]


class _Map:
    """Parts under way: part of each unit, weight of each part."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.near: list[list[int]] = [[] for _ in range(problem.n)]
        for a, b in problem.edges.tolist():
            self.near[a].append(b)
            self.near[b].append(a)
        self.part = np.full(problem.n, -1, dtype=np.int64)
        self.count = 0
        for unit in range(problem.n):
            if self.part[unit] < 0:
                self.give(self.piece(unit), self.fresh())

    def fresh(self) -> int:
        self.count += 1
        return self.count - 1

    def piece(self, root: int) -> list[int]:
        """The connected piece of ``root``'s present label (of its own unit without one)."""
        present = self.problem.present
        label = -1 if present is None else int(present[root])
        found, seen = [root], {root}
        for v in found:
            for x in self.near[v]:
                if label >= 0 and x not in seen and present is not None and present[x] == label:
                    seen.add(x)
                    found.append(x)
        return found

    def give(self, units: list[int], part: int) -> None:
        self.part[units] = part

    def weight(self, part: int) -> int:
        return int(self.problem.weights[self.part == part].sum())

    def neighbours(self, part: int) -> list[int]:
        found = {
            int(self.part[x])
            for v in np.flatnonzero(self.part == part).tolist()
            for x in self.near[v]
        }
        return sorted(found - {part})

    def grown(self, part: int, root: int, wanted: int) -> list[int]:
        """Units of ``part`` breadth first from ``root`` up to about ``wanted``."""
        taken, total = [], 0
        seen, queue = {root}, deque([root])
        while queue:
            v = queue.popleft()
            weight = int(self.problem.weights[v])
            if taken and abs(total + weight - wanted) > abs(total - wanted):
                break
            taken.append(v)
            total += weight
            for x in self.near[v]:
                if x not in seen and self.part[x] == part:
                    seen.add(x)
                    queue.append(x)
        return taken

    def connected(self, units: list[int]) -> bool:
        inside, found = set(units), {units[0]}
        queue = deque([units[0]])
        while queue:
            for x in self.near[queue.popleft()]:
                if x in inside and x not in found:
                    found.add(x)
                    queue.append(x)
        return len(found) == len(inside)


def greedy(problem: Problem) -> IntArray:
    """(n,) parts: today's pieces; the smallest below the window goes to the neighbour that comes
    nearest to the target, the largest above it is halved, until neither is possible."""
    made = _Map(problem)
    while _merge(made) or _halve(made):
        pass
    return np.unique(made.part, return_inverse=True)[1].astype(np.int64)


def _target(problem: Problem) -> int:
    return problem.target or (problem.lower + problem.upper) // 2


def _merge(made: _Map) -> bool:
    problem = made.problem
    small = [(made.weight(p), p) for p in np.unique(made.part).tolist()]
    for weight, part in sorted(small):
        if weight >= problem.lower:
            return False
        fits = [
            (abs(total - _target(problem)), other)
            for other in made.neighbours(part)
            if (total := weight + made.weight(other)) <= problem.upper
        ]
        if fits:
            made.part[made.part == part] = min(fits)[1]
            return True
    return False


def _halve(made: _Map) -> bool:
    problem = made.problem
    large = [(-made.weight(p), p) for p in np.unique(made.part).tolist()]
    for weight, part in sorted(large):
        if -weight <= problem.upper:
            return False
        count = max(2, round(-weight / _target(problem)))
        units = np.flatnonzero(made.part == part).tolist()
        best: tuple[int, list[int]] | None = None
        for root in units:
            taken = made.grown(part, root, -weight // count)
            rest = [u for u in units if u not in set(taken)]
            if rest and made.connected(rest):
                miss = abs(int(problem.weights[taken].sum()) + weight // count)
                if best is None or miss < best[0]:
                    best = (miss, taken)
        if best is not None:
            made.give(best[1], made.fresh())
            return True
    return False
