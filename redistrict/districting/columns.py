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
    FEATURES,
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


@dataclass(frozen=True)
class Columns:
    """``start`` (c + 1,), ``member``: atoms of each column, ascending within a column's search
    order; ``cost`` (c, FEATURES): features of each as a part (`moved` is not one's own)."""

    start: IntArray
    member: NDArray[np.int32]
    cost: IntArray

    def __len__(self) -> int:
        return len(self.start) - 1

    def of(self, column: int) -> NDArray[np.int32]:
        """Atoms of one column."""
        return self.member[self.start[column] : self.start[column + 1]]

    def take(self, chosen: IntArray) -> Columns:
        """Only the ``chosen`` columns, in that order."""
        size = self.start[chosen + 1] - self.start[chosen]
        start = np.concatenate([[0], np.cumsum(size)]).astype(np.int64)
        where = np.repeat(self.start[chosen] - start[:-1], size) + np.arange(start[-1])
        return Columns(start, self.member[where], self.cost[chosen])

    def join(self, other: Columns) -> Columns:
        """These columns, then the others."""
        return Columns(
            np.concatenate([self.start, other.start[1:] + self.start[-1]]),
            np.concatenate([self.member, other.member]),
            np.concatenate([self.cost, other.cost]),
        )


@njit(cache=True, error_model="numpy")
def _grow(
    anchor, weight, near_start, near, allowed, lower, upper, fee, purse, start, member, state
):  # pyright: ignore
    """Connected sets whose lowest allowed atom is ``anchor`` into the buffers.

    Only sets with lower <= weight <= upper and sum of ``fee`` <= ``purse``. ``state``: number of
    columns, members used, steps left. Returns False if a buffer is full or steps ran out.
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
        if total + weight[v] > upper or paid + fee[v] > purse:
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
) -> tuple[IntArray, NDArray[np.int32]] | None:
    """Every connected set of ``allowed`` atoms with weight in [max(lower, 1), upper].

    ``fee`` (n,) >= 0 and ``purse``: only sets whose fees add up to at most the purse.
    Returns (start, member), or None if there are more than ``limit`` or the work ran out.
    """
    n = core.n
    fees = np.zeros(n) if fee is None else fee
    usable = np.ones(n, dtype=np.bool_) if allowed is None else allowed
    state = np.array([0, 0, limit * STEPS_PER_COLUMN], dtype=np.int64)
    start = np.zeros(min(limit, 50_000) + 2, dtype=np.int64)
    member = np.zeros(400_000, dtype=np.int32)
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
                start,
                member,
                state,
            ):
                break
            if state[2] < 0 or len(start) > limit + 1 or watch.stop():
                return None
            state = before
            start = np.concatenate([start, np.zeros(len(start), dtype=np.int64)])
            member = np.concatenate([member, np.zeros(len(member), dtype=np.int32)])
        if state[0] > limit or watch.stop():
            return None
    count = int(state[0])
    return start[: count + 1].copy(), member[: int(state[1])].copy()


@njit(cache=True, error_model="numpy")
def _features(
    start,
    member,
    weight,
    priority,
    small,
    near_start,
    near,
    near_edge,
    length,
    crossing,
    count,
    group_start,
    group,
    group_value,
    groups,
    apart_start,
    apart,
    lower,
    upper,
    small_below,
    target,
    cost,
):  # pyright: ignore
    """Features of every column; returns which ones keep apart what must be apart."""
    inside = np.zeros(len(weight), dtype=np.uint8)
    touched = np.full(groups, -1, dtype=np.int64)
    sound = np.ones(len(start) - 1, dtype=np.bool_)
    for c in range(len(start) - 1):
        first, last = start[c], start[c + 1]
        for i in range(first, last):
            inside[member[i]] = 1
        w = 0
        for i in range(first, last):
            u = member[i]
            w += weight[u]
            cost[c, PRIORITY] += priority[u]
            cost[c, UNMERGED] += small[u]
            for s in range(near_start[u], near_start[u + 1]):
                v = near[s]
                e = near_edge[s]
                if inside[v] == 1:
                    if u < v:
                        cost[c, CROSSINGS] += crossing[e]
                else:
                    cost[c, PERIMETER] += length[e]
                    cost[c, CUT] += count[e]
            for s in range(group_start[u], group_start[u + 1]):
                if touched[group[s]] != c:
                    touched[group[s]] = c
                    cost[c, GROUPS] += group_value[s]
            for s in range(apart_start[u], apart_start[u + 1]):
                if inside[apart[s]] == 1:
                    sound[c] = False
        for i in range(first, last):
            inside[member[i]] = 0
        if lower <= w <= upper:
            cost[c, PRIORITY] = 0
        else:
            cost[c, OUTSIDE] = w
            cost[c, DEVIATION] = max(lower - w, w - upper)
        if w >= small_below:
            cost[c, UNMERGED] = 0
        cost[c, TARGET] = abs(w - target)
        cost[c, PARTS] = 1
    return sound


def with_costs(core: Core, start: IntArray, member: NDArray[np.int32]) -> Columns:
    """The columns with their features, without those that join what must be apart."""
    cost = np.zeros((len(start) - 1, FEATURES), dtype=np.int64)
    sound = _features(
        start,
        member,
        core.weight,
        core.priority,
        core.small,
        core.near.start,
        core.near.index,
        core.near.value,
        core.length,
        core.crossing,
        core.count,
        core.group.start,
        core.group.index,
        core.group.value,
        core.groups,
        core.apart.start,
        core.apart.index,
        core.lower,
        core.upper,
        core.small_below,
        core.target,
        cost,
    )
    columns = Columns(start, member, cost)
    return columns if sound.all() else columns.take(np.flatnonzero(sound))


def parts_as_columns(core: Core, part: IntArray) -> Columns:
    """The parts of a plan as columns."""
    order = np.argsort(part, kind="stable")
    start = np.searchsorted(part[order], np.arange(int(part.max()) + 2)).astype(np.int64)
    return with_costs(core, start, order.astype(np.int32))
