"""Committees of Shinagawa and the demonstration city: ours beside a greedy merge.

The problems are those the run tries in turn for each street office: whole committees, then divided
ones. Ours is the best of them as the run chooses; the greedy merge gets the finest of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks.engine.greedy import greedy
from benchmarks.engine.grids import timed, worst_gap
from benchmarks.engine.sources import Instance, city
from redistrict.districting import measure
from redistrict.model.problem import Limits, Problem

PLACES = ("shinagawa", "demonstration")


@dataclass
class Row:
    """One street office; households, and the certificate of ours."""

    name: str
    units: int
    households: int
    ours: dict[str, int]
    bounds: dict[str, int | None]
    gap: float | None
    status: str
    seconds: float
    greedy: dict[str, int]


def run(sample: int | None, note: Callable[[list[Row]], None]) -> list[Row]:
    """One row per street office."""
    rows: list[Row] = []
    for place in PLACES:
        for tried in city(place).committees[:sample]:
            rows.append(office(tried))
            note(rows)
    return rows


def office(tried: tuple[Instance, ...]) -> Row:
    """The problems of one office in the order the run tries them."""
    best: Any = None
    spent = 0.0
    for instance in tried:
        outcome, seconds, _ = timed(instance.problem, Limits())
        spent += seconds
        if best is None or _values(outcome) < _values(best):
            best = outcome
        if outcome.terms[0].proven and outcome.terms[0].value == 0:
            break
    fine = tried[-1].problem
    return Row(
        tried[0].name,
        fine.n,
        int(fine.weights.sum()),
        {t.name: t.value for t in best.terms},
        {t.name: t.bound for t in best.terms},
        worst_gap(best.terms),
        best.status,
        spent,
        judged(fine),
    )


def _values(outcome: Any) -> tuple[int, ...]:
    return tuple(t.value for t in outcome.terms)


def judged(problem: Problem) -> dict[str, int]:
    """The terms of the greedy plan, measured by the same code as ours."""
    return dict(zip(problem.terms, measure(problem, greedy(problem)), strict=True))
