"""Arithmetic before any search: weight that cannot be in the window, and why.

All bounds here hold for every division into connected parts, whatever else is asked.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

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
    roots = np.argsort(-core.weight, kind="stable")
    order, size, weight, hinges = _depth_first(core.near.start, core.near.index, core.weight, roots)
    tops = np.flatnonzero((hinges >= 0) & (weight > 0))
    for at in tops[np.lexsort((order[tops], hinges[tops], weight[tops]))].tolist():
        total, hinge = int(weight[at]), int(hinges[at])
        if _reachable(total, int(core.weight[hinge]), core.lower, core.upper):
            continue
        inside = order[at : at + int(size[at])]
        if not covered[inside].any():
            covered[inside] = True
            found.append(Branch(hinge, np.sort(inside), total))
    return tuple(found)


@njit(cache=True, error_model="numpy")
def _depth_first(start, near, mass, roots):  # pyright: ignore
    """By preorder position: the atom, size and weight of its subtree, and the atom above it if
    that one cuts the subtree off, else -1 (low points: Tarjan 1972).

    The root of each component is the first of ``roots`` in it: the heaviest atom, so that
    branches are the light sides.
    """
    n = len(mass)
    order = np.empty(n, dtype=np.int64)
    position = np.full(n, -1, dtype=np.int64)
    above = np.full(n, -1, dtype=np.int64)
    low = np.zeros(n, dtype=np.int64)
    size = np.ones(n, dtype=np.int64)
    weight = np.zeros(n, dtype=np.int64)
    hinge = np.full(n, -1, dtype=np.int64)
    branches = np.zeros(n, dtype=np.int64)
    cursor = start[:-1].copy()
    stack = np.empty(n + 1, dtype=np.int64)
    count = 0
    for r in range(n):
        if position[roots[r]] >= 0:
            continue
        height = 1
        stack[0] = roots[r]
        position[roots[r]] = count
        low[count] = count
        weight[count] = mass[roots[r]]
        order[count] = roots[r]
        count += 1
        while height > 0:
            v = stack[height - 1]
            at = position[v]
            if cursor[v] < start[v + 1]:
                w = near[cursor[v]]
                cursor[v] += 1
                if position[w] < 0:
                    above[count] = v
                    branches[at] += 1
                    position[w] = count
                    low[count] = count
                    weight[count] = mass[w]
                    order[count] = w
                    count += 1
                    stack[height] = w
                    height += 1
                elif w != above[at]:
                    low[at] = min(low[at], position[w])
            else:
                height -= 1
                if height > 0:
                    up = position[stack[height - 1]]
                    low[up] = min(low[up], low[at])
                    size[up] += size[at]
                    weight[up] += weight[at]
    for at in range(n):
        if above[at] >= 0:
            up = position[above[at]]
            if low[at] >= up and (above[up] >= 0 or branches[up] > 1):
                hinge[at] = above[at]
    return order, size, weight, hinge
