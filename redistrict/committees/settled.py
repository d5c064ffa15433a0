"""What may change committee after the drawing, and the certificate once something has."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from redistrict import districting
from redistrict.atoms import CellGraph, IntArray, subgraphs
from redistrict.committees.columns import Columns, columns
from redistrict.committees.draw import fixed_areas
from redistrict.committees.problems import PRESENT_TERMS, Stated, state
from redistrict.model.cells import Cells
from redistrict.model.plan import Plan, Solved
from redistrict.model.problem import Outcome, TermValue
from redistrict.model.profile import CommitteeRule, Profile
from redistrict.model.survey import Survey

NOTE = "borders-settled"
"""Borders were moved for the sake of the grids; see the terms for what that cost."""


def movable(cells: Cells, survey: Survey, profile: Profile) -> NDArray[np.bool_]:
    """(n,) cells that nothing but the terms of the drawing ties to their committee.

    Left out: frozen and standalone land, small old-town committees, small new estates (2.2 has
    decided about them), estates that a wish names and slices of divided buildings.
    """
    known = columns(cells, survey, profile.committee, profile.ruling.new_stages)
    wished = [e for pair in (*known.together, *known.apart) for e in pair]
    tied = known.frozen | known.standalone | known.small | (known.fresh >= 0)
    tied |= cells.frame["part"].to_numpy(dtype=np.int64) > 0
    return ~(tied | np.isin(known.estate, wished))


def settled(plan: Plan, cells: Cells, survey: Survey, profile: Profile, area: IntArray) -> Plan:
    """``plan`` with the cells in the committees ``area`` and its terms measured again.

    The first term that changed keeps its bound (it holds for every drawing of the same units);
    those after it have none, and from it on nothing is proven.
    """
    known = columns(cells, survey, profile.committee, profile.ruling.new_stages)
    offices = cells.frame["street_office_id"].to_numpy(dtype=object)
    changed = np.isin(known.office, known.office[area != plan.area])
    graphs = subgraphs(cells, np.where(changed & (fixed_areas(known) < 0), known.office, -1))
    graph_of = {str(offices[g.cells[0]]): g for g in graphs.values()}
    solved: list[Solved] = []
    for one in plan.solved:
        graph = graph_of.get(one.scope["street_office_id"])
        if graph is not None:
            one = _again(one, graph, known, profile.committee, plan.area, area)
        solved.append(one)
    return replace(plan, area=area, solved=tuple(solved))


def _again(
    one: Solved,
    graph: CellGraph,
    known: Columns,
    rule: CommitteeRule,
    old: IntArray,
    area: IntArray,
) -> Solved:
    stated = state(graph, np.arange(graph.n), known, rule, PRESENT_TERMS)
    before, after = (_values(stated, where[graph.cells]) for where in (old, area))
    # Cells count what lies inside units too: only the difference is the same in both.
    change = tuple(new - was for was, new in zip(before, after, strict=True))
    return replace(one, outcome=_measured(one.outcome, change), note=NOTE)


def _values(stated: Stated, area: IntArray) -> tuple[int, ...]:
    """The terms of the committees ``area`` of the cells of ``stated``, each of which is a unit."""
    part = np.zeros(stated.atoms.k, dtype=np.int64)
    part[stated.atoms.of_cell] = np.unique(area, return_inverse=True)[1]
    return districting.measure(stated.problem, part)


def _measured(outcome: Outcome, change: tuple[int, ...]) -> Outcome:
    terms: list[TermValue] = []
    sure = same = True
    for old, more in zip(outcome.terms, change, strict=True):
        value = old.value + more
        # Bounds are given the terms before them: they say nothing once one of those is another.
        bound = old.bound if same else None
        bound = None if bound is None else min(bound, value)
        same = same and value == old.value
        sure = sure and same and old.proven
        terms.append(TermValue(old.name, value, bound, sure))
    status = "feasible" if outcome.status == "optimal" and not sure else outcome.status
    return replace(outcome, terms=tuple(terms), status=status)
