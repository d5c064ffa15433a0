"""The linear program behind a choice of columns: by sifting, with exact bounds, sharpened by cuts.

Bounds are exact: the LP's dual values are rounded to integers (times `SCALE`) and every reduced
cost is then computed in integers over *all* columns, so the bound does not rest on floats
(after Neumaier and Shcherbina 2004, "Safe bounds in linear and mixed-integer programming").
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numba import njit
from scipy.sparse import csr_matrix

from redistrict.districting import linear
from redistrict.districting.arrays import FloatArray, IntArray
from redistrict.districting.columns import Columns, sums
from redistrict.districting.cuts import prices, triples
from redistrict.districting.watch import Watch

SCALE = 4096
BATCH = 1500
"""Columns added to the restricted LP in one round."""


@dataclass(frozen=True)
class Caps:
    """Earlier terms as rows: ``use[k]`` (c,) summed over the chosen columns is at most ``most``."""

    use: tuple[IntArray, ...]
    most: tuple[int, ...]


@dataclass(frozen=True)
class Duals:
    """Integer dual values (times SCALE) of atoms, caps (<= 0) and the number of parts."""

    atom: IntArray
    cap: IntArray
    number: int


@dataclass(frozen=True)
class Priced:
    """``duals``; with them the reduced cost (times SCALE) of every column and the constant they
    stand on; ``x``: the fractional choice; ``number``: no plan has more columns."""

    duals: Duals
    reduced: IntArray
    base: int
    x: FloatArray
    number: int

    def take(self, chosen: IntArray) -> Priced:
        """The same of the ``chosen`` columns alone."""
        return replace(self, reduced=self.reduced[chosen], x=self.x[chosen])

    @property
    def slack(self) -> int:
        """What columns of negative reduced cost could still gain together (<= 0)."""
        return min(0, int(self.reduced.min(initial=0))) * self.number

    @property
    def least(self) -> int:
        """Lower bound times SCALE, whatever the duals."""
        return self.base + self.slack

    @property
    def bound(self) -> int:
        return -(-self.least // SCALE)

    def room(self, value: int) -> int:
        """No plan of at most ``value`` uses a column of greater reduced cost."""
        return value * SCALE - self.base - self.slack


@njit(cache=True, error_model="numpy")
def _worst_each(start, member, reduced, n, taken):  # pyright: ignore
    """For every atom, the column of least reduced cost holding it that is not yet taken."""
    best = np.full(n, -1, dtype=np.int64)
    for c in range(len(start) - 1):
        if reduced[c] < 0 and not taken[c]:
            for i in range(start[c], start[c + 1]):
                u = member[i]
                if best[u] < 0 or reduced[c] < reduced[best[u]]:
                    best[u] = c
    return best


class Relaxation:
    """Columns, the rows on them and the plan in hand; `priced` solves the LP over them."""

    def __init__(
        self, n: int, columns: Columns, plan: IntArray, parts: int | None, most: int, watch: Watch
    ) -> None:
        """``most``: no plan has more columns than this."""
        self.n = n
        self.columns = columns
        self.plan = plan
        """Indices of the columns of the best plan known."""
        self.parts = parts
        self.number = parts or most
        self.watch = watch
        self.caps = Caps((), ())
        self.cuts: IntArray = np.zeros((0, 3), dtype=np.int64)
        """Of the columns that hold two of three atoms no plan has two; anew for each term."""
        self.warm: IntArray = plan

    def take(self, chosen: IntArray) -> None:
        """Only the ``chosen`` columns (sorted; all of the plan among them) are left."""
        position = np.full(len(self.columns), -1, dtype=np.int64)
        position[chosen] = np.arange(len(chosen))
        self.columns = self.columns.take(chosen)
        self.plan = position[self.plan]
        self.warm = position[self.warm]
        self.warm = self.warm[self.warm >= 0]
        self.caps = Caps(tuple(u[chosen] for u in self.caps.use), self.caps.most)

    def priced(self, cost: IntArray, rounds: int) -> Priced | None:
        """The LP over all columns, by sifting: solve few columns, price all. None if cut short."""
        taken = np.zeros(len(self.columns), dtype=np.bool_)
        taken[self.plan] = True
        taken[self.warm] = True
        if len(self.columns) <= 3 * BATCH:
            taken[:] = True
        found: Priced | None = None
        for _ in range(rounds):
            if self.watch.stop():
                return None
            active = np.flatnonzero(taken)
            values = linear.relax(self._rows(cost, active), self.watch)
            if values is None:
                return None
            duals = self._rounded(values.dual)
            reduced, base = self._reduced(cost, duals)
            x = np.zeros(len(self.columns))
            x[active] = values.x
            found = Priced(duals, reduced, base, x, self.number)
            if int(reduced[~taken].min(initial=0)) >= 0:
                self.warm = active[np.argsort(reduced[active], kind="stable")[: 2 * BATCH]]
                return found
            best = _worst_each(self.columns.start, self.columns.member, reduced, self.n, taken)
            taken[best[best >= 0]] = True
            rest = np.flatnonzero((reduced < 0) & ~taken)
            if len(rest) > BATCH:
                rest = rest[np.argpartition(reduced[rest], BATCH)[:BATCH]]
            taken[rest] = True
        self.warm = np.flatnonzero(taken)
        return found

    def cut(self, found: Priced) -> bool:
        """Add the cuts that ``found`` breaks most, forget those without a price; False if none."""
        new = triples(self.columns, found.x, self.n)
        if len(new):
            self.cuts = np.concatenate([self.priced_cuts(found), new])
        return len(new) > 0

    def priced_cuts(self, found: Priced) -> IntArray:
        """The cuts that matter to ``found``."""
        return self.cuts[found.duals.cap[len(self.caps.use) :] < 0]

    def _rounded(self, values: FloatArray) -> Duals:
        whole = np.rint(values * SCALE).astype(np.int64)
        lines = len(self.caps.use) + len(self.cuts)
        caps = np.minimum(0, whole[self.n : self.n + lines])
        number = int(whole[-1]) if self.parts is not None else 0
        return Duals(whole[: self.n], caps, number)

    def _reduced(self, cost: IntArray, duals: Duals) -> tuple[IntArray, int]:
        """Reduced costs (times SCALE) of all columns and the constant they stand on."""
        price = sums(self.columns.start, self.columns.member, duals.atom).astype(np.int64)
        reduced = cost * SCALE - price
        base = int(duals.atom.sum())
        caps = duals.cap.tolist()
        for use, most, dual in zip(self.caps.use, self.caps.most, caps, strict=False):
            if dual:
                reduced -= use * dual
                base += most * dual
        cuts = duals.cap[len(self.caps.use) :]
        if cuts.any():
            reduced -= prices(self.columns.start, self.columns.member, self.n, self.cuts, cuts)
            base += int(cuts.sum())
        if self.parts is not None:
            reduced -= duals.number
            base += duals.number * self.parts
        return reduced, base

    def _rows(self, cost: IntArray, active: IntArray) -> linear.Rows:
        chosen = self.columns.take(active)
        count = len(active)
        column = np.repeat(np.arange(count), np.diff(chosen.start))
        rows, cols = [chosen.member.astype(np.int64)], [column]
        data = [np.ones(len(column))]
        low, high = [np.ones(self.n)], [np.ones(self.n)]
        r = self.n
        lines = [(u[active], m) for u, m in zip(self.caps.use, self.caps.most, strict=True)]
        one = np.ones(1, dtype=np.int64)
        lines += [
            (prices(chosen.start, chosen.member, self.n, triple[None], one), 1)
            for triple in self.cuts
        ]
        for use, most in lines:
            self._row(rows, cols, data, use, r)
            low.append(np.array([-np.inf]))
            high.append(np.array([float(most)]))
            r += 1
        if self.parts is not None:
            self._row(rows, cols, data, np.ones(count, dtype=np.int64), r)
            low.append(np.array([float(self.parts)]))
            high.append(np.array([float(self.parts)]))
            r += 1
        matrix = csr_matrix(
            (np.concatenate(data), (np.concatenate(rows), np.concatenate(cols))), shape=(r, count)
        )
        return linear.Rows(
            matrix, np.concatenate(low), np.concatenate(high), cost[active].astype(np.float64)
        )

    @staticmethod
    def _row(
        rows: list[IntArray],
        cols: list[IntArray],
        data: list[FloatArray],
        values: IntArray,
        number: int,
    ) -> None:
        where = np.flatnonzero(values)
        rows.append(np.full(len(where), number, dtype=np.int64))
        cols.append(where)
        data.append(values[where].astype(np.float64))
