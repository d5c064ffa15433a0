"""Problem in, GraphError out: everything the engine takes for granted later."""

from __future__ import annotations

from typing import get_args

import numpy as np
from numpy.typing import NDArray

from redistrict.model.errors import GraphError
from redistrict.model.finding import Finding
from redistrict.model.problem import Problem, TermName

LARGEST = 2**53
"""Sums stay exact in int64 and in the floats of the LP solvers."""


def validate(problem: Problem) -> None:
    """Check a problem; raises `GraphError` with every fault found, else returns None."""
    faults = _shapes(problem)
    if not faults:
        faults = [*_numbers(problem), *_edges(problem)]
    if not faults:
        faults = [*_terms(problem), *_rules(problem)]
    if faults:
        raise GraphError([Finding(code, "error", "graph", params=p) for code, p in faults])


_Faults = list[tuple[str, dict[str, int | str]]]


def _shapes(problem: Problem) -> _Faults:
    n = problem.n
    m = len(problem.edges)
    faults: _Faults = []
    if n == 0:
        return [("problem-empty", {})]
    wanted: list[tuple[str, NDArray[np.generic] | None, tuple[int, ...]]] = [
        ("weights", problem.weights, (n,)),
        ("edges", problem.edges, (m, 2)),
        ("lengths", problem.lengths, (m,)),
        ("crossing", problem.crossing, (m,)),
        ("together", problem.together, (n,)),
        ("present", problem.present, (n,)),
        ("locked", problem.locked, (n,)),
        ("priority", problem.priority, (n,)),
        ("small", problem.small, (n,)),
    ]
    if problem.apart is not None:
        wanted.append(("apart", problem.apart, (len(problem.apart), 2)))
    if problem.soft_groups is not None:
        wanted.append(("soft_groups", problem.soft_groups, (len(problem.soft_weights), n)))
    for name, array, shape in wanted:
        if array is None:
            continue
        if array.shape != shape:
            faults.append(("problem-shape", {"field": name, "shape": str(array.shape)}))
        elif array.dtype.kind not in "iub":
            faults.append(("problem-not-integer", {"field": name}))
    return faults


def _numbers(problem: Problem) -> _Faults:
    faults: _Faults = []
    if not 0 <= problem.lower <= problem.upper or problem.upper > LARGEST:
        faults.append(("problem-window", {"lower": problem.lower, "upper": problem.upper}))
    if problem.parts is not None and problem.parts < 1:
        faults.append(("problem-parts", {"parts": problem.parts}))
    for name, array in (
        ("weights", problem.weights),
        ("lengths", problem.lengths),
        ("crossing", problem.crossing),
        ("priority", problem.priority),
    ):
        if array is None or not len(array):
            continue
        if int(array.min()) < 0:
            where = int(np.argmin(array))
            name_of = problem.ids[where] if len(array) == problem.n else str(where)
            faults.append(("problem-negative", {"field": name, "id": name_of}))
        # Float64 is exact enough to see that a sum is too large.
        elif float(array.sum(dtype=np.float64)) > LARGEST:
            faults.append(("problem-too-heavy", {"field": name, "largest": LARGEST}))
    if any(not 0 <= g <= LARGEST // problem.n for g in problem.soft_weights):
        faults.append(("problem-negative", {"field": "soft_weights", "id": "-"}))
    return faults


def _edges(problem: Problem) -> _Faults:
    edges = problem.edges.astype(np.int64)
    if not len(edges):
        return []
    if int(edges.min()) < 0 or int(edges.max()) >= problem.n:
        return [("problem-dangling-edge", {"edges": len(edges), "units": problem.n})]
    if (edges[:, 0] >= edges[:, 1]).any():
        where = int(np.argmax(edges[:, 0] >= edges[:, 1]))
        return [("problem-edge-order", {"edge": where})]
    key = edges[:, 0] * problem.n + edges[:, 1]
    if len(np.unique(key)) != len(key):
        return [("problem-duplicate-edge", {"edges": len(key) - len(np.unique(key))})]
    return []


def _terms(problem: Problem) -> _Faults:
    faults: _Faults = []
    for term in problem.terms:
        if term not in get_args(TermName):
            faults.append(("problem-unknown-term", {"term": str(term)}))
    if len(set(problem.terms)) != len(problem.terms) or not problem.terms:
        faults.append(("problem-terms", {"terms": ", ".join(problem.terms)}))
    if "target" in problem.terms and problem.target is None:
        faults.append(("problem-no-target", {}))
    elif problem.target_slack < 0 or 0 < (problem.target or 0) <= problem.target_slack:
        faults.append(("problem-negative", {"field": "target_slack", "id": "-"}))
    return faults


def _rules(problem: Problem) -> _Faults:
    faults: _Faults = []
    group = contraction(problem)
    if problem.apart is not None and len(problem.apart):
        pairs = problem.apart.astype(np.int64)
        if int(pairs.min()) < 0 or int(pairs.max()) >= problem.n:
            return [("problem-dangling-apart", {"units": problem.n})]
        clash = np.flatnonzero(group[pairs[:, 0]] == group[pairs[:, 1]])
        if len(clash):
            i, j = pairs[clash[0]].tolist()
            faults.append(
                ("problem-apart-together", {"id": problem.ids[i], "other": problem.ids[j]})
            )
    if problem.locked is not None and problem.locked.any():
        if problem.present is None or (problem.present[problem.locked] < 0).any():
            faults.append(("problem-locked-without-label", {}))
        elif problem.together is not None:
            for g in np.unique(problem.together[problem.together >= 0]).tolist():
                mine = problem.together == g
                if problem.locked[mine].any() and not problem.locked[mine].all():
                    unit = int(np.flatnonzero(mine)[0])
                    faults.append(("problem-locked-together", {"id": problem.ids[unit]}))
    if problem.together is not None:
        edges = problem.edges
        inside = edges[problem.together[edges[:, 0]] == problem.together[edges[:, 1]]]
        inside = inside[problem.together[inside[:, 0]] >= 0]
        piece = connected(problem.n, inside)
        for g in np.unique(problem.together[problem.together >= 0]).tolist():
            mine = np.flatnonzero(problem.together == g)
            if len(np.unique(piece[mine])) > 1 and not (
                problem.locked is not None and problem.locked[mine].all()
            ):
                faults.append(("problem-together-apart", {"id": problem.ids[int(mine[0])]}))
    return faults


def connected(n: int, edges: NDArray[np.integer]) -> NDArray[np.int64]:
    """(n,) component of each node, numbered by first node."""
    # Slow to load, and the process that only watches a race (cutedges) never comes here.
    from redistrict.districting.components import components

    return components(n, np.ascontiguousarray(edges, dtype=np.int64).reshape(-1, 2))


def by_first(label: NDArray[np.integer]) -> NDArray[np.int64]:
    """Renumber labels 0, 1, ... in order of first appearance."""
    _, first, inverse = np.unique(label, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first, kind="stable")] = np.arange(len(first))
    return rank[inverse].astype(np.int64)


def contraction(problem: Problem) -> NDArray[np.int64]:
    """(n,) atom of each unit: units that must be together are one atom, numbered by first unit."""
    n = problem.n
    label = np.arange(n, dtype=np.int64)
    if problem.together is not None:
        grouped = problem.together >= 0
        label[grouped] = n + problem.together[grouped]
    if problem.locked is not None and problem.present is not None:
        top = int(label.max()) + 1
        label[problem.locked] = top + problem.present[problem.locked]
    return by_first(label)
