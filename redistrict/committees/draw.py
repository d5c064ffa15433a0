"""Committees of the street offices that have some today: merge whole ones, divide if needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from redistrict import districting
from redistrict.atoms import CellGraph, IntArray, absorb_empty, cluster, components, subgraphs
from redistrict.committees.columns import Columns, columns, only
from redistrict.committees.problems import PRESENT_TERMS, Stated, policy_reasons, state
from redistrict.model.cells import Cells
from redistrict.model.plan import AreaReason, Plan, Solved
from redistrict.model.problem import Limits, Outcome
from redistrict.model.profile import CommitteeRule, Profile
from redistrict.model.settings import RunSettings
from redistrict.model.survey import Survey
from redistrict.parallel import Workers

CLUSTER_SHARE = 40
"""A divided committee moves in clusters of at most 1/40 of the band's ceiling (88 of 3,500)."""


@dataclass(frozen=True)
class _Task:
    """The part of one street office that may change."""

    graph: CellGraph
    columns: Columns
    rule: CommitteeRule
    limits: Limits


@dataclass(frozen=True)
class _Answer:
    area: IntArray
    units: int
    outcome: Outcome
    reasons: Mapping[int, AreaReason]
    divided: bool


def draw(
    cells: Cells,
    survey: Survey,
    profile: Profile,
    settings: RunSettings,
    workers: Workers,
    skip: NDArray[np.bool_],
    on_done: Callable[[int], None] | None = None,
) -> Plan:
    """Committees for every cell but the free ones of ``skip`` (greenfield), which get area -1.

    Areas are dense, numbered office by office. Frozen committees and standalone estates are
    areas of their own, whatever their size, and say so.
    """
    known = columns(cells, survey, profile.committee)
    fixed = _fixed_areas(known)
    free = np.where((fixed >= 0) | skip, -1, known.office)
    graphs = subgraphs(cells, free)
    limits = Limits(effort=settings.effort, seed=settings.seed)
    offices = sorted(graphs)
    tasks = [
        _Task(graphs[o], only(known, graphs[o].cells), profile.committee, limits) for o in offices
    ]
    answers = workers.map(
        _solve_office, tasks, None if on_done is None else lambda i, _: on_done(offices[i])
    )
    area = np.full(len(cells), -1, dtype=np.int64)
    reasons: dict[int, AreaReason] = {}
    solved: list[Solved] = []
    names = cells.frame["street_office_id"]
    count = 0
    for task, answer in zip(tasks, answers, strict=True):
        area[task.graph.cells] = answer.area + count
        reasons |= {part + count: why for part, why in answer.reasons.items()}
        scope = {"street_office_id": str(names.iloc[int(task.graph.cells[0])])}
        note = "divided" if answer.divided else "merged-whole"
        solved.append(Solved(scope, answer.units, answer.outcome, note))
        count += int(answer.area.max()) + 1
    for number in np.unique(fixed[fixed >= 0]).tolist():
        members = fixed == number
        area[members] = count
        total = int(known.households[members].sum())
        if not profile.committee.lower <= total <= profile.committee.upper:
            code = "frozen" if known.frozen[members].any() else "standalone"
            reasons[count] = AreaReason(code, {"households": total})
        count += 1
    return Plan(area, reasons, tuple(solved))


def _fixed_areas(known: Columns) -> IntArray:
    """Dense numbers of frozen committees, then of standalone estates; -1 elsewhere."""
    fixed = np.where(known.frozen & (known.holder >= 0), known.holder, -1)
    alone = known.standalone & (fixed < 0)
    fixed[alone] = known.estate[alone] + known.holder.max() + 1
    return fixed


def _solve_office(task: _Task) -> _Answer:
    graph = CellGraph(
        np.arange(task.graph.n), task.graph.a, task.graph.b, task.graph.length, task.graph.barrier
    )
    known, rule = task.columns, task.rule
    whole = _whole_committees(graph, known, rule)
    merged = state(graph, whole, known, rule, PRESENT_TERMS)
    best = _solve(merged, task.limits)
    chosen, divided = merged, False
    everything = np.ones(graph.n, dtype=bool)
    for explode in (_trouble(merged, best, known, rule), everything):
        # What whole committees cannot do says nothing about divided ones; arithmetic does.
        hopeless = all(r.code == "arithmetic" for r in best.reasons)
        if (hopeless and not len(_unparted(chosen, best, known))) or not explode.any():
            break
        fine = state(
            graph, _divided(graph, known, whole, explode, rule), known, rule, PRESENT_TERMS
        )
        outcome = _solve(fine, task.limits)
        if _values(fine, outcome, known) < _values(chosen, best, known):
            chosen, best, divided = fine, outcome, True
        if outcome.terms[0].proven and not len(_unparted(fine, outcome, known)):
            break
    reasons = policy_reasons(chosen, best, rule)
    return _Answer(chosen.per_cell(best.assignment), chosen.problem.n, best, reasons, divided)


def _solve(stated: Stated, limits: Limits) -> Outcome:
    return districting.solve(stated.problem, limits)


def _values(stated: Stated, outcome: Outcome, known: Columns) -> tuple[int, ...]:
    # `moved` of whole committees is 0, so a division must bring households into the band, or part
    # estates that are to be kept apart, to win.
    first, *rest = (t.value for t in outcome.terms)
    return (first, len(_unparted(stated, outcome, known)), *rest)


def _unparted(stated: Stated, outcome: Outcome, known: Columns) -> IntArray:
    """Parts that hold households of two estates to be kept apart, one entry per pair and part."""
    part = stated.per_cell(outcome.assignment)
    lived = known.households > 0
    held = [
        np.intersect1d(part[lived & (known.estate == i)], part[lived & (known.estate == j)])
        for i, j in known.apart
    ]
    return np.concatenate([*held, np.zeros(0, dtype=np.int64)])


def _whole_committees(graph: CellGraph, known: Columns, rule: CommitteeRule) -> IntArray:
    """Units: each present committee (each connected piece of it); land without one in clusters."""
    nobody = known.holder < 0
    same = (known.holder[graph.a] == known.holder[graph.b]) & ~nobody[graph.a]
    piece = components(graph.n, graph.a[same], graph.b[same])
    if not nobody.any():
        return piece
    loose = _clusters(graph, known, np.where(nobody, 0, -1), rule)
    return np.where(nobody, graph.n + loose, piece)


def _divided(
    graph: CellGraph,
    known: Columns,
    whole: IntArray,
    explode: NDArray[np.bool_],
    rule: CommitteeRule,
) -> IntArray:
    """Units: small clusters where ``explode``, whole committees elsewhere."""
    label = np.where(explode, known.holder * 2 + (known.present < 0) + 2, -1)
    return np.where(explode, 2 * graph.n + _clusters(graph, known, label, rule), whole)


def _clusters(graph: CellGraph, known: Columns, within: IntArray, rule: CommitteeRule) -> IntArray:
    cap = max(1, rule.upper // CLUSTER_SHARE)
    made = cluster(graph, known.households, within, known.estate, cap, known.ground)
    return _host_empty(graph, known, made, within)


def _host_empty(graph: CellGraph, known: Columns, group: IntArray, within: IntArray) -> IntArray:
    """Clusters without households join a populated neighbour of the same ``within``."""
    total = np.bincount(group, known.households).astype(np.int64)
    i, j = group[graph.a], group[graph.b]
    usable = (i != j) & (within[graph.a] == within[graph.b])
    lifted = CellGraph(
        np.arange(len(total)), i[usable], j[usable], graph.length[usable], graph.barrier[usable]
    )
    return absorb_empty(lifted, total, ())[group]


def _trouble(
    merged: Stated, outcome: Outcome, known: Columns, rule: CommitteeRule
) -> NDArray[np.bool_]:
    """(n,) cells of areas outside the band or against a wish, and of the areas next to them."""
    part = outcome.assignment.astype(np.int64)
    total = np.bincount(part, merged.problem.weights)
    outside = (total < rule.lower) | (total > rule.upper)
    outside[_unparted(merged, outcome, known)] = True
    edges = merged.problem.edges
    near = outside.copy()
    i, j = part[edges[:, 0]], part[edges[:, 1]]
    near[i[outside[j]]] = True
    near[j[outside[i]]] = True
    return near[merged.per_cell(outcome.assignment)]
