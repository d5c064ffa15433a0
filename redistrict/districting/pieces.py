"""Large cores with weight outside: cut them up where no part can reach, solve what is left.

An atom in no feasible part (too heavy, or *homeless*: no connected set around it is in the
window) lies outside in every plan, and so does every part that holds one. Splitting it off never
puts more weight outside; without these atoms the core falls into pieces whose least weights
outside add up.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numba import njit

from redistrict.districting.again import another, ranked
from redistrict.districting.anneal import anneal, atoms_each
from redistrict.districting.arrays import IntArray
from redistrict.districting.core import OUTSIDE, Core, Lists, near_of
from redistrict.districting.exact import MANY, Proof, pack, prove
from redistrict.districting.light import bound_without_light
from redistrict.districting.limits import Budget, proposals
from redistrict.districting.plan import features_of
from redistrict.districting.triage import triage
from redistrict.districting.validate import by_first, connected
from redistrict.districting.watch import Watch


@dataclass(frozen=True)
class Piece:
    """Atoms no feasible part reaches out of, and their least weight outside, as far as proven."""

    atoms: IntArray
    outside: int


@dataclass(frozen=True)
class Divided:
    """``part``: a plan; ``outside``: weight outside in every plan; ``homeless``: atoms in no
    feasible part; ``pieces``: what is left without the atoms of no feasible part."""

    part: IntArray
    outside: int
    homeless: IntArray
    pieces: tuple[Piece, ...]
    proposals: int


def few_atoms(core: Core) -> bool:
    """True where parts have so few atoms that choosing among them does more than searching."""
    return atoms_each(core) <= MANY


def can_divide(core: Core) -> bool:
    """True where weight outside comes first, parts are free and of few atoms or cut off by heavy
    ones: elsewhere starting the search again does more."""
    first = core.parts is None and len(core.order) > 1 and core.order[1] == OUTSIDE
    return first and (few_atoms(core) or bool((core.weight > core.upper).any()))


def divide(core: Core, plan: IntArray, seed: int, allowed: Budget, watch: Watch) -> Divided:
    """Solve the pieces of ``core`` one by one, from ``plan``. ``core`` as `can_divide` asks."""
    homeless = _homeless(core, allowed.lonely)
    stuck = core.weight > core.upper
    stuck[homeless] = True
    edges = core.edges[~stuck[core.edges[:, 0]] & ~stuck[core.edges[:, 1]]]
    piece = connected(core.n, edges)
    part = np.arange(core.n) + core.n * core.n
    pieces: list[Piece] = []
    least, spent = int(core.weight[stuck].sum()), 0
    for p in np.unique(piece[~stuck]).tolist():
        mine = np.flatnonzero(piece == p)
        small = restrict(core, mine)
        proof, cost = _solve(small, _cut_to(small, plan[mine]), seed, allowed, watch)
        spent += cost
        least += proof.outside
        part[mine] = proof.part + int(mine[0]) * core.n
        pieces.append(Piece(mine, proof.outside))
        homeless = np.union1d(homeless, mine[proof.homeless])
    return Divided(by_first(part), least, homeless, tuple(pieces), spent)


def _cut_to(core: Core, part: IntArray) -> IntArray:
    """``part`` with every part cut into its connected pieces."""
    same = part[core.edges[:, 0]] == part[core.edges[:, 1]]
    return connected(core.n, core.edges[same])


def _solve(
    core: Core, start: IntArray, seed: int, allowed: Budget, watch: Watch
) -> tuple[Proof, int]:
    bound = triage(core).bound
    if core.n == 1:
        return Proof(np.zeros(1, dtype=np.int64), {}, bound), 0
    work = proposals(allowed, core.n, atoms_each(core))
    found = anneal(core, seed, work, watch, start)
    proof = prove(core, found.part, dict.fromkeys(range(12), 0) | {OUTSIDE: bound}, allowed, watch)
    spent = found.proposals
    for again in range(1, allowed.restarts):
        if features_of(core, proof.part)[OUTSIDE] <= proof.outside or watch.stop():
            break
        other, cost = another(core, again, seed + again * 7919, work, watch)
        spent += cost
        if ranked(core, other) < ranked(core, proof.part):
            proof.part = other
    if features_of(core, proof.part)[OUTSIDE] > proof.outside and not proof.complete:
        proof.outside = bound_without_light(core, proof.outside, allowed, watch)
    if features_of(core, proof.part)[OUTSIDE] > proof.outside:
        packed = pack(core, proof.part, proof.outside, seed, allowed, watch)
        if features_of(core, packed)[OUTSIDE] < features_of(core, proof.part)[OUTSIDE]:
            # Chosen for the weight outside alone: the search puts the terms below in order.
            polished = anneal(core, seed, work, watch, packed)
            spent += polished.proposals
            proof.part = polished.part
    return proof, spent


def restrict(core: Core, mine: IntArray) -> Core:
    """The core of the atoms ``mine`` (sorted) alone."""
    local = np.full(core.n, -1, dtype=np.int64)
    local[mine] = np.arange(len(mine))
    inside = np.flatnonzero((local[core.edges] >= 0).all(axis=1))
    edges = local[core.edges[inside]]
    apart = _rows(core.apart, mine)
    both = local[apart.index] >= 0
    rows = np.repeat(np.arange(len(mine)), np.diff(apart.start))[both]
    start = np.searchsorted(rows, np.arange(len(mine) + 1)).astype(np.int64)
    return replace(
        core,
        atoms=tuple(core.atoms[a] for a in mine.tolist()),
        weight=core.weight[mine],
        edges=edges,
        length=core.length[inside],
        crossing=core.crossing[inside],
        count=core.count[inside],
        near=near_of(edges, len(mine)),
        group=_rows(core.group, mine),
        label=_rows(core.label, mine),
        priority=core.priority[mine],
        small=core.small[mine],
        apart=Lists(start, local[apart.index[both]], apart.value[both]),
    )


def _rows(lists: Lists, mine: IntArray) -> Lists:
    size = lists.start[mine + 1] - lists.start[mine]
    start = np.concatenate([[0], np.cumsum(size)]).astype(np.int64)
    where = np.repeat(lists.start[mine] - start[:-1], size) + np.arange(start[-1])
    return Lists(start, lists.index[where], lists.value[where])


def _homeless(core: Core, steps: int) -> IntArray:
    """Atoms up to the upper weight proven, in ``steps`` sets tried each, to be in no connected
    set within the window (what must be kept apart is not looked at: that only adds sets)."""
    light = np.flatnonzero(core.weight <= core.upper)
    found = [
        a
        for a in light.tolist()
        if _alone(a, core.weight, core.near.start, core.near.index, core.lower, core.upper, steps)
    ]
    return np.array(found, dtype=np.int64)


@njit(cache=True, error_model="numpy")
def _alone(anchor, weight, near_start, near, lower, upper, steps):  # pyright: ignore
    """True if every connected set with ``anchor`` was tried and none is in the window (ESU)."""
    n = len(weight)
    seen = np.zeros(n, dtype=np.uint8)
    reach = np.empty(n + 1, dtype=np.int64)
    chosen = np.empty(n + 1, dtype=np.int64)
    at = np.zeros(n + 1, dtype=np.int64)
    end = np.zeros(n + 1, dtype=np.int64)
    total = weight[anchor]
    seen[anchor] = 1
    chosen[0] = anchor
    length = 0
    for s in range(near_start[anchor], near_start[anchor + 1]):
        if seen[near[s]] == 0:
            seen[near[s]] = 1
            reach[length] = near[s]
            length += 1
    end[0] = length
    depth = 0
    while depth >= 0:
        if max(lower, 1) <= total <= upper:
            return False
        if at[depth] >= end[depth]:
            total -= weight[chosen[depth]]
            if depth > 0:
                for j in range(end[depth - 1], end[depth]):
                    seen[reach[j]] = 0
            depth -= 1
            continue
        v = reach[at[depth]]
        at[depth] += 1
        if total + weight[v] > upper:
            continue
        steps -= 1
        if steps < 0:
            return False
        length = end[depth]
        for s in range(near_start[v], near_start[v + 1]):
            x = near[s]
            if seen[x] == 0:
                seen[x] = 1
                reach[length] = x
                length += 1
        at[depth + 1] = at[depth]
        end[depth + 1] = length
        depth += 1
        chosen[depth] = v
        total += weight[v]
    return True
