"""Exact choice among columns, term by term: bounds, reduced-cost fixing, then a search.

Set partition: every atom in exactly one chosen column. Terms are taken one after the other; each
solved term becomes a row (or removes columns for good), so later terms work on few columns.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from redistrict.districting import linear
from redistrict.districting.arrays import IntArray
from redistrict.districting.columns import Columns
from redistrict.districting.exhaust import Purse, Rows, Shares, exhaust, no_shares
from redistrict.districting.labels import Sources
from redistrict.districting.limits import Budget
from redistrict.districting.relaxation import SCALE, Caps, Priced, Relaxation
from redistrict.districting.watch import Watch

FAR = 1 << 60
"""Reduced cost of a column that was dropped on the way."""
NEAR, PASSES = 30_000, 4
"""Cuts are sought with so many columns of least reduced cost at hand, then priced over all; so
many times."""
HOPELESS = 300_000
"""Columns beyond which nobody looks at every choice."""
STALE, CRAWL = 3, 0.02
"""So many rounds of cuts in a row that each close less than this share of what is open end them."""


class Cover(Relaxation):
    """The columns left and the plan in hand, carried from term to term."""

    def __init__(
        self, n: int, columns: Columns, plan: IntArray, parts: int | None, most: int, watch: Watch
    ) -> None:
        """``most``: no plan has more columns than this."""
        super().__init__(n, columns, plan, parts, most, watch)
        self.reduced: IntArray = np.zeros(0, dtype=np.int64)
        """Reduced costs of the last term, of the columns as they were before it was settled."""
        self.room = 0
        """No plan as good as the last term's value uses a column of greater reduced cost."""
        self.sources: Sources | None = None
        """Once columns are variants: what they are variants of."""
        self.unit = 1

    def take(self, chosen: IntArray) -> None:
        super().take(chosen)
        if self.sources is not None:
            self.sources = self.sources.take(chosen)

    def minimise(self, cost: IntArray, allowed: Budget, floor: int) -> tuple[int, int]:
        """`_minimise` in the largest unit that all costs are whole multiples of.

        Penalties of ten million each are counts in truth; as they stand they would drown the
        solvers' tolerances, here and in the cap row of every later term.
        """
        self.unit = unit = max(1, int(np.gcd.reduce(cost)) if len(cost) else 1)
        value, bound = self._minimise(cost // unit, allowed, -(-floor // unit))
        return value * unit, bound * unit

    def _minimise(self, cost: IntArray, allowed: Budget, floor: int) -> tuple[int, int]:
        """Minimise the sum of ``cost`` (c,) over the columns left; ``floor``: known bound.

        Returns (value, bound). Updates ``plan``, drops every column that no plan of that value
        can use, and caps the term at its value from now on.
        """
        value = int(cost[self.plan].sum())
        found = self.priced(cost, allowed.rounds) if value > floor else None
        if found is None:
            self._settle(cost, value, None)
            return value, min(floor, value)
        count, origin = len(cost), np.arange(len(cost))
        bound = max(floor, found.bound)
        for _ in range(PASSES):
            if bound >= value:
                break
            # Columns that no plan as good as the one in hand can use are gone for this term.
            keep = found.reduced <= found.room(value)
            keep[self.plan] = True
            chosen = np.flatnonzero(keep)
            found = found.take(chosen)
            self.take(chosen)
            origin, cost = origin[chosen], cost[chosen]
            old = self.cuts
            self.cuts = self._sharpened(cost, found, value, allowed)
            sharper = None if self.cuts is old else self.priced(cost, allowed.rounds)
            if sharper is None or sharper.least <= found.least:
                self.cuts = old
                break
            crawls = sharper.least - found.least < CRAWL * (value * SCALE - found.least)
            found = sharper
            bound = max(bound, found.bound)
            if crawls:
                break
        if bound < value:
            value, bound = self._search(cost, found, value, bound, allowed)
        self.room = found.room(value)
        self.reduced = np.full(count, FAR)
        self.reduced[origin] = found.reduced
        self._settle(cost, value, found.reduced <= self.room)
        return value, min(bound, value)

    def _sharpened(self, cost: IntArray, found: Priced, value: int, allowed: Budget) -> IntArray:
        """More cuts, found while looking at the `NEAR` columns only; the same where none helps."""
        near = np.arange(len(cost))
        if len(cost) > NEAR:
            near = np.argpartition(found.reduced, NEAR)[:NEAR]
            near = np.union1d(near, self.plan)
        small = Relaxation(self.n, self.columns, self.plan, self.parts, self.number, self.watch)
        small.caps, small.cuts, small.warm = self.caps, self.cuts, self.warm
        small.take(near)
        cost, here = cost[near], found.take(near)
        stale = 0
        while stale < STALE and len(small.cuts) < allowed.cuts and here.bound < value:
            if not small.cut(here):
                break
            sharper = small.priced(cost, allowed.rounds)
            if sharper is None:
                return self.cuts
            gained = sharper.least - here.least
            stale = stale + 1 if gained < CRAWL * (value * SCALE - here.least) else 0
            here = sharper
        if here.duals is found.duals:
            return self.cuts
        self.warm = near[small.warm]
        return small.priced_cuts(here)

    def _settle(self, cost: IntArray, value: int, possible: NDArray[np.bool_] | None) -> None:
        keep = np.ones(len(cost), dtype=np.bool_) if possible is None else possible
        if int(cost.min(initial=0)) >= 0:
            keep = keep & (cost <= value)
        keep[self.plan] = True
        chosen = np.flatnonzero(keep)
        self.cuts = self.cuts[:0]
        self.take(chosen)
        self.caps = Caps((*self.caps.use, cost[chosen]), (*self.caps.most, value))
        self._tidy()

    def _tidy(self) -> None:
        """Forget caps that no choice of the columns left can break."""
        rows = [(u, m) for u, m in zip(self.caps.use, self.caps.most, strict=True) if u.any()]
        self.caps = Caps(tuple(u for u, _ in rows), tuple(m for _, m in rows))

    def _search(
        self, cost: IntArray, found: Priced, value: int, bound: int, allowed: Budget
    ) -> tuple[int, int]:
        """Integer search among the columns that a better plan could use, nearest first."""
        nodes, choice = allowed.nodes, allowed.choice
        order = self._useful(found, value)
        if len(order) <= HOPELESS:
            value, finished = self._exhaust(cost, found, value, allowed.steps)
            if finished:
                return value, value
            order = self._useful(found, value)
        # First among the columns of least reduced cost: a better plan there shrinks the rest.
        for size in (choice // 8, choice // 3, choice):
            if len(order) <= size or bound >= value or self.watch.stop():
                break
            value, exhausted = self._pick(cost, np.union1d(order[:size], self.plan), nodes // 4)
            if exhausted:
                # A better plan would need a column that was left out: no cheaper than this.
                least = found.base + int(found.reduced[order[size]]) + found.slack
                bound = min(value, max(bound, -(-least // SCALE)))
            order = self._useful(found, value)
        if bound >= value or len(order) > choice or self.watch.stop():
            return value, bound
        value, exhausted = self._pick(cost, np.union1d(order, self.plan), nodes)
        return value, value if exhausted else bound

    def _exhaust(self, cost: IntArray, found: Priced, value: int, steps: int) -> tuple[int, bool]:
        """Every better plan, in ``steps`` at most; True if there is none left to find."""
        order = self._useful(found, value)
        # Reduced costs may be negative by a rounding: the room of a whole plan, not of a column.
        room = (value - 1) * SCALE - found.base
        use = np.array([u[order] for u in self.caps.use], dtype=np.int64)
        use = use.reshape(len(self.caps.use), len(order))
        most = np.array(self.caps.most, dtype=np.int64)
        price, costs, shares = found.reduced[order], cost[order], no_shares(len(order))
        sources = self.sources
        if sources is not None:
            # Of all variants of a column the least: which is meant follows from the plan.
            by = np.lexsort((np.arange(len(order)), sources.of[order]))
            first = np.flatnonzero(np.diff(sources.of[order][by], prepend=-1))
            price = np.minimum.reduceat(price[by], first)
            costs = np.minimum.reduceat(costs[by], first)
            use = np.minimum.reduceat(use[:, by], first, axis=1)
            order = order[by][first]
            shares = self._shares(sources, sources.of[order])
            # A row that cannot be broken only costs time.
            bites = (use > 0).any(axis=1) | (most < 0)
            use, most = use[bites], most[bites]
        held = self.columns.take(order)
        purse = Purse(price, room, value - 1, SCALE)
        answer = exhaust(
            self.n, held, costs, purse, Rows(use, most, self.parts), shares, steps, self.watch
        )
        chosen = None if answer.columns is None else order[answer.columns]
        if chosen is not None and sources is not None:
            chosen = sources.variants_of(sources.of[chosen])
        if chosen is None:
            return value, answer.finished and answer.columns is None
        if not self._sound(chosen) or int(cost[chosen].sum()) >= value:
            return value, False
        self.plan = chosen
        return int(cost[chosen].sum()), answer.finished

    def _shares(self, sources: Sources, columns: IntArray) -> Shares:
        start, label, share = sources.held(columns)
        wanted = sources.most is None
        top = int(sources.weight.sum()) if sources.most is None else sources.most
        return Shares(
            start,
            label,
            share,
            sources.weight,
            sources.base,
            top,
            wanted,
            sources.constant,
            self.unit,
        )

    def _useful(self, found: Priced, value: int) -> IntArray:
        """Columns that a plan better than ``value`` could use, least reduced cost first."""
        useful = np.flatnonzero(found.reduced <= found.room(value - 1))
        return useful[np.argsort(found.reduced[useful], kind="stable")]

    def _pick(self, cost: IntArray, active: IntArray, nodes: int) -> tuple[int, bool]:
        """Best plan among ``active``; True if nothing among them is better."""
        known = int(cost[self.plan].sum())
        answer = linear.choose(self._rows(cost, active), nodes, self.watch)
        if answer.columns is None:
            # The plan in hand is among the columns: "nothing" can only be a numerical fault.
            return known, False
        chosen = active[answer.columns]
        if not self._sound(chosen):
            return known, False
        value = int(cost[chosen].sum())
        if value < known:
            self.plan = chosen
        return min(value, known), answer.exhausted

    def _sound(self, chosen: IntArray) -> bool:
        """The integer solver's choice, checked in integers."""
        covered = np.sort(self.columns.take(chosen).member)
        if not np.array_equal(covered, np.arange(self.n)):
            return False
        if self.parts is not None and len(chosen) != self.parts:
            return False
        caps = zip(self.caps.use, self.caps.most, strict=True)
        return all(int(use[chosen].sum()) <= most for use, most in caps)
