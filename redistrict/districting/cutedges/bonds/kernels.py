"""Half-cycles through one face, and the cheapest whole cycle made of two of them."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

I32, I64 = NDArray[np.int32], NDArray[np.int64]


@njit(cache=True, nogil=True)
def half_cycles(
    root: int,
    start: I64,
    arcs: I32,
    left: I32,
    cost: I64,
    enclosed: I64,
    gone: NDArray[np.bool_],
    most: int,
    up: I32,
    by: I32,
    spent: I64,
    inside: I64,
) -> int:
    """All simple paths from face ``root`` with cost <= ``most``, as a tree.

    Node i was reached over arc ``by[i]`` from node ``up[i]``; node 0 is the root. Returns how
    many, or -1 where they are more than ``up`` holds.
    """
    count = 1
    up[0], by[0], spent[0], inside[0] = -1, -1, 0, 0
    i = 0
    while i < count:
        face = root if i == 0 else left[by[i] ^ 1]
        for j in range(start[face], start[face + 1]):
            arc = arcs[j]
            to = left[arc ^ 1]
            total = spent[i] + cost[arc >> 1]
            if total > most or gone[to] or to in (root, face):
                continue
            x = i
            fresh = True
            while x > 0:
                if left[by[x] ^ 1] == to:
                    fresh = False
                    break
                x = up[x]
            if not fresh:
                continue
            if count == len(up):
                return -1
            up[count], by[count] = i, arc
            spent[count], inside[count] = total, inside[i] + enclosed[arc]
            count += 1
        i += 1
    return count


@njit(cache=True, nogil=True)
def close(
    root: int,
    count: int,
    order: I64,
    first: I64,
    left: I32,
    cost: I64,
    enclosed: I64,
    gone: NDArray[np.bool_],
    up: I32,
    by: I32,
    spent: I64,
    inside: I64,
    low: int,
    high: int,
    most: int,
    mark: I64,
    clock: I64,
    chosen: I32,
) -> tuple[int, int]:
    """The cheapest simple cycle through ``root`` with cost <= ``most`` enclosing [low, high].

    ``order``: nodes by (end face, inside); ``first``: where each face's begin. Its arcs' edges
    go to ``chosen``. Returns (cost, number of edges); cost -1 where there is none.
    """
    found, size = -1, 0
    for arc in range(len(left)):
        f, t = left[arc], left[arc ^ 1]
        if f == t or gone[f] or gone[t]:
            continue
        for at in range(first[f], first[f + 1]):
            p = order[at]
            room = most - spent[p] - cost[arc >> 1]
            if room < 0 or (p > 0 and by[p] == arc ^ 1):
                continue
            least = inside[p] + enclosed[arc] - high
            greatest = inside[p] + enclosed[arc] - low
            a, b = first[t], first[t + 1]
            while a < b:
                middle = (a + b) // 2
                if inside[order[middle]] < least:
                    a = middle + 1
                else:
                    b = middle
            for other in range(a, first[t + 1]):
                q = order[other]
                if inside[q] > greatest:
                    break
                if spent[q] > room or (q > 0 and by[q] == arc):
                    continue
                clock[0] += 1
                x = p
                while x > 0:
                    mark[left[by[x] ^ 1]] = clock[0]
                    x = up[x]
                x = q
                clean = True
                while x > 0:
                    if mark[left[by[x] ^ 1]] == clock[0]:
                        clean = False
                        break
                    x = up[x]
                if not clean or (f == root and t == root):
                    continue
                size = 1
                chosen[0] = arc >> 1
                for tip in (p, q):
                    x = tip
                    while x > 0:
                        chosen[size] = by[x] >> 1
                        size += 1
                        x = up[x]
                found = spent[p] + cost[arc >> 1] + spent[q]
                most = found - 1
                room = most - spent[p] - cost[arc >> 1]
                if room < 0:
                    break
    return found, size
