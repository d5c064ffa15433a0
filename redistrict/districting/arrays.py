"""The core problem and the state of a search, laid out for numba."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from redistrict.districting.core import FEATURES, HARD, OUTSIDE, Core

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]

WEIGHT, ALL_URGENT, ALL_LITTLE = FEATURES, FEATURES + 1, FEATURES + 2
WIDTH = FEATURES + 3
"""Columns of a feature row: the features of `core`, then the weight, and the priority and small
weight of all its atoms, whether they count just now or not."""
PIECES = 4
"""Most parts that one proposal makes."""


# Columns of the arrays below. Few wide arrays rather than many thin ones: numba's compile time
# grows with every array that a function is handed.
MASS, URGENT, LITTLE, NEAR, SOFT, NAMES, APARTS = range(7)
OTHER, EDGE, LENGTH, CROSSING, CUTS = range(5)
INDEX, VALUE = range(2)
PART, CODE, BELOW, PARENT, TRIAL, REGION, QUEUE, BEST = range(8)
LIVE, SPARE, STUCK = WIDTH, WIDTH + 1, WIDTH + 2
MOST, SEEN, LISTED, NEWMOST, SHARES = range(5)
SEEN_GROUP, MASK = range(2)
NOW, TOP = range(2)
PAIR = 0
STAMP, COUNT, FREE, PROPOSALS, ACCEPTED = range(5)
OLD, PICK = 8, 16


class Net(NamedTuple):
    """What does not change during a search; see `Core` for the meaning."""

    node: IntArray
    """(n + 1, 7): weight, priority, small weight; then where the atom's rows of ``near``,
    ``group``, ``label`` and ``apart`` begin (they end where the next atom's begin)."""
    near: IntArray
    """(2m, 5): neighbour, edge, length, crossing, edges contracted."""
    group: IntArray
    """(., 2): soft group, weight of its layer."""
    label: IntArray
    """(., 2): present label, weight the atom has of it."""
    base: IntArray
    apart: IntArray
    lower: int
    upper: int
    small_below: int
    target: int
    slack: int
    fixed: int
    """1 if the number of parts may not change."""
    order: IntArray
    affinity: FloatArray
    """(m,) how much better it is to keep the ends of an edge together, 0..1."""


class State(NamedTuple):
    """What changes; every array is allocated once."""

    atom: IntArray
    """(n, 8): part; stamp + piece of the region under work; subtree weight; tree parent; trial
    piece; the region's atoms; a queue; part in the best plan."""
    feature: IntArray
    """(cap, WIDTH + 3): features of live parts; live; stack of unused part numbers; stuck."""
    share: IntArray
    """(labels, cap): weight of each label in each part."""
    name: IntArray
    """(labels, 4 + PIECES): largest share in one part; then scratch of one proposal."""
    soft: IntArray
    """(groups, 2): scratch: stamp, pieces touched as a bit mask."""
    sums: IntArray
    """(2, WIDTH): features of the present plan and of the best."""
    row: IntArray
    """(PIECES, WIDTH): features of the proposed pieces."""
    frontier: IntArray
    """(2m + n + 1, 2): edges a tree may grow along."""
    counter: IntArray
    """stamp, live parts, free stack height, proposals, accepted; parts under work from ``OLD``,
    candidate cuts from ``PICK``."""
    rng: NDArray[np.uint64]
    """(1,) xorshift64*."""


def net_of(core: Core) -> Net:
    """Arrays of a core. `outside` is compared right after the hard rules if no term names it."""
    order = core.order if OUTSIDE in core.order else (HARD, OUTSIDE, *core.order[1:])
    edge = core.near.value
    per_atom = (core.weight, core.priority, core.small)
    starts = (core.near.start, core.group.start, core.label.start, core.apart.start)
    return Net(
        node=np.ascontiguousarray(
            np.column_stack([*(np.append(values, 0) for values in per_atom), *starts])
        ),
        near=np.ascontiguousarray(
            np.column_stack(
                [
                    core.near.index,
                    edge,
                    core.length[edge],
                    core.crossing[edge],
                    core.count[edge],
                ]
            )
        ),
        group=np.ascontiguousarray(np.column_stack([core.group.index, core.group.value])),
        label=np.ascontiguousarray(np.column_stack([core.label.index, core.label.value])),
        base=core.base,
        apart=core.apart.index,
        lower=core.lower,
        upper=core.upper,
        small_below=core.small_below,
        target=core.target,
        slack=core.slack,
        fixed=int(core.parts is not None),
        order=np.array(order, dtype=np.int64),
        affinity=_affinity(core),
    )


def _affinity(core: Core) -> FloatArray:
    """Trees that follow these edges are cut where cutting is cheap."""
    m = len(core.edges)
    if not m:
        return np.zeros(0)
    value = core.length / max(1.0, float(core.length.max()))
    value -= core.crossing / max(1.0, float(core.crossing.max()))
    value += 2 * _in_common(core, core.group.start, core.group.index)
    value += 3 * _in_common(core, core.label.start, core.label.index)
    return value - value.min()


def _in_common(core: Core, start: IntArray, index: IntArray) -> FloatArray:
    if not len(index):
        return np.zeros(len(core.edges))
    rows = [set(index[start[i] : start[i + 1]].tolist()) for i in range(core.n)]
    return np.array([float(len(rows[i] & rows[j])) for i, j in core.edges.tolist()])


def new_state(core: Core, seed: int) -> State:
    """Empty state; `kernels.load` fills it from an assignment."""
    n, m = core.n, len(core.edges)
    cap = n + PIECES

    def ints(*shape: int) -> IntArray:
        return np.zeros(shape, dtype=np.int64)

    mixed = (seed * 0x9E3779B97F4A7C15 + 0xD1B54A32D192ED03) % 2**64
    return State(
        atom=ints(n, 8),
        feature=ints(cap, WIDTH + 3),
        share=ints(core.labels, cap),
        name=ints(core.labels + 1, 4 + PIECES),
        soft=ints(core.groups, 2),
        sums=ints(2, WIDTH),
        row=ints(PIECES, WIDTH),
        frontier=ints(2 * m + n + 1, 2),
        counter=ints(64),
        rng=np.array([mixed or 1], dtype=np.uint64),
    )
