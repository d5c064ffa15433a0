"""Least weight outside where there are too many feasible parts to list: light atoms made free.

Most of them differ in light atoms only: which hut goes along with which three blocks. Atoms below
some weight are taken out, and any part may use those it touches, as often as parts like; only
together they may not use more light weight than there is. What remains of the feasible parts are
sets of heavier atoms, few enough to list, and every plan is a choice among them, so that the
weight such a choice must leave over lies outside in every plan (a relaxation of the set packing in
the sense of Geoffrion 1974, with the light atoms' rows aggregated into one).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numba import njit

from redistrict.districting.arrays import IntArray
from redistrict.districting.columns import Columns, connected_sets, sums
from redistrict.districting.core import Core, Lists, near_of
from redistrict.districting.cover import Caps, Cover
from redistrict.districting.limits import Budget
from redistrict.districting.validate import connected
from redistrict.districting.watch import Watch

SHARES = (0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5)
"""How many of the atoms are light, in turn, until the parts can be listed."""
FEWER = 30
"""Sets listed, as a share of `Budget.columns`."""
LISTINGS = 2
"""More light atoms may prove more: fewer sets are short of something to fill them up with."""


def bound_without_light(core: Core, floor: int, allowed: Budget, watch: Watch) -> int:
    """A proven least weight outside, at least ``floor``; ``core`` has a free number of parts."""
    found: list[int] = []
    allowed = replace(allowed, steps=allowed.steps // 8, cuts=allowed.cuts // 2)
    for share in SHARES:
        if watch.stop() or len(found) == LISTINGS:
            break
        limit = int(np.quantile(core.weight, share))
        light = core.weight <= limit
        if not light.any() or light.all():
            continue
        heavy, touch, spare = _without(core, light)
        sets = _sets(core, heavy, touch, spare, allowed, watch)
        if sets is None:
            continue
        need = np.maximum(0, core.lower - sums(sets.start, sets.member, heavy.weight))
        single = Columns(np.arange(heavy.n + 1), np.arange(heavy.n, dtype=np.int16))
        cover = Cover(
            heavy.n,
            sets.join(single),
            len(sets) + np.arange(heavy.n),
            None,
            heavy.n,
            watch,
        )
        none = np.zeros(heavy.n, dtype=np.int64)
        cover.caps = Caps((np.concatenate([need, none]),), (int(core.weight[light].sum()),))
        cost = np.concatenate([np.zeros(len(sets), dtype=np.int64), heavy.weight])
        _, bound = cover.minimise(cost, allowed, 0)
        found.append(bound)
    return max([floor, *found])


def _without(core: Core, light: np.ndarray) -> tuple[Core, Lists, IntArray]:
    """The heavy atoms alone, neighbours also where light ones lead from one to the other; the
    pieces of light land each touches, and the weight of each piece."""
    inside = light[core.edges[:, 0]] & light[core.edges[:, 1]]
    piece = connected(core.n, core.edges[inside])
    names, piece = np.unique(np.where(light, piece, -1), return_inverse=True)
    piece = piece - int(names[0] < 0)
    spare = np.bincount(piece[light], core.weight[light]).astype(np.int64)
    keep = np.flatnonzero(~light)
    local = np.full(core.n, -1, dtype=np.int64)
    local[keep] = np.arange(len(keep))
    mixed = light[core.edges[:, 0]] != light[core.edges[:, 1]]
    ends = core.edges[mixed]
    heavy_end = np.where(light[ends[:, 0]], ends[:, 1], ends[:, 0])
    light_end = np.where(light[ends[:, 0]], ends[:, 0], ends[:, 1])
    pairs = np.unique(np.column_stack([local[heavy_end], piece[light_end]]), axis=0)
    start = np.searchsorted(pairs[:, 0], np.arange(len(keep) + 1)).astype(np.int64)
    direct = local[core.edges[(~light[core.edges]).all(axis=1)]]
    edges = np.unique(np.sort(np.vstack([direct, _across(pairs)]), axis=1), axis=0)
    m = len(edges)
    none = np.zeros(m, dtype=np.int64)
    empty = Lists(np.zeros(len(keep) + 1, dtype=np.int64), none[:0], none[:0])
    heavy = replace(
        core,
        atoms=tuple(core.atoms[a] for a in keep.tolist()),
        weight=core.weight[keep],
        edges=edges,
        length=none,
        crossing=none,
        count=none,
        near=near_of(edges, len(keep)),
        group=empty,
        label=empty,
        priority=core.priority[keep],
        small=core.small[keep],
        apart=empty,
    )
    return heavy, Lists(start, pairs[:, 1], pairs[:, 1]), spare


def _across(pairs: IntArray) -> IntArray:
    """All pairs of heavy atoms that touch one piece of light land."""
    order = np.argsort(pairs[:, 1], kind="stable")
    groups = np.split(pairs[order, 0], np.flatnonzero(np.diff(pairs[order, 1])) + 1)
    found = [np.column_stack(np.triu_indices(len(g), 1)) for g in groups]
    made = [g[index] for g, index in zip(groups, found, strict=True) if len(index)]
    return np.vstack([*made, np.zeros((0, 2), dtype=np.int64)])


def _sets(
    core: Core, heavy: Core, touch: Lists, spare: IntArray, allowed: Budget, watch: Watch
) -> Columns | None:
    """What of a feasible part is heavy: sets that light atoms may join and fill up."""
    lower = max(1, core.lower - int(spare.sum()))
    sets = connected_sets(heavy, lower, core.upper, allowed.columns // FEWER, watch)
    if sets is None:
        return None
    filled = _filled(
        sets.start, sets.member, heavy.weight, touch.start, touch.index, spare, core.lower
    )
    return sets.take(np.flatnonzero(filled))


@njit(cache=True, error_model="numpy")
def _filled(start, member, weight, touch_start, touch, spare, lower):  # pyright: ignore
    """Which sets reach ``lower`` with all the light land they touch."""
    seen = np.full(len(spare), -1, dtype=np.int64)
    out = np.zeros(len(start) - 1, dtype=np.bool_)
    for c in range(len(start) - 1):
        total = 0
        for i in range(start[c], start[c + 1]):
            u = member[i]
            total += weight[u]
            for s in range(touch_start[u], touch_start[u + 1]):
                piece = touch[s]
                if seen[piece] != c:
                    seen[piece] = c
                    total += spare[piece]
        out[c] = total >= lower
    return out
