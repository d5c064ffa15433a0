"""Restarts of the annealer, each with its own schedule drawn from the seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from redistrict.districting.cutedges.annealer import anneal, grow, seed_state
from redistrict.districting.cutedges.instance import Assignment, Instance

LONG_EVERY = 5
"""Every so many restarts one is four times as long."""
REHEAT_EVERY = 3
"""Every so many restarts one starts from the best plan, half hot."""


@dataclass(frozen=True)
class Found:
    """A plan: weight outside the window (0: feasible), cut length, work spent so far."""

    outside: int
    cost: int
    assignment: Assignment
    work: int

    @property
    def rank(self) -> tuple[int, int]:
        return self.outside, self.cost


def blocks_for(instance: Instance) -> int:
    """Blocks of one ordinary restart: grows with the graph, within bounds."""
    return int(np.clip(instance.graph.n * 5, 200, 4000))


def restarts(instance: Instance, seed: int) -> Iterator[Found]:
    """Endless restarts; yields the best plan so far after each one.

    Deterministic in (instance, seed). ``work`` counts blocks of `annealer.BLOCK` proposals.
    """
    g = instance.graph
    unit = max(1.0, float(g.lengths.mean()) if g.m else 1.0)
    mean_weight = max(1.0, g.total / max(1, g.n))
    rng = np.random.default_rng([seed, instance.parts, g.n])
    best: Found | None = None
    work, r = 0, 0
    while True:
        blocks = blocks_for(instance) * (4 if r % LONG_EVERY == LONG_EVERY - 1 else 1)
        state = seed_state(int(rng.integers(1 << 62)))
        hot = unit * float(rng.uniform(1.2, 3.0))
        cold = unit * float(rng.uniform(0.2, 0.5))
        soft = unit / mean_weight * float(rng.uniform(0.3, 1.0))
        stiff = unit / mean_weight * float(np.exp(rng.uniform(np.log(3.0), np.log(60.0))))
        if best is not None and r % REHEAT_EVERY == REHEAT_EVERY - 1:
            part = best.assignment.copy()
            hot *= float(rng.uniform(0.3, 0.7))
        else:
            part = grow(instance.parts, g.weights, g.start, g.neighbour, state)
        kept = np.empty(g.n, dtype=np.int32)
        outside, cost = anneal(
            instance.parts,
            g.weights,
            instance.lower,
            instance.upper,
            g.a,
            g.b,
            g.lengths,
            g.start,
            g.neighbour,
            g.edge,
            part,
            blocks,
            hot,
            cold,
            soft,
            stiff,
            state,
            kept,
        )
        work += blocks
        r += 1
        if best is None or (outside, cost) < best.rank:
            best = Found(int(outside), int(cost), kept, work)
        else:
            best = Found(best.outside, best.cost, best.assignment, work)
        yield best
