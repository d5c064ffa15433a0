"""The window before all else: a short search that asks only how much weight lies outside.

It is over in a thousandth of a second where all weight fits, and what it finds is never lost: the
search among all terms starts from many places, and this is the plan it has to beat.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from redistrict.districting import kernels
from redistrict.districting.anneal import Found, begin, first_plan, gains
from redistrict.districting.arrays import BEST, PROPOSALS, TOP, net_of
from redistrict.districting.core import HARD, OUTSIDE, Core, Lists
from redistrict.districting.labels import without_labels
from redistrict.districting.validate import by_first
from redistrict.districting.watch import Watch

HEAT = 0.3
"""Cool: a descent that steps back now and then gets there with the fewest proposals."""
TURNS = (200, 400, 800, 1600)
"""Proposals of each try, from another seed: luck comes early or not at all."""


def bare(core: Core) -> Core:
    """``core`` with nothing to look at but the window and what must be kept apart."""
    none = np.zeros(0, dtype=np.int64)
    empty = Lists(np.zeros(core.n + 1, dtype=np.int64), none, none)
    return replace(without_labels(core), group=empty, groups=0, order=(HARD, OUTSIDE))


def window_first(core: Core, goal: int, seed: int, work: int, watch: Watch) -> Found:
    """A plan with little weight outside, in ``work`` proposals at most.

    Ends as soon as no more than ``goal`` is outside.
    """
    plain = bare(core)
    net, gain, start = net_of(plain), gains(plain), first_plan(plain)
    best: Found | None = None
    spent = 0
    for turn, most in enumerate(TURNS):
        st = begin(plain, net, gain, seed + turn, start)
        kernels.run(net, st, min(most, work - spent), gain, HEAT, 3, 3, 1, goal)
        spent += int(st.counter[PROPOSALS])
        value = (int(st.sums[TOP, HARD]), int(st.sums[TOP, OUTSIDE]))
        if best is None or value < best.value:
            best = Found(by_first(st.atom[:, BEST]), value, spent)
        if best.value <= (0, goal) or spent >= work or watch.stop():
            break
    assert best is not None
    return replace(best, proposals=spent)
