"""The Lagrangian bound: prices that make the cheapest part as dear as can be.

Every plan costs half the sum of its parts' cuts, and its parts hold every vertex once, so for any
prices: 2 x cost >= sum of prices + k x (least cut of a part less its prices). The prices are found
by column generation in a box around the best ones so far (Marsten, Hogan and Blankenship 1975);
each table gives a bound whether or not the column generation has converged.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from ortools.linear_solver import pywraplp

from redistrict.districting.cutedges.columns.prices import Members, Pricing
from redistrict.districting.cutedges.columns.pricing import FAR

STEPS = 400
"""Most tables computed."""
CLOSE = 0.003
"""The box is done when master and bound differ by less than this share."""
PATIENCE = 30
"""Tables without progress worth the name before stopping."""


@dataclass(frozen=True)
class Priced:
    """Prices as whole numbers in vertex order, the least value under them, and the bound they
    prove on 2 x cost x scale."""

    price: NDArray[np.int64]
    least: int
    bound: int


class Master:
    """The linear program over the columns met so far."""

    def __init__(self, pricing: Pricing, target: int) -> None:
        self.pricing = pricing
        self.target = target
        g, k = pricing.instance.graph, pricing.instance.parts
        self.solver = pywraplp.Solver.CreateSolver("GLOP")
        far = self.solver.infinity()
        self.objective = self.solver.Objective()
        self.objective.SetMinimization()
        self.rows = [self.solver.Constraint(1.0, 1.0) for _ in range(g.n)]
        self.count = self.solver.Constraint(float(k), float(k))
        self.above = [self.solver.NumVar(0.0, far, "") for _ in range(g.n)]
        self.below = [self.solver.NumVar(0.0, far, "") for _ in range(g.n)]
        for v, row in enumerate(self.rows):
            row.SetCoefficient(self.above[v], 1.0)
            row.SetCoefficient(self.below[v], -1.0)
        huge = 100.0 * float(g.lengths.sum())
        for sign in (1.0, -1.0):
            slack = self.solver.NumVar(0.0, far, "")
            self.count.SetCoefficient(slack, sign)
            self.objective.SetCoefficient(slack, huge)
        self.known: set[bytes] = set()

    def add(self, member: Members) -> bool:
        """Add a part as a column; False where it is there already."""
        key = member.tobytes()
        if key in self.known:
            return False
        self.known.add(key)
        g = self.pricing.instance.graph
        column = self.solver.NumVar(0.0, self.solver.infinity(), "")
        cut = int(g.lengths[member[g.a] != member[g.b]].sum())
        self.objective.SetCoefficient(column, float(cut))
        for v in np.flatnonzero(member).tolist():
            self.rows[v].SetCoefficient(column, 1.0)
        self.count.SetCoefficient(column, 1.0)
        return True

    def best_in_box(
        self, centre: NDArray[np.float64], radius: float
    ) -> tuple[NDArray[np.float64], float]:
        """Best prices within ``radius`` of ``centre`` for the columns known, and their value."""
        for v, at in enumerate(centre.tolist()):
            self.objective.SetCoefficient(self.above[v], at + radius)
            self.objective.SetCoefficient(self.below[v], radius - at)
        self.solver.Solve()
        return np.array([row.dual_value() for row in self.rows]), self.objective.Value()

    def evaluate(self, prices: NDArray[np.float64]) -> Priced | None:
        """The bound that ``prices`` prove; None where no part fits at all."""
        price = self.pricing.whole(prices)
        least, parts = self.pricing.least(price)
        if least >= FAR:
            return None
        for member in parts:
            self.add(member)
        return Priced(price, least, int(price.sum()) + self.pricing.instance.parts * least)

    def ascend(self) -> Iterator[Priced | None]:
        """The best prices so far after each table, until they get no better; None, once, where no
        part fits the window."""
        g, scale = self.pricing.instance.graph, self.pricing.scale
        centre = g.weights.astype(np.float64) * (2.0 * self.target / max(1, g.total))
        radius = max(0.3, 0.5 * float(centre.mean()))
        widest = 4.0 * radius + 2.0 * float(g.lengths.mean())
        best = self.evaluate(centre)
        yield best
        if best is None:
            return
        mark, idle = best.bound, 0
        for _ in range(STEPS):
            prices, master = self.best_in_box(centre, radius)
            trial = self.evaluate(prices)
            if trial is None:
                yield None
                return
            lift = master * scale - best.bound
            if trial.bound > best.bound:
                if trial.bound > best.bound + 0.3 * lift:
                    radius = min(widest, radius * 1.5)
                best, centre = trial, prices
            else:
                radius *= 0.8
            yield best
            if lift < CLOSE * abs(best.bound):
                if radius >= widest:
                    break
                radius = min(widest, 3.0 * radius)
            if best.bound > mark + 0.001 * abs(mark):
                mark, idle = best.bound, 0
            else:
                idle += 1
                if idle > PATIENCE:
                    break
