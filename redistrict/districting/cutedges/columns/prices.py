"""Prices of vertices for one instance, rounding, and the least value of a part under them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from redistrict.districting.cutedges.columns import pricing
from redistrict.districting.cutedges.columns.patterns import Patterns
from redistrict.districting.cutedges.instance import Instance

TABLE_BYTES = 700 * 2**20
"""Most memory for the table; fewer buckets where it would take more."""
BUCKETS = 1000
TRACED = 8
"""Parts read off one table: the best of each of so many bucket totals."""
PRICE_STEPS = 1 << 12
"""Prices are multiples of the mean edge length divided by this."""

Members = NDArray[np.bool_]


@dataclass
class Pricing:
    """The table of one instance; ``price`` works in place."""

    instance: Instance
    patterns: Patterns

    def __post_init__(self) -> None:
        g, upper = self.instance.graph, self.instance.upper
        self.weight = g.weights[self.patterns.order]
        width = int(np.clip(TABLE_BYTES // (8 * self.patterns.rows), 2, BUCKETS))
        self.size = max(1, -(-upper // width))
        self.bucket = (self.weight + self.size // 2) // self.size
        rest = self.weight - self.bucket * self.size
        members = int(np.searchsorted(np.cumsum(np.sort(self.weight)), upper, side="right"))
        self.above = _suffix_sums(np.maximum(rest, 0), members)
        self.below = _suffix_sums(np.maximum(-rest, 0), members)
        self.low = max(0, -((int(self.above[0]) - self.instance.lower) // self.size))
        self.high = (upper + int(self.below[0])) // self.size
        self.table = np.empty((self.patterns.rows, self.high + 1), dtype=np.int64)
        mean = max(1.0, float(g.lengths.mean()))
        self.scale = max(1, round(PRICE_STEPS / mean))
        """Whole-number values per unit of length."""

    def whole(self, prices: NDArray[np.float64]) -> NDArray[np.int64]:
        """Prices (by vertex, in length) as whole numbers in vertex order."""
        return np.round(prices[self.patterns.order] * self.scale).astype(np.int64)

    def least(self, price: NDArray[np.int64]) -> tuple[int, list[Members]]:
        """The least value of a part (rounded weights) and some of the cheapest parts.

        The value is a lower bound on (cut of the part) x scale - (its prices) for every part
        with weight in the window; `pricing.FAR` where no part fits.
        """
        p = self.patterns
        pricing.fill(
            p.first,
            p.out,
            p.out_cut,
            p.into,
            p.into_cut,
            self.bucket,
            price,
            self.scale,
            self.table,
        )
        ends = self.table[0, self.low : self.high + 1]
        best = int(ends.min()) if len(ends) else int(pricing.FAR)
        parts: list[Members] = []
        for b in np.argsort(ends, kind="stable")[:TRACED].tolist():
            if ends[b] >= pricing.FAR:
                break
            placed = np.zeros(len(p.order), dtype=np.bool_)
            pricing.trace(
                p.first,
                p.out,
                p.out_cut,
                p.into,
                self.bucket,
                self.scale,
                self.table,
                self.low + b,
                placed,
            )
            member = np.zeros(len(p.order), dtype=np.bool_)
            member[p.order] = placed
            parts.append(member)
        return best, parts

    def cheap(
        self, price: NDArray[np.int64], most: int, limit: int, effort: int
    ) -> tuple[NDArray[np.uint64], NDArray[np.int64]] | None:
        """Every connected part with weight in the window and value <= ``most``, as bits over the
        vertex order, with values; the table must be that of ``price``. None beyond the limits."""
        p = self.patterns
        words = (len(p.order) + 63) // 64
        found = np.zeros((limit, words), dtype=np.uint64)
        value = np.zeros(limit, dtype=np.int64)
        count = pricing.collect(
            p.first,
            p.out,
            p.out_cut,
            p.into,
            p.into_cut,
            self.weight,
            price,
            self.scale,
            self.table,
            self.size,
            self.above,
            self.below,
            self.instance.lower,
            self.instance.upper,
            most,
            found,
            value,
            effort,
        )
        return None if count < 0 else (found[:count].copy(), value[:count].copy())


def _suffix_sums(rest: NDArray[np.int64], members: int) -> NDArray[np.int64]:
    """(n + 1,) greatest sum of at most ``members`` of ``rest[i:]``."""
    n = len(rest)
    sums = np.zeros(n + 1, dtype=np.int64)
    for i in range(n):
        sums[i] = np.sort(rest[i:])[::-1][:members].sum()
    return sums
