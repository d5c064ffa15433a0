"""Generated committees and the greedy peer."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.engine.generated import committee
from benchmarks.engine.greedy import greedy
from benchmarks.engine.sources import load, save
from redistrict.districting import measure, validate
from redistrict.model.problem import Problem


@pytest.mark.parametrize("number", [0, 7, 100, 199])
def test_a_committee_is_a_problem_and_decided_by_its_number(number: int) -> None:
    once, again = committee(number).problem, committee(number).problem
    validate(once)
    assert once.ids == again.ids
    assert (once.weights == again.weights).all()
    assert (once.edges == again.edges).all()
    assert 900 <= once.weights.sum() <= 4500
    assert (once.lower, once.upper) == (200, 250)


@pytest.mark.parametrize("number", range(12))
def test_courtyards_up_to_the_window_are_not_divided(number: int) -> None:
    problem = committee(number).problem
    assert problem.soft_groups is not None
    yard = problem.soft_groups[1]
    for a, b in problem.edges.tolist():
        if yard[a] >= 0 and yard[a] == yard[b]:
            assert problem.weights[yard == yard[a]].sum() > problem.upper


def test_numbers_give_different_committees() -> None:
    assert len({committee(i).problem.weights.tobytes() for i in range(12)}) == 12


def test_what_is_saved_is_read_back(tmp_path: Path) -> None:
    problem = committee(3).problem
    save(problem, tmp_path / "p.json")
    back = load(tmp_path / "p.json")
    plan = np.arange(problem.n) // 5
    assert measure(back, plan) == measure(problem, plan)
    assert (back.ids, back.terms, back.soft_weights) == (
        problem.ids, problem.terms, problem.soft_weights,
    )  # fmt: skip


def _committees(weights: list[int], present: list[int]) -> Problem:
    n = len(weights)
    return Problem(
        ids=tuple(map(str, range(n))),
        weights=np.array(weights, dtype=np.int64),
        edges=np.array([(i, i + 1) for i in range(n - 1)], dtype=np.int32),
        lower=2500,
        upper=3500,
        present=np.array(present, dtype=np.int32),
        target=3000,
        terms=("outside", "moved"),
    )


def test_greedy_merges_small_neighbours() -> None:
    problem = _committees([1500, 1400, 3000], [0, 1, 2])
    part = greedy(problem)
    assert part.tolist() == [0, 0, 1]
    assert measure(problem, part) == (0, 0)


def test_greedy_halves_what_is_too_large() -> None:
    problem = _committees([1000] * 6, [0] * 6)
    part = greedy(problem)
    assert measure(problem, part) == (0, 3000)


def test_greedy_leaves_what_fits_nowhere() -> None:
    problem = _committees([1000, 3400], [0, 1])
    assert measure(problem, greedy(problem)) == (1000, 0)


def test_greedy_parts_are_connected() -> None:
    problem = committee(5).problem
    part = greedy(problem)
    from benchmarks.engine.peers import graph_of
    from benchmarks.engine.score import score

    assert score(graph_of(problem), part.tolist()).loose == 0
