"""The search: several cooling cycles of the recombination annealer, then strict descent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from redistrict.districting import kernels
from redistrict.districting.arrays import (
    BEST,
    PROPOSALS,
    TOP,
    FloatArray,
    IntArray,
    Net,
    State,
    net_of,
    new_state,
)
from redistrict.districting.core import (
    CROSSINGS,
    CUT,
    DEVIATION,
    FEATURES,
    GROUPS,
    HARD,
    MOVED,
    OUTSIDE,
    PARTS,
    PERIMETER,
    PRIORITY,
    TARGET,
    UNMERGED,
    Core,
)
from redistrict.districting.validate import by_first, connected
from redistrict.districting.watch import Watch

STEP = 3.0
"""How much more one unit of a higher term weighs than one of the next, each in its own scale."""
HOT, COLD = 2.0, 0.05
NO_GOAL = -1


@dataclass(frozen=True)
class Pace:
    """Rounds between two looks at the clock (some tens of milliseconds), cuts tried per tree,
    flips per recombination: parts of many atoms are shaped by flips, which are cheap."""

    chunk: int
    tries: int
    flips: int


def atoms_each(core: Core) -> float:
    """About how many atoms a part has."""
    return core.n / (core.parts or max(1, 2 * core.total // max(1, core.lower + core.upper)))


def _pace(core: Core) -> Pace:
    each = atoms_each(core)
    return Pace(
        chunk=int(max(100, min(2000, 40_000 / max(1.0, each)))),
        tries=3 if each < 30 else 2,
        flips=int(max(1, min(12, each / 4))),
    )


@dataclass(frozen=True)
class Found:
    """A plan of a core: (n,) parts 0..k-1 and its features in the order of ``core.order``."""

    part: IntArray
    value: tuple[int, ...]
    proposals: int


def anneal(
    core: Core, seed: int, proposals: int, watch: Watch, start: IntArray | None = None
) -> Found:
    """Search with ``proposals`` proposals from ``start`` (default: `first_plan`)."""
    net, gain = net_of(core), gains(core)
    st = begin(core, net, gain, seed, first_plan(core) if start is None else start)
    pace = _pace(core)
    chunk, tries, flips = pace.chunk, pace.tries, pace.flips
    cycles = 3 if proposals >= 30_000 else 1
    share = proposals // (cycles + 1)
    for cycle in range(cycles):
        steps = max(1, share // chunk)
        for step in range(steps):
            heat = HOT / (1 + cycle) * (COLD / HOT * (1 + cycle)) ** (step / steps)
            kernels.run(net, st, min(chunk, share), gain, heat, tries, 3, flips, NO_GOAL)
            if watch.stop():
                break
        _descend(net, st, gain, share // cycles, pace, watch)
        if watch.stop():
            break
        kernels.load(net, st, by_first(st.atom[:, BEST]))
    value = tuple(int(st.sums[TOP, f]) for f in core.order)
    if value[0] >= kernels.APART and core.parts is None and start is None:
        # Every atom on its own keeps apart whatever must be; the search never gives that up.
        return anneal(core, seed, proposals, watch, np.arange(core.n))
    return Found(by_first(st.atom[:, BEST]), value, int(st.counter[PROPOSALS]))


def begin(core: Core, net: Net, gain: FloatArray, seed: int, start: IntArray) -> State:
    """A state with ``start`` in it, its parts cut until each could be in the window."""
    st = new_state(core, seed)
    kernels.load(net, st, start)
    if core.parts is None:
        kernels.keep_if_better(net, st)
    kernels.spread(net, st, gain, core.parts or 0)
    kernels.keep_if_better(net, st)
    return st


def _descend(net, st, gain: FloatArray, proposals: int, pace: Pace, watch: Watch) -> None:  # pyright: ignore
    """Strict lexicographic descent from the best plan."""
    kernels.load(net, st, by_first(st.atom[:, BEST]))
    chunk, tries, flips = pace.chunk, pace.tries, pace.flips
    for _ in range(max(1, proposals // chunk)):
        kernels.run(net, st, min(chunk, proposals), gain, 0.0, tries, 3, flips, NO_GOAL)
        if watch.stop():
            return


def gains(core: Core) -> FloatArray:
    """Weight of each feature in the energy: geometric in the order, each in its natural scale."""
    mean = max(1.0, core.total / core.n)
    length = max(1.0, float(core.length.mean())) if len(core.length) else 1.0
    crossing = core.crossing[core.crossing > 0]
    scale = {
        PRIORITY: max(1.0, float(core.priority.mean())),
        UNMERGED: max(1.0, float(core.small.mean())),
        MOVED: mean,
        GROUPS: float(np.median(core.group.value)) if len(core.group.value) else 1.0,
        TARGET: max(1.0, core.upper / 10),
        CROSSINGS: float(np.median(crossing)) if len(crossing) else 1.0,
        PERIMETER: 4 * length,
        CUT: 4.0,
        PARTS: 1.0,
    }
    gain = np.zeros(FEATURES + 1)
    weight = 1.0
    for feature in reversed(core.order):
        if feature in (HARD, OUTSIDE, DEVIATION):
            continue
        gain[feature] = weight / scale[feature]
        weight *= STEP
    gain[FEATURES] = weight
    gain[HARD] = 1000 * weight / kernels.APART
    return gain


def first_plan(core: Core) -> IntArray:
    """Where the search begins: today's parts where there are any, else one part per component.

    With a fixed number of parts, components only: `spread` cuts them up.
    """
    edges = core.edges
    if core.parts is not None or core.labels == 0:
        return connected(core.n, edges)
    label = main_label(core)
    same = label[edges[:, 0]] == label[edges[:, 1]]
    return connected(core.n, edges[same])


def main_label(core: Core) -> IntArray:
    """(n,) the present label holding most of each atom, -1 where it has none."""
    label = np.full(core.n, -1, dtype=np.int64)
    for atom in range(core.n):
        first, last = int(core.label.start[atom]), int(core.label.start[atom + 1])
        if last > first:
            label[atom] = core.label.index[first + int(np.argmax(core.label.value[first:last]))]
    return label
