"""Each reason on a case made for it, then every reason on random graphs, checked by hand."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from redistrict.districting import solve
from redistrict.i18n import LANGS, catalogue
from redistrict.model.problem import Limits, Problem, Reason
from tests.oracle import allowed, joined, partitions
from tests.problems import random_problem

QUICK = Limits(effort="quick")


def path(*weights: int, edges: list[tuple[int, int]] | None = None) -> Problem:
    """A path of units (or the given edges) with window 200-250."""
    pairs = edges or [(i, i + 1) for i in range(len(weights) - 1)]
    return Problem(
        ids=tuple(f"u{i}" for i in range(len(weights))),
        weights=np.array(weights, dtype=np.int64),
        edges=np.array(pairs, dtype=np.int32).reshape(-1, 2),
        lower=200,
        upper=250,
        terms=("outside", "deviation", "cut_edges"),
    )


def codes(problem: Problem) -> list[str]:
    return [r.code for r in solve(problem, QUICK).reasons]


@pytest.mark.parametrize("total", [1, 199, 251, 399, 501, 599, 751, 799])
def test_totals_that_no_number_of_parts_fits_are_arithmetic(total: int) -> None:
    outcome = solve(path(total // 2, total - total // 2), QUICK)
    assert outcome.status == "infeasible"
    assert {r.code for r in outcome.reasons} == {"arithmetic"}
    assert outcome.reasons[0].params["total"] == total


@pytest.mark.parametrize("total", [200, 250, 400, 500, 600, 750, 800, 801])
def test_totals_that_fit_are_divided(total: int) -> None:
    units = [10] * (total // 10) + ([total % 10] if total % 10 else [])
    outcome = solve(path(*units), QUICK)
    assert (outcome.status, outcome.reasons) == ("optimal", ())


def test_an_oversized_unit_is_named_and_left_alone() -> None:
    outcome = solve(path(110, 110, 400, 110, 110), QUICK)
    assert outcome.status == "infeasible"
    assert [(r.code, r.units) for r in outcome.reasons] == [("oversized", (2,))]
    assert outcome.terms[0] == (outcome.terms[0].__class__("outside", 400, 400, True))


def test_a_dead_end_is_trapped() -> None:
    # 30 hang on a hub of 240; without them the rest would fit: 240 + 210 + 210 + 30 = 690.
    outcome = solve(path(240, 30, 210, 210, edges=[(0, 1), (0, 2), (2, 3)]), QUICK)
    assert "trapped" in {r.code for r in outcome.reasons}
    trapped = next(r for r in outcome.reasons if r.code == "trapped")
    assert (trapped.units, trapped.params["branch"]) == ((1,), 30)


def test_a_unit_in_no_feasible_part_is_named() -> None:
    # u0 (150) has only neighbours of 120: 270 is above, 150 below.
    edges = [(0, 1), (0, 2), (1, 2), (1, 3), (2, 4), (3, 4)]
    outcome = solve(path(150, 120, 120, 110, 110, edges=edges), QUICK)
    assert outcome.status == "infeasible"
    assert any(r.code in ("no-feasible-part", "trapped") and 0 in r.units for r in outcome.reasons)


def test_every_reason_has_words() -> None:
    for lang in LANGS:
        known = catalogue(lang)
        for code in (
            "arithmetic",
            "oversized",
            "trapped",
            "no-feasible-part",
            "proven-minimum",
            "conflict",
            "search-limit",
        ):
            assert f"reason.{code}" in known


def plans(problem: Problem) -> list[list[int]]:
    """Every partition that keeps the hard rules."""
    near: list[set[int]] = [set() for _ in range(problem.n)]
    for a, b in problem.edges.tolist():
        near[a].add(b)
        near[b].add(a)
    found: list[list[int]] = []
    for plan in partitions(problem.n):
        groups: dict[int, list[int]] = {}
        for unit, part in enumerate(plan):
            groups.setdefault(part, []).append(unit)
        if allowed(problem, plan, groups, near):
            found.append(list(plan))
    return found


def may_be_a_part(problem: Problem, chosen: set[int]) -> bool:
    """Whether the hard rules let these units be a part: none locked, none to be kept apart, groups
    whole."""
    if problem.locked is not None and any(problem.locked[u] for u in chosen):
        return False
    if problem.apart is not None and any({a, b} <= chosen for a, b in problem.apart.tolist()):
        return False
    if problem.together is None:
        return True
    group = problem.together.tolist()
    return all(
        v in chosen
        for u in chosen
        if group[u] >= 0
        for v in range(problem.n)
        if group[v] == group[u]
    )


def outside_units(problem: Problem, plan: list[int]) -> set[int]:
    weight = np.bincount(plan, problem.weights)
    bad = {p for p, w in enumerate(weight) if not problem.lower <= w <= problem.upper}
    return {u for u, p in enumerate(plan) if p in bad}


def true(problem: Problem, reason: Reason, every: list[list[int]], part: np.ndarray) -> bool:
    """The reason, checked by trying everything."""
    mine = set(np.flatnonzero(part == reason.part).tolist())
    low, high = problem.lower, problem.upper
    if reason.code == "arithmetic":
        if "parts" in reason.params:
            assert problem.parts is not None
            return not problem.parts * low <= int(problem.weights.sum()) <= problem.parts * high
        total = int(reason.params["total"] or 0)
        return not any(p * low <= total <= p * high for p in range(1, total + 2))
    if reason.code == "oversized":
        return set(reason.units) <= mine and int(reason.params["total"] or 0) > high
    if reason.code == "trapped":
        here = set(reason.units) | mine
        return all(outside_units(problem, plan) & here for plan in every)
    if reason.code == "no-feasible-part":
        near: list[set[int]] = [set() for _ in range(problem.n)]
        for a, b in problem.edges.tolist():
            near[a].add(b)
            near[b].add(a)
        return not any(
            low <= sum(int(problem.weights[u]) for u in chosen) <= high
            and joined(list(chosen), near)
            for size in range(1, problem.n + 1)
            for chosen in combinations(range(problem.n), size)
            if reason.units[0] in chosen and may_be_a_part(problem, set(chosen))
        )
    if reason.code == "proven-minimum":
        least = min(sum(int(problem.weights[u]) for u in outside_units(problem, p)) for p in every)
        return int(reason.params["bound"] or 0) == least > 0
    return reason.code == "search-limit"


def test_reasons_are_true() -> None:
    """With every kind of rule: each part outside has one reason, and it is true."""
    codes: set[str] = set()
    for seed in range(5000, 5400):
        problem = random_problem(seed, 6)
        every = plans(problem)
        if not every:
            continue  # the hard rules alone leave no partition
        outcome = solve(problem, Limits(work=2000))
        assert len(outcome.reasons) == len(
            {
                int(outcome.assignment[u])
                for u in outside_units(problem, outcome.assignment.tolist())
            }
        )
        for reason in outcome.reasons:
            assert true(problem, reason, every, outcome.assignment), (seed, reason)
            codes.add(reason.code)
    assert codes >= {"arithmetic", "oversized", "trapped", "no-feasible-part", "proven-minimum"}
