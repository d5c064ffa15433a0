"""Large-neighbourhood search on a set packing: one small region at a time, exactly.

Around weight that is left over, whole parts of the plan are broken up and the best packing of
that region is chosen anew among all listed columns inside it (Shaw 1998, "Using constraint
programming and local search methods to solve vehicle routing problems"). Choices that leave as
much over are taken too, so that the plan wanders along plateaus.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from scipy.sparse import csr_matrix

from redistrict.districting import linear
from redistrict.districting.arrays import IntArray
from redistrict.districting.columns import Columns
from redistrict.districting.core import Core
from redistrict.districting.limits import Budget
from redistrict.districting.watch import Watch

NEAR, WIDE = (18, 24, 32), (40, 60, 80)
"""Atoms of a region, in turn: small ones first, then half as many wide ones."""
NODES = 10
FEWER = {NEAR: 5, WIDE: 2}
"""A region with more columns than this share of ``Budget.choice`` is passed over."""
SPREAD = 4
"""One unit of weight counts so much more than the random part that breaks ties."""


def improve(
    core: Core, pool: Columns, part: IntArray, floor: int, seed: int, allowed: Budget, watch: Watch
) -> IntArray:
    """(n,) a packing: part numbers of atoms in the window, -1 for what is left over.

    Leaves no more over than the parts of ``part`` that are in the window do.
    """
    rng = np.random.default_rng(seed)
    plan = _packed(core, part)
    best, least = plan.copy(), int(core.weight[plan < 0].sum())
    next_part = core.n
    tried: set[bytes] = set()
    turns = [(NEAR, i) for i in range(allowed.regions)]
    turns += [(WIDE, i) for i in range(allowed.regions // 2)]
    for sizes, turn in turns:
        loose = np.flatnonzero(plan < 0)
        if least <= floor or not len(loose) or watch.stop():
            break
        centre = int(rng.choice(loose))
        region = _region(core, plan, centre, sizes[turn % len(sizes)], rng)
        # A small core is one region over and over, and HiGHS may take seconds for it each time.
        if region.tobytes() in tried:
            continue
        tried.add(region.tobytes())
        columns = _within(pool, region, allowed.choice // FEWER[sizes])
        if columns is None:
            continue
        atoms = np.flatnonzero(region)
        chosen = _choose(core, pool, columns, atoms, rng, watch)
        if chosen is None:
            continue
        before = int(core.weight[atoms][plan[atoms] < 0].sum())
        inside = int(sum(core.weight[pool.of(c)].sum() for c in chosen))
        if int(core.weight[atoms].sum()) - inside > before:
            continue
        plan[atoms] = -1
        for c in chosen:
            plan[pool.of(c)] = next_part
            next_part += 1
        left = int(core.weight[plan < 0].sum())
        if left < least:
            best, least = plan.copy(), left
            tried.clear()
    return best


def _packed(core: Core, part: IntArray) -> IntArray:
    weight = np.zeros(int(part.max()) + 1, dtype=np.int64)
    np.add.at(weight, part, core.weight)
    fits = (weight >= max(1, core.lower)) & (weight <= core.upper)
    return np.where(fits[part], part, -1)


def _region(
    core: Core, plan: IntArray, centre: int, size: int, rng: np.random.Generator
) -> np.ndarray:
    """(n,) whole parts around ``centre``, breadth first in a random order, about ``size`` atoms."""
    region = np.zeros(core.n, dtype=np.bool_)
    region[centre] = True
    queue, at, count = [centre], 0, 1
    while at < len(queue) and count < size:
        u = queue[at]
        at += 1
        around = core.near.index[core.near.start[u] : core.near.start[u + 1]]
        for v in rng.permutation(around).tolist():
            if region[v]:
                continue
            block = np.flatnonzero(plan == plan[v]) if plan[v] >= 0 else np.array([v])
            if count + len(block) > size + 8:
                continue
            region[block] = True
            count += len(block)
            queue += block.tolist()
    return region


def _within(pool: Columns, region: np.ndarray, most: int) -> IntArray | None:
    found = _inside(pool.start, pool.member, region)
    return found if 0 < len(found) <= most else None


@njit(cache=True, error_model="numpy")
def _inside(start, member, region):  # pyright: ignore
    """Columns that lie wholly in the region."""
    keep = np.zeros(len(start) - 1, dtype=np.bool_)
    for c in range(len(start) - 1):
        whole = True
        for i in range(start[c], start[c + 1]):
            if not region[member[i]]:
                whole = False
                break
        keep[c] = whole
    return np.flatnonzero(keep)


def _choose(
    core: Core,
    pool: Columns,
    columns: IntArray,
    atoms: IntArray,
    rng: np.random.Generator,
    watch: Watch,
) -> list[int] | None:
    """The disjoint columns that leave least over among ``atoms``; ties are broken at random."""
    local = np.full(core.n, -1, dtype=np.int64)
    local[atoms] = np.arange(len(atoms))
    held = pool.take(columns)
    size = np.diff(held.start)
    rows = local[held.member]
    weight = np.add.reduceat(core.weight[held.member], held.start[:-1])
    cols = np.repeat(np.arange(len(columns)), size)
    matrix = csr_matrix((np.ones(len(rows)), (rows, cols)), shape=(len(atoms), len(columns)))
    gain = weight * SPREAD * len(atoms) + rng.integers(0, SPREAD, len(columns)) * size
    answer = linear.choose(
        linear.Rows(matrix, np.zeros(len(atoms)), np.ones(len(atoms)), -gain.astype(np.float64)),
        NODES,
        watch,
    )
    if answer.columns is None:
        return None
    chosen = columns[answer.columns]
    covered = pool.take(chosen).member
    return chosen.tolist() if len(np.unique(covered)) == len(covered) else None
