"""The core problem: locked units taken out, units that stay together contracted, one component.

Everything the search and the proofs touch is in flat arrays here; the way back to the caller's
units is `Core.atoms`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from redistrict.districting.validate import connected, contraction
from redistrict.model.problem import Problem, TermName

IntArray = NDArray[np.int64]

# Features of one part (or, summed, of a plan). `moved` is known only of a whole plan.
HARD, OUTSIDE, DEVIATION, PRIORITY, UNMERGED, GROUPS, TARGET, CROSSINGS, PERIMETER, CUT, PARTS = (
    range(11)
)
MOVED = 11
FEATURES = 12
OF_TERM: dict[TermName, int] = {
    "outside": OUTSIDE,
    "deviation": DEVIATION,
    "outside_priority": PRIORITY,
    "unmerged": UNMERGED,
    "moved": MOVED,
    "groups_cut": GROUPS,
    "target": TARGET,
    "crossings": CROSSINGS,
    "perimeter": PERIMETER,
    "cut_edges": CUT,
    "parts": PARTS,
}


@dataclass(frozen=True)
class Lists:
    """A ragged array: row i is ``index[start[i]:start[i + 1]]`` with ``value`` beside it."""

    start: IntArray
    index: IntArray
    value: IntArray


@dataclass(frozen=True)
class Core:
    """``n`` atoms, contracted and free to move; ``atoms[i]``: the caller's units of atom i.

    ``near``: neighbours, value = edge number into ``length``/``crossing``/``count``;
    ``group``: soft group labels of an atom (0..g-1) with the weight of their layer;
    ``label``: present labels of an atom (0..l-1) with the weight the atom has of each;
    ``base``: (l,) weight of a label that is counted as unmoved whatever happens here;
    ``apart``: atoms it may not share a part with.
    """

    atoms: tuple[IntArray, ...]
    weight: IntArray
    edges: IntArray
    length: IntArray
    crossing: IntArray
    count: IntArray
    near: Lists
    group: Lists
    groups: int
    label: Lists
    labels: int
    base: IntArray
    priority: IntArray
    small: IntArray
    apart: Lists
    lower: int
    upper: int
    small_below: int
    target: int
    slack: int
    """A part this near the target is at it."""
    parts: int | None
    order: tuple[int, ...]
    """Feature numbers, most important first; `HARD` always leads."""
    terms: tuple[TermName, ...]

    @property
    def n(self) -> int:
        return len(self.weight)

    @cached_property
    def total(self) -> int:
        return int(self.weight.sum())


@dataclass(frozen=True)
class Contracted:
    """The whole problem as cores; ``fixed`` are the unit sets of locked parts."""

    cores: tuple[Core, ...]
    fixed: tuple[IntArray, ...]


def contract(problem: Problem) -> Contracted:
    """Cut a validated problem into cores (one per component; one in all if parts are fixed)."""
    atom = contraction(problem)
    k = int(atom.max()) + 1
    locked = np.zeros(k, dtype=bool)
    if problem.locked is not None:
        locked[atom[problem.locked]] = True
    i, j = atom[problem.edges[:, 0]], atom[problem.edges[:, 1]]
    free = (i != j) & ~locked[i] & ~locked[j]
    piece = connected(k, np.column_stack([i[free], j[free]]))
    piece[locked] = -1
    if problem.parts is not None:
        piece[~locked] = 0
    base = _Labels(problem, atom, piece)
    cores = tuple(
        _core(problem, atom, np.flatnonzero(piece == p), base, p)
        for p in np.unique(piece[piece >= 0]).tolist()
    )
    units = _members(atom, k)
    return Contracted(cores, tuple(units[a] for a in np.flatnonzero(locked).tolist()))


def _members(atom: IntArray, k: int) -> list[IntArray]:
    order = np.argsort(atom, kind="stable")
    ends = np.searchsorted(atom[order], np.arange(k + 1)).tolist()
    return [order[ends[i] : ends[i + 1]] for i in range(k)]


class _Labels:
    """Present labels with the component that is their home: the one holding most of them.

    A label's weight outside its home counts as moved unless the home gives it less than the
    largest other component (or its locked part) could: that weight is the label's ``base``.
    """

    def __init__(self, problem: Problem, atom: IntArray, piece: IntArray) -> None:
        self.home: dict[int, int] = {}
        self.base: dict[int, int] = {}
        if problem.present is None or "moved" not in problem.terms:
            return
        held: dict[int, dict[int, int]] = {}
        for unit in np.flatnonzero(problem.present >= 0).tolist():
            mine = held.setdefault(int(problem.present[unit]), {})
            where = int(piece[atom[unit]])
            mine[where] = mine.get(where, 0) + int(problem.weights[unit])
        for name, mine in held.items():
            inside = {p: w for p, w in mine.items() if p >= 0}
            if inside:
                home = min(inside, key=lambda p: (-inside[p], p))
                self.home[name] = home
                self.base[name] = max((w for p, w in mine.items() if p != home), default=0)


def _core(problem: Problem, atom: IntArray, mine: IntArray, labels: _Labels, piece: int) -> Core:
    local = np.full(int(atom.max()) + 1, -1, dtype=np.int64)
    local[mine] = np.arange(len(mine))
    of_unit = local[atom]
    inside = np.flatnonzero(of_unit >= 0)
    n = len(mine)
    units = tuple(inside[m] for m in _members(of_unit[inside], n))
    edges, length, crossing, count = _edges(problem, of_unit, n)
    group, groups = _groups(problem, of_unit, inside, n)
    label, base = _present(problem, of_unit, inside, labels, piece, n)
    small = np.zeros(problem.n, dtype=np.int64)
    if problem.small is not None:
        small = problem.weights * problem.small
    priority = np.zeros(problem.n, dtype=np.int64)
    if problem.priority is not None:
        priority = problem.priority.astype(np.int64)
    locked = _locked_parts(problem, atom)
    return Core(
        atoms=units,
        weight=_sum(of_unit, problem.weights, n),
        edges=edges,
        length=length,
        crossing=crossing,
        count=count,
        near=near_of(edges, n),
        group=group,
        groups=groups,
        label=label,
        labels=len(base),
        base=base,
        priority=_sum(of_unit, priority, n),
        small=_sum(of_unit, small, n),
        apart=_apart(problem, of_unit, n),
        lower=problem.lower,
        upper=problem.upper,
        small_below=problem.small_below,
        target=problem.target or 0,
        slack=problem.target_slack,
        parts=None if problem.parts is None else problem.parts - locked,
        order=(HARD, *(OF_TERM[t] for t in problem.terms)),
        terms=problem.terms,
    )


def _locked_parts(problem: Problem, atom: IntArray) -> int:
    return 0 if problem.locked is None else len(np.unique(atom[problem.locked]))


def _sum(of_unit: IntArray, values: NDArray[np.generic], n: int) -> IntArray:
    total = np.zeros(n, dtype=np.int64)
    known = of_unit >= 0
    np.add.at(total, of_unit[known], values[known].astype(np.int64))
    return total


def _edges(
    problem: Problem, of_unit: IntArray, n: int
) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    i, j = of_unit[problem.edges[:, 0]], of_unit[problem.edges[:, 1]]
    between = np.flatnonzero((i >= 0) & (j >= 0) & (i != j))
    low, high = np.minimum(i, j)[between], np.maximum(i, j)[between]
    key, inverse = np.unique(low * n + high, return_inverse=True)
    zero = np.zeros(len(problem.edges), dtype=np.int64)
    length = zero if problem.lengths is None else problem.lengths
    crossing = zero if problem.crossing is None else problem.crossing
    m = len(key)
    return (
        np.column_stack([key // n, key % n]).astype(np.int64),
        _sum(inverse.astype(np.int64), length[between], m),
        _sum(inverse.astype(np.int64), crossing[between], m),
        np.bincount(inverse, minlength=m).astype(np.int64),
    )


def near_of(edges: IntArray, n: int) -> Lists:
    """Neighbours of each atom, value = edge number."""
    m = len(edges)
    ends = np.concatenate([edges[:, 0], edges[:, 1]])
    other = np.concatenate([edges[:, 1], edges[:, 0]])
    number = np.concatenate([np.arange(m), np.arange(m)])
    order = np.lexsort((other, ends))
    start = np.searchsorted(ends[order], np.arange(n + 1))
    return Lists(start.astype(np.int64), other[order], number[order].astype(np.int64))


def _lists(rows: IntArray, index: IntArray, value: IntArray, n: int) -> Lists:
    """Ragged array from (row, index, value) triples; equal (row, index) are summed."""
    if not len(rows):
        return Lists(np.zeros(n + 1, dtype=np.int64), rows, rows)
    width = int(index.max(initial=0)) + 1
    key, inverse = np.unique(rows * width + index, return_inverse=True)
    total = np.zeros(len(key), dtype=np.int64)
    np.add.at(total, inverse, value)
    start = np.searchsorted(key // width, np.arange(n + 1))
    return Lists(start.astype(np.int64), key % width, total)


def _groups(problem: Problem, of_unit: IntArray, inside: IntArray, n: int) -> tuple[Lists, int]:
    rows: list[IntArray] = []
    index: list[IntArray] = []
    value: list[int] = []
    if problem.soft_groups is not None and "groups_cut" in problem.terms:
        for layer, weight in zip(problem.soft_groups, problem.soft_weights, strict=True):
            mine = inside[layer[inside] >= 0]
            if weight > 0 and len(mine):
                rows.append(of_unit[mine])
                index.append(layer[mine].astype(np.int64))
                value.append(int(weight))
    if not rows:
        none = np.zeros(0, dtype=np.int64)
        return _lists(none, none, none, n), 0
    offset = 0
    numbered: list[IntArray] = []
    weights: list[int] = []
    for labels, weight in zip(index, value, strict=True):
        names, dense = np.unique(labels, return_inverse=True)
        numbered.append(dense.astype(np.int64) + offset)
        weights += [weight] * len(names)
        offset += len(names)
    atom, name = np.concatenate(rows), np.concatenate(numbered)
    # A label held by one atom only cannot be cut.
    pairs = np.unique(np.column_stack([atom, name]), axis=0)
    often = np.bincount(pairs[:, 1], minlength=offset) > 1
    pairs = pairs[often[pairs[:, 1]]]
    renumber = np.cumsum(often) - 1
    weight_of = np.array(weights, dtype=np.int64)
    lists = _lists(pairs[:, 0], renumber[pairs[:, 1]], weight_of[pairs[:, 1]], n)
    return lists, int(often.sum())


def _present(
    problem: Problem, of_unit: IntArray, inside: IntArray, labels: _Labels, piece: int, n: int
) -> tuple[Lists, IntArray]:
    here = sorted(name for name, home in labels.home.items() if home == piece)
    none = np.zeros(0, dtype=np.int64)
    if problem.present is None or not here:
        return _lists(none, none, none, n), none
    names = np.array(here, dtype=np.int64)
    mine = inside[np.isin(problem.present[inside], names)]
    index = np.searchsorted(names, problem.present[mine])
    lists = _lists(of_unit[mine], index.astype(np.int64), problem.weights[mine], n)
    return lists, np.array([labels.base[name] for name in here], dtype=np.int64)


def _apart(problem: Problem, of_unit: IntArray, n: int) -> Lists:
    none = np.zeros(0, dtype=np.int64)
    if problem.apart is None or not len(problem.apart):
        return _lists(none, none, none, n)
    i, j = of_unit[problem.apart[:, 0]], of_unit[problem.apart[:, 1]]
    inside = (i >= 0) & (j >= 0)
    rows = np.concatenate([i[inside], j[inside]])
    others = np.concatenate([j[inside], i[inside]])
    pairs = np.unique(np.column_stack([rows, others]), axis=0)
    return _lists(pairs[:, 0], pairs[:, 1], np.ones(len(pairs), dtype=np.int64), n)
