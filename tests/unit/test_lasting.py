"""The next run, starting from this plan, has nothing to add."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from redistrict import districting
from redistrict.grids.lasting import lasting
from redistrict.model.problem import Limits, Problem

TERMS = ("outside", "deviation", "moved", "perimeter")


def town(seed: int, side: int = 9) -> Problem:
    """Heavy buildings on a square: few of them fit 200-250 together."""
    rng = np.random.default_rng(seed)
    n = side * side
    edges = [
        (i, j) for i in range(n) for j in (i + 1, i + side) if j < n and (j != i + 1 or j % side)
    ]
    return Problem(
        ids=tuple(map(str, range(n))),
        weights=rng.choice([24, 48, 72, 96, 130, 144, 192], n).astype(np.int64),
        edges=np.array(edges, dtype=np.int32),
        lower=200,
        upper=250,
        terms=TERMS,
    )


@pytest.mark.parametrize("seed", range(6))
def test_it_outlasts_the_next_run(seed: int) -> None:
    problem, limits = town(seed), Limits(effort="quick")
    first = lasting(problem, limits)
    again = lasting(replace(problem, present=first.assignment), limits)
    plain = districting.solve(problem, limits)
    assert [t.value for t in first.terms[:2]] <= [t.value for t in plain.terms[:2]]
    assert districting.violations(problem, first.assignment) == ()
    assert tuple(t.value for t in first.terms) == districting.measure(problem, first.assignment)
    assert again.assignment.tolist() == first.assignment.tolist()


def test_bounds_of_a_plan_found_on_the_way_are_only_those_that_hold() -> None:
    found = [lasting(town(seed), Limits(effort="quick")) for seed in range(6)]
    plain = [districting.solve(town(seed), Limits(effort="quick")) for seed in range(6)]
    better = [
        f
        for f, p in zip(found, plain, strict=True)
        if f.assignment.tolist() != p.assignment.tolist()
    ]
    for one in better:
        assert one.terms[-1].bound is None
        assert one.status != "optimal"
