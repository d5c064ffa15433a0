"""Bounds on each feature of a core that need no search; valid for every plan."""

from __future__ import annotations

import numpy as np

from redistrict.districting.arrays import IntArray
from redistrict.districting.core import (
    DEVIATION,
    GROUPS,
    MOVED,
    OUTSIDE,
    PARTS,
    PRIORITY,
    TARGET,
    Core,
)
from redistrict.districting.triage import Triage


def simple_bound(core: Core, feature: int, facts: Triage) -> int:
    """A lower bound of one feature over all plans of the core, by counting."""
    if feature == OUTSIDE:
        return facts.bound
    if feature == DEVIATION:
        return _least_deviation(core, facts)
    if feature == PRIORITY:
        heavy = int(core.priority[facts.oversized].sum())
        return max(heavy, least_priority(core, facts.bound))
    if feature == GROUPS:
        return groups_once(core)
    if feature == MOVED:
        return least_moved(core)
    if feature == TARGET:
        return _least_distance(core)
    if feature == PARTS:
        return core.parts or 1
    return 0


def groups_once(core: Core) -> int:
    """Sum of the layer weights of all soft groups: what `GROUPS` is if none is cut."""
    value = np.zeros(core.groups, dtype=np.int64)
    value[core.group.index] = core.group.value
    return int(value.sum())


def label_weight(core: Core) -> IntArray:
    """(l,) weight of each present label in the core."""
    total = np.zeros(core.labels, dtype=np.int64)
    np.add.at(total, core.label.index, core.label.value)
    return total


def least_priority(core: Core, outside: int) -> int:
    """What `PRIORITY` is at least where ``outside`` weight is: of that, no more is without
    priority than there is of it in all."""
    return max(0, outside - int(np.maximum(0, core.weight - core.priority).sum()))


def least_moved(core: Core) -> int:
    """What `MOVED` is if every present label stays whole."""
    total = label_weight(core)
    return int((total - np.maximum(total, core.base)).sum())


def _least_deviation(core: Core, facts: Triage) -> int:
    over = int((core.weight[facts.oversized] - core.upper).sum())
    return max(over, min(_off(core.total, p, core.lower, core.upper) for p in _numbers(core)))


def _off(total: int, parts: int, lower: int, upper: int) -> int:
    return max(0, parts * lower - total, total - parts * upper)


def _numbers(core: Core) -> list[int]:
    """Numbers of parts worth asking: convex functions of the number are least at one of these."""
    if core.parts is not None:
        return [core.parts]
    near = {1}
    for size in (core.lower, core.upper, core.target):
        if size > 0:
            near |= {max(1, core.total // size), max(1, core.total // size + 1)}
    return sorted({min(p, core.n) for p in near})


def _least_distance(core: Core) -> int:
    least = min(abs(core.total - p * core.target) - p * core.slack for p in _numbers(core))
    return max(0, least)
