"""Annealing by single flips along the cut, with a soft penalty for weights off the window.

A random cut edge is drawn and one of its ends moves over to the other's part, if the part it
leaves stays connected. Cost is the cut length plus a penalty on the weight outside the window that
grows while the temperature falls (simulated annealing as in Johnson, Aragon, McGeoch and Schevon
1989 for graph partitioning; the flip walk is that of the redistricting chains, e.g. Chikina,
Frieze and Pegden 2017). Drawing among cut edges only keeps every proposal at the boundary.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

I32, I64, F64, U64 = NDArray[np.int32], NDArray[np.int64], NDArray[np.float64], NDArray[np.uint64]

BLOCK = 1000
"""Proposals between two steps of the schedule."""


@njit(cache=True, nogil=True)
def seed_state(seed: int) -> U64:
    """State of a 64-bit xorshift* generator; equal seeds give equal walks on any machine."""
    state = np.empty(1, np.uint64)
    mixed = np.uint64(seed) + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed = mixed ^ (mixed >> np.uint64(31))
    state[0] = mixed | np.uint64(1)
    return state


@njit(cache=True, nogil=True)
def draw(state: U64) -> np.uint64:
    """53 random bits."""
    x = state[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    state[0] = x
    return (x * np.uint64(2685821657736338717)) >> np.uint64(11)


@njit(cache=True, nogil=True)
def uniform(state: U64) -> float:
    """A number in [0, 1)."""
    return draw(state) * (1.0 / 9007199254740992.0)


@njit(cache=True, nogil=True)
def grow(parts: int, weights: I64, start: I64, neighbour: I32, state: U64) -> I32:
    """A random connected plan: seeds, then always the lightest part takes a random neighbour."""
    n = len(weights)
    part = np.full(n, -1, np.int32)
    load = np.zeros(parts, np.int64)
    closed = np.zeros(parts, np.bool_)
    border = np.empty((parts, n), np.int32)  # each part's candidates, some already taken
    size = np.zeros(parts, np.int64)
    seen = np.full((parts, n), False)
    for p in range(parts):
        v = int(uniform(state) * n)
        while part[v] >= 0:
            v = int(uniform(state) * n)
        part[v] = p
        load[p] += weights[v]
        for i in range(start[v], start[v + 1]):
            u = neighbour[i]
            if not seen[p, u]:
                seen[p, u] = True
                border[p, size[p]] = u
                size[p] += 1
    left = n - parts
    while left > 0:
        p = -1
        for q in range(parts):
            if not closed[q] and (p < 0 or load[q] < load[p]):
                p = q
        v = -1
        while size[p] > 0:
            i = int(uniform(state) * size[p])
            u = border[p, i]
            size[p] -= 1
            border[p, i] = border[p, size[p]]
            if part[u] < 0:
                v = u
                break
        if v < 0:
            closed[p] = True
            continue
        part[v] = p
        load[p] += weights[v]
        left -= 1
        for i in range(start[v], start[v + 1]):
            u = neighbour[i]
            if part[u] < 0 and not seen[p, u]:
                seen[p, u] = True
                border[p, size[p]] = u
                size[p] += 1
    return part


@njit(cache=True, nogil=True)
def stays_connected(
    v: Any, part: I32, start: I64, neighbour: I32, stamp: I64, clock: I64, queue: I32
) -> bool:
    """Whether v's part without v is connected (and not empty).

    First a search among v's neighbours only, which settles nearly every case on a map; then a
    search through the part.
    """
    home = part[v]
    clock[0] += 2
    wanted, done = clock[0] - 1, clock[0]
    missing = 0
    first = -1
    for i in range(start[v], start[v + 1]):
        u = neighbour[i]
        if part[u] == home:
            stamp[u] = wanted
            missing += 1
            first = u
    if missing <= 1:
        return missing == 1
    stamp[v] = done
    stamp[first] = done
    queue[0] = first
    missing -= 1
    end = 1
    for local in range(2):
        head = 0
        while head < end:
            x = queue[head]
            head += 1
            for i in range(start[x], start[x + 1]):
                y = neighbour[i]
                if part[y] != home or stamp[y] == done:
                    continue
                if stamp[y] == wanted:
                    missing -= 1
                    if missing == 0:
                        return True
                elif local == 0:
                    continue
                stamp[y] = done
                queue[end] = y
                end += 1
    return False


@njit(cache=True, nogil=True)
def off(weight: Any, lower: int, upper: int) -> Any:
    """Distance of ``weight`` from the window."""
    return max(0, lower - weight, weight - upper)


@njit(cache=True, nogil=True)
def anneal(
    parts: int,
    weights: I64,
    lower: int,
    upper: int,
    a: I32,
    b: I32,
    lengths: I64,
    start: I64,
    neighbour: I32,
    edge: I32,
    part: I32,
    blocks: int,
    hot: float,
    cold: float,
    soft: float,
    stiff: float,
    state: U64,
    best: I32,
) -> tuple[Any, Any]:
    """Anneal ``part`` in place for ``blocks`` x `BLOCK` proposals.

    ``hot`` -> ``cold``: temperature in units of length; ``soft`` -> ``stiff``: length per unit of
    weight outside the window. ``best`` receives the plan of least (weight outside, cut) met.
    Returns that pair.
    """
    n, m = len(weights), len(a)
    load = np.zeros(parts, np.int64)
    size = np.zeros(parts, np.int64)
    for v in range(n):
        load[part[v]] += weights[v]
        size[part[v]] += 1
    place = np.full(m, -1, np.int64)
    cut = np.empty(m, np.int64)
    count = 0
    cost = 0
    for e in range(m):
        if part[a[e]] != part[b[e]]:
            place[e] = count
            cut[count] = e
            count += 1
            cost += lengths[e]
    outside = 0
    for p in range(parts):
        outside += off(load[p], lower, upper)
    best[:] = part
    best_outside, best_cost = outside, cost
    stamp = np.zeros(n, np.int64)
    clock = np.zeros(1, np.int64)
    queue = np.empty(n + 1, np.int32)
    cooling = (cold / hot) ** (1.0 / blocks)
    hardening = (stiff / soft) ** (1.0 / blocks)
    heat, penalty = hot, soft
    for step in range(blocks * BLOCK):
        if count == 0:
            break
        if step % BLOCK == 0:
            heat *= cooling
            penalty *= hardening
        e = cut[int(uniform(state) * count)]
        if draw(state) & np.uint64(64):
            v, u = a[e], b[e]
        else:
            v, u = b[e], a[e]
        p, q = part[v], part[u]
        if size[p] == 1:
            continue
        change = 0
        for i in range(start[v], start[v + 1]):
            r = part[neighbour[i]]
            if r == p:
                change += lengths[edge[i]]
            elif r == q:
                change -= lengths[edge[i]]
        less, more = load[p] - weights[v], load[q] + weights[v]
        drift = (
            off(less, lower, upper)
            + off(more, lower, upper)
            - off(load[p], lower, upper)
            - off(load[q], lower, upper)
        )
        delta = change + penalty * drift
        if delta > 0 and uniform(state) >= math.exp(-delta / heat):
            continue
        if not stays_connected(v, part, start, neighbour, stamp, clock, queue):
            continue
        part[v] = q
        load[p], load[q] = less, more
        size[p] -= 1
        size[q] += 1
        cost += change
        outside += drift
        for i in range(start[v], start[v + 1]):
            f = edge[i]
            apart = part[neighbour[i]] != q
            if apart and place[f] < 0:
                place[f] = count
                cut[count] = f
                count += 1
            elif not apart and place[f] >= 0:
                count -= 1
                last = cut[count]
                cut[place[f]] = last
                place[last] = place[f]
                place[f] = -1
        if outside < best_outside or (outside == best_outside and cost < best_cost):
            best_outside, best_cost = outside, cost
            best[:] = part
    return best_outside, best_cost
