"""Large cores piece by piece: what is proven outside, regions, and a quiet standard output."""

from __future__ import annotations

import os
from dataclasses import replace

import numpy as np
import pytest

from redistrict.districting import linear, solve, violations
from redistrict.districting.columns import connected_sets
from redistrict.districting.core import OUTSIDE, contract
from redistrict.districting.light import bound_without_light
from redistrict.districting.limits import budget
from redistrict.districting.pieces import divide, restrict
from redistrict.districting.plan import features_of
from redistrict.districting.regions import improve
from redistrict.districting.watch import Watch
from redistrict.model.problem import Limits, Problem
from tests.oracle import best
from tests.problems import random_problem

QUICK = Limits(effort="quick")


def town(rows: int, columns: int, seed: int = 0) -> Problem:
    """A lattice of buildings, some oversized, window 200-250: parts have about three units."""
    rng = np.random.default_rng(seed)
    n = rows * columns
    edges = [(i, i + 1) for i in range(n - 1) if (i + 1) % columns]
    edges += [(i, i + columns) for i in range(n - columns)]
    weights = rng.integers(2, 180, n)
    weights[rng.random(n) < 0.15] = 400
    return Problem(
        ids=tuple(f"u{i}" for i in range(n)),
        weights=weights.astype(np.int64),
        edges=np.array(sorted(edges), dtype=np.int32),
        lower=200,
        upper=250,
        terms=("outside", "cut_edges"),
    )


@pytest.mark.parametrize("seed", range(25))
def test_the_bound_of_the_pieces_holds_for_every_plan(seed: int) -> None:
    drawn = random_problem(seed)
    problem = replace(drawn, parts=None, locked=None, apart=None, terms=("outside", "cut_edges"))
    answer = best(problem)
    assert answer is not None
    least = answer.terms[0]
    bound = 0
    for core in contract(problem).cores:
        made = divide(core, np.zeros(core.n, dtype=np.int64), 0, budget(QUICK), Watch())
        assert made.outside <= features_of(core, made.part)[OUTSIDE]
        bound += made.outside
    assert bound <= least


@pytest.mark.parametrize("seed", range(120))
def test_the_bound_without_light_atoms_holds_for_every_plan(seed: int) -> None:
    drawn = random_problem(seed + 500)
    problem = replace(drawn, parts=None, locked=None, apart=None, terms=("outside",))
    answer = best(problem)
    assert answer is not None
    bound = sum(
        bound_without_light(core, 0, budget(QUICK), Watch()) for core in contract(problem).cores
    )
    assert 0 <= bound <= answer.terms[0]


def test_light_atoms_do_not_hide_what_heavy_ones_cannot_do() -> None:
    # Blocks of 120 with a hut of 3 on every side: two blocks make 240, and one is left.
    edges = [(i, i + 1) for i in range(8)]
    problem = Problem(
        ids=tuple(f"u{i}" for i in range(9)),
        weights=np.array([3, 120, 3, 3, 120, 3, 3, 120, 3], dtype=np.int64),
        edges=np.array(edges, dtype=np.int32),
        lower=200,
        upper=250,
        terms=("outside",),
    )
    (core,) = contract(problem).cores
    assert bound_without_light(core, 0, budget(QUICK), Watch()) == 120


def test_homeless_units_are_outside_in_the_bound() -> None:
    problem = town(14, 14)
    outcome = solve(problem, QUICK)
    assert not violations(problem, outcome.assignment)
    bound = outcome.terms[0].bound
    assert bound is not None
    weight, edges = problem.weights, problem.edges
    lonely = 0
    for u in np.flatnonzero(weight <= 250).tolist():
        around = np.concatenate([edges[edges[:, 0] == u, 1], edges[edges[:, 1] == u, 0]])
        if weight[u] < 200 and (weight[around] + weight[u] > 250).all():
            lonely += int(weight[u])
    assert bound >= int(weight[weight > 250].sum()) + lonely
    assert bound <= outcome.terms[0].value


def test_the_pieces_do_not_depend_on_chance() -> None:
    one, two = solve(town(12, 12, 3), QUICK), solve(town(12, 12, 3), QUICK)
    assert np.array_equal(one.assignment, two.assignment)
    assert one.terms == two.terms


def test_regions_never_leave_more_over_and_stay_disjoint() -> None:
    problem = town(10, 10, 1)
    core = max(contract(problem).cores, key=lambda c: c.n)
    pool = connected_sets(core, 200, 250, 100_000, Watch(), most=5)
    assert pool is not None
    start = np.arange(core.n)
    made = improve(core, pool, start, 0, 0, budget(QUICK), Watch())
    inside = (core.weight >= 200) & (core.weight <= 250)
    assert int(core.weight[made < 0].sum()) < int(core.weight[~inside].sum())
    for p in np.unique(made[made >= 0]).tolist():
        assert 200 <= int(core.weight[made == p].sum()) <= 250


def test_a_restricted_core_keeps_its_inner_edges() -> None:
    core = contract(town(6, 6)).cores[0]
    mine = np.arange(0, core.n, 2)
    small = restrict(core, mine)
    expected = int(np.isin(core.edges, mine).all(axis=1).sum())
    assert (small.n, len(small.edges), len(small.near.index)) == (len(mine), expected, 2 * expected)
    assert np.array_equal(small.weight, core.weight[mine])


def test_no_solver_writes_to_standard_output(capfd: pytest.CaptureFixture[str]) -> None:
    with linear.quiet(), linear.quiet():
        os.write(1, b"from a solver\n")
    os.write(1, b"ours\n")
    assert capfd.readouterr().out == "ours\n"


def test_what_a_choice_of_parts_leaves_over_does_not_become_one_huge_part() -> None:
    rng = np.random.default_rng(3)
    plain = town(24, 25)
    drawn = [
        rng.integers(130, 200) if rng.random() < 0.8 else rng.integers(1, 5) for _ in range(600)
    ]
    heavy = replace(
        plain,
        weights=np.array(drawn, dtype=np.int64),
        terms=("outside", "deviation"),
    )
    found = solve(heavy, QUICK)
    weight = np.bincount(found.assignment, heavy.weights)
    # Two of the heaviest buildings beside one another, a hut with them: nothing has to be larger.
    assert weight.max() < 2 * heavy.upper


def test_what_a_solver_prints_for_its_developers_is_not_passed_on(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with linear.quiet():
        os.write(1, b"HighsMipSolverData::transformNewIntegerFeasibleSolution tmpSolver.run();\n")
        os.write(1, b"out of ideas\n")
        os.write(2, b"a crash\n")
    heard = capfd.readouterr()
    assert heard.out == ""
    assert heard.err == "a crash\nout of ideas\n"
