"""Units -> `Problem` for committees, and its reasons back: one way, whatever the units are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from redistrict.atoms import (
    FORCED_CROSSING,
    Atoms,
    CellGraph,
    IntArray,
    contract,
    dense_labels,
    ferries,
)
from redistrict.committees.columns import Columns
from redistrict.leaning import leaned
from redistrict.model.plan import AreaReason
from redistrict.model.problem import Outcome, Problem, TermName
from redistrict.model.profile import CommitteeRule

PRESENT_TERMS: tuple[TermName, ...] = (
    "outside",
    "unmerged",
    "moved",
    "groups_cut",
    "target",
    "crossings",
    "perimeter",
)
GREENFIELD_TERMS: tuple[TermName, ...] = (
    "outside",
    # What must lie outside the band lies near it: no four committees of 400 where one of 1,600 can
    # be, even over a barrier. Inside the band it is 0, and barriers count before the target.
    "deviation",
    "groups_cut",
    "crossings",
    "target",
    "perimeter",
)


@dataclass(frozen=True)
class Stated:
    """A problem and the way back from its units to cells."""

    graph: CellGraph
    atoms: Atoms
    problem: Problem
    largest: int
    """Households of the largest building here: nothing else is indivisible to a committee."""

    def per_cell(self, assignment: IntArray) -> IntArray:
        """(graph.n,) part of each cell."""
        return assignment[self.atoms.of_cell].astype(np.int64)


def state(
    graph: CellGraph,
    group: IntArray,
    columns: Columns,
    rule: CommitteeRule,
    terms: tuple[TermName, ...],
) -> Stated:
    """The problem over the units ``group`` (n,) of the cells of ``graph``."""
    mine = graph.cells
    households = columns.households[mine]
    atoms = contract(graph, group, households)
    a, b, length, crossing = _edges(graph, atoms, columns, rule)
    present = atoms.label_by_households(dense_labels(columns.present[mine]), households)
    estates = atoms.label_by_households(dense_labels(columns.estate[mine]), households)
    small = np.bincount(atoms.of_cell, households * columns.small[mine], atoms.k) > 0
    together = _together(atoms, columns, mine)
    problem = Problem(
        ids=tuple(str(i) for i in range(atoms.k)),
        weights=atoms.households,
        edges=np.column_stack([a, b]).astype(np.int32),
        lower=rule.lower,
        upper=rule.upper,
        lengths=length,
        crossing=crossing,
        together=together.astype(np.int32) if (together >= 0).any() else None,
        apart=_apart(atoms, columns, mine, together),
        present=present.astype(np.int32) if (present >= 0).any() else None,
        soft_groups=estates[None, :].astype(np.int32),
        soft_weights=(1,),
        small=small if small.any() else None,
        small_below=rule.lower,
        target=rule.target,
        target_slack=int(rule.target * rule.near_target),
        terms=terms,
    )
    return Stated(graph, atoms, leaned(problem, rule), int(households.max(initial=0)))


def policy_reasons(stated: Stated, outcome: Outcome, rule: CommitteeRule) -> dict[int, AreaReason]:
    """The engine's reasons by part of ``outcome``, in the words of the policy.

    A unit above the band is ``oversized`` to the engine; to the policy only a building is. Of a
    grid of many houses, or of estates kept together, what is true is that nothing fits with it.
    """
    weights = stated.problem.weights
    whole = int(weights.sum())
    found: dict[int, AreaReason] = {}
    for reason in outcome.reasons:
        if reason.part is None:
            continue
        params = {k: v for k, v in reason.params.items() if v is not None}
        params |= {"lower": rule.lower, "upper": rule.upper}
        params["households"] = int(weights[outcome.assignment == reason.part].sum())
        if reason.code == "arithmetic":
            params["scope"] = "office" if params["total"] == whole else "piece"
        many = reason.code == "oversized" and stated.largest <= rule.upper
        found[reason.part] = AreaReason("no-feasible-part" if many else reason.code, params)
    return found


def _edges(
    graph: CellGraph, atoms: Atoms, columns: Columns, rule: CommitteeRule
) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """All neighbours, barriers at a penalty; islands too small for the band get a ferry."""
    crossing = np.where(atoms.closed, FORCED_CROSSING, 0)
    mine = graph.cells
    links = ferries(
        graph, atoms, columns.land[mine], columns.points[mine], lambda t: t >= rule.lower
    )
    if not links:
        return atoms.a, atoms.b, atoms.length, crossing
    pairs = np.array(links, dtype=np.int64)
    a, b = np.concatenate([atoms.a, pairs[:, 0]]), np.concatenate([atoms.b, pairs[:, 1]])
    order = np.lexsort((b, a))
    none = np.zeros(len(pairs), dtype=np.int64)
    length = np.concatenate([atoms.length, none])[order]
    return a[order], b[order], length, np.concatenate([crossing, none + FORCED_CROSSING])[order]


def _units_of(atoms: Atoms, columns: Columns, mine: IntArray, estate: int) -> IntArray:
    return np.unique(atoms.of_cell[columns.estate[mine] == estate])


def _together(atoms: Atoms, columns: Columns, mine: IntArray) -> IntArray:
    """(k,) hard groups, -1 for none: keep-with estates that touch; the rest is beyond one polygon.

    Groups that share a unit are one group.
    """
    group = np.full(atoms.k, -1, dtype=np.int64)
    for i, j in columns.together:
        first, second = (_units_of(atoms, columns, mine, estate) for estate in (i, j))
        units = np.concatenate([first, second])
        if len(first) and len(second) and _connected(atoms, units):
            met = np.unique(group[units])
            met = met[met >= 0]
            label = int(met.min()) if len(met) else int(units.min())
            group[np.isin(group, met)] = label
            group[units] = label
    return group


def _apart(atoms: Atoms, columns: Columns, mine: IntArray, together: IntArray) -> np.ndarray | None:
    """Pairs of units of keep-apart estates.

    One unit, or one group of units, that holds both cannot be parted here: whole committees may
    hold what their divided halves would not.
    """
    pairs: set[tuple[int, int]] = set()
    for i, j in columns.apart:
        for u in _units_of(atoms, columns, mine, i).tolist():
            for v in _units_of(atoms, columns, mine, j).tolist():
                if u != v and (together[u] < 0 or together[u] != together[v]):
                    pairs.add((min(u, v), max(u, v)))
    return np.array(sorted(pairs), dtype=np.int32) if pairs else None


def _connected(atoms: Atoms, units: IntArray) -> bool:
    seen = {int(units[0])}
    wanted = set(units.tolist())
    grew = True
    inside = np.isin(atoms.a, units) & np.isin(atoms.b, units)
    edges = list(zip(atoms.a[inside].tolist(), atoms.b[inside].tolist(), strict=True))
    while grew:
        grew = False
        for a, b in edges:
            if (a in seen) != (b in seen):
                seen |= {a, b}
                grew = True
    return seen == wanted
