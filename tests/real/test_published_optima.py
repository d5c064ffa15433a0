"""Published minima of cut edges on census graphs: reached, and proven where they are proven."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import networkx as nx
import numpy as np
import pytest

from redistrict import districting
from redistrict.districting.cutedges import solve
from redistrict.districting.enumeration import count_partitions
from redistrict.districting.graph_json import read_graph
from redistrict.model.problem import Limits, Outcome, Problem

GRAPHS = Path(__file__).resolve().parents[3] / "shared" / "data" / "graphs"

pytestmark = pytest.mark.real


def published(name: str) -> tuple[Problem, int, int]:
    """The instance whose file starts with ``name``, its best known cut and its proven bound."""
    table = GRAPHS / "cut_edges.csv"
    if not table.is_file():
        pytest.skip(f"no {table}")
    with table.open(encoding="utf-8") as stream:
        row = next(r for r in csv.DictReader(stream) if r["file"].startswith(name))
    graph = read_graph(GRAPHS / row["file"], "TOTPOP")
    problem = Problem(
        graph.ids,
        graph.weights,
        graph.edges,
        int(row["lower"]),
        int(row["upper"]),
        parts=int(row["parts"]),
        terms=("cut_edges",),
    )
    return problem, int(row["best_known_cut_edges"]), int(row["proven_bound"])


def check(problem: Problem, outcome: Outcome) -> None:
    """Contiguity, weights and the cut, with networkx alone."""
    graph = nx.Graph()
    graph.add_nodes_from(range(problem.n))
    graph.add_edges_from(problem.edges.tolist())
    part = outcome.assignment
    for p in range(problem.parts or 0):
        members = np.flatnonzero(part == p).tolist()
        assert nx.is_connected(graph.subgraph(members))
        assert problem.lower <= int(problem.weights[members].sum()) <= problem.upper
    cut = sum(1 for a, b in problem.edges.tolist() if part[a] != part[b])
    assert cut == outcome.terms[0].value


def test_whoever_asks_the_engine_gets_them() -> None:
    """`districting.solve` hands a least cut on, also behind terms that the window makes zero."""
    problem, best, _ = published("nm")
    asked = replace(problem, terms=("outside", "deviation", "cut_edges"))
    outcome = districting.solve(asked, Limits(seconds=120))
    assert (outcome.status, outcome.method) == ("optimal", "cutedges")
    assert [t.value for t in outcome.terms] == [0, 0, best]


@pytest.mark.parametrize("name", ["me", "nm", "id", "wv", "nh"])
def test_reached_and_proven(name: str) -> None:
    problem, best, bound = published(name)
    outcome = solve(problem, Limits(seconds=300))
    assert outcome.status == "optimal"
    assert outcome.terms[0].value == outcome.terms[0].bound == best == bound
    check(problem, outcome)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["la", "al", "ia"])
def test_the_harder_counties_are_proven_within_ten_minutes(name: str) -> None:
    problem, best, _ = published(name)
    outcome = solve(problem, Limits(seconds=590))
    assert outcome.status == "optimal"
    assert outcome.terms[0].value == outcome.terms[0].bound == best
    check(problem, outcome)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["ut", "ms"])
def test_open_instances_are_reached_or_passed_within_a_minute(name: str) -> None:
    problem, best, _ = published(name)
    outcome = solve(problem, Limits(seconds=55))
    check(problem, outcome)
    assert outcome.terms[0].value <= best
    assert outcome.terms[0].bound is not None


def test_new_mexico_has_365_plans() -> None:
    problem, _, _ = published("nm")
    assert count_partitions(problem) == 365
