"""Street offices over superblocks; committees and service grids of today over lots."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from redistrict.synthetic.divide import Divider
from redistrict.synthetic.land import Floats, Ints, Lot
from redistrict.synthetic.mesh import Mesh
from redistrict.synthetic.spec import CitySpec
from redistrict.synthetic.streets import Streets


def lay_offices(
    cells: Ints, households: Ints, streets: Streets, spec: CitySpec, rng: np.random.Generator
) -> Ints:
    """Street office (0..k-1) of each superblock; the river parts offices where it can."""
    a, b = _touching(cells)
    side = streets.river_side(cells[:, 1])
    weight = np.asarray(households + 250.0, dtype=np.float64)
    xy = np.column_stack(
        [streets.us[cells[:, 0]] + streets.us[cells[:, 0] + 1],
         streets.vs[cells[:, 1]] + streets.vs[cells[:, 1] + 1]]
    ) / 2000.0  # fmt: skip
    same = side[a] == side[b]
    everything = np.arange(len(cells))
    regions = Divider(xy, weight, a[same], b[same], rng).pieces(everything)
    target = float(spec.office_households)
    regions = _joined(regions, weight, a, b, np.ones(len(a)), lambda _: 0.45 * target)
    wanted = spec.offices or max(1, round(float(households.sum()) / target))
    return _divided(regions, weight, wanted, Divider(xy, weight, a, b, rng), len(cells))


def lay_committees(
    lots: list[Lot],
    mesh: Mesh,
    office: Ints,
    side: Ints,
    spec: CitySpec,
    rng: np.random.Generator,
) -> Ints:
    """Present committee (0..k-1) of each lot, as uneven as they grew.

    Estates stay whole within a street office. ``side`` tells lots apart that river or railway
    keep apart. Old-town committees hold some 300-1,200 households, others 800-6,000.
    """
    parcel = _parcels(lots, office)
    n = int(parcel.max()) + 1
    first = np.unique(parcel, return_index=True)[1]
    households = np.bincount(parcel, [lot.households for lot in lots], n)
    weight = np.asarray(households + 3.0, dtype=np.float64)
    xy = np.column_stack([np.bincount(parcel, mesh.centre[:, k], n) for k in (0, 1)])
    xy /= np.bincount(parcel, minlength=n)[:, None]
    old = np.array([lots[i].old_town for i in first])
    parcel_office = office[first]
    group = (side[first] * 2 + old).astype(np.int64)
    a, b, length = _parcel_edges(mesh, parcel, parcel_office)
    label = np.full(n, -1, dtype=np.int64)
    done = 0
    order = np.argsort(parcel_office, kind="stable")
    bounds = np.searchsorted(parcel_office[order], np.arange(int(office.max()) + 2))
    edge_order = np.argsort(parcel_office[a], kind="stable")
    edge_bounds = np.searchsorted(parcel_office[a][edge_order], np.arange(len(bounds)))
    local = np.zeros(n, dtype=np.int64)
    for number in range(len(bounds) - 1):
        members = np.sort(order[bounds[number] : bounds[number + 1]])
        local[members] = np.arange(len(members))
        edges = edge_order[edge_bounds[number] : edge_bounds[number + 1]]
        found = _committees_of(
            xy[members], weight[members], group[members],
            local[a[edges]], local[b[edges]], length[edges], spec, rng,
        )  # fmt: skip
        label[members] = done + found
        done += int(found.max()) + 1
    return label[parcel]


def lay_grids(members: Ints, lots: list[Lot], mesh: Mesh, rng: np.random.Generator) -> list[Ints]:
    """Present service grids of one committee: groups of its lots, larger than they should be."""
    local = np.full(len(lots), -1, dtype=np.int64)
    local[members] = np.arange(len(members))
    inside = (local[mesh.edge_a] >= 0) & (local[mesh.edge_b] >= 0)
    weight = np.array([lots[i].households for i in members], dtype=np.float64) + 3.0
    divider = Divider(
        mesh.centre[members], weight, local[mesh.edge_a[inside]], local[mesh.edge_b[inside]], rng
    )
    parts = divider.until(
        np.arange(len(members)), lambda: rng.uniform(260, 480), lambda: rng.uniform(0.4, 0.6)
    )
    return [members[part] for part in parts]


def _committees_of(
    xy: Floats,
    weight: Floats,
    group: Ints,
    a: Ints,
    b: Ints,
    length: Floats,
    spec: CitySpec,
    rng: np.random.Generator,
) -> Ints:
    """Committees of one street office over its parcels (all arrays local to it)."""
    everything = np.arange(len(weight))
    same = group[a] == group[b]
    regions = Divider(xy, weight, a[same], b[same], rng).pieces(everything)
    is_old = group % 2 == 1
    regions = _joined(
        regions, weight, a, b, length, lambda members: 320.0 if is_old[members[0]] else 750.0
    )
    divider = Divider(xy, weight, a, b, rng)
    if spec.committees_per_office is not None:
        return _divided(regions, weight, spec.committees_per_office, divider, len(weight))
    label = np.zeros(len(weight), dtype=np.int64)
    count = 0
    for members in regions:
        old = np.average(is_old[members], weights=weight[members]) > 0.5
        size, share = ((760.0, 1180.0), (0.42, 0.58)) if old else ((2400.0, 5800.0), (0.34, 0.66))
        parts = divider.until(members, partial(rng.uniform, *size), partial(rng.uniform, *share))
        for part in parts:
            label[part] = count
            count += 1
    return label


def _divided(regions: list[Ints], weight: Floats, wanted: int, divider: Divider, n: int) -> Ints:
    """``wanted`` parts over the regions, each region getting its fair number, at least one."""
    if len(regions) > wanted:
        regions = [np.sort(np.concatenate(regions))]
    total = np.array([weight[r].sum() for r in regions])
    each = np.ones(len(regions), dtype=np.int64)
    for _ in range(wanted - len(regions)):
        each[int(np.argmax(total / each))] += 1
    label = np.zeros(n, dtype=np.int64)
    count = 0
    for members, parts in zip(regions, each, strict=True):
        for part in divider.into(members, int(parts)):
            label[part] = count
            count += 1
    return label


def _joined(
    regions: list[Ints],
    weight: Floats,
    a: Ints,
    b: Ints,
    length: Floats,
    least: Callable[[Ints], float],
) -> list[Ints]:
    """Join regions lighter than ``least(members)`` to the neighbour with the longest border."""
    label = np.zeros(len(weight), dtype=np.int64)
    for k, members in enumerate(regions):
        label[members] = k
    settled: set[int] = set()
    while True:
        total = np.bincount(label, weight)
        light = [
            k for k in np.unique(label).tolist()
            if k not in settled and total[k] < least(np.flatnonzero(label == k))
        ]  # fmt: skip
        if not light:
            break
        k = min(light, key=lambda j: (total[j], j))
        border = np.bincount(
            np.where(label[a] == k, label[b], label[a]),
            np.where((label[a] == k) != (label[b] == k), length, 0.0),
            len(total),
        )
        if border.max() <= 0:
            settled.add(k)
            continue
        label[label == k] = int(np.argmax(border))
    return [np.flatnonzero(label == k) for k in np.unique(label)]


def _parcels(lots: list[Lot], office: Ints) -> Ints:
    """Lots of one estate in one office are one parcel."""
    number: dict[tuple[int, int], int] = {}
    parcel = np.zeros(len(lots), dtype=np.int64)
    for i, lot in enumerate(lots):
        key = (-1, i) if lot.estate is None else (id(lot.estate), int(office[i]))
        parcel[i] = number.setdefault(key, len(number))
    return parcel


def _parcel_edges(mesh: Mesh, parcel: Ints, parcel_office: Ints) -> tuple[Ints, Ints, Floats]:
    pair = np.sort(np.column_stack([parcel[mesh.edge_a], parcel[mesh.edge_b]]), axis=1)
    inner = (pair[:, 0] != pair[:, 1]) & (parcel_office[pair[:, 0]] == parcel_office[pair[:, 1]])
    pairs, number = np.unique(pair[inner], axis=0, return_inverse=True)
    length = np.bincount(number.ravel(), mesh.edge_length[inner], len(pairs))
    return pairs[:, 0], pairs[:, 1], length.astype(np.float64)


def _touching(cells: Ints) -> tuple[Ints, Ints]:
    """Pairs of superblocks sharing a side."""
    at = {(int(c), int(r)): k for k, (c, r) in enumerate(cells)}
    pairs = [
        (k, at[c + dc, r + dr])
        for (c, r), k in at.items()
        for dc, dr in ((1, 0), (0, 1))
        if (c + dc, r + dr) in at
    ]
    both = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return both[:, 0], both[:, 1]
