"""Several searches are no worse than any of them, and stop where nothing is left to prove."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from redistrict import districting
from redistrict.committees import search
from redistrict.model.problem import Limits, Outcome, Problem


def grid(side: int, seed: int) -> Problem:
    rng = np.random.default_rng(seed)
    number = np.arange(side * side).reshape(side, side)
    pairs = [*zip(number[:, :-1].flat, number[:, 1:].flat, strict=True)]
    pairs += [*zip(number[:-1].flat, number[1:].flat, strict=True)]
    edges = np.array(sorted(pairs), dtype=np.int32)
    return Problem(
        ids=tuple(map(str, range(side * side))),
        weights=rng.integers(20, 90, side * side).astype(np.int64),
        edges=edges,
        lower=400,
        upper=560,
        lengths=rng.integers(1, 50, len(edges)).astype(np.int64),
        present=(number // 5 % 2 + 2 * (number % side // 4)).reshape(-1).astype(np.int32),
        target=480,
        target_slack=48,
        terms=("outside", "moved", "target", "perimeter"),
    )


def values(outcome: Outcome) -> tuple[int, ...]:
    return tuple(t.value for t in outcome.terms)


def test_no_worse_than_any_single_search() -> None:
    problem, limits = grid(7, 3), Limits(effort="quick", seed=5)
    found = search.solve(problem, limits)
    single = [
        values(districting.solve(problem, replace(limits, seed=5 + 7919 * turn)))
        for turn in range(search.SEARCHES["quick"])
    ]
    assert values(found) == min(single)


def test_what_is_proven_is_not_searched_again(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = replace(grid(3, 1), lower=100, upper=200, terms=("outside", "moved", "perimeter"))
    asked: list[int] = []

    def solve(problem: Problem, limits: Limits) -> Outcome:
        asked.append(limits.seed)
        return real(problem, limits)

    real = districting.solve
    monkeypatch.setattr(search.districting, "solve", solve)
    found = search.solve(problem, Limits(seed=0))
    proven = all(t.proven for t in found.terms if t.name not in search.LOOKS)
    assert proven
    assert asked == [0]
