"""The exact method: every feasible part as a column, then the best choice, term by term."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from redistrict.districting.anneal import atoms_each
from redistrict.districting.arrays import IntArray
from redistrict.districting.bounds import least_priority
from redistrict.districting.columns import (
    MOST_ATOMS,
    Columns,
    connected_sets,
    feature,
    parts_as_columns,
)
from redistrict.districting.core import (
    CROSSINGS,
    CUT,
    HARD,
    MOVED,
    OUTSIDE,
    PERIMETER,
    PRIORITY,
    TARGET,
    Core,
)
from redistrict.districting.cover import Cover
from redistrict.districting.labels import sources, variants
from redistrict.districting.limits import Budget
from redistrict.districting.plan import features_of
from redistrict.districting.regions import improve
from redistrict.districting.validate import by_first, connected
from redistrict.districting.watch import Watch

SMALL, MANY = 40, 9.0
"""Beyond so many atoms in all and in a part, listing all feasible parts gets a short try only."""


@dataclass
class Proof:
    """``part``: the best plan; ``bound``: feature -> lower bound given the features before it."""

    part: IntArray
    bound: dict[int, int] = field(default_factory=dict)
    outside: int = 0
    """Proven least weight outside."""
    homeless: IntArray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    complete: bool = False
    """Every feasible part was enumerated."""


def prove(
    core: Core, part: IntArray, floor: dict[int, int], allowed: Budget, watch: Watch
) -> Proof:
    """Improve ``part`` and bound its features, as far as ``allowed`` goes.

    ``floor``: feature -> bound known already.
    """
    proof = Proof(part, dict(floor), floor[OUTSIDE])
    order = core.order if OUTSIDE in core.order else (HARD, OUTSIDE, *core.order[1:])
    if (
        core.n > MOST_ATOMS
        or order[1] != OUTSIDE
        or core.total == 0
        or features_of(core, part)[HARD] > 0
    ):
        return proof
    if core.parts is not None and int(part.max()) + 1 != core.parts:
        return proof
    watch.tell("columns")
    likely = core.n <= SMALL or atoms_each(core) <= MANY
    limit = allowed.columns if likely else allowed.columns // 30
    inside = connected_sets(core, core.lower, core.upper, limit, watch)
    if inside is None:
        return proof
    proof.complete = True
    proof.bound[HARD] = 0
    proof.homeless = np.setdiff1d(np.arange(core.n), inside.member)
    if core.parts is not None and _value(core, part, OUTSIDE) > proof.outside:
        ready = _everything(core, proof, allowed, watch)
    else:
        ready = _outside(core, inside, proof, allowed, watch)
    if ready is not None:
        before = proof.part
        least = least_priority(core, proof.outside)
        proof.bound[PRIORITY] = max(proof.bound[PRIORITY], least)
        _terms(core, ready, order[2:], proof, allowed, watch)
        if _values(core, proof.part, order) > _values(core, before, order):
            # Cannot be: every term is capped at its value. Then nothing here is to be trusted.
            return Proof(before, dict(floor), floor[OUTSIDE])
    return proof


def _values(core: Core, part: IntArray, order: tuple[int, ...]) -> tuple[int, ...]:
    features = features_of(core, part)
    return tuple(features[f] for f in order)


def _outside(
    core: Core, inside: Columns, proof: Proof, allowed: Budget, watch: Watch
) -> Cover | None:
    """Least weight outside: a set packing. Then the columns of all plans that reach it.

    Any choice of disjoint feasible parts is a plan whose outside weight is at most what they
    leave uncovered, so the uncovered weight is all that counts.
    """
    value = _value(core, proof.part, OUTSIDE)
    if value > 0:
        cover = _packing(core, inside, proof.part, watch)
        value, bound = cover.minimise(_loose_weight(core, inside), allowed, proof.outside)
        proof.outside = proof.bound[OUTSIDE] = max(proof.outside, bound)
        if core.parts is None:
            proof.part = _better_plan(core, proof.part, cover)
        return None if bound < value else _with_outside(core, inside, cover, proof, allowed, watch)
    proof.bound[OUTSIDE] = 0
    return _cover(core, inside, proof.part, watch)


def _everything(core: Core, proof: Proof, allowed: Budget, watch: Watch) -> Cover | None:
    """With a fixed number of parts uncovered weight cannot be divided at will: all connected
    sets of any weight are columns (small cores only)."""
    sets = connected_sets(core, 1, core.total, allowed.columns // 4, watch)
    if sets is None:
        return None
    cover = _cover(core, sets, proof.part, watch)
    cost = feature(core, cover.columns, OUTSIDE)
    _, bound = cover.minimise(cost, allowed, proof.outside)
    proof.outside = proof.bound[OUTSIDE] = max(proof.outside, bound)
    proof.part = _plan(core, cover)
    return cover if _value(core, proof.part, OUTSIDE) == proof.outside else None


SHAPE = (CROSSINGS, PERIMETER, CUT, TARGET)
"""Terms of looks, where an integer search is worth less."""

SHORT = range(8, 2, -1)
"""Most atoms of a part in the pool of `pack`, the first that the pool has room for."""


def pack(
    core: Core, part: IntArray, floor: int, seed: int, allowed: Budget, watch: Watch
) -> IntArray:
    """A plan with less weight outside than ``part``, if parts of few atoms can make one.

    The set packing over a pool that is not complete: it improves plans and bounds nothing.
    """
    for most in SHORT:
        pool = connected_sets(core, core.lower, core.upper, allowed.pool, watch, most=most)
        if pool is None:
            continue
        mine = parts_as_columns(part)
        fits = np.flatnonzero(feature(core, mine, OUTSIDE) == 0)
        pool = pool.join(mine.take(fits))
        cover = _packing(core, pool, part, watch)
        cover.minimise(_loose_weight(core, pool), allowed, floor)
        better = _better_plan(core, part, cover)
        if cover.watch.cut_short:
            return better
        packed = improve(core, pool, better, floor, seed, allowed, watch)
        return _filled(core, packed, better)
    return part


def _packing(core: Core, inside: Columns, part: IntArray, watch: Watch) -> Cover:
    """Columns in the window and every atom by itself, which stands for being left over."""
    single = Columns(np.arange(core.n + 1), np.arange(core.n, dtype=np.int16))
    plan = _packing_plan(core, inside, part)
    return Cover(core.n, inside.join(single), plan, None, core.n, watch)


def _loose_weight(core: Core, inside: Columns) -> IntArray:
    return np.concatenate([np.zeros(len(inside), dtype=np.int64), core.weight])


def _value(core: Core, part: IntArray, feature: int) -> int:
    return features_of(core, part)[feature]


def _cover(core: Core, columns: Columns, part: IntArray, watch: Watch) -> Cover:
    """The plan's own parts are appended, so that the plan is always among the columns."""
    mine = parts_as_columns(part)
    plan = np.arange(len(columns), len(columns) + len(mine))
    everything = columns.join(mine)
    inside = (feature(core, everything, OUTSIDE) == 0).all()
    most = core.n if not inside else max(1, core.total // max(1, core.lower))
    return Cover(core.n, everything, plan, core.parts, min(core.n, most), watch)


def _packing_plan(core: Core, inside: Columns, part: IntArray) -> IntArray:
    """The plan as a packing: its parts in the window, single atoms elsewhere."""
    key = {tuple(sorted(inside.of(c).tolist())): c for c in _with_ends(inside, part, core)}
    plan: list[int] = []
    for p in range(int(part.max()) + 1):
        atoms = np.flatnonzero(part == p)
        column = key.get(tuple(atoms.tolist()))
        plan += (len(inside) + atoms).tolist() if column is None else [column]
    return np.array(plan, dtype=np.int64)


def _with_ends(inside: Columns, part: IntArray, core: Core) -> list[int]:
    """Columns that could be parts of the plan: right weight of members in one part."""
    if not len(inside):
        return []
    first = inside.member[inside.start[:-1]]
    owner = part[first]
    size = np.bincount(part)
    fits = np.diff(inside.start) == size[owner]
    wrong = part[inside.member] != np.repeat(owner, np.diff(inside.start))
    missing = np.add.reduceat(wrong.astype(np.int64), inside.start[:-1])
    return np.flatnonzero(fits & (missing == 0)).tolist()


def _better_plan(core: Core, part: IntArray, cover: Cover) -> IntArray:
    """The packing as a plan, if it leaves less outside than ``part``."""
    made = np.full(core.n, -1, dtype=np.int64)
    number = 0
    for c in cover.plan.tolist():
        atoms = cover.columns.of(c)
        if core.lower <= max(1, int(core.weight[atoms].sum())) <= core.upper:
            made[atoms] = number
            number += 1
    return _filled(core, made, part)


def _filled(core: Core, made: IntArray, part: IntArray) -> IntArray:
    """The packing ``made`` (-1: left over) as a plan, if it leaves less outside than ``part``."""
    # What is left: connected pieces, or what ``part`` made of them (a whole town may be left, and
    # one part of it all would be as far from the window as can be); the better of the two. Parts
    # without weight join a neighbour.
    loose = made < 0
    inside = loose[core.edges[:, 0]] & loose[core.edges[:, 1]]
    same = part[core.edges[:, 0]] == part[core.edges[:, 1]]
    plans: list[IntArray] = []
    for kept in (inside, inside & same):
        piece = connected(core.n, core.edges[kept])
        plan = np.where(loose, int(made.max(initial=0)) + 1 + piece, made)
        plans.append(_join_empty(core, by_first(plan)))
    best = min(plans, key=lambda plan: _values(core, plan, core.order))
    old, new = features_of(core, part), features_of(core, best)
    return best if (new[HARD], new[OUTSIDE]) < (old[HARD], old[OUTSIDE]) else part


def _join_empty(core: Core, part: IntArray) -> IntArray:
    """Parts without weight join a neighbouring part, until none is left that can."""
    part = part.copy()
    while True:
        weight = np.zeros(int(part.max()) + 1, dtype=np.int64)
        np.add.at(weight, part, core.weight)
        i, j = part[core.edges[:, 0]], part[core.edges[:, 1]]
        where = np.flatnonzero((i != j) & ((weight[i] == 0) | (weight[j] == 0)))
        if not len(where):
            return by_first(part)
        a, b = int(i[where[0]]), int(j[where[0]])
        part[part == a] = b


def _with_outside(
    core: Core, inside: Columns, cover: Cover, proof: Proof, allowed: Budget, watch: Watch
) -> Cover | None:
    """Columns of every plan with the least outside weight: parts in the window that such a plan
    can use, and parts outside made of atoms whose reduced costs leave room for them."""
    value = _value(core, proof.part, OUTSIDE)
    if value > proof.outside:
        return None
    if len(cover.reduced):
        fee = np.maximum(0, cover.reduced[len(inside) :]).astype(np.float64)
        purse = float(cover.room)
        kept = inside.take(np.flatnonzero(cover.reduced[: len(inside)] <= cover.room))
    else:
        fee, purse, kept = np.zeros(core.n), 0.0, inside
    free = fee <= purse
    sets = connected_sets(core, 1, value, allowed.columns, watch, free, fee, purse)
    if sets is None:
        return None
    outside = sets
    outside = outside.take(np.flatnonzero(feature(core, outside, OUTSIDE) > 0))
    ready = _cover(core, kept.join(outside), proof.part, watch)
    # Settles at once: the value is known to be least.
    ready.minimise(feature(core, ready.columns, OUTSIDE), allowed, value)
    return ready


def _terms(
    core: Core,
    cover: Cover,
    order: tuple[int, ...],
    proof: Proof,
    allowed: Budget,
    watch: Watch,
) -> None:
    for number in order:
        watch.tell("proof")
        if number == MOVED:
            done = _moved(core, cover, proof, allowed)
            if not done:
                return
            continue
        cost = feature(core, cover.columns, number)
        floor = proof.bound[number]
        spend = replace(allowed, choice=allowed.shape) if number in SHAPE else allowed
        _, bound = cover.minimise(cost, spend, floor)
        proof.bound[number] = max(floor, bound)
        proof.part = _plan(core, cover)
        if watch.cut_short:
            return


def _moved(core: Core, cover: Cover, proof: Proof, allowed: Budget) -> bool:
    """The `moved` term: columns become variants, labels become capped rows."""
    if core.labels == 0:
        proof.bound[MOVED] = 0
        return True
    value = _value(core, _plan(core, cover), MOVED)
    made = variants(core, cover.columns, value, allowed.columns // 4)
    if made is None:
        return False
    home = _homes(core, cover)
    plan = _variant_plan(cover, made.source, made.home, home)
    cover.sources = sources(core, cover.columns, made)
    cover.columns = cover.columns.take(made.source)
    cover.caps = type(cover.caps)(
        (*(u[made.source] for u in cover.caps.use), *made.home),
        (*cover.caps.most, *(1 for _ in made.home)),
    )
    cover.plan = cover.warm = plan
    floor = proof.bound[MOVED]
    _, bound = cover.minimise(made.cost, allowed, floor - made.constant)
    proof.bound[MOVED] = max(floor, bound + made.constant)
    proof.part = _plan(core, cover)
    cover.sources = replace(cover.sources, most=_value(core, proof.part, MOVED))
    return True


def _homes(core: Core, cover: Cover) -> dict[int, tuple[int, ...]]:
    """Column of the plan -> labels it is home to (the part holding most, if more than base)."""
    best: dict[int, tuple[int, int]] = {}
    for c in cover.plan.tolist():
        held: dict[int, int] = {}
        for u in cover.columns.of(c).tolist():
            for s in range(int(core.label.start[u]), int(core.label.start[u + 1])):
                name = int(core.label.index[s])
                held[name] = held.get(name, 0) + int(core.label.value[s])
        for name, share in held.items():
            if share > max(int(core.base[name]), best.get(name, (0, -1))[0]):
                best[name] = (share, c)
    homes: dict[int, list[int]] = {}
    for name, (_, c) in sorted(best.items()):
        homes.setdefault(c, []).append(name)
    return {c: tuple(names) for c, names in homes.items()}


def _variant_plan(
    cover: Cover, source: IntArray, home: IntArray, homes: dict[int, tuple[int, ...]]
) -> IntArray:
    plan: list[int] = []
    for c in cover.plan.tolist():
        wanted = np.zeros(len(home), dtype=np.int64)
        wanted[list(homes.get(c, ()))] = 1
        mine = np.flatnonzero(source == c)
        match = mine[(home[:, mine] == wanted[:, None]).all(axis=0)]
        plan.append(int(match[0]))
    return np.array(plan, dtype=np.int64)


def _plan(core: Core, cover: Cover) -> IntArray:
    part = np.full(core.n, -1, dtype=np.int64)
    for number, c in enumerate(cover.plan.tolist()):
        part[cover.columns.of(c)] = number
    return by_first(part)


def trivial(core: Core) -> bool:
    """True if there is only one plan worth the name: one atom, or nothing to weigh."""
    single = core.n == 1 or (core.total == 0 and not len(core.apart.index))
    return single and core.parts in (None, 1)
