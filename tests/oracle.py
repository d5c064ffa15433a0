"""A slow oracle for the engine: every partition of a small graph, tried one by one.

Written apart from the engine and as simply as it can be; pure Python, up to about ten units.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from redistrict.model.problem import Problem


def partitions(n: int) -> Iterator[list[int]]:
    """Every partition of n units as restricted growth strings."""

    def grow(prefix: list[int], used: int) -> Iterator[list[int]]:
        if len(prefix) == n:
            yield prefix
            return
        for part in range(used + 1):
            yield from grow([*prefix, part], max(used, part + 1))

    yield from grow([], 0)


def joined(units: list[int], neighbours: list[set[int]]) -> bool:
    """True if the units are connected."""
    left = set(units)
    todo = [left.pop()]
    while todo:
        for v in neighbours[todo.pop()] & left:
            left.discard(v)
            todo.append(v)
    return not left


@dataclass(frozen=True)
class Answer:
    """The best plan: its terms, whether all parts are in the window, and the plan."""

    terms: tuple[int, ...]
    inside: bool
    assignment: list[int]


def best(problem: Problem) -> Answer | None:
    """The lexicographically best partition that keeps every hard rule, or None.

    Plans with fewer parts without weight come first, as the engine promises.
    """
    n = problem.n
    neighbours: list[set[int]] = [set() for _ in range(n)]
    for a, b in problem.edges.tolist():
        neighbours[a].add(b)
        neighbours[b].add(a)
    top: tuple[tuple[int, ...], bool, list[int]] | None = None
    for plan in partitions(n):
        groups: dict[int, list[int]] = {}
        for unit, part in enumerate(plan):
            groups.setdefault(part, []).append(unit)
        if not allowed(problem, plan, groups, neighbours):
            continue
        weights = {p: sum(int(problem.weights[u]) for u in us) for p, us in groups.items()}
        terms = tuple(value(problem, name, plan, groups, weights) for name in problem.terms)
        inside = all(problem.lower <= w <= problem.upper for w in weights.values())
        key = (sum(w == 0 for w in weights.values()), *terms)
        if top is None or key < top[0]:
            top = (key, inside, list(plan))
    return None if top is None else Answer(top[0][1:], top[1], top[2])


def allowed(
    problem: Problem, plan: list[int], groups: dict[int, list[int]], neighbours: list[set[int]]
) -> bool:
    """Hard rules: connected parts, together, apart, locked, number of parts."""
    locked = set()
    if problem.locked is not None and problem.present is not None:
        held: dict[int, set[int]] = {}
        for u in range(problem.n):
            if problem.locked[u]:
                held.setdefault(int(problem.present[u]), set()).add(u)
                locked.add(u)
        if any(set(groups[plan[min(us)]]) != us for us in held.values()):
            return False
    if problem.parts is not None and len(groups) != problem.parts:
        return False
    if problem.apart is not None and any(plan[a] == plan[b] for a, b in problem.apart.tolist()):
        return False
    if problem.together is not None:
        where: dict[int, int] = {}
        for u, g in enumerate(problem.together.tolist()):
            if g >= 0 and where.setdefault(g, plan[u]) != plan[u]:
                return False
    return all(us[0] in locked or joined(us, neighbours) for us in groups.values())


def value(
    problem: Problem,
    name: str,
    plan: list[int],
    groups: dict[int, list[int]],
    weights: dict[int, int],
) -> int:
    """One term, straight from its definition."""
    low, high = problem.lower, problem.upper
    out = {p for p, w in weights.items() if not low <= w <= high}
    units = range(problem.n)
    if name == "outside":
        return sum(weights[p] for p in out)
    if name == "deviation":
        return sum(max(0, low - w, w - high) for w in weights.values())
    if name == "outside_priority":
        if problem.priority is None:
            return 0
        return sum(int(problem.priority[u]) for u in units if plan[u] in out)
    if name == "unmerged":
        if problem.small is None:
            return 0
        return sum(
            int(problem.weights[u])
            for u in units
            if problem.small[u] and weights[plan[u]] < problem.small_below
        )
    if name == "moved":
        total = 0
        labels = set() if problem.present is None else set(problem.present.tolist()) - {-1}
        for label in labels:
            shares = dict.fromkeys(groups, 0)
            for u in units:
                if problem.present is not None and problem.present[u] == label:
                    shares[plan[u]] += int(problem.weights[u])
            total += sum(shares.values()) - max(shares.values())
        return total
    if name == "groups_cut":
        total = 0
        for layer, weight in zip(
            [] if problem.soft_groups is None else problem.soft_groups.tolist(),
            problem.soft_weights,
            strict=True,
        ):
            for label in set(layer) - {-1}:
                total += weight * (len({plan[u] for u in units if layer[u] == label}) - 1)
        return total
    if name == "target":
        away = [abs(w - (problem.target or 0)) - problem.target_slack for w in weights.values()]
        return sum(max(0, a) for a in away)
    if name == "parts":
        return len(groups)
    total = 0
    for i, (a, b) in enumerate(problem.edges.tolist()):
        if plan[a] == plan[b]:
            if name == "crossings" and problem.crossing is not None:
                total += int(problem.crossing[i])
        elif name == "perimeter" and problem.lengths is not None:
            total += int(problem.lengths[i])
        elif name == "cut_edges":
            total += 1
    return total
