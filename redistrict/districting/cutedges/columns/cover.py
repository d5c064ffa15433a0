"""The cheapest exact cover of the vertices by parts out of a list, by depth-first search."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray


@njit(cache=True, nogil=True)
def cover(
    parts: NDArray[np.uint64],
    excess: NDArray[np.int64],
    n: int,
    k: int,
    most: int,
    effort: int,
    chosen: NDArray[np.int64],
) -> int:
    """Find k disjoint parts that hold all n vertices with least sum of ``excess`` <= ``most``.

    ``parts``: bits; ``excess`` >= 0 ascending. ``chosen`` receives their rows. Returns the least
    sum; -1 where there is none; -2 where ``effort`` comparisons were not enough.
    At each depth the uncovered vertex in the fewest parts is covered next.
    """
    words = parts.shape[1]
    lists = [np.arange(len(parts))]
    for _ in range(k):
        lists.append(np.empty(0, np.int64))  # noqa: PERF401 - numba knows no such extend
    at = np.zeros(k + 1, np.int64)
    pivot = np.full(k + 1, -1, np.int64)
    pick = np.full(k, -1, np.int64)
    used = np.zeros(k + 1, np.int64)
    covered = np.zeros((k + 1, words), np.uint64)
    best = most + 1
    found = False
    work = 0
    depth = 0
    tally = np.zeros(n, np.int64)
    while depth >= 0:
        options = lists[depth]
        if pivot[depth] < 0:
            tally[:] = 0
            for j in range(len(options)):
                for w in range(words):
                    x = parts[options[j], w]
                    v = w * 64
                    while x != 0:
                        if x & np.uint64(1):
                            tally[v] += 1
                        x >>= np.uint64(1)
                        v += 1
            work += len(options) * 8
            fewest = -1
            for v in range(n):
                if not (covered[depth, v >> 6] >> np.uint64(v & 63)) & np.uint64(1) and (
                    fewest < 0 or tally[v] < tally[fewest]
                ):
                    fewest = v
            pivot[depth] = fewest
            at[depth] = 0
        v = pivot[depth]
        j = at[depth]
        mask = np.uint64(1) << np.uint64(v & 63)
        while j < len(options) and not parts[options[j], v >> 6] & mask:
            j += 1
        work += j - at[depth] + 1
        if j == len(options) or used[depth] + excess[options[j]] >= best:
            pivot[depth] = -1
            depth -= 1
            if depth >= 0:
                at[depth] += 1
            continue
        at[depth] = j
        part = options[j]
        pick[depth] = part
        total = used[depth] + excess[part]
        for w in range(words):
            covered[depth + 1, w] = covered[depth, w] | parts[part, w]
        if depth + 1 == k:
            full = 0
            for w in range(words):
                x = covered[depth + 1, w]
                while x != 0:
                    x &= x - np.uint64(1)
                    full += 1
            if full == n:
                best = total
                found = True
                chosen[:] = pick
            at[depth] += 1
            continue
        work += len(options)
        if work > effort:
            return -2
        rest = np.empty(len(options), np.int64)
        m = 0
        for i in range(len(options)):
            other = options[i]
            if total + excess[other] >= best:
                break
            clear = True
            for w in range(words):
                if parts[other, w] & covered[depth + 1, w]:
                    clear = False
                    break
            if clear:
                rest[m] = other
                m += 1
        depth += 1
        lists[depth] = rest[:m].copy()
        used[depth] = total
        pivot[depth] = -1
    return best if found else -1
