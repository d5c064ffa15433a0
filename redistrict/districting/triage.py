"""Arithmetic before any search: weight that cannot be in the window, and why.

All bounds here hold for every division into connected parts, whatever else is asked.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from redistrict.districting.arrays import IntArray
from redistrict.districting.core import Core
from redistrict.districting.validate import connected


def most_inside(total: int, lower: int, upper: int) -> int:
    """The largest weight <= ``total`` that is a sum of whole parts in [lower, upper]."""
    if lower <= 0:
        return total if upper > 0 else 0
    return min(total, total // lower * upper)


def fits(total: int, lower: int, upper: int, parts: int | None = None) -> bool:
    """True if ``total`` can be split into (``parts``) whole parts in [lower, upper]."""
    if parts is not None:
        return parts * lower <= total <= parts * upper
    return most_inside(total, lower, upper) == total and (total > 0 or lower == 0)


@dataclass(frozen=True)
class Branch:
    """Atoms hanging on the cut atom ``hinge`` that fit no way."""

    hinge: int
    atoms: IntArray
    total: int


@dataclass(frozen=True)
class Triage:
    """``bound``: weight that lies outside the window in every plan of the core."""

    bound: int
    arithmetic: bool
    oversized: IntArray
    branches: tuple[Branch, ...]


def triage(core: Core) -> Triage:
    """The reasons that need no search. O(n + m) per cut atom branch."""
    lower, upper = core.lower, core.upper
    arithmetic = not fits(core.total, lower, upper, core.parts)
    oversized = np.flatnonzero(core.weight > upper)
    branches = _branches(core)
    bound = max(_isolated(core, oversized), max((_left_over(core, b) for b in branches), default=0))
    if core.parts is None:
        bound = _at_least(core.total, bound, lower, upper)
    elif arithmetic or not _countable(core):
        bound = max(bound, 1)
    return Triage(bound, arithmetic, oversized, branches)


def _countable(core: Core) -> bool:
    """True if the fixed number of parts lies between the components and the atoms."""
    pieces = int(connected(core.n, core.edges).max()) + 1
    return core.parts is None or pieces <= core.parts <= core.n


def _at_least(total: int, bound: int, lower: int, upper: int) -> int:
    """Least outside weight r >= bound for which the rest is a sum of whole parts."""
    return total - most_inside(total - bound, lower, upper)


def _isolated(core: Core, oversized: IntArray) -> int:
    """Oversized atoms lie outside; no part inside can contain one, so each piece is alone."""
    keep = np.ones(core.n, dtype=bool)
    keep[oversized] = False
    edges = core.edges[keep[core.edges[:, 0]] & keep[core.edges[:, 1]]]
    piece = connected(core.n, edges)
    total = np.zeros(core.n, dtype=np.int64)
    np.add.at(total, piece, core.weight * keep)
    lost = int(core.weight[oversized].sum())
    for weight in total[total > 0].tolist():
        lost += weight - most_inside(weight, core.lower, core.upper)
    return lost


def _reachable(total: int, hinge: int, lower: int, upper: int) -> bool:
    """True if a branch of ``total`` can be whole parts plus at most ``upper - hinge`` more."""
    room = upper - hinge
    if room < 0:
        return total == 0 or fits(total, lower, upper)
    return total - most_inside(total, lower, upper) <= room


def _left_over(core: Core, branch: Branch) -> int:
    """Weight of the branch and its hinge that is outside in every plan, at least."""
    hinge = int(core.weight[branch.hinge])
    best = most_inside(branch.total, core.lower, core.upper)
    # Either the hinge's part is inside and takes at most the room from the branch, or it is not.
    taken = branch.total - best
    if hinge > core.upper:
        return hinge + taken
    return min(hinge + taken, taken - max(0, core.upper - hinge))


def _branches(core: Core) -> tuple[Branch, ...]:
    """Branches of the block-cut tree that fit no way, smallest first, none inside another."""
    found: list[Branch] = []
    covered = np.zeros(core.n, dtype=bool)
    candidates: list[tuple[int, int, int]] = []
    order, parent, low, size, weight = _depth_first(core)
    position = {v: i for i, v in enumerate(order)}
    children = np.bincount(parent[parent >= 0], minlength=core.n)
    for v in order:
        u = int(parent[v])
        if u < 0 or low[v] < position[u] or (parent[u] < 0 and children[u] < 2):
            continue  # u does not separate v's subtree from anything
        candidates.append((int(weight[v]), u, v))
    for total, hinge, top in sorted(candidates):
        if total == 0 or _reachable(total, int(core.weight[hinge]), core.lower, core.upper):
            continue
        inside = np.array(order[position[top] : position[top] + int(size[top])], dtype=np.int64)
        if not covered[inside].any():
            covered[inside] = True
            found.append(Branch(hinge, np.sort(inside), total))
    return tuple(found)


def _depth_first(
    core: Core,
) -> tuple[list[int], IntArray, IntArray, IntArray, IntArray]:
    """Preorder, parents, low points (Tarjan 1972, in preorder positions), subtree sizes, weights.

    The root of each component is its heaviest atom, so that branches are the light sides.
    """
    n = core.n
    start, near = core.near.start.tolist(), core.near.index.tolist()
    parent = np.full(n, -1, dtype=np.int64)
    position = [-1] * n
    low = np.zeros(n, dtype=np.int64)
    size = np.ones(n, dtype=np.int64)
    weight = core.weight.copy()
    order: list[int] = []
    cursor = list(start[:-1])
    for root in np.argsort(-core.weight, kind="stable").tolist():
        if position[root] >= 0:
            continue
        stack = [root]
        position[root] = len(order)
        low[root] = position[root]
        order.append(root)
        while stack:
            v = stack[-1]
            if cursor[v] < start[v + 1]:
                w = near[cursor[v]]
                cursor[v] += 1
                if position[w] < 0:
                    parent[w] = v
                    position[w] = len(order)
                    low[w] = position[w]
                    order.append(w)
                    stack.append(w)
                elif w != parent[v]:
                    low[v] = min(int(low[v]), position[w])
            else:
                stack.pop()
                if stack:
                    u = stack[-1]
                    low[u] = min(int(low[u]), int(low[v]))
                    size[u] += size[v]
                    weight[u] += weight[v]
    return order, parent, low, size, weight
