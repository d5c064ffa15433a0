"""Searching again where weight lies outside that nothing explains."""

from __future__ import annotations

from dataclasses import replace

from redistrict.districting.anneal import anneal
from redistrict.districting.arrays import IntArray
from redistrict.districting.core import DEVIATION, HARD, OUTSIDE, Core
from redistrict.districting.plan import features_of
from redistrict.districting.validate import connected
from redistrict.districting.watch import Watch


def another(core: Core, turn: int, seed: int, work: int, watch: Watch) -> tuple[IntArray, int]:
    """The ``turn``-th (1..) search for less weight outside, each third of them another way, and
    its proposals. The plan is put in order by a search among all terms that starts from it."""
    if turn % 3 == 0:
        other = anneal(core, seed, work, watch)
        return other.part, other.proposals
    # A free number of parts may settle on full ones beside a remnant; held, it cannot. And what
    # holds today, or looks best, may lead away from the window: searched for alone, it does not.
    tried = _held(core, turn // 3)
    if turn % 3 == 2:
        tried = replace(core, order=(HARD, OUTSIDE, DEVIATION))
    start = connected(core.n, core.edges)
    raw = anneal(tried, seed, work, watch, None if tried.parts is not None else start)
    polished = anneal(core, seed, work, watch, raw.part)
    best = min((raw.part, polished.part), key=lambda part: ranked(core, part))
    return best, raw.proposals + polished.proposals


def _held(core: Core, turn: int) -> Core:
    """``core`` with its parts held, in the ``turn``-th search (0..), to one of the numbers that
    fit its total, and nearness to the window before all else; as it is where none does."""
    least, most = -(-core.total // max(1, core.upper)), core.total // max(1, core.lower)
    if core.parts is not None or core.lower <= 0 or not 1 <= least <= most <= core.n:
        return core
    near = (HARD, DEVIATION, *(f for f in core.order if f not in (HARD, DEVIATION)))
    return replace(core, parts=least + turn % (most - least + 1), order=near)


def ranked(core: Core, part: IntArray) -> tuple[int, ...]:
    """The features of a plan, most important first: plans compare as these do."""
    features = features_of(core, part)
    return tuple(features[f] for f in core.order)
