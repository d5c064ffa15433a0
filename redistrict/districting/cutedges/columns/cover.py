"""The cheapest plan out of a list of parts and one more part, by depth-first search.

Of the parts of a plan, all but the one of greatest excess are in the list if it holds every part
with at most half the excess that a plan may have; the last part is what the others leave over.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

I32, I64, U64 = NDArray[np.int32], NDArray[np.int64], NDArray[np.uint64]


@njit(cache=True, nogil=True)
def cover(
    parts: U64,
    excess: I64,
    held: I64,
    weights: I64,
    lower: int,
    upper: int,
    a: I32,
    b: I32,
    lengths: I64,
    start: I64,
    neighbour: I32,
    k: int,
    gap: int,
    cut_below: int,
    effort: int,
    plan: I32,
) -> int:
    """The least cut < ``cut_below`` of ``k`` >= 2 connected parts with weight in [lower, upper]
    whose excesses sum to at most ``gap``, one of them any part, the others from the list.

    ``parts`` (r, words): vertices as bits; ``excess`` (r,) >= 0 ascending; ``held`` (r,) weights.
    The graph's arrays are those of `Graph`. ``plan`` receives the parts. Returns the cut; -1 where
    there is none; -2 where ``effort`` comparisons were not enough.
    The list is gone through in its order, so that the sum of what must still come prunes.
    """
    n, words = len(weights), parts.shape[1]
    total = weights.sum()
    lists = [np.arange(len(parts))]
    for _ in range(k):
        lists.append(np.empty(0, np.int64))  # noqa: PERF401 - numba knows no such extend
    at = np.zeros(k, np.int64)
    pick = np.zeros(k, np.int64)
    used = np.zeros(k, np.int64)
    taken = np.zeros(k, np.int64)
    label = np.empty(n, np.int32)
    queue = np.empty(n, np.int32)
    best = -1
    work = 0
    depth = 0
    while depth >= 0:
        options = lists[depth]
        j = at[depth]
        # the parts to come, the last one included, have no less excess than this one
        if j == len(options) or used[depth] + (k - depth) * excess[options[j]] > gap:
            depth -= 1
            continue
        at[depth] = j + 1
        part = options[j]
        pick[depth] = part
        work += 1
        if work > effort:
            return -2
        weight = taken[depth] + held[part]
        left = total - weight
        more = k - depth - 1
        if left < more * lower or left > more * upper:
            continue
        if more > 1:
            total_excess = used[depth] + excess[part]
            # one listed from here on may be the last but one: no part before it has less excess
            # than this one, and the last no less than it
            least = total_excess + (more - 2) * excess[part]
            rest = np.empty(len(options) - j - 1, np.int64)
            m = 0
            for i in range(j + 1, len(options)):
                other = options[i]
                if least + 2 * excess[other] > gap:
                    break
                clear = True
                for w in range(words):
                    if parts[other, w] & parts[part, w]:
                        clear = False
                        break
                if clear:
                    rest[m] = other
                    m += 1
            work += m
            depth += 1
            lists[depth] = rest[:m].copy()
            at[depth] = 0
            used[depth] = total_excess
            taken[depth] = weight
            continue
        label[:] = k - 1
        for d in range(k - 1):
            for v in range(n):
                if (parts[pick[d], v >> 6] >> np.uint64(v & 63)) & np.uint64(1):
                    label[v] = d
        cut = 0
        for e in range(len(a)):
            if label[a[e]] != label[b[e]]:
                cut += lengths[e]
        work += (n + len(a)) >> 3
        if cut >= cut_below:
            continue
        size, first = 0, -1
        for v in range(n):
            if label[v] == k - 1:
                size += 1
                first = v
        if size == 0:
            continue
        queue[0] = first
        label[first] = k
        head, end = 0, 1
        while head < end:
            v = queue[head]
            head += 1
            for i in range(start[v], start[v + 1]):
                u = neighbour[i]
                if label[u] == k - 1:
                    label[u] = k
                    queue[end] = u
                    end += 1
        if end == size:
            best = cut_below = cut
            for v in range(n):
                plan[v] = min(label[v], k - 1)
    return best
