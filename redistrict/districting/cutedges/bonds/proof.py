"""Face after face: the cheapest balanced cycle through it, then without it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from redistrict.districting.cutedges.bonds.dual import Dual, dual
from redistrict.districting.cutedges.bonds.kernels import close, half_cycles
from redistrict.districting.cutedges.instance import Assignment, Graph, Instance
from redistrict.districting.cutedges.report import Report

PATHS = 12_000_000
"""Half-cycles held at once; about 300 MB."""


def prove(instance: Instance, report: Report, patience: float = 1.0) -> bool:
    """Prove the least cut into two parts, or that there are none; False beyond `PATHS` or for a
    graph that is not planar. The cost limit is raised step by step, so that a bound comes early."""
    g = instance.graph
    faces = dual(g)
    if faces is None or instance.parts != 2:
        return False
    low = max(instance.lower, g.total - instance.upper)
    high = min(instance.upper, g.total - instance.lower)
    if low > high:
        report.infeasible()
        return True
    room = int(PATHS * min(1.0, max(0.05, patience)))
    everything = int(g.lengths.sum())
    limit = max(4 * int(np.median(g.lengths)), 1)
    while not report.stopped():
        incumbent = report.incumbent()
        top = everything if incumbent is None else incumbent - 1
        most = min(limit, top)
        answer = cheapest_bond(instance, faces, (low, high), most, room, report)
        if answer is None:
            return False
        cost, plan = answer
        if plan is not None:
            report.plan(0, cost, plan)
            report.bound(cost)
            return True
        report.bound(most + 1)
        if most == top:
            if incumbent is None:
                report.infeasible()
            return True
        limit = min(top, limit + max(1, limit // 4))
    return False


def cheapest_bond(
    instance: Instance,
    faces: Dual,
    window: tuple[int, int],
    most: int,
    room: int,
    report: Report,
) -> tuple[int, Assignment | None] | None:
    """Cheapest bond with cost <= ``most`` whose side without vertex 0 weighs within ``window``.

    (cost, its two sides); (0, None) where there is none; None where more than ``room`` half-cycles
    would have to be held.
    """
    g = instance.graph
    low, high = window
    left = faces.left
    by_face = np.argsort(left, kind="stable").astype(np.int32)
    start = np.searchsorted(left[by_face], np.arange(faces.faces + 1)).astype(np.int64)
    degree = np.diff(start)
    gone = np.zeros(faces.faces, dtype=np.bool_)
    up, by = np.empty(room, dtype=np.int32), np.empty(room, dtype=np.int32)
    spent, inside = np.empty(room, dtype=np.int64), np.empty(room, dtype=np.int64)
    mark, clock = np.zeros(faces.faces, dtype=np.int64), np.zeros(1, dtype=np.int64)
    chosen = np.empty(2 * faces.faces + 2, dtype=np.int32)
    best, edges = _bridge(g, faces, low, high, most)
    for root in np.argsort(-degree, kind="stable").tolist():
        if report.stopped():
            return None
        top = most if edges is None else best - 1
        count = half_cycles(
            root,
            start,
            by_face,
            left,
            g.lengths,
            faces.enclosed,
            gone,
            top // 2,
            up,
            by,
            spent,
            inside,
        )
        if count < 0:
            return None
        end = np.full(count, root, dtype=np.int32)
        end[1:] = left[by[1:count] ^ 1]
        order = np.lexsort((inside[:count], end))
        first = np.searchsorted(end[order], np.arange(faces.faces + 1)).astype(np.int64)
        cost, size = close(
            root,
            count,
            order,
            first,
            left,
            g.lengths,
            faces.enclosed,
            gone,
            up,
            by,
            spent,
            inside,
            low,
            high,
            top,
            mark,
            clock,
            chosen,
        )
        if cost >= 0:
            best, edges = int(cost), chosen[:size].copy()
        gone[root] = True
    return (0, None) if edges is None else (best, _sides(g, edges))


def _bridge(
    g: Graph, faces: Dual, low: int, high: int, most: int
) -> tuple[int, NDArray[np.int32] | None]:
    """The cheapest single edge that is a bond by itself (the same face on both its sides)."""
    e = np.arange(g.m)
    weight = np.abs(faces.enclosed[2 * e])
    single = faces.left[2 * e] == faces.left[2 * e + 1]
    fits = single & (weight >= low) & (weight <= high) & (g.lengths <= most)
    other = single & (g.total - weight >= low) & (g.total - weight <= high) & (g.lengths <= most)
    hits = np.flatnonzero(fits | other)
    if len(hits) == 0:
        return 0, None
    pick = hits[np.argmin(g.lengths[hits])]
    return int(g.lengths[pick]), np.array([pick], dtype=np.int32)


def _sides(g: Graph, edges: NDArray[np.int32]) -> Assignment:
    kept = np.ones(g.m, dtype=np.bool_)
    kept[edges] = False
    return Graph(g.weights, g.a[kept], g.b[kept], g.lengths[kept]).components()
