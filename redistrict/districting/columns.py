"""All connected sets of atoms whose weight fits: the columns of the exact method.

Each set is found once, from its lowest atom, by growing along exclusive neighbourhoods
(Wernicke 2006, "Efficient detection of network motifs", algorithm ESU) and pruning at the upper
weight: weights are never negative, so nothing beyond can fit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from redistrict.districting.arrays import IntArray
from redistrict.districting.core import (
    CROSSINGS,
    CUT,
    DEVIATION,
    GROUPS,
    OUTSIDE,
    PARTS,
    PERIMETER,
    PRIORITY,
    TARGET,
    UNMERGED,
    Core,
)
from redistrict.districting.watch import Watch

STEPS_PER_COLUMN = 40
"""Sets visited per column allowed: growing through many light atoms finds few that fit."""


Members = NDArray[np.int16]
MOST_ATOMS = 32_000
"""Members are kept as int16: millions of columns have to fit in memory."""


@dataclass(frozen=True)
class Columns:
    """``start`` (c + 1,); ``member``: the atoms of each column."""

    start: IntArray
    member: Members

    def __len__(self) -> int:
        return len(self.start) - 1

    def of(self, column: int) -> IntArray:
        """Atoms of one column."""
        return self.member[self.start[column] : self.start[column + 1]].astype(np.int64)

    def take(self, chosen: IntArray) -> Columns:
        """Only the ``chosen`` columns, in that order."""
        size = self.start[chosen + 1] - self.start[chosen]
        start = np.concatenate([[0], np.cumsum(size)]).astype(np.int64)
        where = np.repeat(self.start[chosen] - start[:-1], size) + np.arange(start[-1])
        return Columns(start, self.member[where])

    def join(self, other: Columns) -> Columns:
        """These columns, then the others."""
        return Columns(
            np.concatenate([self.start, other.start[1:] + self.start[-1]]),
            np.concatenate([self.member, other.member]),
        )


@njit(cache=True, error_model="numpy")
def _grow(
    anchor: int,
    weight: IntArray,
    near_start: IntArray,
    near: IntArray,
    allowed: NDArray[np.bool_],
    lower: int,
    upper: int,
    fee: NDArray[np.float64],
    purse: float,
    most: int,
    start: IntArray,
    member: Members,
    state: IntArray,
) -> bool:
    """Connected sets whose lowest allowed atom is ``anchor`` into the buffers.

    Only sets with lower <= weight <= upper, sum of ``fee`` <= ``purse`` and at most ``most``
    atoms. ``state``: number of columns, members used, steps left. Returns False if a buffer is
    full or steps ran out.
    """
    n = len(weight)
    seen = np.zeros(n, dtype=np.uint8)
    reach = np.empty(n + 1, dtype=np.int32)
    chosen = np.empty(n + 1, dtype=np.int32)
    at = np.empty(n + 1, dtype=np.int32)
    end = np.empty(n + 1, dtype=np.int32)
    columns, used, steps = state[0], state[1], state[2]
    for v in range(anchor + 1):
        seen[v] = 1
    depth = 0
    chosen[0] = anchor
    total = weight[anchor]
    paid = fee[anchor]
    if total > upper or paid > purse:
        return True
    length = 0
    for s in range(near_start[anchor], near_start[anchor + 1]):
        v = near[s]
        if seen[v] == 0 and allowed[v]:
            seen[v] = 1
            reach[length] = v
            length += 1
    at[0] = 0
    end[0] = length
    fresh = True
    while depth >= 0:
        if fresh:
            steps -= 1
            if steps < 0:
                state[2] = steps
                return False
            if total >= lower:
                if columns + 1 >= len(start) or used + depth + 1 > len(member):
                    return False
                for d in range(depth + 1):
                    member[used + d] = chosen[d]
                used += depth + 1
                columns += 1
                start[columns] = used
            fresh = False
        i = at[depth]
        if i >= end[depth]:
            # Back: forget the neighbours this level brought in.
            v = chosen[depth]
            total -= weight[v]
            paid -= fee[v]
            if depth > 0:
                for j in range(end[depth - 1], end[depth]):
                    seen[reach[j]] = 0
            depth -= 1
            continue
        at[depth] = i + 1
        v = reach[i]
        if depth + 1 >= most or total + weight[v] > upper or paid + fee[v] > purse:
            continue
        length = end[depth]
        for s in range(near_start[v], near_start[v + 1]):
            x = near[s]
            if seen[x] == 0 and allowed[x]:
                seen[x] = 1
                reach[length] = x
                length += 1
        depth += 1
        chosen[depth] = v
        total += weight[v]
        paid += fee[v]
        at[depth] = i + 1
        end[depth] = length
        fresh = True
    state[0] = columns
    state[1] = used
    state[2] = steps
    return True


def connected_sets(
    core: Core,
    lower: int,
    upper: int,
    limit: int,
    watch: Watch,
    allowed: NDArray[np.bool_] | None = None,
    fee: NDArray[np.float64] | None = None,
    purse: float = 0.0,
    most: int | None = None,
) -> Columns | None:
    """Every connected set of ``allowed`` atoms with weight in [max(lower, 1), upper].

    ``most``: only sets of at most so many atoms (the list is then not complete).

    ``fee`` (n,) >= 0 and ``purse``: only sets whose fees add up to at most the purse.
    Keeps apart what must be apart. None if there are more than ``limit`` or the work ran out.
    """
    n = core.n
    fees = np.zeros(n) if fee is None else fee
    usable = np.ones(n, dtype=np.bool_) if allowed is None else allowed
    state = np.array([0, 0, limit * STEPS_PER_COLUMN], dtype=np.int64)
    start = np.zeros(min(limit, 50_000) + 2, dtype=np.int64)
    member = np.zeros(400_000, dtype=np.int16)
    for anchor in range(n):
        if not usable[anchor]:
            continue
        while True:
            before = state.copy()
            if _grow(
                anchor,
                core.weight,
                core.near.start,
                core.near.index,
                usable,
                max(lower, 1),
                upper,
                fees,
                purse,
                n + 1 if most is None else most,
                start,
                member,
                state,
            ):
                break
            if state[2] < 0 or len(start) > limit + 1 or watch.stop():
                return None
            state = before
            start = np.concatenate([start, np.zeros(len(start), dtype=np.int64)])
            member = np.concatenate([member, np.zeros(len(member), dtype=np.int16)])
        if state[0] > limit or watch.stop():
            return None
    count = int(state[0])
    columns = Columns(start[: count + 1].copy(), member[: int(state[1])].copy())
    if not len(core.apart.index):
        return columns
    sound = _apart(columns.start, columns.member, n, core.apart.start, core.apart.index)
    return columns.take(np.flatnonzero(sound))


@njit(cache=True, error_model="numpy")
def _apart(start, member, n, apart_start, apart):  # pyright: ignore
    """Which columns hold no pair that must be apart."""
    inside = np.zeros(n, dtype=np.uint8)
    sound = np.ones(len(start) - 1, dtype=np.bool_)
    for c in range(len(start) - 1):
        for i in range(start[c], start[c + 1]):
            inside[member[i]] = 1
        for i in range(start[c], start[c + 1]):
            u = member[i]
            for s in range(apart_start[u], apart_start[u + 1]):
                if inside[apart[s]] == 1:
                    sound[c] = False
        for i in range(start[c], start[c + 1]):
            inside[member[i]] = 0
    return sound


@njit(cache=True, error_model="numpy")
def sums(start, member, price):  # pyright: ignore
    """Sum of ``price`` over the members of each column, of its type."""
    total = np.zeros(len(start) - 1, dtype=price.dtype)
    for c in range(len(start) - 1):
        for i in range(start[c], start[c + 1]):
            total[c] += price[member[i]]
    return total


@njit(cache=True, error_model="numpy")
def _edge_sums(start, member, n, near_start, near, near_edge, value, within):  # pyright: ignore
    """Sum of ``value`` over the edges inside each column (``within``) or leaving it."""
    inside = np.zeros(n, dtype=np.uint8)
    total = np.zeros(len(start) - 1, dtype=np.int64)
    for c in range(len(start) - 1):
        for i in range(start[c], start[c + 1]):
            inside[member[i]] = 1
        for i in range(start[c], start[c + 1]):
            u = member[i]
            for s in range(near_start[u], near_start[u + 1]):
                v = near[s]
                if within:
                    if inside[v] == 1 and u < v:
                        total[c] += value[near_edge[s]]
                elif inside[v] == 0:
                    total[c] += value[near_edge[s]]
        for i in range(start[c], start[c + 1]):
            inside[member[i]] = 0
    return total


@njit(cache=True, error_model="numpy")
def _touched(start, member, group_start, group, value, groups):  # pyright: ignore
    """Sum of the layer weights of the soft groups that each column touches."""
    seen = np.full(groups, -1, dtype=np.int64)
    total = np.zeros(len(start) - 1, dtype=np.int64)
    for c in range(len(start) - 1):
        for i in range(start[c], start[c + 1]):
            u = member[i]
            for s in range(group_start[u], group_start[u + 1]):
                if seen[group[s]] != c:
                    seen[group[s]] = c
                    total[c] += value[s]
    return total


def feature(core: Core, columns: Columns, number: int) -> IntArray:
    """(c,) one feature of every column as a part (not `moved`, which is the whole plan's)."""
    start, member = columns.start, columns.member
    if number in (PERIMETER, CUT, CROSSINGS):
        value = {PERIMETER: core.length, CUT: core.count, CROSSINGS: core.crossing}[number]
        near = core.near
        return _edge_sums(
            start, member, core.n, near.start, near.index, near.value, value, number == CROSSINGS
        )
    if number == GROUPS:
        group = core.group
        return _touched(start, member, group.start, group.index, group.value, core.groups)
    if number == PARTS:
        return np.ones(len(columns), dtype=np.int64)
    weight = sums(start, member, core.weight)
    if number == TARGET:
        return np.maximum(0, np.abs(weight - core.target) - core.slack)
    if number == UNMERGED:
        return np.where(weight < core.small_below, sums(start, member, core.small), 0)
    out = (weight < core.lower) | (weight > core.upper)
    if number == OUTSIDE:
        return np.where(out, weight, 0)
    if number == PRIORITY:
        return np.where(out, sums(start, member, core.priority), 0)
    if number == DEVIATION:
        return np.maximum(0, np.maximum(core.lower - weight, weight - core.upper))
    raise ValueError(number)


def parts_as_columns(part: IntArray) -> Columns:
    """The parts of a plan as columns."""
    order = np.argsort(part, kind="stable")
    start = np.searchsorted(part[order], np.arange(int(part.max()) + 2)).astype(np.int64)
    return Columns(start, order.astype(np.int16))
