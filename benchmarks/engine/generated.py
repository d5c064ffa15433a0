"""Generated committees: villas, walk-ups, towers and old courtyards on one patch of land.

Every committee is decided by its number alone. Land first, as in `redistrict.units`: buildings
stand on a jittered lattice, each has the Voronoi cell of its point, and neighbours are cells with
a common edge; estates are the buildings nearest to a centre, and between some of them runs a road.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import Voronoi

from benchmarks.engine.sources import Instance
from redistrict.grids import BUILDING_CUT, COURTYARD_CUT, ESTATE_CUT
from redistrict.model.problem import Problem

IntArray = NDArray[np.int64]

LOWER, UPPER = 200, 250
SPACING_M = 40.0
ROAD_CROSSING = 1_000
"""Penalty, per metre of common edge, of a grid on both sides of a road."""
KINDS = ("villas", "walk_ups", "towers", "courtyards")
COUNT = 200


@dataclass(frozen=True)
class _Buildings:
    """(n,) columns of one committee's buildings; ``courtyard`` is -1 where there is none."""

    households: IntArray
    estate: IntArray
    courtyard: IntArray
    unmanaged: NDArray[np.bool_]


def committee(number: int) -> Instance:
    """The committee of this number: 60-200 buildings, 900-4,500 households."""
    for attempt in range(1000):
        rng = np.random.default_rng([number, attempt, 0xB33C])
        n = int(rng.integers(60, 201))
        edges, length, points = _land(rng, n)
        made = _buildings(rng, points, n)
        if 900 <= made.households.sum() <= 4500:
            problem = _problem(rng, made, edges, length)
            return Instance(f"generated-{number:03d}", "generated", problem)
    raise AssertionError("no committee of a plausible size in a thousand attempts")


def committees(count: int = COUNT) -> list[Instance]:
    """The first ``count`` committees."""
    return [committee(i) for i in range(count)]


def _land(rng: np.random.Generator, n: int) -> tuple[IntArray, IntArray, NDArray[np.float64]]:
    """Edges (m, 2) a < b, their common border in millimetres, points (n, 2) in metres."""
    width = int(np.ceil(np.sqrt(n * rng.uniform(0.7, 1.4))))
    height = -(-n // width)
    lattice = np.stack(np.meshgrid(np.arange(width), np.arange(height)), axis=-1).reshape(-1, 2)
    points = (lattice[:n] + 0.5 + rng.uniform(-0.33, 0.33, (n, 2))) * SPACING_M
    far = np.array([width, height]) * SPACING_M
    # Mirrored over the four sides, so that the outer cells end at the land's edge.
    mirrors = [points * (-1, 1), points * (1, -1)]
    mirrors += [(2 * far[0], 0) + points * (-1, 1), (0, 2 * far[1]) + points * (1, -1)]
    voronoi = Voronoi(np.concatenate([points, *mirrors]))
    pairs: list[tuple[int, int, int]] = []
    for (a, b), ridge in zip(voronoi.ridge_points, voronoi.ridge_vertices, strict=True):
        if a < n and b < n and -1 not in ridge:
            ends = voronoi.vertices[ridge]
            millimetres = round(1000 * float(np.linalg.norm(ends[0] - ends[1])))
            if millimetres >= 1000:
                pairs.append((int(min(a, b)), int(max(a, b)), millimetres))
    table = np.array(sorted(pairs), dtype=np.int64)
    return table[:, :2], table[:, 2], points


def _buildings(rng: np.random.Generator, points: NDArray[np.float64], n: int) -> _Buildings:
    estates = int(rng.integers(3, 11))
    centre = points[rng.choice(n, estates, replace=False)]
    estate = np.argmin(((points[:, None] - centre[None]) ** 2).sum(axis=2), axis=1)
    kind = rng.choice(len(KINDS), estates, p=rng.dirichlet((0.5, 1.5, 0.7, 0.8)))
    households = np.zeros(n, dtype=np.int64)
    courtyard = np.full(n, -1, dtype=np.int64)
    yards = 0
    for e in range(estates):
        mine = np.flatnonzero(estate == e)
        match KINDS[kind[e]]:
            case "villas":
                households[mine] = rng.integers(1, 5, len(mine))
            case "walk_ups":
                # stairwells x floors x two flats
                floors = int(rng.integers(4, 8))
                households[mine] = rng.integers(1, 6, len(mine)) * floors * 2
            case "towers":
                floors = rng.integers(11, 34, len(mine))
                households[mine] = floors * int(rng.integers(2, 9))
            case _:
                households[mine] = rng.integers(2, 19, len(mine))
                few = max(1, len(mine) // int(rng.integers(3, 8)))
                heart = points[rng.choice(mine, few, replace=False)]
                near = np.argmin(((points[mine][:, None] - heart[None]) ** 2).sum(axis=2), axis=1)
                courtyard[mine] = yards + near
                yards += few
    shops = rng.random(n) < 0.03
    households[shops & (courtyard < 0)] = 0
    return _Buildings(households, estate, courtyard, (rng.random(estates) < 0.4)[estate])


def _problem(
    rng: np.random.Generator, made: _Buildings, edges: IntArray, length: IntArray
) -> Problem:
    """The problem as `redistrict.grids` states it: courtyards up to the window are one atom."""
    n = len(made.households)
    atom = _atoms(made, edges)
    k = int(atom.max()) + 1
    weight = np.bincount(atom, made.households, k).astype(np.int64)
    i, j = atom[edges[:, 0]], atom[edges[:, 1]]
    cut = i != j
    pair = np.column_stack([np.minimum(i, j), np.maximum(i, j)])[cut]
    unique, where = np.unique(pair, axis=0, return_inverse=True)
    where = where.reshape(-1)
    border = np.bincount(where, length[cut]).astype(np.int64)
    estates = int(made.estate.max()) + 1
    road = rng.random((estates, estates)) < 0.35
    road |= road.T
    over = road[made.estate[edges[:, 0]], made.estate[edges[:, 1]]]
    over &= made.estate[edges[:, 0]] != made.estate[edges[:, 1]]
    crossing = np.bincount(where, (ROAD_CROSSING * length * over)[cut] // 1000).astype(np.int64)
    present = None
    if rng.random() < 0.5:  # today's grids: estates cut into bands of buildings, no window kept
        band = np.arange(n) // int(rng.integers(6, 15))
        label = np.unique(made.estate * n + band, return_inverse=True)[1]
        present = _largest(atom, label, made.households, k)
    return Problem(
        ids=tuple(str(a) for a in range(k)),
        weights=weight,
        edges=unique.astype(np.int32),
        lower=LOWER,
        upper=UPPER,
        lengths=border,
        crossing=crossing,
        present=present,
        soft_groups=np.vstack(
            [
                np.full(k, -1),
                _largest(atom, made.courtyard, made.households, k),
                _largest(atom, made.estate, made.households, k),
            ]
        ).astype(np.int32),
        soft_weights=(BUILDING_CUT, COURTYARD_CUT, ESTATE_CUT),
        priority=np.bincount(atom, made.households * made.unmanaged, k).astype(np.int64),
        terms=(
            "outside",
            "outside_priority",
            "deviation",
            "moved",
            "groups_cut",
            "crossings",
            "perimeter",
        ),
    )


def _atoms(made: _Buildings, edges: IntArray) -> IntArray:
    """(n,) atom of each building: connected courtyards that fit, empty buildings with a host."""
    n = len(made.households)
    yard = made.courtyard
    total = np.bincount(np.where(yard < 0, 0, yard), np.where(yard < 0, 0, made.households))
    fits = (yard >= 0) & (total[np.where(yard < 0, 0, yard)] <= UPPER)
    a, b = edges[:, 0], edges[:, 1]
    same = fits[a] & fits[b] & (yard[a] == yard[b])
    joined = list(zip(a[same].tolist(), b[same].tolist(), strict=True))
    populated = made.households > 0
    for v in np.flatnonzero(~populated).tolist():
        near = np.concatenate([b[a == v], a[b == v]])
        hosts = near[populated[near]]
        if len(hosts):
            joined.append((v, int(hosts.min())))
    rows = np.array(joined, dtype=np.int64).reshape(-1, 2)
    graph = coo_array((np.ones(len(rows)), (rows[:, 0], rows[:, 1])), shape=(n, n))
    return connected_components(graph, directed=False)[1].astype(np.int64)


def _largest(atom: IntArray, label: IntArray, households: IntArray, k: int) -> NDArray[np.int32]:
    """(k,) the label with most households of each atom, -1 where it has none."""
    found = np.full(k, -1, dtype=np.int32)
    for a in range(k):
        inside = np.flatnonzero((atom == a) & (label >= 0))
        if len(inside):
            held = np.bincount(label[inside], households[inside])
            found[a] = int(np.argmax(held)) if held.any() else int(label[inside].min())
    return found
