"""How a peer is driven: components, numbers of parts, the best plan, the clock. No peer needed."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from benchmarks.engine.peer_child import Late, alarm, run
from benchmarks.engine.score import Graph, score

Plan = list[int]
Left = Callable[[], float]

TWO = Graph(
    [110, 110, 110, 110, 120, 120, 120, 120],
    [(0, 1), (1, 2), (2, 3), (4, 5), (5, 6), (6, 7)],
    200,
    250,
)


def _halves(graph: Graph, ks: list[int], left: Left) -> Iterator[tuple[Any, Plan | None]]:
    del left
    yield "none", None
    yield "bad", [0] * graph.n
    for k in ks:
        yield k, [v * k // graph.n for v in range(graph.n)]
    raise AssertionError("asked on after a plan with nobody outside")


def test_components_are_divided_one_by_one_and_joined() -> None:
    told: list[tuple[Plan, float]] = []
    run(_halves, TWO, None, 5.0, False, lambda plan, s: told.append((list(plan), s)))
    plan = told[-1][0]
    assert score(TWO, plan).outside == 0
    assert len(set(plan[:4]) & set(plan[4:])) == 0
    assert [s for _, s in told] == sorted(s for _, s in told)


def test_only_better_plans_are_told() -> None:
    told: list[Plan] = []

    def worse(graph: Graph, ks: list[int], left: Left) -> Iterator[tuple[Any, Plan | None]]:
        del ks, left
        yield 1, [0, 0, 1, 1]
        yield 2, [0, 1, 2, 3]
        yield 3, [0, 0, 0, 0]

    graph = Graph([110, 110, 90, 90], [(0, 1), (1, 2), (2, 3)], 200, 250)
    run(worse, graph, 2, 5.0, True, lambda plan, _: told.append(list(plan)))
    assert told == [[0, 0, 1, 1]]


def test_seconds_are_those_of_the_way_that_found_it() -> None:
    def slow(graph: Graph, ks: list[int], left: Left) -> Iterator[tuple[Any, Plan | None]]:
        del ks, left
        spun = time.process_time() + 0.2
        while time.process_time() < spun:
            pass
        yield "slow", None
        yield "fast", [0, 1]

    told: list[float] = []
    run(slow, Graph([200, 200], [(0, 1)], 200, 250), 2, 5.0, False, lambda _, s: told.append(s))
    assert len(told) == 1
    assert told[0] < 0.2


def test_the_time_of_a_peer_ends() -> None:
    def endless(graph: Graph, ks: list[int], left: Left) -> Iterator[tuple[Any, Plan | None]]:
        del graph, ks
        while True:
            with contextlib.suppress(Late), alarm(left()):
                while True:
                    pass
            yield "endless", None

    told: list[Plan] = []
    run(endless, TWO, None, 0.2, False, lambda plan, _: told.append(plan))
    assert told == []


def test_one_part_needs_no_peer() -> None:
    def never(graph: Graph, ks: list[int], left: Left) -> Iterator[tuple[Any, Plan | None]]:
        raise AssertionError("nothing to divide")
        yield

    told: list[tuple[Plan, float]] = []
    run(never, Graph([210], [], 200, 250), None, 1.0, False, lambda p, s: told.append((p, s)))
    assert told == [([0], 0.0)]


def test_an_alarm_that_is_not_needed_leaves_nothing_behind() -> None:
    with alarm(0.05):
        pass
    spun = time.process_time() + 0.15
    while time.process_time() < spun:  # would be hit here
        pass


def test_unknown_peers_are_refused() -> None:
    from benchmarks.engine.peers import Peer

    with pytest.raises(ValueError):
        Peer("guess")
