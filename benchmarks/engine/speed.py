"""Speed as a ratio to a fixed kernel in the same run, so that a slower machine is no slower engine.

``proposals``: annealer proposals per second on a lattice of 80 atoms of 20-60; ``columns``: sets
enumerated per second on a lattice of 63 large atoms. Both are divided by the steps per second of
`reference`, a walk over a graph in compiled code that must never change. Floors are kept in
benchmarks/engine/speed_floor.json; `make bench-engine` fails where a ratio falls below its floor.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numba import njit
from numpy.typing import NDArray

from redistrict.districting import kernels
from redistrict.districting.anneal import first_plan
from redistrict.districting.arrays import PROPOSALS, net_of, new_state
from redistrict.districting.columns import connected_sets
from redistrict.districting.core import FEATURES, OUTSIDE, PERIMETER, Core, contract
from redistrict.districting.watch import Watch
from redistrict.model.problem import Problem

FLOORS = Path(__file__).with_name("speed_floor.json")
REPEATS = 7
STEPS = 20_000_000
WORK = 60_000
MILLION = 1e6


@dataclass(frozen=True)
class Row:
    """``ratio``: per million steps of the reference; ``per_second`` is of processor time."""

    name: str
    per_second: float
    ratio: float
    floor: float | None

    @property
    def held(self) -> bool | None:
        return None if self.floor is None else self.ratio >= self.floor


@njit(cache=True)
def reference(start: NDArray[np.int64], near: NDArray[np.int64], steps: int) -> int:
    """A random walk of ``steps`` steps with xorshift64*: the unit of speed. Never change it."""
    state = np.uint64(88172645463325252)
    at = 0
    seen = 0
    for _ in range(steps):
        state ^= state >> np.uint64(12)
        state ^= state << np.uint64(25)
        state ^= state >> np.uint64(27)
        draw = (state * np.uint64(2685821657736338717)) >> np.uint64(33)
        degree = np.uint64(start[at + 1] - start[at])
        at = int(near[start[at] + np.int64(draw % degree)])
        seen += at
    return seen


def lattice(rows: int, columns: int, low: int, high: int) -> Core:
    """A lattice of atoms with weights in [low, high), window 200-250, as an engine core."""
    rng = np.random.default_rng(5)
    number = np.arange(rows * columns).reshape(rows, columns)
    edges = np.concatenate(
        [
            np.column_stack([number[:, :-1].ravel(), number[:, 1:].ravel()]),
            np.column_stack([number[:-1].ravel(), number[1:].ravel()]),
        ]
    )
    problem = Problem(
        ids=tuple(map(str, range(rows * columns))),
        weights=rng.integers(low, high, rows * columns).astype(np.int64),
        edges=edges[np.lexsort((edges[:, 1], edges[:, 0]))].astype(np.int32),
        lower=200,
        upper=250,
        lengths=rng.integers(1000, 9000, len(edges)).astype(np.int64),
        terms=("outside", "perimeter"),
    )
    return contract(problem).cores[0]


def _proposals(core: Core) -> Callable[[], int]:
    net = net_of(core)
    gain = np.zeros(FEATURES + 1)
    gain[OUTSIDE], gain[PERIMETER], gain[FEATURES] = 3.0, 1 / 20_000, 1.0

    def once() -> int:
        state = new_state(core, 1)
        kernels.load(net, state, first_plan(core))
        kernels.spread(net, state, gain, 0)
        kernels.run(net, state, WORK, gain, 0.3, 3, 3, 2, -1)
        return int(state.counter[PROPOSALS])

    return once


def _columns(core: Core) -> Callable[[], int]:
    def once() -> int:
        found = connected_sets(core, core.lower, core.upper, 10_000_000, Watch())
        assert found is not None
        return len(found)

    return once


def _rate(once: Callable[[], int]) -> float:
    before = time.process_time()
    count = once()
    return count / (time.process_time() - before)


def run() -> list[Row]:
    """The best of `REPEATS` rates beside the best of the reference: a busy machine only slows."""
    light = lattice(8, 10, 20, 60)
    heavy = lattice(9, 9, 18, 45)
    start, near = light.near.start, light.near.index
    works = {"proposals": _proposals(light), "columns": _columns(heavy)}
    reference(start, near, 1000)
    for work in works.values():
        work()
    rates: dict[str, float] = dict.fromkeys(works, 0.0)
    unit = 0.0
    for _ in range(REPEATS):
        for name, work in works.items():
            unit = max(unit, _rate(lambda: reference(start, near, STEPS) * 0 + STEPS))
            rates[name] = max(rates[name], _rate(work))
    floors: dict[str, float] = json.loads(FLOORS.read_text()) if FLOORS.is_file() else {}
    return [Row(n, r, MILLION * r / unit, floors.get(n)) for n, r in rates.items()]
