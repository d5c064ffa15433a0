"""The oracle for graphs of up to twelve units: every partition into connected parts, as bit masks.

Says what `oracle.best` says (the tests hold one against the other), from sums per part instead of
per plan. Pure Python, apart from the engine.
"""

from __future__ import annotations

from collections.abc import Iterator

from redistrict.model.problem import Problem
from tests.oracle import Answer

ADDITIVE = (
    "outside",
    "deviation",
    "outside_priority",
    "unmerged",
    "groups_cut",
    "target",
    "crossings",
    "perimeter",
    "cut_edges",
    "parts",
)
"""Terms that are sums over the parts (but for a constant); `moved` is not."""


def best(problem: Problem) -> Answer | None:
    """As `oracle.best`."""
    worth = _Worth(problem)
    top: tuple[tuple[int, ...], list[int]] | None = None
    for parts in plans(problem, worth.near):
        if (problem.parts is None or len(parts) == problem.parts) and worth.kept(parts):
            key = worth.key(parts)
            if top is None or key < top[0]:
                top = (key, parts)
    if top is None:
        return None
    owner = [next(i for i, p in enumerate(top[1]) if p >> u & 1) for u in range(problem.n)]
    inside = all(problem.lower <= worth.weight(p) <= problem.upper for p in top[1])
    return Answer(worth.terms(top[1]), inside, owner)


def feasible(problem: Problem) -> bool:
    """True if some partition keeps every hard rule and has all parts in the window."""
    worth = _Worth(problem)
    return any(
        (problem.parts is None or len(parts) == problem.parts)
        and all(problem.lower <= worth.weight(p) <= problem.upper for p in parts)
        and worth.kept(parts)
        for parts in plans(problem, worth.near)
    )


def plans(problem: Problem, near: list[int]) -> Iterator[list[int]]:
    """Every partition into connected parts, locked units in parts of their own."""
    held: dict[int, int] = {}
    if problem.locked is not None and problem.present is not None:
        for u in range(problem.n):
            if problem.locked[u]:
                label = int(problem.present[u])
                held[label] = held.get(label, 0) | 1 << u
    free = (1 << problem.n) - 1
    for part in held.values():
        free &= ~part

    def divide(left: int, made: list[int]) -> Iterator[list[int]]:
        if not left:
            yield made
            return
        first = left & -left
        for part in grow(first, left & ~first, near[first.bit_length() - 1]):
            yield from divide(left & ~part, [*made, part])

    def grow(part: int, left: int, beside: int) -> Iterator[int]:
        yield part
        reach = beside & left
        while reach:
            one = reach & -reach
            reach &= ~one
            left &= ~one  # with it now, without it in all that follow
            yield from grow(part | one, left, beside | near[one.bit_length() - 1])

    yield from divide(free, list(held.values()))


class _Worth:
    """What a part is worth, worked out once per part."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.units = range(problem.n)
        self.weights = problem.weights.tolist()
        self.edges = [(1 << a, 1 << b) for a, b in problem.edges.tolist()]
        self.near = [0] * problem.n
        for a, b in problem.edges.tolist():
            self.near[a] |= 1 << b
            self.near[b] |= 1 << a
        self._known: dict[int, tuple[int, ...]] = {}
        self._weight: dict[int, int] = {}
        self._shares: dict[int, dict[int, int]] = {}
        self.added = [t for t in problem.terms if t in ADDITIVE]
        self.groups: list[tuple[int, int]] = []
        if problem.soft_groups is not None:
            for layer, value in zip(
                problem.soft_groups.tolist(), problem.soft_weights, strict=True
            ):
                for label in sorted(set(layer) - {-1}):
                    mask = sum(1 << u for u in self.units if layer[u] == label)
                    self.groups.append((mask, value))

    def members(self, part: int) -> list[int]:
        return [u for u in self.units if part >> u & 1]

    def weight(self, part: int) -> int:
        if part not in self._weight:
            self._weight[part] = sum(self.weights[u] for u in self.members(part))
        return self._weight[part]

    def kept(self, parts: list[int]) -> bool:
        """Together and apart; connection and locks are kept by the way plans are made."""
        p = self.problem
        if p.apart is not None:
            for a, b in p.apart.tolist():
                if any(part >> a & 1 and part >> b & 1 for part in parts):
                    return False
        if p.together is not None:
            for group in set(p.together.tolist()) - {-1}:
                mask = sum(1 << u for u in self.units if p.together[u] == group)
                if sum(1 for part in parts if part & mask) > 1:
                    return False
        return True

    def key(self, parts: list[int]) -> tuple[int, ...]:
        """Parts without weight, then the terms."""
        return (sum(self.weight(p) == 0 for p in parts), *self.terms(parts))

    def terms(self, parts: list[int]) -> tuple[int, ...]:
        sums = [0] * len(self.added)
        for part in parts:
            for i, v in enumerate(self._of(part)):
                sums[i] += v
        found = dict(zip(self.added, sums, strict=True))
        for name in ("perimeter", "cut_edges"):
            if name in found:
                found[name] //= 2
        if "groups_cut" in found:
            found["groups_cut"] -= sum(value for _, value in self.groups)
        if "moved" in self.problem.terms:
            found["moved"] = self._moved(parts)
        return tuple(found[t] for t in self.problem.terms)

    def _of(self, part: int) -> tuple[int, ...]:
        if part not in self._known:
            self._known[part] = tuple(self._one(name, part) for name in self.added)
        return self._known[part]

    def _one(self, name: str, part: int) -> int:
        p, w, units = self.problem, self.weight(part), self.members(part)
        out = not p.lower <= w <= p.upper
        if name == "outside":
            return w if out else 0
        if name == "deviation":
            return max(0, p.lower - w, w - p.upper)
        if name == "outside_priority":
            known = p.priority is not None and out
            return sum(int(p.priority[u]) for u in units) if known else 0  # type: ignore[index]
        if name == "unmerged":
            if p.small is None or w >= p.small_below:
                return 0
            return sum(self.weights[u] for u in units if p.small[u])
        if name == "groups_cut":
            return sum(value for mask, value in self.groups if mask & part)
        if name == "target":
            return max(0, abs(w - (p.target or 0)) - p.target_slack)
        if name == "parts":
            return 1
        total = 0
        for i, (a, b) in enumerate(self.edges):
            ends = bool(part & a) + bool(part & b)
            if name == "crossings" and ends == 2 and p.crossing is not None:
                total += int(p.crossing[i])
            elif name == "perimeter" and ends == 1 and p.lengths is not None:
                total += int(p.lengths[i])
            elif name == "cut_edges" and ends == 1:
                total += 1
        return total

    def _moved(self, parts: list[int]) -> int:
        most: dict[int, int] = {}
        total = 0
        for part in parts:
            for label, held in self._held(part).items():
                total += held
                most[label] = max(most.get(label, 0), held)
        return total - sum(most.values())

    def _held(self, part: int) -> dict[int, int]:
        if part not in self._shares:
            held: dict[int, int] = {}
            if self.problem.present is not None:
                for u in self.members(part):
                    label = int(self.problem.present[u])
                    if label >= 0:
                        held[label] = held.get(label, 0) + self.weights[u]
            self._shares[part] = held
        return self._shares[part]
