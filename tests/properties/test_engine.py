"""Properties of the engine that hold for any problem."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from redistrict.districting import measure, solve, violations
from redistrict.model.problem import Limits
from tests.problems import random_problem

CALM = settings(
    max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
WORK = Limits(work=1500)


@CALM
@given(st.integers(0, 10**6), st.integers(2, 30))
def test_every_answer_keeps_the_hard_rules_and_tells_its_terms(seed: int, largest: int) -> None:
    problem = replace(random_problem(seed, largest), parts=None)
    outcome = solve(problem, WORK)
    broken = set(violations(problem, outcome.assignment))
    assert not broken, broken
    assert tuple(t.value for t in outcome.terms) == measure(problem, outcome.assignment)
    assert int(outcome.assignment[0]) == 0
    assert sorted(set(outcome.assignment.tolist())) == list(range(outcome.parts))


@CALM
@given(st.integers(0, 10**6), st.integers(2, 24))
def test_bounds_never_exceed_values(seed: int, largest: int) -> None:
    outcome = solve(random_problem(seed, largest), WORK)
    for term in outcome.terms:
        assert term.bound is None or term.bound <= term.value
        assert not term.proven or term.bound == term.value
    if outcome.status == "optimal":
        assert all(t.proven for t in outcome.terms)
        assert not outcome.reasons


@CALM
@given(st.integers(0, 10**6))
def test_proven_terms_do_not_depend_on_the_seed(seed: int) -> None:
    problem = random_problem(seed, 10)
    one, two = (solve(problem, Limits(work=1500, seed=s)) for s in (1, 2))
    for a, b in zip(one.terms, two.terms, strict=True):
        if not (a.proven and b.proven):
            break
        assert a.value == b.value


@CALM
@given(st.integers(0, 10**6))
def test_a_second_run_moves_nobody(seed: int) -> None:
    problem = replace(random_problem(seed, 14), parts=None, locked=None, present=None)
    problem = replace(problem, terms=("outside", "moved", "perimeter"))
    first = solve(problem, WORK)
    again = solve(replace(problem, present=first.assignment.astype(np.int32)), WORK)
    if first.status in ("optimal", "feasible"):
        assert again.terms[1].value == 0
