"""Alternatives: each the best of its kind, none like another, none worse in everything."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from typer.testing import CliRunner

from redistrict.cli import build
from redistrict.districting import alternatives, distance, solve, violations
from redistrict.districting.alternatives import DISTINCT, Alternatives, compared
from redistrict.model.problem import Limits, Problem
from tests.oracle import best
from tests.problems import random_problem

LIMITS = Limits(work=3000)


def slowly(weights: np.ndarray, one: np.ndarray, other: np.ndarray) -> float:
    """The distance by trying every pairing of parts."""
    if weights.sum() == 0:
        weights = np.ones_like(weights)
    k = max(int(one.max()), int(other.max())) + 1
    most = max(
        sum(int(weights[(one == p) & (other == q)].sum()) for p, q in enumerate(order))
        for order in permutations(range(k))
    )
    return 1 - most / int(weights.sum())


def test_distance_is_that_of_the_best_pairing_and_a_metric() -> None:
    rng = np.random.default_rng(4)
    for _ in range(200):
        n = int(rng.integers(1, 9))
        weights = rng.integers(0, 9, n)
        plans = [np.unique(rng.integers(0, 4, n), return_inverse=True)[1] for _ in range(3)]
        a, b, c = plans
        assert distance(weights, a, b) == pytest.approx(slowly(weights, a, b))
        assert distance(weights, a, b) == distance(weights, b, a)
        assert distance(weights, a, a.max() - a) == 0
        both = distance(weights, a, b) + distance(weights, b, c)
        assert distance(weights, a, c) <= both + 1e-12


def town(seed: int) -> Problem:
    """A random problem with a present plan, where something can be chosen."""
    rng = np.random.default_rng(seed)
    problem = random_problem(seed, 8)
    return replace(
        problem,
        weights=rng.integers(5, 25, problem.n),
        lower=20,
        upper=int(rng.integers(30, 60)),
        target=None,
        present=rng.integers(0, 3, problem.n).astype(np.int32),
        locked=None,
        parts=None,
        terms=("outside", "moved", "groups_cut", "perimeter"),
    )


def sound(problem: Problem, found: Alternatives) -> int:
    """Everything promised of ``found``; the number of plans beside the one asked for."""
    plans = [s.outcome.assignment for s in found.steps]
    assert found.distance.shape == (len(plans), len(plans))
    values = [compared(problem, plan) for plan in plans]
    for i, step in enumerate(found.steps):
        assert violations(problem, plans[i]) == ()
        answer = best(step.problem)
        assert answer is not None
        if all(t.proven for t in step.outcome.terms):
            assert tuple(t.value for t in step.outcome.terms) == answer.terms
        assert values[i][0] <= values[0][0]
        for j in range(len(plans)):
            assert found.distance[i, j] == distance(problem.weights, plans[i], plans[j])
            if i != j:
                assert found.distance[i, j] >= DISTINCT
                worse = all(a <= b for a, b in zip(values[j], values[i], strict=True))
                assert i == 0 or not worse or values[i] == values[j]
    return len(plans) - 1


def test_steps_are_the_best_of_their_kind_and_differ() -> None:
    counts: list[int] = []
    names: set[str] = set()
    for seed in range(30):
        problem = town(seed)
        found = alternatives(problem, solve(problem, LIMITS), LIMITS)
        counts.append(sound(problem, found))
        names |= {s.name for s in found.steps}
    assert max(counts) >= 2
    assert {"as_asked", "best_balanced", "most_compact"} <= names


def test_the_least_moved_plan_stands_beside_a_balanced_one() -> None:
    problem = replace(town(3), terms=("outside", "perimeter"))
    seen: set[str] = set()
    for seed in range(17, 30):
        asked = replace(town(seed), terms=("outside", "perimeter"))
        found = alternatives(asked, solve(asked, LIMITS), LIMITS)
        sound(asked, found)
        seen |= {s.name for s in found.steps}
    assert {"least_moved", "best_balanced"} <= seen
    few = alternatives(problem, solve(problem, LIMITS), LIMITS, most=1)
    assert len(few.steps) <= 2
    assert len(alternatives(problem, solve(problem, LIMITS), LIMITS, distinct=1.1).steps) == 1


def test_stopping_leaves_the_plan_as_asked() -> None:
    problem = town(5)
    found = alternatives(problem, solve(problem, LIMITS), LIMITS, should_stop=lambda: True)
    assert [s.name for s in found.steps] == ["as_asked"]


def test_the_command_line_adds_them_and_changes_nothing_else(tmp_path: Path) -> None:
    graph = nx.convert_node_labels_to_integers(nx.grid_2d_graph(4, 5))
    for v in graph:
        graph.nodes[v]["pop"] = 1 + (v * 7) % 5
    source = tmp_path / "g.json"
    source.write_text(json.dumps(nx.adjacency_data(graph)), encoding="utf-8")
    app = build(("partition", "run"))
    args = ["partition", str(source), "--weight", "pop", "--lower", "14", "--upper", "26"]
    args += ["--parts", "3", "--minimize", "cut-edges"]
    plain = json.loads(CliRunner().invoke(app, args).stdout)
    result = CliRunner().invoke(app, [*args, "--alternatives", "3"])
    assert result.exit_code == 0, result.output
    answer = json.loads(result.stdout)
    others = answer.pop("alternatives")
    assert {**answer, "seconds": 0} == {**plain, "seconds": 0}
    assert {x["name"] for x in others} == {"best_balanced"}
    other = others[0]
    parts = [{v for v in graph if other["assignment"][str(v)] == p} for p in range(other["parts"])]
    weights = [sum(graph.nodes[v]["pop"] for v in part) for part in parts]
    assert all(nx.is_connected(graph.subgraph(part)) for part in parts)
    total = sum(weights)
    assert other["terms"][1]["name"] == "target"
    assert other["terms"][1]["value"] == sum(abs(w - total // 3) for w in weights)
    assert other["distance"]["as_asked"] >= DISTINCT
    refused = CliRunner().invoke(app, [*args, "--alternatives", "4"])
    assert refused.exit_code == 2
    assert "[partition-alternatives]" in refused.stderr
