"""The present plan stands unless a search that knows nothing of it finds a better one.

A search that starts from a good plan may find a better one, so that a plan which is taken for the
present one and searched again could change with every run, and move weight each time. Here what
ranks before `moved` is searched for without the present plan first. That search is the same
whatever the present plan is: a plan once chosen ranks at least as high as all it can find, and
stands in every later run (least disturbance).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from redistrict.districting.again import ranked
from redistrict.districting.answer import Solved
from redistrict.districting.arrays import IntArray
from redistrict.districting.bounds import least_moved
from redistrict.districting.core import MOVED, Core
from redistrict.districting.labels import without_labels
from redistrict.districting.plan import features_of
from redistrict.districting.validate import by_first, connected

Search = Callable[[Core], Iterator[Solved]]


def steadied(core: Core, search: Search) -> Iterator[Solved]:
    """What is known of a core, better and better, as ``search`` yields it; the last is the
    answer: the present plan, or a better one that moves little."""
    if core.labels == 0 or MOVED not in core.order:
        yield from search(core)
        return
    apart = None
    for apart in search(without_labels(core)):
        yield _told_of(core, apart, apart.part)
    assert apart is not None
    first = core.order.index(MOVED)
    plan = standing(core)
    if plan is not None and ranked(core, plan)[:first] <= ranked(core, apart.part)[:first]:
        yield _told_of(core, apart, plan)
        return
    near = None
    for near in search(core):
        yield near
    assert near is not None
    if ranked(core, apart.part) < ranked(core, near.part):
        yield _told_of(core, apart, apart.part)


def standing(core: Core) -> IntArray | None:
    """(n,) the present plan, if it is one: every atom has one label, and each label's atoms are
    connected."""
    if (np.diff(core.label.start) != 1).any():
        return None
    plan = by_first(core.label.index)
    same = plan[core.edges[:, 0]] == plan[core.edges[:, 1]]
    pieces = connected(core.n, core.edges[same])
    return plan if int(pieces.max()) == int(plan.max()) else None


def _told_of(core: Core, apart: Solved, plan: IntArray) -> Solved:
    """``plan`` with what a search without the present plan has proven.

    Its bounds hold up to the first term in which the two plans differ, and up to `moved`.
    """
    mine, other = features_of(core, plan), features_of(apart.core, apart.part)
    bound = dict(apart.anyway)
    for number in core.order:
        if number == MOVED:
            break
        bound[number] = apart.bound.get(number, bound.get(number, 0))
        if mine[number] != other[number]:
            break
    least = {MOVED: least_moved(core)}
    return replace(apart, core=core, part=plan, bound=bound | least, anyway=apart.anyway | least)
