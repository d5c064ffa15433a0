"""A greenfield street office: its service grids, already drawn, gathered into committees."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from redistrict.atoms import IntArray, subgraphs
from redistrict.committees.columns import columns
from redistrict.committees.problems import GREENFIELD_TERMS, policy_reasons, state
from redistrict.committees.search import solve
from redistrict.model.cells import Cells
from redistrict.model.plan import AreaReason, Plan, Solved
from redistrict.model.problem import Limits
from redistrict.model.profile import Profile
from redistrict.model.settings import RunSettings
from redistrict.model.survey import Survey
from redistrict.parallel import Workers


def gather(
    cells: Cells,
    grid: IntArray,
    survey: Survey,
    profile: Profile,
    settings: RunSettings,
    workers: Workers,
    on_done: Callable[[int], None] | None = None,
) -> Plan:
    """Committees made of whole grids; ``grid`` (n,) is -1 outside greenfield offices.

    Grids first is what makes the certificate strong: the least number of households outside
    200-250 is then proven over the whole office, not committee by committee.
    """
    known = columns(cells, survey, profile.committee)
    graphs = subgraphs(cells, np.where(grid >= 0, known.office, -1))
    offices = sorted(graphs)
    tasks = [
        state(graphs[o], grid[graphs[o].cells], known, profile.committee, GREENFIELD_TERMS)
        for o in offices
    ]
    run = partial(solve, limits=Limits(effort=settings.effort, seed=settings.seed))
    outcomes = workers.solve(
        run,
        [t.problem for t in tasks],
        None if on_done is None else lambda i, _: on_done(offices[i]),
    )
    area = np.full(len(cells), -1, dtype=np.int64)
    reasons: dict[int, AreaReason] = {}
    solved: list[Solved] = []
    names = cells.frame["street_office_id"]
    count = 0
    for task, outcome in zip(tasks, outcomes, strict=True):
        part = task.per_cell(outcome.assignment.astype(np.int64))
        area[task.graph.cells] = part + count
        why = policy_reasons(task, outcome, profile.committee)
        reasons |= {part + count: reason for part, reason in why.items()}
        scope = {"street_office_id": str(names.iloc[int(task.graph.cells[0])])}
        solved.append(Solved(scope, task.problem.n, outcome, "greenfield"))
        count += outcome.parts
    return Plan(area, reasons, tuple(solved))
