"""The present plan stands unless a search that knows nothing of it finds a better one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from redistrict import districting
from redistrict.model.problem import Limits, Problem

QUICK = Limits(effort="quick")
BEFORE = 2
"""Terms before `moved`."""


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
        steady=True,
        terms=("outside", "deviation", "moved", "perimeter"),
    )


def columns(side: int = 9) -> np.ndarray:
    """A present plan far from the window: every column of the square is one part."""
    return (np.arange(side * side) % side).astype(np.int32)


@pytest.mark.parametrize("seed", range(6))
def test_a_plan_outlasts_the_next_run(seed: int) -> None:
    problem = town(seed)
    first = districting.solve(problem, QUICK)
    again = districting.solve(replace(problem, present=first.assignment), QUICK)
    assert again.assignment.tolist() == first.assignment.tolist()
    assert again.terms[BEFORE].value == 0
    assert again.terms[:BEFORE] == first.terms[:BEFORE]
    assert [r.code for r in again.reasons] == [r.code for r in first.reasons]


@pytest.mark.parametrize("seed", range(4))
def test_so_does_one_that_had_to_give_up_another(seed: int) -> None:
    problem = replace(town(seed), present=columns())
    first = districting.solve(problem, QUICK)
    assert first.terms[BEFORE].value > 0
    assert districting.violations(problem, first.assignment) == ()
    assert tuple(t.value for t in first.terms) == districting.measure(problem, first.assignment)
    again = districting.solve(replace(problem, present=first.assignment), QUICK)
    assert again.assignment.tolist() == first.assignment.tolist()


def four(edges: list[list[int]], present: list[int]) -> Problem:
    """Four buildings of 100: two by two they fit."""
    return Problem(
        ids=tuple("abcd"),
        weights=np.full(4, 100, dtype=np.int64),
        edges=np.array(edges, dtype=np.int32),
        lower=200,
        upper=250,
        present=np.array(present, dtype=np.int32),
        steady=True,
        terms=("outside", "moved", "perimeter"),
    )


def test_a_worse_present_plan_gives_way() -> None:
    """Two parts of 3 and 1 where two of 2 are to be had."""
    square = four([[0, 1], [0, 2], [1, 3], [2, 3]], present=[0, 0, 0, 1])
    outcome = districting.solve(square, QUICK)
    assert outcome.status == "optimal"
    assert [t.value for t in outcome.terms[:2]] == [0, 100]


def test_a_label_in_two_places_is_no_plan_that_could_stand() -> None:
    line = four([[0, 1], [1, 2], [2, 3]], present=[0, 1, 1, 0])
    outcome = districting.solve(line, QUICK)
    assert outcome.assignment.tolist() == [0, 0, 1, 1]
    assert outcome.status == "optimal"
