"""Which side rules make a problem infeasible: a minimal set of them that no plan obeys.

The last explanation, for where arithmetic, atoms and branches say nothing: the window could be
kept, were it not for what must stay together, be kept apart, is locked, or for the number of
parts. Deletion filter (Chinneck and Dravnieks 1991): a rule without which it is still proven that
nothing fits is left out for good; every step is a proof or a plan of `solve`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from redistrict.districting.solve import solve
from redistrict.districting.validate import validate
from redistrict.model.errors import GraphError
from redistrict.model.problem import Limits, Outcome, Problem, Reason

MOST_RULES = 64
"""With more rules than this none is looked for: each costs a solution."""

RuleKind = Literal["together", "apart", "locked", "parts"]


@dataclass(frozen=True, order=True)
class Rule:
    """One side rule: ``number`` is the group, the row of ``apart``, the present label, or the
    number of parts; ``units`` are those it is about (none for the number of parts)."""

    kind: RuleKind
    number: int
    units: tuple[int, ...]


@dataclass(frozen=True)
class Conflict:
    """``rules``: with these alone it is proven that no plan has all parts in the window; none
    where the window and the graph are enough. ``minimal``: without any one of them there is such
    a plan; False where a limit kept that from being shown."""

    rules: tuple[Rule, ...]
    minimal: bool


def rules_of(problem: Problem) -> tuple[Rule, ...]:
    """The side rules of ``problem`` that ask for something."""
    rules: list[Rule] = []
    if problem.together is not None:
        for group in np.unique(problem.together[problem.together >= 0]).tolist():
            units = np.flatnonzero(problem.together == group).tolist()
            if len(units) > 1:
                rules.append(Rule("together", group, tuple(units)))
    if problem.apart is not None:
        for row, (a, b) in enumerate(problem.apart.tolist()):
            rules.append(Rule("apart", row, (a, b)))
    if problem.locked is not None and problem.present is not None:
        for label in np.unique(problem.present[problem.locked]).tolist():
            units = np.flatnonzero(problem.locked & (problem.present == label)).tolist()
            rules.append(Rule("locked", label, tuple(units)))
    if problem.parts is not None:
        rules.append(Rule("parts", problem.parts, ()))
    return tuple(rules)


def with_rules(problem: Problem, rules: Iterable[Rule]) -> Problem:
    """``problem`` with no side rules but ``rules``, which are its own."""
    kept = set(rules)
    groups = {r.number for r in kept if r.kind == "together"}
    rows = sorted(r.number for r in kept if r.kind == "apart")
    labels = {r.number for r in kept if r.kind == "locked"}
    together = locked = None
    if problem.together is not None and groups:
        together = np.where(np.isin(problem.together, list(groups)), problem.together, -1)
    if problem.locked is not None and problem.present is not None and labels:
        locked = problem.locked & np.isin(problem.present, list(labels))
    return replace(
        problem,
        together=together,
        apart=problem.apart[rows] if problem.apart is not None and rows else None,
        locked=locked,
        parts=problem.parts if any(r.kind == "parts" for r in kept) else None,
    )


def conflict(
    problem: Problem, limits: Limits, should_stop: Callable[[], bool] | None = None
) -> Conflict | None:
    """A minimal conflict of ``problem``; None where it is not proven that nothing fits.

    Solves the problem once, and once for each rule. ``limits`` are for each of these. Raises
    `GraphError` if the problem is malformed.
    """

    def status(rules: Iterable[Rule]) -> str:
        # What is asked of plans beyond the window makes none of them impossible.
        asked = replace(with_rules(problem, rules), terms=("outside",))
        try:
            return solve(asked, limits, should_stop=should_stop).status
        except GraphError:
            # A group that only a lock held together falls apart with it: no problem by itself.
            return "unknown"

    validate(problem)
    rules = rules_of(problem)
    if len(rules) > MOST_RULES or status(rules) != "infeasible":
        return None
    if status(()) == "infeasible":
        return Conflict((), True)
    kept, minimal = list(rules), True
    for rule in rules:
        without = [r for r in kept if r != rule]
        found = status(without)
        if found == "infeasible":
            kept = without
        elif found == "unknown":
            minimal = False
    return Conflict(tuple(kept), minimal)


def explained(
    problem: Problem,
    outcome: Outcome,
    limits: Limits,
    should_stop: Callable[[], bool] | None = None,
) -> Outcome:
    """``outcome`` with the reason ``conflict`` added at the end, where side rules are to blame and
    each of those named is proven to be.

    The reason has no part; ``units`` are those of all rules in conflict, ``params`` say how many
    rules of each kind there are.
    """
    if outcome.status != "infeasible" or not rules_of(problem):
        return outcome
    found = conflict(problem, limits, should_stop)
    if found is None or not found.rules or not found.minimal:
        return outcome
    kinds = [r.kind for r in found.rules]
    params = {kind: kinds.count(kind) for kind in ("together", "apart", "locked", "parts")}
    units = sorted({u for r in found.rules for u in r.units})
    reason = Reason("conflict", None, tuple(units), dict(params))
    return replace(outcome, reasons=(*outcome.reasons, reason))
