"""Features of a core's plan, counted afresh with numpy: the check on the kernels' running sums."""

from __future__ import annotations

import numpy as np

from redistrict.districting.arrays import IntArray
from redistrict.districting.core import (
    CROSSINGS,
    CUT,
    DEVIATION,
    FEATURES,
    GROUPS,
    HARD,
    MOVED,
    OUTSIDE,
    PARTS,
    PERIMETER,
    PRIORITY,
    TARGET,
    UNMERGED,
    Core,
    Lists,
)
from redistrict.districting.kernels import APART


def rows_of(lists: Lists, n: int) -> IntArray:
    """The row number of every entry of a ragged array."""
    return np.repeat(np.arange(n), np.diff(lists.start))


def features_of(core: Core, part: IntArray) -> list[int]:
    """All features of the plan ``part`` (n,), as `kernels` counts them (perimeter twice)."""
    k = int(part.max()) + 1
    weight = np.bincount(part, minlength=k) * 0
    np.add.at(weight, part, core.weight)
    out = (weight < core.lower) | (weight > core.upper)
    value = [0] * FEATURES
    cut = part[core.edges[:, 0]] != part[core.edges[:, 1]]
    value[HARD] = int((weight == 0).sum())
    if len(core.apart.index):
        rows = rows_of(core.apart, core.n)
        value[HARD] += APART * (int((part[rows] == part[core.apart.index]).sum()) // 2)
    value[OUTSIDE] = int(weight[out].sum())
    value[DEVIATION] = int(
        (np.maximum(0, core.lower - weight) + np.maximum(0, weight - core.upper)).sum()
    )
    value[PRIORITY] = int(core.priority[out[part]].sum())
    value[UNMERGED] = int(core.small[weight[part] < core.small_below].sum())
    pairs = np.column_stack([core.group.index, part[rows_of(core.group, core.n)], core.group.value])
    value[GROUPS] = int(np.unique(pairs, axis=0)[:, 2].sum())
    value[TARGET] = int(np.maximum(0, np.abs(weight - core.target) - core.slack).sum())
    value[CROSSINGS] = int(core.crossing[~cut].sum())
    value[PERIMETER] = 2 * int(core.length[cut].sum())
    value[CUT] = 2 * int(core.count[cut].sum())
    value[PARTS] = k
    if core.labels:
        share = np.zeros((core.labels, k), dtype=np.int64)
        np.add.at(share, (core.label.index, part[rows_of(core.label, core.n)]), core.label.value)
        most = np.maximum(core.base, share.max(axis=1))
        value[MOVED] = int(share.sum() - most.sum())
    return value
