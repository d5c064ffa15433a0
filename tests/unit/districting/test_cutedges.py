"""Least cut with proof: against brute force over every partition of small random graphs."""

from __future__ import annotations

import itertools

import networkx as nx
import numpy as np
import pytest

from redistrict.districting.cutedges import solve
from redistrict.districting.cutedges.bonds import prove as prove_by_bonds
from redistrict.districting.cutedges.bonds import quotient
from redistrict.districting.cutedges.columns import prove as prove_by_columns
from redistrict.districting.cutedges.columns.patterns import build
from redistrict.districting.cutedges.instance import Assignment, Graph, Instance
from redistrict.districting.cutedges.labelling import prove as prove_by_labelling
from redistrict.model.problem import Limits, Problem


def partitions(n: int):
    """Every partition of 0..n-1, as restricted growth strings."""

    def extend(prefix: list[int], top: int):
        if len(prefix) == n:
            yield prefix
            return
        for p in range(top + 2):
            yield from extend([*prefix, p], max(top, p))

    yield from extend([0], 0)


def brute(problem: Problem) -> tuple[int | None, int]:
    """Least cut of a feasible partition (None: there is none) and how many there are."""
    graph = nx.Graph()
    graph.add_nodes_from(range(problem.n))
    graph.add_edges_from(problem.edges.tolist())
    best, count = None, 0
    lengths = np.ones(len(problem.edges)) if problem.lengths is None else problem.lengths
    for labels in partitions(problem.n):
        k = max(labels) + 1
        if problem.parts is not None and k != problem.parts:
            continue
        groups = [[v for v in range(problem.n) if labels[v] == p] for p in range(k)]
        weights = [sum(int(problem.weights[v]) for v in g) for g in groups]
        if min(weights) < problem.lower or max(weights) > problem.upper:
            continue
        if not all(nx.is_connected(graph.subgraph(g)) for g in groups):
            continue
        count += 1
        cut = sum(
            int(x)
            for (a, b), x in zip(problem.edges.tolist(), lengths, strict=True)
            if labels[a] != labels[b]
        )
        best = cut if best is None else min(best, cut)
    return best, count


def random_problem(rng: np.random.Generator, n: int, connected: bool = True) -> Problem:
    """A small graph, planar or not, with or without zero weights, and a window near its mean."""
    if connected:
        tree = [(int(rng.integers(v)), v) for v in range(1, n)]
    else:
        tree = []
    more = [tuple(sorted(rng.choice(n, 2, replace=False).tolist())) for _ in range(n)]
    pairs = sorted({(min(e), max(e)) for e in [*tree, *more[: int(rng.integers(n + 1))]]})
    weights = rng.integers(0, 9, n).astype(np.int64)
    k = int(rng.integers(1, 5))
    mean = int(weights.sum()) / k
    slack = float(rng.choice([0.05, 0.3, 0.8]))
    perimeter = bool(rng.integers(2))
    return Problem(
        ids=tuple(map(str, range(n))),
        weights=weights,
        edges=np.array(pairs, dtype=np.int32).reshape(-1, 2),
        lower=max(0, int(np.ceil(mean * (1 - slack)))),
        upper=int(mean * (1 + slack)),
        lengths=rng.integers(0, 20, len(pairs)).astype(np.int64) if perimeter else None,
        parts=k if rng.integers(4) else None,
        terms=("perimeter",) if perimeter else ("cut_edges",),
    )


def check(problem: Problem, assignment: Assignment) -> int:
    """The cut of ``assignment`` after checking every rule with networkx alone."""
    graph = nx.Graph()
    graph.add_nodes_from(range(problem.n))
    graph.add_edges_from(problem.edges.tolist())
    k = int(assignment.max()) + 1
    assert problem.parts in (None, k)
    for p in range(k):
        members = np.flatnonzero(assignment == p).tolist()
        assert members
        assert nx.is_connected(graph.subgraph(members))
        assert problem.lower <= problem.weights[members].sum() <= problem.upper
    lengths = np.ones(len(problem.edges)) if problem.lengths is None else problem.lengths
    ends = assignment[problem.edges]
    return int(lengths[ends[:, 0] != ends[:, 1]].sum())


@pytest.mark.parametrize("seed", range(8))
def test_least_cut_and_infeasibility_against_every_partition(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for _ in range(12):
        problem = random_problem(rng, int(rng.integers(2, 9)), connected=bool(rng.integers(5)))
        best, _ = brute(problem)
        outcome = solve(problem, Limits(work=600, seed=seed))
        if best is None:
            assert outcome.status == "infeasible"
            assert outcome.terms == ()
            continue
        assert outcome.status == "optimal"
        assert outcome.terms[0].value == outcome.terms[0].bound == best
        assert check(problem, outcome.assignment) == best


class Notes:
    """A report that remembers."""

    def __init__(self, incumbent: int | None) -> None:
        self.known, self.bounds, self.nothing = incumbent, [0], False
        self.plans: list[Assignment] = []

    def plan(self, outside: int, cost: int, assignment: Assignment) -> None:
        assert outside == 0
        self.known = cost if self.known is None else min(self.known, cost)
        self.plans.append(assignment)

    def bound(self, value: int) -> None:
        self.bounds.append(value)

    def infeasible(self) -> None:
        self.nothing = True

    def incumbent(self) -> int | None:
        return self.known

    def stopped(self) -> bool:
        return False


def instance_of(problem: Problem) -> Instance:
    edges = problem.edges
    lengths = np.ones(len(edges), dtype=np.int64) if problem.lengths is None else problem.lengths
    graph = Graph(problem.weights, edges[:, 0].copy(), edges[:, 1].copy(), lengths)
    assert problem.parts is not None
    return Instance(graph, problem.parts, problem.lower, problem.upper)


@pytest.mark.parametrize("method", ["bonds", "columns", "labelling"])
@pytest.mark.parametrize("known", ["nothing", "best", "worse"])
def test_each_proof_alone_against_every_partition(method: str, known: str) -> None:
    rng = np.random.default_rng(["nothing", "best", "worse"].index(known))
    proven = 0
    for _ in range(40):
        problem = random_problem(rng, int(rng.integers(3, 9)))
        if problem.parts is None or problem.parts < 2 or (method == "bonds" and problem.parts > 2):
            continue
        best, _ = brute(problem)
        if best is None and known != "nothing":
            continue
        instance = instance_of(problem)
        notes = Notes({"nothing": None, "best": best, "worse": (best or 0) + 3}[known])
        if method == "bonds":
            done = prove_by_bonds(instance, notes)
        elif method == "columns":
            patterns = build(instance.graph, 100_000)
            assert patterns is not None
            done = prove_by_columns(instance, patterns, notes, 0.01)
        else:
            done = prove_by_labelling(instance, notes, 5.0)
        if best is None:
            assert max(notes.bounds) >= 0
            assert notes.nothing == done
        else:
            assert not notes.nothing
            assert max(notes.bounds) <= best
            if done:
                assert max(notes.bounds) == best == notes.known
                proven += 1
            for plan in notes.plans:
                check(problem, plan)
    assert proven >= 5 or (method, known) == ("columns", "nothing")


def test_a_part_too_dear_to_be_the_next_may_still_be_a_later_one() -> None:
    edges = [(0, 1), (0, 2), (0, 3), (0, 4), (0, 6), (1, 2), (1, 3), (2, 3), (2, 6), (4, 5), (5, 6)]
    problem = Problem(
        ids=tuple("0123456"),
        weights=np.array([1, 2, 4, 0, 0, 0, 4], dtype=np.int64),
        edges=np.array(edges, dtype=np.int32),
        lower=1,
        upper=4,
        lengths=np.array([12, 16, 16, 4, 3, 16, 18, 2, 15, 14, 13], dtype=np.int64),
        parts=4,
        terms=("perimeter",),
    )
    best, _ = brute(problem)
    instance = instance_of(problem)
    patterns = build(instance.graph, 100_000)
    assert patterns is not None
    notes = Notes(89)
    assert prove_by_columns(instance, patterns, notes, 0.01)
    assert max(notes.bounds) == best == notes.known == 84


@pytest.mark.parametrize(("upper", "status"), [(16, "optimal"), (0, "infeasible")])
def test_as_many_parts_as_vertices_leave_one_plan(upper: int, status: str) -> None:
    graph = nx.convert_node_labels_to_integers(nx.grid_2d_graph(4, 4))
    problem = Problem(
        ids=tuple(map(str, graph)),
        weights=np.array([1] * 15 + [upper], dtype=np.int64),
        edges=np.array(sorted(map(sorted, graph.edges)), dtype=np.int32),
        lower=1,
        upper=16,
        parts=16,
        terms=("cut_edges",),
    )
    outcome = solve(problem, Limits(work=1))
    assert outcome.status == status
    if status == "optimal":
        assert (
            outcome.terms[0].value == outcome.terms[0].bound == check(problem, outcome.assignment)
        )


def test_the_bound_over_quotients_never_exceeds_the_least_cut() -> None:
    rng = np.random.default_rng(11)
    helped = 0
    for _ in range(60):
        problem = random_problem(rng, 8)
        if problem.parts is None or problem.parts < 3:
            continue
        best, _ = brute(problem)
        notes = Notes(None)
        quotient.bound(instance_of(problem), notes)
        assert best is None or max(notes.bounds) <= best
        helped += best is not None and max(notes.bounds) > 0
    assert helped > 0


def test_same_seed_same_answer_and_rows_in_any_order() -> None:
    graph = nx.convert_node_labels_to_integers(nx.triangular_lattice_graph(6, 10))
    rng = np.random.default_rng(3)
    weights = rng.integers(5, 30, len(graph)).astype(np.int64)
    edges = np.array(sorted(tuple(sorted(e)) for e in graph.edges), dtype=np.int32)
    total = int(weights.sum())
    problem = Problem(
        tuple(map(str, graph)),
        weights,
        edges,
        total // 3 - 9,
        total // 3 + 9,
        parts=3,
        terms=("cut_edges",),
    )
    one, two = (solve(problem, Limits(work=2000, seed=5)) for _ in range(2))
    assert one.assignment.tolist() == two.assignment.tolist()
    assert one.terms == two.terms
    assert check(problem, one.assignment) == one.terms[0].value


def test_together_is_obeyed() -> None:
    ring = np.array(sorted((min(i, (i + 1) % 8), max(i, (i + 1) % 8)) for i in range(8)), np.int32)
    together = np.full(8, -1, dtype=np.int32)
    together[[3, 4]] = 0
    problem = Problem(
        tuple("abcdefgh"),
        np.ones(8, np.int64),
        ring,
        4,
        4,
        parts=2,
        together=together,
        terms=("cut_edges",),
    )
    outcome = solve(problem, Limits(work=300))
    assert outcome.status == "optimal"
    assert outcome.assignment[3] == outcome.assignment[4]
    assert check(problem, outcome.assignment) == 2


def test_other_problems_are_refused() -> None:
    problem = Problem(("a",), np.ones(1, np.int64), np.zeros((0, 2), np.int32), 1, 1)
    with pytest.raises(ValueError, match="minimum-cut"):
        solve(problem)


def test_time_limit_streams_progress_and_holds() -> None:
    graph = nx.convert_node_labels_to_integers(nx.grid_2d_graph(8, 8))
    edges = np.array(sorted(tuple(sorted(e)) for e in graph.edges), dtype=np.int32)
    problem = Problem(
        tuple(map(str, graph)),
        np.ones(64, np.int64),
        edges,
        16,
        16,
        parts=4,
        terms=("cut_edges",),
    )
    seen: list[tuple[str, int | None, int | None]] = []
    outcome = solve(
        problem,
        Limits(seconds=60),
        on_progress=lambda *state: seen.append(state),
    )
    assert outcome.status == "optimal"
    assert outcome.terms[0].value == 16
    assert seen
    bounds = [b for _, _, b in seen if b is not None]
    assert bounds == sorted(bounds)
    assert check(problem, outcome.assignment) == 16


def test_stopping_gives_what_there_is() -> None:
    graph = nx.convert_node_labels_to_integers(nx.grid_2d_graph(8, 8))
    edges = np.array(sorted(tuple(sorted(e)) for e in graph.edges), dtype=np.int32)
    problem = Problem(
        tuple(map(str, graph)),
        np.ones(64, np.int64),
        edges,
        16,
        16,
        parts=4,
        terms=("cut_edges",),
    )
    calls = itertools.count()
    outcome = solve(problem, Limits(seconds=60), should_stop=lambda: next(calls) > 2)
    assert outcome.status in ("unknown", "feasible")
