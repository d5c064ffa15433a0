"""Exact choice among columns, term by term: LP by sifting, exact bounds, reduced-cost fixing.

Set partition: every atom in exactly one chosen column. Terms are taken one after the other; each
solved term becomes a row (or removes columns for good), so later terms work on few columns.

Bounds are exact: the LP's dual values are rounded to integers (times `SCALE`) and every reduced
cost is then computed in integers over *all* columns, so the bound does not rest on floats
(after Neumaier and Shcherbina 2004, "Safe bounds in linear and mixed-integer programming").
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from redistrict.districting import linear
from redistrict.districting.arrays import FloatArray, IntArray
from redistrict.districting.columns import Columns, sums
from redistrict.districting.limits import Budget
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


class Cover:
    """The columns left and the plan in hand, carried from term to term."""

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
        self.warm: IntArray = plan
        self.priced: IntArray = np.zeros(0, dtype=np.int64)
        """Reduced costs of the last term, of the columns as they were before it was settled."""
        self.room = 0
        """No plan as good as the last term's value uses a column of greater reduced cost."""

    def minimise(self, cost: IntArray, allowed: Budget, floor: int) -> tuple[int, int]:
        """`_minimise` in the largest unit that all costs are whole multiples of.

        Penalties of ten million each are counts in truth; as they stand they would drown the
        solvers' tolerances, here and in the cap row of every later term.
        """
        unit = max(1, int(np.gcd.reduce(cost)) if len(cost) else 1)
        value, bound = self._minimise(cost // unit, allowed, -(-floor // unit))
        return value * unit, bound * unit

    def _minimise(self, cost: IntArray, allowed: Budget, floor: int) -> tuple[int, int]:
        """Minimise the sum of ``cost`` (c,) over the columns left; ``floor``: known bound.

        Returns (value, bound). Updates ``plan``, drops every column that no plan of that value
        can use, and caps the term at its value from now on.
        """
        value = int(cost[self.plan].sum())
        if value <= floor:
            self._settle(cost, value, None)
            return value, value
        duals = self._relax(cost, allowed.rounds)
        if duals is None:
            self._settle(cost, value, None)
            return value, floor
        reduced, base = self._reduced(cost, duals)
        bound = max(floor, -(-self._safe(reduced, base) // SCALE))
        if bound < value:
            value, bound = self._search(cost, reduced, base, value, bound, allowed)
        self.priced = reduced
        self.room = value * SCALE - base - self._slack(reduced)
        self._settle(cost, value, reduced <= self.room)
        return value, min(bound, value)

    def _safe(self, reduced: IntArray, base: int) -> int:
        """Lower bound times SCALE, whatever the duals: no plan has more than `number` columns."""
        return base + self._slack(reduced)

    def _slack(self, reduced: IntArray) -> int:
        return min(0, int(reduced.min(initial=0))) * self.number

    def _settle(self, cost: IntArray, value: int, possible: NDArray[np.bool_] | None) -> None:
        keep = np.ones(len(cost), dtype=np.bool_) if possible is None else possible
        if int(cost.min(initial=0)) >= 0:
            keep = keep & (cost <= value)
        keep[self.plan] = True
        chosen = np.flatnonzero(keep)
        position = np.full(len(keep), -1, dtype=np.int64)
        position[chosen] = np.arange(len(chosen))
        self.columns = self.columns.take(chosen)
        self.plan = position[self.plan]
        self.warm = position[self.warm]
        self.warm = self.warm[self.warm >= 0]
        use = (*(u[chosen] for u in self.caps.use), cost[chosen])
        self.caps = Caps(use, (*self.caps.most, value))
        self._tidy()

    def _tidy(self) -> None:
        """Forget caps that no choice of the columns left can break."""
        rows = [(u, m) for u, m in zip(self.caps.use, self.caps.most, strict=True) if u.any()]
        self.caps = Caps(tuple(u for u, _ in rows), tuple(m for _, m in rows))

    def _relax(self, cost: IntArray, rounds: int) -> Duals | None:
        """Dual values of the LP over all columns, by sifting: solve few columns, price all."""
        taken = np.zeros(len(self.columns), dtype=np.bool_)
        taken[self.plan] = True
        taken[self.warm] = True
        if len(self.columns) <= 3 * BATCH:
            taken[:] = True
        duals: Duals | None = None
        for _ in range(rounds):
            if self.watch.stop():
                return None
            active = np.flatnonzero(taken)
            values = linear.relax(self._rows(cost, active), self.watch)
            if values is None:
                return None
            duals = self._rounded(values)
            reduced, _ = self._reduced(cost, duals)
            if int(reduced[~taken].min(initial=0)) >= 0:
                self.warm = active[np.argsort(reduced[active], kind="stable")[: 2 * BATCH]]
                return duals
            best = _worst_each(self.columns.start, self.columns.member, reduced, self.n, taken)
            taken[best[best >= 0]] = True
            rest = np.flatnonzero((reduced < 0) & ~taken)
            if len(rest) > BATCH:
                rest = rest[np.argpartition(reduced[rest], BATCH)[:BATCH]]
            taken[rest] = True
        self.warm = np.flatnonzero(taken)
        return duals

    def _rounded(self, values: FloatArray) -> Duals:
        whole = np.rint(values * SCALE).astype(np.int64)
        caps = np.minimum(0, whole[self.n : self.n + len(self.caps.use)])
        number = int(whole[-1]) if self.parts is not None else 0
        return Duals(whole[: self.n], caps, number)

    def _reduced(self, cost: IntArray, duals: Duals) -> tuple[IntArray, int]:
        """Reduced costs (times SCALE) of all columns and the constant they stand on."""
        price = sums(self.columns.start, self.columns.member, duals.atom).astype(np.int64)
        reduced = cost * SCALE - price
        base = int(duals.atom.sum())
        for use, most, dual in zip(self.caps.use, self.caps.most, duals.cap.tolist(), strict=True):
            reduced -= use * dual
            base += most * dual
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
        caps = list(zip(self.caps.use, self.caps.most, strict=True))
        for use, most in caps:
            self._row(rows, cols, data, use[active], r)
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

    def _search(
        self,
        cost: IntArray,
        reduced: IntArray,
        base: int,
        value: int,
        bound: int,
        allowed: Budget,
    ) -> tuple[int, int]:
        """Integer search among the columns that a better plan could use, nearest first."""
        nodes, choice = allowed.nodes, allowed.choice
        order = self._useful(reduced, base, value)
        # First among the columns of least reduced cost: a better plan there shrinks the rest.
        for size in (choice // 8, choice // 3, choice):
            if len(order) <= size or bound >= value or self.watch.stop():
                break
            value, exhausted = self._pick(cost, np.union1d(order[:size], self.plan), nodes // 4)
            if exhausted:
                # A better plan would need a column that was left out: no cheaper than this.
                least = base + int(reduced[order[size]]) + self._slack(reduced)
                bound = min(value, max(bound, -(-least // SCALE)))
            order = self._useful(reduced, base, value)
        if bound >= value or len(order) > choice or self.watch.stop():
            return value, bound
        value, exhausted = self._pick(cost, np.union1d(order, self.plan), nodes)
        return value, value if exhausted else bound

    def _useful(self, reduced: IntArray, base: int, value: int) -> IntArray:
        """Columns that a plan better than ``value`` could use, least reduced cost first."""
        room = (value - 1) * SCALE - base - self._slack(reduced)
        useful = np.flatnonzero(reduced <= room)
        return useful[np.argsort(reduced[useful], kind="stable")]

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
