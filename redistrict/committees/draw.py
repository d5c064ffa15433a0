"""Committees of the street offices that have some today: merge whole ones, divide if needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from redistrict.atoms import CellGraph, IntArray, absorb_empty, cluster, components, subgraphs
from redistrict.committees.columns import Columns, columns, only
from redistrict.committees.integrate import Drawing, adopted, best, groups, taken, ways
from redistrict.committees.problems import PRESENT_TERMS, Stated, policy_reasons, state
from redistrict.committees.rank import rank, unparted
from redistrict.committees.search import solve
from redistrict.model.cells import Cells
from redistrict.model.plan import AreaReason, Integration, Option, Plan, Solved, Way
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
    new: Sequence[IntArray]
    """Labels of the small new estates, those that adjoin together."""
    options: tuple[Option, ...]
    way: Way | None


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
    known = columns(cells, survey, profile.committee, profile.ruling.new_stages)
    fixed = fixed_areas(known)
    free = np.where((fixed >= 0) | skip, -1, known.office)
    graphs = subgraphs(cells, free)
    limits = Limits(effort=settings.effort, seed=settings.seed)
    offices = sorted(graphs)
    tasks = [
        _Task(graphs[o], only(known, graphs[o].cells), profile.committee, limits) for o in offices
    ]
    answers = workers.solve(
        _solve_office, tasks, None if on_done is None else lambda i, _: on_done(offices[i])
    )
    area = np.full(len(cells), -1, dtype=np.int64)
    reasons: dict[int, AreaReason] = {}
    solved: list[Solved] = []
    names = cells.frame["street_office_id"]
    compared: list[Integration] = []
    estate_names = dict(zip(known.estate.tolist(), cells.frame["estate_id"], strict=True))
    count = 0
    for task, answer in zip(tasks, answers, strict=True):
        area[task.graph.cells] = answer.area + count
        reasons |= {part + count: why for part, why in answer.reasons.items()}
        scope = {"street_office_id": str(names.iloc[int(task.graph.cells[0])])}
        note = "divided" if answer.divided else "merged-whole"
        solved.append(Solved(scope, answer.units, answer.outcome, note))
        if answer.way is not None:
            new = tuple(tuple(estate_names[label] for label in g.tolist()) for g in answer.new)
            compared.append(Integration(scope, new, answer.options, answer.way))
        count += int(answer.area.max()) + 1
    for number in np.unique(fixed[fixed >= 0]).tolist():
        members = fixed == number
        area[members] = count
        total = int(known.households[members].sum())
        if not profile.committee.lower <= total <= profile.committee.upper:
            code = "frozen" if known.frozen[members].any() else "standalone"
            reasons[count] = AreaReason(code, {"households": total})
        count += 1
    return Plan(area, reasons, tuple(solved), integrations=tuple(compared))


def fixed_areas(known: Columns) -> IntArray:
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
    whole = units = _whole_committees(graph, known, rule)
    merged = state(graph, whole, known, rule, PRESENT_TERMS)
    free, divided = Drawing("mixed", merged, solve(merged.problem, task.limits)), False
    everything = np.ones(graph.n, dtype=bool)
    for explode in (_trouble(merged, free.outcome, known, rule), everything):
        # What whole committees cannot do says nothing about divided ones; arithmetic does.
        hopeless = all(r.code == "arithmetic" for r in free.outcome.reasons)
        wished = len(unparted(free.stated, free.outcome, known))
        if (hopeless and not wished) or not explode.any():
            break
        finer = _divided(graph, known, whole, explode, rule)
        fine = state(graph, finer, known, rule, PRESENT_TERMS)
        outcome = solve(fine.problem, task.limits)
        if rank(fine, outcome, known) < rank(free.stated, free.outcome, known):
            free, units, divided = Drawing("mixed", fine, outcome), finer, True
        if outcome.terms[0].proven and not len(unparted(fine, outcome, known)):
            break
    drawn = ways(graph, units, known, rule, partial(solve, limits=task.limits), free)
    chosen = best(drawn, known)
    outcome = free.outcome if chosen is free else adopted(chosen, free)
    area = chosen.stated.per_cell(outcome.assignment)
    reasons = policy_reasons(chosen.stated, outcome, rule)
    options = tuple(_option(d, known) for d in drawn)
    found = groups(graph, known.fresh)
    way = taken(graph, known, area) if found else None
    return _Answer(area, chosen.stated.problem.n, outcome, reasons, divided, found, options, way)


def _option(drawing: Drawing, known: Columns) -> Option:
    """A drawing as it is told: its certificate is that of its own, closed, problem."""
    return Option(drawing.way, drawing.outcome, drawing.outcome.parts)


def _whole_committees(graph: CellGraph, known: Columns, rule: CommitteeRule) -> IntArray:
    """Units: each present committee (each connected piece of it) without its small new estates,
    and each of those; land without a committee in clusters."""
    nobody = known.holder < 0
    same = (known.holder[graph.a] == known.holder[graph.b]) & ~nobody[graph.a]
    same &= known.fresh[graph.a] == known.fresh[graph.b]
    piece = components(graph.n, graph.a[same], graph.b[same])
    if (known.fresh >= 0).any():
        piece = _host_empty(graph, known, piece, known.holder)
    if not nobody.any():
        return piece
    loose = _clusters(graph, known, np.where(nobody, known.fresh + 1, -1), rule)
    return np.where(nobody, graph.n + loose, piece)


def _divided(
    graph: CellGraph,
    known: Columns,
    whole: IntArray,
    explode: NDArray[np.bool_],
    rule: CommitteeRule,
) -> IntArray:
    """Units: small clusters where ``explode``, whole committees elsewhere."""
    holder = known.holder * 2 + (known.present < 0) + 2
    label = np.where(explode, holder * (int(known.fresh.max()) + 2) + known.fresh + 1, -1)
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
    outside[unparted(merged, outcome, known)] = True
    edges = merged.problem.edges
    near = outside.copy()
    i, j = part[edges[:, 0]], part[edges[:, 1]]
    near[i[outside[j]]] = True
    near[j[outside[i]]] = True
    return near[merged.per_cell(outcome.assignment)]
