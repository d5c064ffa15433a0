"""Restarts of the annealer, each followed by rebuilding two or three neighbouring parts at a time.

Whether an anneal ends in a good plan is decided early, by which corners of the map the parts
grow from; many short ones find more than a few long ones. Rebuilding a few parts from nothing
(recombination, as in DeFord, Duchin and Solomon 2021, with an anneal in place of a random tree)
repairs such a decision without giving up the rest of the plan.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from redistrict.districting.cutedges.annealer import anneal, grow, seed_state
from redistrict.districting.cutedges.instance import Assignment, Instance

LONG_EVERY = 4
"""Every so many rounds the anneal is four times as long."""
REHEAT_EVERY = 3
"""Every so many rounds one starts from the best plan, half hot."""
TRIES = 10
"""Rebuilds without gain after which a round ends."""


@dataclass(frozen=True)
class Found:
    """A plan: weight outside the window (0: feasible), cut length, work spent so far."""

    outside: int
    cost: int
    assignment: Assignment
    work: int = 0

    @property
    def rank(self) -> tuple[int, int]:
        return self.outside, self.cost


def blocks_for(instance: Instance) -> int:
    """Blocks of one ordinary anneal: grows with the graph, within bounds."""
    return int(np.clip(instance.graph.n * 2, 100, 3000))


def restarts(instance: Instance, seed: int) -> Iterator[Found]:
    """Endless rounds; yields the best plan so far after each step of one.

    Deterministic in (instance, seed). ``work`` counts blocks of `annealer.BLOCK` proposals.
    """
    rng = np.random.default_rng([seed, instance.parts, instance.graph.n])
    best: Found | None = None
    work, r = 0, 0
    while True:
        blocks = blocks_for(instance) * (4 if r % LONG_EVERY == LONG_EVERY - 1 else 1)
        reheat = best if r % REHEAT_EVERY == REHEAT_EVERY - 1 else None
        now = _anneal(instance, blocks, rng, None if reheat is None else reheat.assignment)
        work += blocks
        misses = 0
        while True:
            if best is None or now.rank < best.rank:
                best = now
            yield Found(best.outside, best.cost, best.assignment, work)
            if misses >= TRIES or instance.parts < 3:
                break
            other, spent = _rebuild(instance, now, rng)
            work += spent
            misses = 0 if other.rank < now.rank else misses + 1
            if other.rank <= now.rank:
                now = other
        r += 1


def _anneal(
    instance: Instance, blocks: int, rng: np.random.Generator, plan: Assignment | None
) -> Found:
    """One anneal with a schedule drawn from ``rng``, from ``plan`` half hot or from nothing."""
    g = instance.graph
    unit = max(1.0, float(g.lengths.mean()) if g.m else 1.0)
    mean_weight = max(1.0, g.total / max(1, g.n))
    state = seed_state(int(rng.integers(1 << 62)))
    hot = unit * float(rng.uniform(1.2, 3.0))
    cold = unit * float(rng.uniform(0.2, 0.5))
    soft = unit / mean_weight * float(rng.uniform(0.3, 1.0))
    stiff = unit / mean_weight * float(np.exp(rng.uniform(np.log(3.0), np.log(60.0))))
    if plan is None:
        part = grow(instance.parts, g.weights, g.start, g.neighbour, state)
    else:
        part = plan.copy()
        hot *= float(rng.uniform(0.3, 0.7))
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
    return Found(int(outside), int(cost), kept)


def _rebuild(instance: Instance, now: Found, rng: np.random.Generator) -> tuple[Found, int]:
    """``now`` with two or three neighbouring parts annealed from nothing; blocks spent."""
    g, plan = instance.graph, now.assignment
    cut = np.flatnonzero(plan[g.a] != plan[g.b])
    chosen = set[int]()
    e = cut[int(rng.integers(len(cut)))]
    chosen = {int(plan[g.a[e]]), int(plan[g.b[e]])}
    if instance.parts > 3 and rng.random() < 0.5:
        ends = np.stack([plan[g.a[cut]], plan[g.b[cut]]], axis=1)
        touching = np.isin(ends, list(chosen)).sum(axis=1) == 1
        beside = np.unique(ends[touching])
        third = [p for p in beside.tolist() if p not in chosen]
        if third:
            chosen.add(third[int(rng.integers(len(third)))])
    names = sorted(chosen)
    inside = np.flatnonzero(np.isin(plan, names))
    sub, _ = g.induced(inside)
    part = Instance(sub, len(names), instance.lower, instance.upper)
    blocks = blocks_for(part)
    again = _anneal(part, blocks, rng, None)
    new = plan.copy()
    new[inside] = np.array(names, dtype=np.int32)[again.assignment]
    weight = np.zeros(instance.parts, dtype=np.int64)
    np.add.at(weight, new, g.weights)
    outside = np.maximum(0, np.maximum(instance.lower - weight, weight - instance.upper))
    return Found(int(outside.sum()), instance.cost(new), new), blocks
