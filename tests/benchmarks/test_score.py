"""The benchmark's one measure, on graphs small enough to count by hand."""

from __future__ import annotations

import numpy as np

from benchmarks.engine.peer_child import part_of
from benchmarks.engine.score import Graph, numbers_of_parts, score
from redistrict.districting import measure
from redistrict.model.problem import Problem
from tests.problems import random_problem

PATH = Graph([100, 120, 130, 90, 110], [(0, 1), (1, 2), (2, 3), (3, 4)], 200, 250)


def test_parts_in_the_window_leave_nobody_outside() -> None:
    told = score(PATH, [0, 0, 1, 1, 1])
    assert (told.outside, told.cut, told.parts, told.loose) == (330, 1, 2, 0)
    assert score(Graph([100, 120], [(0, 1)], 200, 250), [5, 5]).outside == 0


def test_both_ends_of_the_window_belong_to_it() -> None:
    for weight, outside in ((199, 199), (200, 0), (250, 0), (251, 251)):
        assert score(Graph([weight], [], 200, 250), [0]).outside == outside


def test_a_loose_piece_is_a_part_of_its_own() -> None:
    # 0 and 2 share a name but not an edge: 100 and 130 are both too light alone.
    told = score(PATH, [0, 1, 0, 1, 1])
    assert told.loose == 2
    assert told.outside == 100 + 120 + 130
    assert told.outside + 200 == sum(PATH.weights)


def test_a_node_given_to_nobody_is_outside_alone() -> None:
    graph = Graph([220, 220], [(0, 1)], 200, 250)
    assert score(graph, [-1, 0]).outside == 220
    assert score(graph, [-1, -1]).outside == 440
    assert score(graph, [-1, -1]).cut == 1


def test_a_part_without_weight_costs_nothing() -> None:
    assert score(Graph([0, 210], [(0, 1)], 200, 250), [0, 1]).outside == 0


def test_the_measure_is_the_engines_own_on_connected_plans() -> None:
    for seed in range(200):
        problem = random_problem(seed)
        graph = Graph(
            problem.weights.tolist(),
            [(a, b) for a, b in problem.edges.tolist()],
            problem.lower,
            problem.upper,
        )
        plan = _some_connected_plan(problem, seed)
        bare = Problem(
            problem.ids,
            problem.weights,
            problem.edges,
            problem.lower,
            problem.upper,
            terms=("outside", "cut_edges"),
        )
        told = score(graph, plan.tolist())
        if problem.lower > 0:  # with a lower end of 0 a part without weight is in the window
            assert (told.outside, told.cut) == measure(bare, plan)
        assert told.loose == 0


def _some_connected_plan(problem: Problem, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    part = np.arange(problem.n)
    for a, b in problem.edges.tolist():
        if rng.random() < 0.4:
            part[part == part[b]] = part[a]
    return np.unique(part, return_inverse=True)[1].reshape(-1)


def test_numbers_of_parts_are_those_arithmetic_allows() -> None:
    assert sorted(numbers_of_parts(1000, 200, 250)) == [4, 5]
    assert numbers_of_parts(900, 200, 250) == [4]
    assert numbers_of_parts(225 * 10, 200, 250)[0] == 10
    for total in range(1, 3000, 7):
        allowed = {p for p in range(1, 20) if 200 * p <= total <= 250 * p}
        found = set(numbers_of_parts(total, 200, 250))
        assert found == allowed or (not allowed and found)


def test_without_a_number_that_fits_the_two_next_to_it_are_tried() -> None:
    assert sorted(numbers_of_parts(399, 200, 250)) == [1, 2]
    assert numbers_of_parts(100, 200, 250) == [1]


def test_a_component_keeps_its_edges_and_weights() -> None:
    cut = part_of(PATH, [2, 3, 4])
    assert (list(cut.weights), list(cut.edges)) == ([130, 90, 110], [(0, 1), (1, 2)])
