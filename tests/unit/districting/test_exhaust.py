"""The exhaustive search and the cuts against every choice of columns there is."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from redistrict.districting.arrays import IntArray
from redistrict.districting.columns import Columns
from redistrict.districting.cuts import prices, triples
from redistrict.districting.exhaust import Purse, Rows, Shares, exhaust, no_shares
from redistrict.districting.watch import Watch

N = 6
SETS = [s for k in (1, 2, 3) for s in itertools.combinations(range(N), k)]
FAR = 1 << 30


def columns_of(sets: list[tuple[int, ...]]) -> Columns:
    start = np.cumsum([0, *(len(s) for s in sets)]).astype(np.int64)
    return Columns(start, np.array([u for s in sets for u in s], dtype=np.int16))


def partitions(sets: list[tuple[int, ...]]) -> list[list[int]]:
    """Every choice of the sets that covers each atom once."""
    found: list[list[int]] = []

    def grow(chosen: list[int], left: frozenset[int]) -> None:
        if not left:
            found.append(chosen)
            return
        for c, s in enumerate(sets):
            if min(left) in s and set(s) <= left:
                grow([*chosen, c], left - set(s))

    grow([], frozenset(range(N)))
    return found


@pytest.mark.parametrize("parts", [None, 3])
def test_the_best_choice_under_caps(parts: int | None) -> None:
    for seed in range(60):
        rng = np.random.default_rng(seed)
        cost = rng.integers(0, 30, len(SETS)).astype(np.int64)
        use = rng.integers(-2, 6, (1, len(SETS))).astype(np.int64)
        most = int(rng.integers(2, 12))
        value = int(rng.integers(5, 90))
        fits = [
            p
            for p in partitions(SETS)
            if use[0, p].sum() <= most and (parts is None or len(p) == parts)
        ]
        least = min((int(cost[p].sum()) for p in fits), default=FAR)
        found = exhaust(
            N,
            columns_of(SETS),
            cost,
            Purse(cost, value, value, 1),
            Rows(use, np.array([most]), parts),
            no_shares(len(SETS)),
            10**9,
            Watch(),
        )
        assert found.finished
        if least > value:
            assert found.columns is None
        else:
            assert found.columns is not None
            assert int(cost[found.columns].sum()) == least


def moved(rows: list[list[int]], plan: list[int], whole: IntArray, base: IntArray) -> int:
    """The term by its definition."""
    best = np.maximum(base, np.max([rows[c] for c in plan], axis=0))
    return int((whole - best).sum())


def test_moved_without_variants() -> None:
    for seed in range(60):
        rng = np.random.default_rng(1000 + seed)
        label = rng.integers(0, 3, N)
        weight = rng.integers(1, 9, N)
        held = [
            [int(weight[[u for u in s if label[u] == a]].sum()) for a in range(3)] for s in SETS
        ]
        whole = np.array([weight[label == a].sum() for a in range(3)], dtype=np.int64)
        base = rng.integers(0, 4, 3).astype(np.int64)
        usable = np.flatnonzero(rng.random(len(SETS)) < 0.6)
        sets = [SETS[c] for c in usable.tolist()]
        rows = [held[c] for c in usable.tolist()]

        pairs = [[(a, h) for a, h in enumerate(r) if h] for r in rows]
        flat = [p for r in pairs for p in r]
        shares = Shares(
            np.cumsum([0, *(len(r) for r in pairs)]).astype(np.int64),
            np.array([a for a, _ in flat], dtype=np.int64),
            np.array([h for _, h in flat], dtype=np.int64),
            whole,
            base,
            FAR,
            wanted=True,
        )
        zero = np.zeros(len(sets), dtype=np.int64)
        none = np.zeros((0, len(sets)), dtype=np.int64)
        found = exhaust(
            N,
            columns_of(sets),
            zero,
            Purse(zero, 100, 100, 0),
            Rows(none, np.zeros(0, dtype=np.int64), None),
            shares,
            10**9,
            Watch(),
        )
        values = [moved(rows, p, whole, base) for p in partitions(sets)]
        assert found.finished
        if found.columns is None:
            assert not values
        else:
            assert moved(rows, found.columns.tolist(), whole, base) == min(values)


def test_a_search_that_runs_out_says_so() -> None:
    zero = np.zeros(len(SETS), dtype=np.int64)
    none = np.zeros((0, len(SETS)), dtype=np.int64)
    found = exhaust(
        N,
        columns_of(SETS),
        zero,
        Purse(zero, 5, 5, 1),
        Rows(none, np.zeros(0, dtype=np.int64), None),
        no_shares(len(SETS)),
        1,
        Watch(),
    )
    assert not found.finished


def test_cuts_hold_for_every_plan_and_are_broken_by_halves() -> None:
    halves = np.array([0.5 if len(s) == 2 and max(s) < 3 else 0.0 for s in SETS])
    found = triples(columns_of(SETS), halves, N)
    assert found.tolist() == [[0, 1, 2]]
    columns = columns_of(SETS)
    every = np.array(list(itertools.combinations(range(N), 3)), dtype=np.int64)
    for triple in every:
        held = prices(columns.start, columns.member, N, triple[None], np.ones(1, dtype=np.int64))
        assert all(held[p].sum() <= 1 for p in partitions(SETS))
    price = np.arange(len(every), dtype=np.int64)
    together = prices(columns.start, columns.member, N, every, price)
    for c, s in enumerate(SETS):
        assert together[c] == sum(
            int(p) for t, p in zip(every.tolist(), price, strict=True) if len(set(t) & set(s)) > 1
        )
