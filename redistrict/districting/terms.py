"""What a plan is worth and which hard rules it breaks, counted afresh and without any solver."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from redistrict.districting.validate import connected
from redistrict.model.problem import Problem, TermName

IntArray = NDArray[np.int64]


def measure(problem: Problem, assignment: NDArray[np.integer]) -> tuple[int, ...]:
    """The value of every term of ``problem.terms``, in that order, as exact integers.

    ``assignment``: (n,) parts 0..k-1.
    """
    part = assignment.astype(np.int64)
    return tuple(term_value(problem, part, name) for name in problem.terms)


def term_value(problem: Problem, part: IntArray, name: TermName) -> int:
    """One term of the plan ``part``."""
    k = int(part.max()) + 1 if len(part) else 0
    weight = _total(part, problem.weights, k)
    out = (weight < problem.lower) | (weight > problem.upper)
    if name == "outside":
        return int(weight[out].sum())
    if name == "deviation":
        below = np.maximum(0, problem.lower - weight)
        return int((below + np.maximum(0, weight - problem.upper)).sum())
    if name == "outside_priority":
        return 0 if problem.priority is None else int(problem.priority[out[part]].sum())
    if name == "unmerged":
        if problem.small is None:
            return 0
        alone = problem.small & (weight[part] < problem.small_below)
        return int(problem.weights[alone].sum())
    if name == "moved":
        return _moved(problem, part, k)
    if name == "groups_cut":
        return _groups_cut(problem, part)
    if name == "target":
        away = np.abs(weight - (problem.target or 0)) - problem.target_slack
        return int(np.maximum(0, away).sum())
    if name == "parts":
        return k
    cut = part[problem.edges[:, 0]] != part[problem.edges[:, 1]]
    if name == "crossings":
        return 0 if problem.crossing is None else int(problem.crossing[~cut].sum())
    if name == "perimeter":
        return 0 if problem.lengths is None else int(problem.lengths[cut].sum())
    return int(cut.sum())


def _total(index: IntArray, values: NDArray[np.integer], size: int) -> IntArray:
    total = np.zeros(size, dtype=np.int64)
    np.add.at(total, index, values.astype(np.int64))
    return total


def _moved(problem: Problem, part: IntArray, k: int) -> int:
    if problem.present is None:
        return 0
    known = np.flatnonzero(problem.present >= 0)
    key = problem.present[known].astype(np.int64) * k + part[known]
    pairs, inverse = np.unique(key, return_inverse=True)
    share = _total(inverse.astype(np.int64), problem.weights[known], len(pairs))
    best: dict[int, int] = {}
    for label, value in zip((pairs // k).tolist(), share.tolist(), strict=True):
        best[label] = max(best.get(label, 0), value)
    return int(problem.weights[known].sum()) - sum(best.values())


def _groups_cut(problem: Problem, part: IntArray) -> int:
    if problem.soft_groups is None:
        return 0
    total = 0
    for layer, value in zip(problem.soft_groups, problem.soft_weights, strict=True):
        known = layer >= 0
        pairs = np.unique(np.column_stack([layer[known], part[known]]), axis=0)
        total += value * (len(pairs) - len(np.unique(layer[known])))
    return total


def violations(problem: Problem, assignment: NDArray[np.integer]) -> tuple[str, ...]:
    """The hard rules that a plan breaks, as codes; empty where it keeps them all.

    ``unassigned``, ``disconnected``, ``together``, ``apart``, ``locked``, ``parts``, ``empty``
    (a part without weight beside one it could join). The window is not among them: it is a term.
    """
    part = assignment.astype(np.int64)
    found: list[str] = []
    k = int(part.max()) + 1 if len(part) else 0
    if part.shape != (problem.n,) or (part < 0).any() or len(np.unique(part)) != k:
        return ("unassigned",)
    fixed = np.zeros(problem.n, dtype=bool) if problem.locked is None else problem.locked
    edges = problem.edges
    same = edges[part[edges[:, 0]] == part[edges[:, 1]]]
    piece = connected(problem.n, same)
    free = np.unique(np.column_stack([part[~fixed], piece[~fixed]]), axis=0)
    if len(free) != len(np.unique(part[~fixed])):
        found.append("disconnected")
    if problem.together is not None:
        grouped = problem.together >= 0
        pairs = np.unique(np.column_stack([problem.together[grouped], part[grouped]]), axis=0)
        if len(pairs) != len(np.unique(problem.together[grouped])):
            found.append("together")
    if problem.apart is not None and (part[problem.apart[:, 0]] == part[problem.apart[:, 1]]).any():
        found.append("apart")
    if fixed.any() and problem.present is not None:
        pairs = np.unique(np.column_stack([problem.present[fixed], part[fixed]]), axis=0)
        mixed = np.isin(part[~fixed], part[fixed]).any()
        if mixed or any(len(pairs) != len(np.unique(pairs[:, c])) for c in (0, 1)):
            found.append("locked")
    if problem.parts is not None and k != problem.parts:
        found.append("parts")
    if problem.apart is None and problem.parts is None and _empty_beside(problem, part, k, fixed):
        found.append("empty")
    return tuple(found)


def _empty_beside(problem: Problem, part: IntArray, k: int, fixed: NDArray[np.bool_]) -> bool:
    empty = _total(part, problem.weights, k) == 0
    i, j = problem.edges[:, 0], problem.edges[:, 1]
    apart = (part[i] != part[j]) & ~fixed[i] & ~fixed[j]
    return bool((apart & (empty[part[i]] | empty[part[j]])).any())
