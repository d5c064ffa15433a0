"""Rows that sharpen the linear program: of any three atoms, two lie together in one column only.

Subset-row inequalities (Jepsen, Petersen, Spoorendonk and Pisinger 2008, "Subset-row inequalities
applied to the vehicle-routing problem with time windows"): of the columns that hold at least two
of three given atoms no plan has more than one, but a fractional choice can have three halves.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from redistrict.districting.arrays import FloatArray, IntArray
from redistrict.districting.columns import Columns

LEAST = 0.03
"""Violations below this are left alone."""
MOST, EACH = 40, 4
"""Cuts added in one round, and of those that one atom may be in."""


def triples(columns: Columns, x: FloatArray, n: int) -> IntArray:
    """(k, 3) atoms of the inequalities that ``x`` (c,) breaks most, worst first."""
    some = np.flatnonzero((x > 1e-6) & (x < 1 - 1e-6))
    held = columns.take(some)
    if not len(some):
        return np.zeros((0, 3), dtype=np.int64)
    found, broken = _triples(held.start, held.member, x[some], n, LEAST)
    order = np.lexsort((found[:, 2], found[:, 1], found[:, 0], -np.round(broken, 6)))
    used = np.zeros(n, dtype=np.int64)
    kept: list[int] = []
    for t in order.tolist():
        if (used[found[t]] < EACH).all():
            kept.append(t)
            used[found[t]] += 1
            if len(kept) == MOST:
                break
    return found[kept]


@njit(cache=True, error_model="numpy")
def _triples(start, member, x, n, least):  # pyright: ignore
    together = np.zeros((n, n))
    for c in range(len(x)):
        for i in range(start[c], start[c + 1]):
            for j in range(i + 1, start[c + 1]):
                a, b = member[i], member[j]
                together[a, b] += x[c]
                together[b, a] += x[c]
    holds = np.zeros((n, len(x)), dtype=np.bool_)
    for c in range(len(x)):
        for i in range(start[c], start[c + 1]):
            holds[member[i], c] = True
    found = np.empty((1024, 3), dtype=np.int64)
    broken = np.empty(1024)
    count = 0
    for a in range(n):
        for b in range(a + 1, n):
            if together[a, b] <= 1e-6:
                continue
            for d in range(n):
                if d in (a, b):
                    continue
                # Each triple once: from the first of its pairs that meets at all.
                if d < b and together[min(a, d), max(a, d)] > 1e-6:
                    continue
                if d < a and together[d, b] > 1e-6:
                    continue
                most = together[a, b] + together[a, d] + together[b, d] - 1
                if most <= least:
                    continue
                three = 0.0
                for c in range(len(x)):
                    if holds[a, c] and holds[b, c] and holds[d, c]:
                        three += x[c]
                if most - 2 * three > least:
                    if count == len(found):
                        found = np.concatenate((found, np.empty_like(found)))
                        broken = np.concatenate((broken, np.empty_like(broken)))
                    low, top = min(a, b, d), max(a, b, d)
                    found[count, 0], found[count, 2] = low, top
                    found[count, 1] = a + b + d - low - top
                    broken[count] = most - 2 * three
                    count += 1
    return found[:count], broken[:count]


@njit(cache=True, error_model="numpy")
def prices(start, member, n, triples, price):  # pyright: ignore
    """(c,) sum of ``price`` (k,) over the ``triples`` (k, 3) of which a column holds two."""
    first = np.zeros(n + 1, dtype=np.int64)
    for t in range(len(triples)):
        for i in range(3):
            first[triples[t, i] + 1] += 1
    for u in range(n):
        first[u + 1] += first[u]
    at = first[:-1].copy()
    of = np.empty(3 * len(triples), dtype=np.int64)
    for t in range(len(triples)):
        for i in range(3):
            of[at[triples[t, i]]] = t
            at[triples[t, i]] += 1
    held = np.zeros(len(triples), dtype=np.int64)
    total = np.zeros(len(start) - 1, dtype=np.int64)
    for c in range(len(start) - 1):
        for i in range(start[c], start[c + 1]):
            u = member[i]
            for j in range(first[u], first[u + 1]):
                held[of[j]] += 1
                if held[of[j]] == 2:
                    total[c] += price[of[j]]
        for i in range(start[c], start[c + 1]):
            u = member[i]
            for j in range(first[u], first[u + 1]):
                held[of[j]] = 0
    return total
