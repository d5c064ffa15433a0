"""Exact counts: known sequences, brute force, limits."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

from redistrict.districting.enumeration import TooMany, count_partitions
from redistrict.model.problem import Problem
from tests.unit.districting.test_cutedges import brute, random_problem


def grid(n: int) -> Problem:
    graph = nx.convert_node_labels_to_integers(nx.grid_2d_graph(n, n))
    edges = np.array(sorted(tuple(sorted(e)) for e in graph.edges), dtype=np.int32).reshape(-1, 2)
    return Problem(
        tuple(map(str, graph)),
        np.ones(n * n, np.int64),
        edges,
        n,
        n,
        parts=n,
        terms=("cut_edges",),
    )


@pytest.mark.parametrize(("n", "count"), [(1, 1), (2, 2), (3, 10), (4, 117), (5, 4006)])
def test_square_grids(n: int, count: int) -> None:
    assert count_partitions(grid(n)) == count


@pytest.mark.slow
def test_the_six_by_six_grid() -> None:
    assert count_partitions(grid(6)) == 451206


@pytest.mark.parametrize("seed", range(6))
def test_random_graphs_against_every_partition(seed: int) -> None:
    rng = np.random.default_rng(100 + seed)
    for _ in range(15):
        problem = random_problem(rng, int(rng.integers(2, 9)), connected=bool(rng.integers(4)))
        assert count_partitions(problem) == brute(problem)[1]


def test_a_count_that_takes_too_long_says_so() -> None:
    with pytest.raises(TooMany):
        count_partitions(grid(8), seconds=0.2)
