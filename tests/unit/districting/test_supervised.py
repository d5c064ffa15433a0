"""A limit that holds whatever a solver does, and cancellation.

The bounds on seconds are far above what is promised and far below what the work would take.
"""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import time
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from redistrict.districting import (
    Progress,
    linear,
    measure,
    solve,
    solve_supervised,
    supervised,
    violations,
)
from redistrict.districting.enumeration import TooMany, count_partitions
from redistrict.districting.watch import Watch
from redistrict.model.errors import GraphError
from redistrict.model.problem import Limits, Outcome, Problem

SOON = 10.0
"""Seconds; what is stopped here would go on for minutes or for ever."""


def lattice(side: int, lower: int, upper: int) -> Problem:
    rng = np.random.default_rng(side)
    number = np.arange(side * side).reshape(side, side)
    edges = [
        np.column_stack([number[:, :-1].ravel(), number[:, 1:].ravel()]),
        np.column_stack([number[:-1].ravel(), number[1:].ravel()]),
    ]
    return Problem(
        ids=tuple(map(str, range(side * side))),
        weights=rng.integers(1, 60, side * side).astype(np.int64),
        edges=np.concatenate(edges).astype(np.int32),
        lower=lower,
        upper=upper,
        terms=("outside", "deviation", "cut_edges"),
    )


def hard() -> Problem:
    return lattice(60, 99, 101)


def sound(problem: Problem, outcome: Outcome) -> bool:
    values = tuple(t.value for t in outcome.terms)
    return values == measure(problem, outcome.assignment) and not violations(
        problem, outcome.assignment
    )


@pytest.fixture
def workers(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """The worker processes as they are started."""
    begun: list[subprocess.Popen[bytes]] = []
    start: Any = subprocess.Popen

    def noted(*args: Any, **settings: Any) -> Any:
        begun.append(start(*args, **settings))
        return begun[-1]

    monkeypatch.setattr(supervised.subprocess, "Popen", noted)
    return begun


def test_without_a_limit_the_outcome_is_that_of_solve() -> None:
    problem = lattice(5, 120, 180)
    here, there = solve(problem, Limits(seed=3)), solve_supervised(problem, Limits(seed=3))
    assert there.assignment.tolist() == here.assignment.tolist()
    assert replace(there, assignment=here.assignment, seconds=here.seconds) == here


def test_a_worker_that_hears_nothing_is_ended_on_time(
    workers: list[subprocess.Popen[bytes]],
) -> None:
    """A stopped process stands for any solver that does not look at the clock."""
    problem, limits = lattice(30, 99, 101), Limits(seconds=6.0)
    heard: list[Progress] = []

    def freeze(event: Progress) -> None:
        heard.append(event)
        if event.phase == "better":
            os.kill(workers[0].pid, signal.SIGSTOP)

    began = time.monotonic()
    outcome = solve_supervised(problem, limits, on_progress=freeze)
    assert time.monotonic() - began < 6 + SOON
    assert workers[0].poll() == -signal.SIGKILL
    assert sound(problem, outcome)
    if any(e.phase == "better" for e in heard):  # a busy machine may not get so far
        assert outcome.method != "components"


def test_a_worker_that_hears_nothing_is_ended_when_the_caller_stops(
    workers: list[subprocess.Popen[bytes]],
) -> None:
    problem = hard()
    asked: list[float] = []

    def stop() -> bool:
        if not asked:
            os.kill(workers[0].pid, signal.SIGSTOP)
            asked.append(time.monotonic())
        return True

    outcome = solve_supervised(problem, Limits(effort="certify"), should_stop=stop)
    assert time.monotonic() - asked[0] < SOON
    assert workers[0].poll() is not None
    assert (outcome.status, outcome.method) == ("unknown", "components")
    assert sound(problem, outcome)


def test_a_killed_worker_leaves_an_answer(workers: list[subprocess.Popen[bytes]]) -> None:
    problem = lattice(30, 99, 101)
    told: list[Progress] = []

    def kill(event: Progress) -> None:
        told.append(event)
        if event.phase == "better":
            workers[0].kill()

    outcome = solve_supervised(problem, Limits(), on_progress=kill)
    assert outcome.method != "components"
    assert tuple(t.value for t in outcome.terms) in [e.terms for e in told if e.phase == "better"]
    assert sound(problem, outcome)


def test_a_malformed_problem_is_refused_before_any_process(
    workers: list[subprocess.Popen[bytes]],
) -> None:
    with pytest.raises(GraphError):
        solve_supervised(replace(hard(), lower=-1), Limits(seconds=1))
    assert workers == []


def test_solve_itself_stops_soon_after_it_is_told() -> None:
    problem = lattice(25, 600, 601)
    calls = itertools.count()
    asked: list[float] = []

    def stop() -> bool:
        if next(calls) > 20:
            asked.append(time.monotonic())
        return bool(asked)

    outcome = solve(problem, Limits(effort="certify"), should_stop=stop)
    assert time.monotonic() - asked[0] < SOON
    assert sound(problem, outcome)


def market_split(rows: int, columns: int) -> linear.Rows:
    """Equations over random numbers and no plan: small, and beyond branch and bound (Cornuejols
    and Dawande 1999)."""
    rng = np.random.default_rng(1)
    matrix = rng.integers(0, 100, (rows, columns)).astype(np.float64)
    half = np.floor(matrix.sum(axis=1) / 2)
    return linear.Rows(csr_matrix(matrix), half, half, np.ones(columns))


def test_an_integer_search_in_flight_does_not_outlive_the_limit() -> None:
    began = time.monotonic()
    watch = Watch(seconds=0.3)
    answer = linear.choose(market_split(5, 40), 10**9, watch)
    assert time.monotonic() - began < SOON
    assert watch.cut_short
    assert not answer.exhausted


@pytest.mark.parametrize("problem", [lattice(100, 200, 250), lattice(6, 200, 900)])
def test_a_count_that_is_not_practical_is_given_up(problem: Problem) -> None:
    began = time.monotonic()
    with pytest.raises(TooMany):
        count_partitions(problem, seconds=0.2)
    assert time.monotonic() - began < SOON
