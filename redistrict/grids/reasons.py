"""Why a service grid is out of its window, or in pieces, in the words of the policy."""

from __future__ import annotations

import numpy as np

from redistrict.grids.problems import GridColumns, Scope, stands_alone
from redistrict.model.plan import AreaReason
from redistrict.model.problem import Outcome, Reason
from redistrict.model.profile import GridRule


def policy_reason(reason: Reason, scope: Scope, columns: GridColumns, rule: GridRule) -> AreaReason:
    """The engine's reason in the words of the policy, about buildings and land."""
    params = {k: v for k, v in reason.params.items() if v is not None}
    params |= {"lower": rule.lower, "upper": rule.upper}
    if reason.code == "oversized" and reason.units:
        inside = np.isin(scope.atoms.of_cell, reason.units)
        there = scope.graph.cells[inside]
        largest = int(there[np.argmax(columns.households[there])])
        params |= {"cell": largest, "building_households": int(columns.households[largest])}
    if reason.code == "arithmetic":
        pieces = len(np.unique(scope.piece))
        params |= {"scope": "committee" if pieces == 1 else "piece"}
    return AreaReason(reason.code, params)


def forced_crossings(scope: Scope, outcome: Outcome, rule: GridRule) -> dict[int, AreaReason]:
    """Areas that do reach over a barrier or water, with the land that cannot stand alone."""
    total = np.bincount(scope.piece, scope.atoms.households).astype(np.int64)
    found: dict[int, AreaReason] = {}
    for i, j in sorted(scope.forced):
        if outcome.assignment[i] == outcome.assignment[j]:
            pieces = (int(total[scope.piece[i]]), int(total[scope.piece[j]]))
            weak = [t for t in pieces if not stands_alone(t, rule)]
            found.setdefault(
                int(outcome.assignment[i]),
                AreaReason(
                    "barrier", {"total": min(weak), "lower": rule.lower, "upper": rule.upper}
                ),
            )
    return found
