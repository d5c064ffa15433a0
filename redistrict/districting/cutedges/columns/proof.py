"""Bound, collect, cover: the three steps of the proof by columns."""

from __future__ import annotations

import numpy as np

from redistrict.districting.cutedges.columns.cover import cover
from redistrict.districting.cutedges.columns.master import Master, Priced
from redistrict.districting.cutedges.columns.patterns import Patterns
from redistrict.districting.cutedges.columns.prices import Pricing
from redistrict.districting.cutedges.instance import Instance
from redistrict.districting.cutedges.report import Report

PARTS_HELD = 1_000_000
COLLECT_STEPS = 4_000_000_000
COVER_STEPS = 40_000_000_000
TRY_EVERY = 8
"""After so many tables the last two steps are tried, with `TRY` of their limits."""
TRY = 0.003


def prove(instance: Instance, patterns: Patterns, report: Report, patience: float = 1.0) -> bool:
    """Prove the least cut, or that nothing fits; False where it took more than the limits.

    Without an incumbent the bound is reported, but no part can be left out as too dear.
    ``patience`` scales the limits on the last two steps.
    """
    pricing = Pricing(instance, patterns)
    everything = int(instance.graph.lengths.sum())
    best: Priced | None = None
    master = Master(pricing, report.incumbent() or everything // 3)
    for tables, priced in enumerate(master.ascend()):
        if priced is None:
            report.infeasible()
            return True
        best = priced
        bound = -(-best.bound // (2 * pricing.scale))  # whole plans cost whole numbers
        report.bound(max(0, bound))
        incumbent = report.incumbent()
        if incumbent is None and bound > everything:
            report.infeasible()
            return True
        if incumbent is not None and bound >= incumbent:
            return True
        if report.stopped():
            return False
        if tables % TRY_EVERY == TRY_EVERY - 1 and _close(
            instance, pricing, best, report, min(TRY, patience)
        ):
            return True
    return best is not None and _close(instance, pricing, best, report, patience)


def _close(
    instance: Instance,
    pricing: Pricing,
    best: Priced,
    report: Report,
    patience: float,
) -> bool:
    """Collect the parts of a plan cheaper than the incumbent, but for the one of greatest excess,
    and find the best plan of them. False without an incumbent or beyond the limits.

    The excesses of a plan's parts over the least value sum to 2 x its cost x scale - the bound, so
    at most one of them is above half of that.
    """
    incumbent = report.incumbent()
    if incumbent is None or report.stopped():
        return False
    gap = 2 * (incumbent - 1) * pricing.scale - best.bound
    pricing.least(best.price)  # the table of these prices
    collected = pricing.cheap(
        best.price,
        best.least + gap // 2,
        int(PARTS_HELD * min(1.0, 10 * patience)),
        int(COLLECT_STEPS * patience),
    )
    if collected is None:
        return False  # too many
    bits, value = collected
    ascending = np.argsort(value, kind="stable")
    bits = bits[ascending]
    order = pricing.patterns.order
    place = np.empty(instance.graph.n, dtype=np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    g = instance.graph.renumbered(place)
    held = np.zeros(len(bits), dtype=np.int64)
    for v, weight in enumerate(g.weights.tolist()):
        held += weight * ((bits[:, v >> 6] >> np.uint64(v & 63)) & np.uint64(1)).astype(np.int64)
    plan = np.zeros(g.n, dtype=np.int32)
    cost = cover(
        bits,
        value[ascending] - best.least,
        held,
        g.weights,
        instance.lower,
        instance.upper,
        g.a,
        g.b,
        g.lengths,
        g.start,
        g.neighbour,
        instance.parts,
        gap,
        incumbent,
        int(COVER_STEPS * patience),
        plan,
    )
    if cost == -2:
        return False
    if cost == -1:
        report.bound(incumbent)
        return True
    report.plan(0, int(cost), plan[place])
    report.bound(int(cost))
    return True
