"""Bound, collect, cover: the three steps of the proof by columns."""

from __future__ import annotations

import numpy as np

from redistrict.districting.cutedges.columns.cover import cover
from redistrict.districting.cutedges.columns.master import Master, Priced
from redistrict.districting.cutedges.columns.patterns import Patterns
from redistrict.districting.cutedges.columns.prices import Pricing
from redistrict.districting.cutedges.instance import Instance
from redistrict.districting.cutedges.report import Report

PARTS_HELD = 4_000_000
COLLECT_STEPS = 4_000_000_000
COVER_STEPS = 40_000_000_000


def prove(instance: Instance, patterns: Patterns, report: Report, patience: float = 1.0) -> bool:
    """Prove the least cut, or that nothing fits; False where it took more than the limits.

    Without an incumbent the bound is reported, but no part can be left out as too dear.
    ``patience`` scales the limits on the last two steps.
    """
    pricing = Pricing(instance, patterns)
    guess = report.incumbent() or int(instance.graph.lengths.sum()) // 3 + 1
    master = Master(pricing, guess)

    def halves(priced: Priced) -> int:
        return -(-priced.bound // (2 * pricing.scale))  # whole plans cost whole numbers

    def seen(priced: Priced) -> None:
        report.bound(max(0, halves(priced)))

    def enough(priced: Priced) -> bool:
        incumbent = report.incumbent()
        if incumbent is None:
            return report.stopped() or halves(priced) > int(instance.graph.lengths.sum())
        return report.stopped() or halves(priced) >= incumbent

    best = master.ascend(seen, enough)
    if best is None:
        report.infeasible()
        return True
    incumbent = report.incumbent()
    if incumbent is None:
        if halves(best) > int(instance.graph.lengths.sum()):
            report.infeasible()
            return True
        return False
    if halves(best) >= incumbent:
        return True
    return not report.stopped() and _close(instance, pricing, best, incumbent, report, patience)


def _close(
    instance: Instance,
    pricing: Pricing,
    best: Priced,
    incumbent: int,
    report: Report,
    patience: float,
) -> bool:
    """Collect every part of a plan cheaper than ``incumbent`` and find the best of them."""
    gap = 2 * (incumbent - 1) * pricing.scale - best.bound
    pricing.least(best.price)  # the table of these prices
    collected = pricing.cheap(
        best.price,
        best.least + gap,
        int(PARTS_HELD * min(1.0, patience)),
        int(COLLECT_STEPS * patience),
    )
    if collected is None:
        return False
    bits, value = collected
    order = np.argsort(value, kind="stable")
    bits, value = bits[order], value[order]
    chosen = np.full(instance.parts, -1, dtype=np.int64)
    total = cover(
        bits,
        value - best.least,
        instance.graph.n,
        instance.parts,
        gap,
        int(COVER_STEPS * patience),
        chosen,
    )
    if total == -2:
        return False
    if total == -1:
        report.bound(incumbent)
        return True
    plan = np.zeros(instance.graph.n, dtype=np.int32)
    for p, row in enumerate(chosen.tolist()):
        for i, v in enumerate(pricing.patterns.order.tolist()):
            if int(bits[row, i >> 6]) >> (i & 63) & 1:
                plan[v] = p
    cost = instance.cost(plan)
    report.plan(0, cost, plan)
    report.bound(cost)
    return True
