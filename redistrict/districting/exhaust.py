"""Exact cover by looking at every choice that could be better: depth first, pruned by prices.

What the linear program leaves open between bound and value is a purse: the reduced costs of the
columns of a better plan add up to no more than it holds. At every step the atom with the fewest
columns left is covered; every uncovered atom still has to pay its share of the cheapest column
that could hold it, in the purse and in every capped row, and columns that then cannot be paid for
are dropped (reduced-cost fixing at every node; Balas and Carrera 1996, "A dynamic
subgradient-based branch-and-bound procedure for set covering"). All in integers.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from redistrict.districting.arrays import IntArray
from redistrict.districting.columns import Columns, Members
from redistrict.districting.watch import Watch


@dataclass(frozen=True)
class Purse:
    """``reduced`` (c,) prices of the columns; ``room``: what those of a plan may add up to for
    its value to be at most ``value``; one unit of value is worth ``scale``."""

    reduced: IntArray
    room: int
    value: int
    scale: int


@dataclass(frozen=True)
class Rows:
    """``use`` (k, c) summed over the chosen columns is at most ``most`` (k,); ``parts``: the
    number of columns to choose, or None."""

    use: IntArray
    most: IntArray
    parts: int | None


@dataclass(frozen=True)
class Shares:
    """`moved` as it is, without variants: ``start``/``label``/``share``: what each column holds of
    each present label; ``weight`` and ``base`` (l,) of the labels; ``most``: the term is at most
    this; ``wanted``: it is the term to minimise, ``value`` being (moved - ``constant``) /
    ``unit``."""

    start: IntArray
    label: IntArray
    share: IntArray
    weight: IntArray
    base: IntArray
    most: int
    wanted: bool = False
    constant: int = 0
    unit: int = 1


@dataclass(frozen=True)
class Searched:
    """``columns``: the best plan of a value within the purse, or None if there is none so far;
    ``finished``: every plan was looked at."""

    columns: IntArray | None
    finished: bool


def no_shares(count: int) -> Shares:
    """Where `moved` is no term."""
    none = np.zeros(0, dtype=np.int64)
    return Shares(np.zeros(count + 1, dtype=np.int64), none, none, none, none, 0)


def exhaust(
    n: int,
    columns: Columns,
    cost: IntArray,
    purse: Purse,
    rows: Rows,
    shares: Shares,
    steps: int,
    watch: Watch,
) -> Searched:
    """The plan of least ``cost`` (c,) within the purse, in at most ``steps`` looks at a member."""
    halt = np.zeros(1, dtype=np.uint8)
    best = np.full(n + 1, -1, dtype=np.int64)
    state = np.array([0, steps], dtype=np.int64)
    given = (
        n,
        columns.start,
        columns.member,
        cost,
        purse.reduced,
        np.ascontiguousarray(rows.use),
        rows.most,
        -1 if rows.parts is None else rows.parts,
        purse.value,
        purse.room,
        purse.scale,
        shares.start,
        shares.label,
        shares.share,
        shares.weight,
        shares.base,
        np.array([shares.most, shares.wanted, shares.constant, shares.unit], dtype=np.int64),
        best,
        state,
        halt,
    )
    if watch.should_stop is None and watch.seconds is None:
        _descend(*given)
    else:
        worker = threading.Thread(target=_descend, args=given, daemon=True)
        worker.start()
        while worker.is_alive():
            worker.join(0.02)
            if watch.stop():
                halt[0] = 1
    size = int(best[n])
    return Searched(best[:size].copy() if size >= 0 else None, bool(state[0]))


@njit(error_model="numpy", nogil=True)
def _longer(buffer, size):  # pyright: ignore
    grown = np.empty(size, dtype=np.int64)
    for i in range(len(buffer)):
        grown[i] = buffer[i]
    return grown


@njit(error_model="numpy", nogil=True)
def _cheapest_first(buffer, low, high, price):  # pyright: ignore
    """Sort columns by price, then number (Shell's method: little to compile)."""
    gap = (high - low) // 2
    while gap > 0:
        for i in range(low + gap, high):
            c = buffer[i]
            j = i
            while j - gap >= low and (
                price[buffer[j - gap]] > price[c]
                or (price[buffer[j - gap]] == price[c] and buffer[j - gap] > c)
            ):
                buffer[j] = buffer[j - gap]
                j -= gap
            buffer[j] = c
        gap //= 2


@njit(cache=True, error_model="numpy", nogil=True)
def _descend(
    n: int,
    start: IntArray,
    member: Members,
    cost: IntArray,
    reduced: IntArray,
    use: IntArray,
    most: IntArray,
    parts: int,
    value: int,
    room: int,
    scale: int,
    share_start: IntArray,
    share_label: IntArray,
    share_value: IntArray,
    label_weight: IntArray,
    label_base: IntArray,
    moved: IntArray,
    best: IntArray,
    state: IntArray,
    halt: NDArray[np.uint8],
) -> None:
    """Sets ``best[:best[n]]`` to the columns found; ``state``: finished, steps left."""
    many, caps = len(cost), len(most)
    buffer = np.empty(4 * many + 1024, dtype=np.int64)
    low = np.zeros(n + 2, dtype=np.int64)
    high = np.zeros(n + 2, dtype=np.int64)
    turn = np.zeros(n + 2, dtype=np.int64)
    last = np.zeros(n + 2, dtype=np.int64)
    chosen = np.zeros(n + 2, dtype=np.int64)
    covered = np.zeros(n, dtype=np.bool_)
    count = np.zeros(n, dtype=np.int64)
    share = np.zeros((caps + 1, n), dtype=np.int64)
    need = np.zeros(caps + 1, dtype=np.int64)
    paid = np.zeros(caps + 1, dtype=np.int64)
    limit = np.zeros(caps + 1, dtype=np.int64)
    limit[0] = room
    limit[1:] = most
    labels = len(label_base)
    held = label_base.copy()
    could = np.zeros(labels, dtype=np.int64)
    past = np.zeros((n + 2, labels), dtype=np.int64)
    moved_most = moved[0]
    away = 0
    total = 0
    steps = state[1]
    for c in range(many):
        buffer[c] = c
    high[0] = many
    depth = 0
    fresh = True
    while depth >= 0:
        if fresh:
            fresh = False
            turn[depth] = last[depth] = high[depth]
            if halt[0] != 0 or steps < 0:
                return
            left = 0
            for u in range(n):
                if not covered[u]:
                    left += 1
                    count[u] = 0
                    for k in range(caps + 1):
                        share[k, u] = 1 << 60
            if labels > 0:
                # What is moved at least: no label gets a better home than any column left gives.
                could[:] = held
                for i in range(low[depth], high[depth]):
                    c = buffer[i]
                    for j in range(share_start[c], share_start[c + 1]):
                        a = share_label[j]
                        could[a] = max(could[a], share_value[j])
                away = 0
                for a in range(labels):
                    away += int(label_weight[a] - could[a])
                if away > moved_most:
                    continue
            if left == 0:
                made = (away - moved[2]) // moved[3] if moved[1] == 1 else total
                if (parts < 0 or depth == parts) and made <= value:
                    for d in range(depth):
                        best[d] = chosen[d]
                    best[n] = depth
                    # From now on only better ones will do.
                    limit[0] -= (value - made + 1) * scale
                    value = int(made) - 1
                    if moved[1] == 1:
                        moved_most = int(away) - 1
                continue
            if parts >= 0 and depth >= parts:
                continue
            for i in range(low[depth], high[depth]):
                c = buffer[i]
                size = start[c + 1] - start[c]
                steps -= size * (caps + 1)
                for k in range(caps + 1):
                    each = (reduced[c] if k == 0 else use[k - 1, c]) // size
                    for j in range(start[c], start[c + 1]):
                        share[k, member[j]] = min(share[k, member[j]], each)
                for j in range(start[c], start[c + 1]):
                    count[member[j]] += 1
            dead = False
            for u in range(n):
                if not covered[u] and count[u] == 0:
                    dead = True
                    break
            if dead:
                continue
            for k in range(caps + 1):
                need[k] = paid[k]
                for u in range(n):
                    if not covered[u]:
                        need[k] += share[k, u]
                if need[k] > limit[k]:
                    dead = True
                    break
            if dead:
                continue
            # What the others must pay at least leaves so much for one column.
            for u in range(n):
                count[u] = 0
            kept = low[depth]
            for i in range(low[depth], high[depth]):
                c = buffer[i]
                fits = True
                for k in range(caps + 1):
                    more = reduced[c] if k == 0 else use[k - 1, c]
                    for j in range(start[c], start[c + 1]):
                        more -= share[k, member[j]]
                    if need[k] + more > limit[k]:
                        fits = False
                        break
                if fits:
                    buffer[kept] = c
                    kept += 1
                    for j in range(start[c], start[c + 1]):
                        count[member[j]] += 1
            high[depth] = kept
            pick = -1
            for u in range(n):
                if not covered[u] and (pick < 0 or count[u] < count[pick]):
                    pick = u
            if count[pick] == 0:
                turn[depth] = last[depth] = kept
                continue
            if kept + count[pick] > len(buffer):
                buffer = _longer(buffer, 2 * len(buffer))
            end = kept
            for i in range(low[depth], kept):
                c = buffer[i]
                for j in range(start[c], start[c + 1]):
                    if member[j] == pick:
                        buffer[end] = c
                        end += 1
                        break
            _cheapest_first(buffer, kept, end, reduced)
            turn[depth] = kept
            last[depth] = end
        if turn[depth] >= last[depth]:
            depth -= 1
            if depth >= 0:
                c = chosen[depth]
                for j in range(start[c], start[c + 1]):
                    covered[member[j]] = False
                paid[0] -= reduced[c]
                for k in range(caps):
                    paid[k + 1] -= use[k, c]
                total -= cost[c]
                held[:] = past[depth]
            continue
        c = buffer[turn[depth]]
        turn[depth] += 1
        chosen[depth] = c
        for j in range(start[c], start[c + 1]):
            covered[member[j]] = True
        paid[0] += reduced[c]
        for k in range(caps):
            paid[k + 1] += use[k, c]
        total += cost[c]
        past[depth, :] = held
        for j in range(share_start[c], share_start[c + 1]):
            a = share_label[j]
            held[a] = max(held[a], share_value[j])
        size = high[depth] - low[depth]
        if last[depth] + size > len(buffer):
            buffer = _longer(buffer, 2 * len(buffer) + size)
        end = last[depth]
        for i in range(low[depth], high[depth]):
            x = buffer[i]
            free = True
            for j in range(start[x], start[x + 1]):
                if covered[member[j]]:
                    free = False
                    break
            if free:
                buffer[end] = x
                end += 1
        steps -= size
        depth += 1
        low[depth] = last[depth - 1]
        high[depth] = end
        fresh = True
    state[0] = 1
