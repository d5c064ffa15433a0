"""Exact proof by CP-SAT: the labelling model with contiguity added as it is violated.

x[v, p]: vertex v is in part p; y[e]: edge e is cut (Validi and Buchanan 2022, Political
districting to minimize cut edges). Parts are named in the order of their first vertex, heaviest
vertex first, so that each plan has one name. Contiguity: after each solve, a component C of part p
too light to be a part must reach out: for every q, if all of C is in q then so is a neighbour of C;
and if a in C and b elsewhere are both in q then so is some vertex of an a,b-separator (Oehrlein and
Haunert 2017).
The model with some of these clauses is a relaxation, so every bound it proves holds.
"""

from __future__ import annotations

import math

import numpy as np
from ortools.sat.python import cp_model

from redistrict.districting.cutedges.instance import Assignment, Instance
from redistrict.districting.cutedges.report import Report


def prove(instance: Instance, report: Report, work: float | None, seed: int = 0) -> bool:
    """Prove the least cut of ``instance`` or that nothing fits; False where it came to neither.

    ``work``: CP-SAT's deterministic seconds, None for no limit of its own. Only plans better than
    ``report.incumbent()`` are searched for.
    """
    model = _Labelling(instance)
    left = work
    while not report.stopped():
        incumbent = report.incumbent()
        if incumbent is not None:
            model.better_than(incumbent)
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = seed % (2**31)
        solver.parameters.optimize_with_lb_tree_search = True
        if left is not None:
            solver.parameters.max_deterministic_time = max(left, 1e-3)
        solver.best_bound_callback = lambda x: report.bound(max(0, math.ceil(x - 1e-6)))
        status = solver.solve(model.model)
        if left is not None:
            left -= solver.response_proto.deterministic_time
        if status == cp_model.INFEASIBLE:
            if incumbent is None:
                report.infeasible()
            else:
                report.bound(incumbent)
            return True
        if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            plan = model.plan(solver)
            if not model.forbid_loose_pieces(plan):
                report.plan(0, instance.cost(plan), plan)
                if status == cp_model.OPTIMAL:
                    report.bound(instance.cost(plan))
                    return True
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE) or (left is not None and left <= 0):
            return False
    return False


class _Labelling:
    """The model and what is needed to grow it."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        g, k = instance.graph, instance.parts
        self.model = cp_model.CpModel()
        order = np.argsort(-g.weights, kind="stable").tolist()
        self.x = [[self.model.new_bool_var("") for _ in range(k)] for _ in range(g.n)]
        for row in self.x:
            self.model.add_exactly_one(row)
        weights = g.weights.tolist()
        for p in range(k):
            column = [row[p] for row in self.x]
            self.model.add_bool_or(column)
            total = cp_model.LinearExpr.weighted_sum(column, weights)
            self.model.add_linear_constraint(total, instance.lower, instance.upper)
        cut = [self.model.new_bool_var("") for _ in range(g.m)]
        for e, (u, v) in enumerate(zip(g.a.tolist(), g.b.tolist(), strict=True)):
            for p in range(k):
                self.model.add_bool_or([~self.x[u][p], self.x[v][p], cut[e]])
                self.model.add_bool_or([~self.x[v][p], self.x[u][p], cut[e]])
        self.cost = cp_model.LinearExpr.weighted_sum(cut, g.lengths.tolist())
        self.model.minimize(self.cost)
        for i, v in enumerate(order):
            for p in range(1, k):
                earlier = [self.x[u][p - 1] for u in order[:i]]
                self.model.add_bool_or([~self.x[v][p], *earlier])
        for v in range(g.n):
            if weights[v] < instance.lower:
                near = g.neighbour[g.start[v] : g.start[v + 1]].tolist()
                for p in range(k):
                    self.model.add_bool_or([~self.x[v][p], *(self.x[u][p] for u in near)])

    def better_than(self, cost: int) -> None:
        """Ask for plans below ``cost`` only."""
        self.model.add(self.cost <= cost - 1)

    def plan(self, solver: cp_model.CpSolver) -> Assignment:
        """The plan of the last solve."""
        labels = [next(p for p, x in enumerate(row) if solver.boolean_value(x)) for row in self.x]
        return np.array(labels, dtype=np.int32)

    def forbid_loose_pieces(self, plan: Assignment) -> int:
        """Add the clauses that ``plan`` violates; how many pieces it had too many."""
        g = self.instance.graph
        same = plan[g.a] == plan[g.b]
        inner = type(g)(g.weights, g.a[same], g.b[same], g.lengths[same])
        piece = inner.components()
        weight = np.zeros(int(piece.max()) + 1, dtype=np.int64)
        np.add.at(weight, piece, g.weights)
        loose = 0
        for p in range(self.instance.parts):
            pieces = sorted(set(piece[plan == p].tolist()), key=lambda c: (-int(weight[c]), c))
            for c in pieces[1:]:
                loose += 1
                self._connect(piece == pieces[0], piece == c)
        return loose

    def _connect(self, main: np.ndarray, loose: np.ndarray) -> None:
        g = self.instance.graph
        members = np.flatnonzero(loose).tolist()
        border = np.zeros(g.n, dtype=np.bool_)
        for v in members:
            border[g.neighbour[g.start[v] : g.start[v + 1]]] = True
        border &= ~loose
        a = max(members, key=lambda v: (int(g.weights[v]), -v))
        b = max(np.flatnonzero(main).tolist(), key=lambda v: (int(g.weights[v]), -v))
        reached = np.zeros(g.n, dtype=np.bool_)
        reached[b] = True
        stack = [b]  # never on the border: two pieces of one part do not touch
        separator: set[int] = set()
        while stack:
            v = stack.pop()
            for u in g.neighbour[g.start[v] : g.start[v + 1]].tolist():
                if border[u]:
                    separator.add(u)
                elif not reached[u]:
                    reached[u] = True
                    stack.append(u)
        out = sorted(np.flatnonzero(border).tolist())
        light = int(g.weights[loose].sum()) < self.instance.lower
        for q in range(self.instance.parts):
            self.model.add_bool_or(
                [~self.x[a][q], ~self.x[b][q], *(self.x[s][q] for s in sorted(separator))]
            )
            if light:
                self.model.add_bool_or(
                    [*(~self.x[v][q] for v in members), *(self.x[s][q] for s in out)]
                )
