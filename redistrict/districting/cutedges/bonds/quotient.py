"""A lower bound for several parts from the cheapest bonds that can lie between them.

Contract each part of a plan: a connected graph on k vertices whose edge weights sum to the cut.
Every set A of parts that is connected, with its complement, is one side of a bond holding |A| times
the window's weight, so the edges leaving A weigh at least the cheapest such bond. The least total
over all connected graphs on k vertices and all such weights (a small linear program each) is a
bound.
"""

from __future__ import annotations

import itertools
import math

import networkx as nx
import numpy as np
from ortools.linear_solver import pywraplp

from redistrict.districting.cutedges.bonds.dual import Dual, dual
from redistrict.districting.cutedges.bonds.proof import PATHS, cheapest_bond
from redistrict.districting.cutedges.instance import Instance
from redistrict.districting.cutedges.report import Report

MOST_PARTS = 5
PATIENCE = 0.1
"""Share of `bonds.proof.PATHS` spent on one bond."""


def bound(instance: Instance, report: Report) -> None:
    """Report the bound for a planar graph and 3 to `MOST_PARTS` parts."""
    k, g = instance.parts, instance.graph
    if not 3 <= k <= MOST_PARTS:
        return
    faces = dual(g)
    if faces is None:
        return
    bonds = dict.fromkeys(range(1, k // 2 + 1), 0)
    for j in bonds:  # one part alone is quick to bound, and most of the whole bound
        bonds[j] = _least(instance, faces, j, report)
        report.bound(math.ceil(_over_quotients(k, bonds) - 1e-6))


def _least(instance: Instance, faces: Dual, j: int, report: Report) -> int:
    """A lower bound on bonds with j parts on one side and k - j on the other."""
    g, k = instance.graph, instance.parts
    low = max(j * instance.lower, g.total - (k - j) * instance.upper)
    high = min(j * instance.upper, g.total - (k - j) * instance.lower)
    everything = int(g.lengths.sum())
    limit = max(1, int(np.median(g.lengths)))
    room = int(PATHS * PATIENCE)
    proven = -1  # no bond costs this little or less
    while not report.stopped():
        for window in {(low, high), (g.total - high, g.total - low)}:
            answer = cheapest_bond(instance, faces, window, limit, room, report)
            if answer is None:
                return proven + 1
            if answer[1] is not None:
                return proven + 1
        proven = limit
        if limit >= everything:
            return everything + 1
        limit = min(everything, limit + max(1, limit // 32, int(np.min(g.lengths))))
    return proven + 1


def _over_quotients(k: int, bonds: dict[int, int]) -> float:
    pairs = list(itertools.combinations(range(k), 2))
    sets = [a for size in range(1, k // 2 + 1) for a in itertools.combinations(range(k), size)]
    best = math.inf
    for chosen in itertools.product((False, True), repeat=len(pairs)):
        quotient = nx.Graph()
        quotient.add_nodes_from(range(k))
        quotient.add_edges_from(p for p, c in zip(pairs, chosen, strict=True) if c)
        if not nx.is_connected(quotient):
            continue
        solver = pywraplp.Solver.CreateSolver("GLOP")
        weight = {e: solver.NumVar(0.0, solver.infinity(), "") for e in quotient.edges}
        solver.Minimize(sum(weight.values()))
        for a in sets:
            rest = [v for v in range(k) if v not in a]
            if nx.is_connected(quotient.subgraph(a)) and nx.is_connected(quotient.subgraph(rest)):
                leaving = [x for (u, v), x in weight.items() if (u in a) != (v in a)]
                solver.Add(sum(leaving) >= bonds[len(a)])
        solver.Solve()
        best = min(best, solver.Objective().Value())
    return best
