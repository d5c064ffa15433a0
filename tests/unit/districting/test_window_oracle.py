"""Every claim of the engine against the oracle, on random small graphs.

``REDISTRICT_ORACLE_CASES`` (default 150) runs more of them; case numbers are seeds.
"""

from __future__ import annotations

import os
from dataclasses import replace

import numpy as np
import pytest

from redistrict.districting import measure, solve, violations
from redistrict.model.problem import Limits, Outcome, Problem
from tests.oracle import Answer, best
from tests.problems import random_problem

CASES = int(os.environ.get("REDISTRICT_ORACLE_CASES", "150"))
BLOCK = 50


def complaints(problem: Problem, outcome: Outcome, answer: Answer) -> list[str]:
    """What the outcome claims that the oracle does not bear out."""
    found: list[str] = []
    values = tuple(t.value for t in outcome.terms)
    if values != measure(problem, outcome.assignment):
        found.append("terms are not those of the assignment")
    if violations(problem, outcome.assignment):
        found.append(f"hard rules: {violations(problem, outcome.assignment)}")
    if values < answer.terms:
        found.append("better than the best")
    if outcome.status == "optimal" and values != answer.terms:
        found.append("false optimal")
    if outcome.status in ("optimal", "feasible") and not answer.inside:
        found.append("false feasible")
    if outcome.status == "infeasible" and answer.inside:
        found.append("false infeasible")
    for i, term in enumerate(outcome.terms):
        before = values[:i] == answer.terms[:i]
        if before and term.bound is not None and term.bound > answer.terms[i]:
            found.append(f"false bound of {term.name}")
        if term.proven and values[: i + 1] != answer.terms[: i + 1]:
            found.append(f"false proof of {term.name}")
    return found


def check(seed: int, largest: int) -> bool:
    """True if the engine proved everything; asserts that it claims nothing false."""
    problem = random_problem(seed, largest)
    answer = best(problem)
    outcome = solve(problem, Limits(work=3000))
    if answer is None:  # no partition keeps the hard rules, whatever the window
        assert outcome.status in ("infeasible", "unknown")
        return True
    assert complaints(problem, outcome, answer) == [], seed
    return all(t.proven for t in outcome.terms)


@pytest.mark.parametrize("block", range(-(-CASES // BLOCK)))
def test_claims_hold_and_nearly_everything_is_proven(block: int) -> None:
    seeds = range(block * BLOCK, min(CASES, (block + 1) * BLOCK))
    proven = [check(seed, 7) for seed in seeds]
    assert np.mean(proven) >= 0.9


def test_moves_forced_by_the_window_are_fewest() -> None:
    for seed in range(40):
        rng = np.random.default_rng(seed)
        problem = random_problem(seed, 8)
        problem = replace(
            problem,
            weights=rng.integers(5, 25, problem.n),
            lower=20,
            upper=int(rng.integers(30, 45)),
            present=rng.integers(0, 3, problem.n).astype(np.int32),
            locked=None,
            parts=None,
            terms=("outside", "moved", "groups_cut", "perimeter"),
        )
        answer = best(problem)
        assert answer is not None
        outcome = solve(problem, Limits(work=2000))
        assert complaints(problem, outcome, answer) == [], seed


@pytest.mark.parametrize("seed", [1001, 1002, 1003])
def test_claims_hold_on_nine_units(seed: int) -> None:
    check(seed, 9)
