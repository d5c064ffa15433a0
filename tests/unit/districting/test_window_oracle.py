"""Every claim of the engine against every partition, on thousands of random small graphs.

``REDISTRICT_ORACLE_CASES`` (default 2000) runs more of them; case numbers are seeds.
"""

from __future__ import annotations

import os
from dataclasses import replace

import numpy as np
import pytest

from redistrict.districting import measure, solve, violations
from redistrict.districting.validate import connected
from redistrict.model.problem import Limits, Outcome, Problem
from tests import oracle
from tests.masks import best, feasible
from tests.oracle import Answer
from tests.problems import random_problem

CASES = int(os.environ.get("REDISTRICT_ORACLE_CASES", "2000"))
BLOCK = 500
SMALLEST, LARGEST = 6, 12
"""Most units of a case, going round."""


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


def check(seed: int, largest: int) -> tuple[bool, set[str]]:
    """True if the engine proved everything, and what is special about the case; asserts that it
    claims nothing false."""
    problem = random_problem(seed, largest)
    answer = best(problem)
    outcome = solve(problem, Limits(work=1500))
    if answer is None:  # no partition keeps the hard rules, whatever the window
        assert outcome.status in ("infeasible", "unknown")
        return True, {"impossible"}
    assert complaints(problem, outcome, answer) == [], seed
    kinds = {r.code for r in outcome.reasons} | kinds_of(problem)
    return all(t.proven for t in outcome.terms), kinds | {outcome.status}


def kinds_of(problem: Problem) -> set[str]:
    """What the cases are to be about."""
    found: set[str] = set()
    named = {
        "zero weights": bool((problem.weights == 0).any()),
        "disconnected": connected(problem.n, problem.edges).max() > 0,
        "fixed parts": problem.parts is not None,
        "together": problem.together is not None,
        "apart": problem.apart is not None,
        "locked": problem.locked is not None and bool(problem.locked.any()),
        "moved": "moved" in problem.terms and problem.present is not None,
        "many units": problem.n >= 10,
    }
    found |= {name for name, here in named.items() if here}
    return found


KINDS = {
    *("zero weights", "disconnected", "fixed parts", "together", "apart", "locked", "moved"),
    *("arithmetic", "oversized", "trapped", "no-feasible-part", "proven-minimum"),
    *("optimal", "infeasible", "impossible", "many units"),
}


@pytest.mark.parametrize("block", range(-(-CASES // BLOCK)))
def test_claims_hold_and_nearly_everything_is_proven(block: int) -> None:
    proven: list[bool] = []
    seen: set[str] = set()
    for seed in range(block * BLOCK, min(CASES, (block + 1) * BLOCK)):
        done, kinds = check(seed, SMALLEST + seed % (LARGEST - SMALLEST + 1))
        proven.append(done)
        seen |= kinds
    assert np.mean(proven) >= 0.9
    if len(proven) == BLOCK:
        assert seen >= KINDS, f"not among the cases: {KINDS - seen}"


def test_the_two_oracles_agree() -> None:
    for seed in range(7000, 7120):
        problem = random_problem(seed, 7)
        slow, quick = oracle.best(problem), best(problem)
        assert (slow is None) == (quick is None)
        if slow is not None and quick is not None:
            assert (slow.terms, slow.inside) == (quick.terms, quick.inside)


@pytest.mark.parametrize("block", range(4))
def test_a_least_cut_into_a_fixed_number_of_parts(block: int) -> None:
    """Such problems go to the engine of `cutedges`; the claims are the same."""
    solved = 0
    for seed in range(20_000 + 40 * block, 20_040 + 40 * block):
        problem = random_problem(seed, 10)
        rng = np.random.default_rng(seed)
        parts = int(rng.integers(1, min(4, problem.n) + 1))
        mean = max(1, int(problem.weights.sum()) // parts)
        problem = replace(
            problem,
            parts=parts,
            lower=max(1, mean * 3 // 4),
            upper=mean * 5 // 4 + 1,
            locked=None,
            apart=None,
            terms=(("outside", "deviation", "cut_edges"), ("outside", "perimeter"))[seed % 2],
        )
        answer = best(problem)
        outcome = solve(problem, Limits(work=100))
        if answer is None:
            assert outcome.status in ("infeasible", "unknown")
            continue
        assert complaints(problem, outcome, answer) == [], seed
        assert (outcome.status == "infeasible") == (not answer.inside), seed
        assert answer.inside == feasible(problem)
        if answer.inside:
            assert outcome.method == "cutedges"
            solved += outcome.status == "optimal"
    assert solved >= 10


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
