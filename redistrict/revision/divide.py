"""Divide: an area split into so many parts by the engine, as an event ready to apply."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from redistrict import districting
from redistrict.atoms import IntArray
from redistrict.grids import problems
from redistrict.model.problem import Limits, Outcome, Problem, TermName
from redistrict.revision.answer import answered
from redistrict.revision.change import changed
from redistrict.revision.events import Area, Edit, Members, Split
from redistrict.revision.refusal import Refusal, Refused
from redistrict.revision.rules import limits
from redistrict.revision.state import State
from redistrict.revision.suggest import graph_of, members_of
from redistrict.revision.suggestion import EFFORT, Suggestion

TERMS: tuple[TermName, ...] = ("outside", "deviation", "target", "perimeter")


def divide(
    state: State, area: Area, parts: int = 2, limit: Limits = EFFORT
) -> Suggestion | Refusal:
    """Split ``area`` into ``parts`` connected areas: households in the window or band first, then
    equal shares, then short borders. Grids keep courtyards whole, committees keep grids whole.

    The part with the most households keeps the id. A `Refusal`: as `apply` would give it, or
    ``wrong-members`` where the area has fewer pieces than parts.
    """
    number = state.find(area)
    if number is None:
        return Refusal("unknown-area", {"layer": area.layer, "id": area.id})
    problem, label = (
        _of_grid(state, number) if area.layer == "service_grids" else _of_committee(state, number)
    )
    if parts < 2 or problem.n < parts:
        return Refusal("wrong-members", {"layer": area.layer, "id": area.id})
    total = int(problem.weights.sum())
    problem = replace(problem, parts=parts, present=None, target=total // parts, terms=TERMS)
    outcome = districting.solve(problem, limit)
    event = Split(area=area, parts=_parts(state, area, outcome, label), exact=True)
    try:
        answer = answered(state, changed(state, event))
    except Refused as refused:
        return refused.refusal
    proven = all(t.proven for t in outcome.terms)
    made: Edit = event
    return Suggestion(made, answer, answer.ok, proven, outcome.terms, (area,), held=False)


def _of_grid(state: State, grid: int) -> tuple[Problem, IntArray]:
    """The problem and (k, 2): cell and its unit."""
    graph = graph_of(state, state.cells_of("service_grids", grid))
    scope = problems.prepare(0, graph, state.base.columns, state.base.profile.grid)
    return scope.problem, np.column_stack([graph.cells, scope.atoms.of_cell])


def _of_committee(state: State, committee: int) -> tuple[Problem, IntArray]:
    """The problem and (k, 2): grid and its unit."""
    base = state.base
    units = state.grids_of(committee)
    number = np.full(len(state.grid_ids), -1, dtype=np.int64)
    number[units] = np.arange(len(units))
    a, b = number[state.grid[base.a[base.open]]], number[state.grid[base.b[base.open]]]
    inside = (a >= 0) & (b >= 0) & (a != b)
    pairs = np.sort(np.column_stack([a[inside], b[inside]]), axis=1)
    millimetres = np.rint(base.length[base.open][inside] * 1000).astype(np.int64)
    edges, which = np.unique(pairs, axis=0, return_inverse=True)
    lower, upper, _ = limits(state, "committees")
    problem = Problem(
        ids=tuple(str(i) for i in range(len(units))),
        weights=state.grid_households[units],
        edges=edges.reshape(-1, 2).astype(np.int32),
        lengths=np.bincount(which.ravel(), millimetres, len(edges)).astype(np.int64),
        lower=lower,
        upper=upper,
    )
    return problem, np.column_stack([units, np.arange(len(units))])


def _parts(state: State, area: Area, outcome: Outcome, label: IntArray) -> tuple[Members, ...]:
    """All parts but the one that keeps the id."""
    part = outcome.assignment[label[:, 1]]
    whole = area.layer == "service_grids"
    lived = (state.base.households if whole else state.grid_households)[label[:, 0]]
    stays = int(np.argmax(np.bincount(part, lived)))
    found: list[Members] = []
    for p in range(outcome.parts):
        mine = label[part == p, 0]
        if p != stays and whole:
            found.append(members_of(state, mine))
        elif p != stays:
            found.append(Members(service_grids=tuple(state.grid_ids[g] for g in mine.tolist())))
    return tuple(found)
