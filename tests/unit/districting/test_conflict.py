"""Conflicts of side rules, each re-checked by trying every partition."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from redistrict.districting import solve
from redistrict.districting.conflict import conflict, explained, rules_of, with_rules
from redistrict.model.problem import Limits, Problem
from tests.masks import feasible
from tests.problems import random_problem

LIMITS = Limits(work=1500)


def ring(weights: list[int], lower: int, upper: int, **rules: object) -> Problem:
    n = len(weights)
    pairs = sorted({(min(i, (i + 1) % n), max(i, (i + 1) % n)) for i in range(n)})
    base = Problem(
        ids=tuple(map(str, range(n))),
        weights=np.array(weights, dtype=np.int64),
        edges=np.array(pairs, dtype=np.int32),
        lower=lower,
        upper=upper,
        terms=("outside", "cut_edges"),
    )
    return replace(base, **rules)


def crowded(seed: int) -> Problem:
    """A random problem with more side rules than it can bear."""
    rng = np.random.default_rng(seed)
    problem = random_problem(seed, 8)
    n = problem.n
    total = max(2, int(problem.weights.sum()))
    lower = max(1, total // int(rng.integers(2, 4)) - int(rng.integers(0, 6)))
    together = np.full(n, -1, dtype=np.int32)
    if len(problem.edges):
        together[rng.permutation(problem.edges)[0]] = 0
    pairs = [(a, b) for a in range(n) for b in range(a + 1, n) if together[a] != 0 or together[b]]
    rng.shuffle(pairs)
    present = rng.integers(0, 3, n).astype(np.int32)
    locked = (present == 0) & (together < 0) & (rng.random(n) < 0.5)
    pairs = [p for p in pairs if not (locked[p[0]] and locked[p[1]])][:3]
    return replace(
        problem,
        lower=lower,
        upper=lower + int(rng.integers(3, 15)),
        together=together if (together == 0).sum() > 1 else None,
        apart=np.array(sorted(pairs), dtype=np.int32) if pairs else None,
        present=present,
        locked=locked if rng.random() < 0.4 else None,
        parts=int(rng.integers(1, 4)) if rng.random() < 0.3 else None,
        terms=("outside", "perimeter"),
    )


@pytest.mark.parametrize("block", range(4))
def test_conflicts_are_true_and_minimal(block: int) -> None:
    """Nothing fits with these rules, and something does without any one of them."""
    sizes: list[int] = []
    kinds: set[str] = set()
    for seed in range(30_000 + 40 * block, 30_040 + 40 * block):
        problem = crowded(seed)
        found = conflict(problem, LIMITS)
        if found is None:
            continue
        assert not feasible(with_rules(problem, found.rules)), seed
        assert set(found.rules) <= set(rules_of(problem))
        if found.minimal:
            for rule in found.rules:
                rest = [r for r in found.rules if r != rule]
                assert feasible(with_rules(problem, rest)), seed
        sizes.append(len(found.rules))
        kinds |= {r.kind for r in found.rules}
    assert max(sizes) >= 1
    assert len(kinds) >= 2


def test_the_rule_to_blame_is_named_and_no_other() -> None:
    # Four of 10 in parts of 20: any two neighbours, unless all neighbours must part.
    together = np.array([-1, -1, -1, -1], dtype=np.int32)
    apart = np.array([[0, 1], [0, 3], [0, 2]], dtype=np.int32)
    problem = ring([10, 10, 10, 10], 20, 20, apart=apart, together=together)
    outcome = explained(problem, solve(problem, LIMITS), LIMITS)
    assert outcome.status == "infeasible"
    last = outcome.reasons[-1]
    assert (last.code, last.part, last.units) == ("conflict", None, (0, 1, 3))
    assert last.params == {"together": 0, "apart": 2, "locked": 0, "parts": 0}


def test_where_the_window_is_to_blame_no_rule_is() -> None:
    problem = ring([10, 10, 10], 20, 20, apart=np.array([[0, 1]], dtype=np.int32))
    found = conflict(problem, LIMITS)
    assert found is not None
    assert found.rules == ()
    outcome = solve(problem, LIMITS)
    assert explained(problem, outcome, LIMITS) == outcome


def test_where_a_plan_fits_there_is_no_conflict() -> None:
    problem = ring([10, 10, 10, 10], 20, 20, apart=np.array([[0, 1]], dtype=np.int32))
    assert conflict(problem, LIMITS) is None
    assert solve(problem, LIMITS).status == "optimal"
