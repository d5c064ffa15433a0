"""The promises of `solve` that do not need an oracle."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest

from redistrict.districting import Progress, measure, solve, validate, violations
from redistrict.i18n import LANGS, catalogue
from redistrict.model.errors import GraphError
from redistrict.model.problem import Limits, Problem
from tests.problems import random_problem

QUICK = Limits(effort="quick")


def lattice(rows: int, columns: int, seed: int = 0, **settings: object) -> Problem:
    """A grid of units of 20-60 with window 200-250."""
    rng = np.random.default_rng(seed)
    number = np.arange(rows * columns).reshape(rows, columns)
    edges = np.concatenate(
        [
            np.column_stack([number[:, :-1].ravel(), number[:, 1:].ravel()]),
            np.column_stack([number[:-1].ravel(), number[1:].ravel()]),
        ]
    )
    base = Problem(
        ids=tuple(map(str, range(rows * columns))),
        weights=rng.integers(20, 60, rows * columns).astype(np.int64),
        edges=edges.astype(np.int32),
        lower=200,
        upper=250,
        lengths=rng.integers(1000, 9000, len(edges)).astype(np.int64),
        terms=("outside", "moved", "perimeter"),
    )
    return replace(base, **settings)


def test_the_same_limits_give_the_same_answer() -> None:
    problem = lattice(8, 9)
    first, second = (solve(problem, Limits(effort="quick", seed=5)) for _ in range(2))
    assert first.assignment.tolist() == second.assignment.tolist()
    assert first.terms == second.terms


def test_a_plan_that_is_in_order_is_kept() -> None:
    problem = lattice(8, 8)
    first = solve(problem, QUICK)
    assert first.status in ("optimal", "feasible")
    again = solve(replace(problem, present=first.assignment), Limits(effort="quick", seed=9))
    assert again.assignment.tolist() == first.assignment.tolist()
    assert again.terms[1].value == 0
    assert again.terms[1].proven


def test_a_worse_looking_plan_in_order_is_kept_too() -> None:
    # Stripes: in the window, connected, long boundaries. Nobody moves for looks.
    problem = replace(lattice(6, 6), weights=np.full(36, 36, dtype=np.int64))
    stripes = (np.arange(36) // 6).astype(np.int32)
    outcome = solve(replace(problem, present=stripes), QUICK)
    assert outcome.assignment.tolist() == stripes.tolist()


def test_locked_units_are_a_part_of_their_own() -> None:
    present = np.where(np.arange(64) % 8 < 2, 0, -1).astype(np.int32)
    problem = lattice(8, 8, present=present, locked=present == 0)
    outcome = solve(problem, QUICK)
    assert violations(problem, outcome.assignment) == ()
    assert len(np.unique(outcome.assignment[present == 0])) == 1


def test_keep_apart_and_together_hold() -> None:
    together = np.full(64, -1, dtype=np.int32)
    together[[9, 10, 11]] = 3
    problem = lattice(8, 8, together=together, apart=np.array([[0, 1], [27, 28]], dtype=np.int32))
    outcome = solve(problem, QUICK)
    assert violations(problem, outcome.assignment) == ()
    assert outcome.terms[0].value == 0


def test_a_fixed_number_of_parts_is_made() -> None:
    problem = lattice(8, 8, parts=11)
    outcome = solve(problem, QUICK)
    assert outcome.parts == 11
    assert violations(problem, outcome.assignment) == ()


def test_more_parts_than_units_is_infeasible() -> None:
    problem = lattice(2, 3, parts=7)
    assert solve(problem, QUICK).status == "infeasible"


def test_stopping_at_once_still_gives_a_plan() -> None:
    problem = lattice(10, 10)
    outcome = solve(problem, Limits(effort="certify"), should_stop=lambda: True)
    assert violations(problem, outcome.assignment) == ()
    assert outcome.status != "optimal"


def test_no_time_still_gives_a_plan() -> None:
    problem = lattice(12, 12)
    outcome = solve(problem, Limits(effort="certify", seconds=0.0))
    assert violations(problem, outcome.assignment) == ()
    assert [t.value for t in outcome.terms] == list(measure(problem, outcome.assignment))


def test_progress_is_told() -> None:
    heard: list[Progress] = []
    solve(lattice(6, 6), QUICK, on_progress=heard.append)
    assert heard[0].phase == "search"
    assert heard[-1].phase == "done"
    assert heard[-1].terms[0] == 0


def test_problem_and_outcome_travel_between_processes() -> None:
    problem = pickle.loads(pickle.dumps(lattice(5, 5)))
    outcome = solve(problem, QUICK)
    assert pickle.loads(pickle.dumps(outcome)).terms == outcome.terms


def test_a_part_without_weight_is_not_made() -> None:
    weights = np.array([0, 100, 0, 110, 0, 100, 110, 0], dtype=np.int64)
    edges = np.array([(i, i + 1) for i in range(7)], dtype=np.int32)
    problem = Problem(tuple("abcdefgh"), weights, edges, 200, 250)
    outcome = solve(problem, QUICK)
    assert outcome.parts == 2
    assert outcome.terms[0].value == 0


def test_no_weight_at_all_is_one_part() -> None:
    edges = np.array([(0, 1), (1, 2)], dtype=np.int32)
    outcome = solve(Problem(tuple("abc"), np.zeros(3, dtype=np.int64), edges, 200, 250), QUICK)
    assert (outcome.parts, outcome.status) == (1, "infeasible")
    assert [r.code for r in outcome.reasons] == ["arithmetic"]


BAD = {
    "problem-negative": {"weights": np.array([1, -1], dtype=np.int64)},
    "problem-window": {"lower": 5, "upper": 4},
    "problem-dangling-edge": {"edges": np.array([[0, 2]], dtype=np.int32)},
    "problem-edge-order": {"edges": np.array([[1, 0]], dtype=np.int32)},
    "problem-duplicate-edge": {"edges": np.array([[0, 1], [0, 1]], dtype=np.int32)},
    "problem-shape": {"weights": np.array([1], dtype=np.int64)},
    "problem-not-integer": {"weights": np.array([1.5, 2.0])},
    "problem-parts": {"parts": 0},
    "problem-too-heavy": {"weights": np.array([2**62, 2**62], dtype=np.int64)},
    "problem-unknown-term": {"terms": ("beauty",)},
    "problem-terms": {"terms": ()},
    "problem-no-target": {"terms": ("target",)},
    "problem-dangling-apart": {"apart": np.array([[0, 5]], dtype=np.int32)},
    "problem-apart-together": {
        "apart": np.array([[0, 1]], dtype=np.int32),
        "together": np.array([0, 0], dtype=np.int32),
    },
    "problem-locked-without-label": {"locked": np.array([True, False])},
    "problem-together-apart": {
        "edges": np.zeros((0, 2), dtype=np.int32),
        "together": np.array([0, 0], dtype=np.int32),
    },
}


@pytest.mark.parametrize("code", sorted(BAD))
def test_a_malformed_problem_is_refused_in_words(code: str) -> None:
    good = Problem(
        ("a", "b"), np.array([1, 2], dtype=np.int64), np.array([[0, 1]], dtype=np.int32), 1, 3
    )
    validate(good)
    with pytest.raises(GraphError) as caught:
        solve(replace(good, **BAD[code]), QUICK)
    assert code in {f.code for f in caught.value.findings}
    for lang in LANGS:
        template = catalogue(lang)[f"finding.{code}"]
        for finding in caught.value.findings:
            if finding.code == code:
                assert template.format(**finding.params)


def test_violations_are_seen() -> None:
    problem = lattice(3, 3, parts=2, apart=np.array([[0, 8]], dtype=np.int32))
    assert "apart" in violations(problem, np.zeros(9, dtype=np.int64))
    assert "parts" in violations(problem, np.zeros(9, dtype=np.int64))
    scattered = np.array([0, 1, 0, 1, 0, 1, 0, 1, 0])
    assert "disconnected" in violations(problem, scattered)
    assert violations(problem, np.array([0, 0, 0, 0, 0, 0, 1, 1, 1])) == ()


def test_running_sums_are_what_counting_afresh_gives() -> None:
    from redistrict.districting.anneal import anneal
    from redistrict.districting.core import contract
    from redistrict.districting.plan import features_of
    from redistrict.districting.watch import Watch

    for seed in range(40):
        for core in contract(random_problem(seed, 12)).cores:
            found = anneal(core, seed, 500, Watch())
            fresh = features_of(core, found.part)
            assert found.value == tuple(fresh[f] for f in core.order)
