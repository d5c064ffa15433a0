"""One committee's land -> `Problem` for service grids: courtyards indivisible, barriers closed.

Policy in, `Problem` out: the engine knows none of these words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from redistrict.atoms import (
    FORCED_CROSSING,
    Atoms,
    CellGraph,
    IntArray,
    absorb_empty,
    codes,
    components,
    connected_groups,
    contract,
    dense_labels,
    ferries,
    united,
)
from redistrict.leaning import leaned
from redistrict.model.cells import Cells
from redistrict.model.problem import Problem
from redistrict.model.profile import GridRule

BUILDING_CUT, COURTYARD_CUT, ESTATE_CUT = 1000, 100, 1
"""A building above the window is divided last, then a courtyard, then an estate."""


@dataclass(frozen=True)
class GridColumns:
    """What grids need to know of every cell, as integers by row order (ids are only names)."""

    households: IntArray
    points: NDArray[np.float64]
    land: IntArray
    building: IntArray
    part: IntArray
    courtyard: IntArray
    ground: IntArray
    estate: IntArray
    present: IntArray
    unmanaged: NDArray[np.bool_]


@dataclass(frozen=True)
class Scope:
    """One committee (or greenfield office) on its way through the engine."""

    key: int
    graph: CellGraph
    atoms: Atoms
    problem: Problem
    forced: frozenset[tuple[int, int]]
    """Atom pairs joined over a barrier or water because one side cannot stand alone."""
    piece: IntArray
    """(k,) connected open land each atom lies in."""


def grid_columns(cells: Cells) -> GridColumns:
    frame = cells.frame
    centre = frame.geometry.representative_point()
    return GridColumns(
        households=cells.households,
        points=np.column_stack([centre.x.to_numpy(), centre.y.to_numpy()]),
        land=components(len(cells), cells.a, cells.b),
        building=codes(cells, "building_id"),
        part=frame["part"].to_numpy(dtype=np.int64),
        courtyard=codes(cells, "courtyard_id"),
        ground=frame["ground"].to_numpy(dtype=np.int64),
        estate=codes(cells, "estate_id"),
        present=codes(cells, "service_grid_id"),
        # 6.5: `unknown` is not `managed`; no estate at all is not managed either.
        unmanaged=(frame["property_managed"] != "yes").to_numpy(dtype=bool),
    )


def stands_alone(total: int, rule: GridRule) -> bool:
    """True if some whole number of grids fits ``total`` households."""
    return total > 0 and -(-total // rule.upper) <= total // rule.lower


def prepare(key: int, graph: CellGraph, columns: GridColumns, rule: GridRule) -> Scope:
    mine = graph.cells
    households = columns.households[mine]
    courtyard = columns.courtyard[mine]
    estate = columns.estate[mine]
    hosted = absorb_empty(graph, households, (columns.ground[mine], courtyard, estate))
    kept = (dense_labels(columns.ground[mine]), courtyard)
    atoms = contract(graph, _joined(graph, hosted, households, kept, rule), households)
    piece = components(atoms.k, atoms.a[~atoms.closed], atoms.b[~atoms.closed])
    a, b, length, crossing, forced = _with_forced_edges(graph, atoms, piece, columns, rule)
    slices = np.where(columns.part[mine] > 0, columns.building[mine], -1)
    layers = np.vstack(
        [
            atoms.label_by_households(dense_labels(label), households)
            for label in (slices, courtyard, estate)
        ]
    )
    # Numbered by first atom: the same plan is the same problem, whatever its ids are.
    present = dense_labels(
        atoms.label_by_households(dense_labels(columns.present[mine]), households)
    )
    problem = Problem(
        ids=tuple(str(i) for i in range(atoms.k)),
        weights=atoms.households,
        edges=np.column_stack([a, b]).astype(np.int32),
        lower=rule.lower,
        upper=rule.upper,
        lengths=length,
        crossing=crossing,
        present=present.astype(np.int32) if (present >= 0).any() else None,
        steady=True,
        soft_groups=layers.astype(np.int32),
        soft_weights=(BUILDING_CUT, COURTYARD_CUT, ESTATE_CUT),
        priority=np.bincount(atoms.of_cell, households * columns.unmanaged[mine], atoms.k).astype(
            np.int64
        ),
        # What holds today is touched only to bring households into the window (least
        # disturbance), so `moved` ranks before everything that merely looks better.
        # `deviation` keeps what must lie outside near the window: no grid of a thousand households.
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
    return Scope(key, graph, atoms, leaned(problem, rule), forced, piece)


def _joined(
    graph: CellGraph,
    hosted: IntArray,
    households: IntArray,
    kept: Sequence[IntArray],
    rule: GridRule,
) -> IntArray:
    """(n,) cells that may not be parted: empty ones with their host (``hosted``), and each label
    of ``kept`` (buildings on one ground, courtyards) that fits the window as a whole.

    What goes together through several of them must fit as well, so the first label has it: sheds
    between the houses of many courtyards do not make one of them all.
    """
    groups = [hosted]
    for label in kept:
        total = np.zeros(int(label.max(initial=-1)) + 1, dtype=np.int64)
        np.add.at(total, label[label >= 0], households[label >= 0])
        whole = label.copy()
        whole[label >= 0] = np.where(total[label[label >= 0]] <= rule.upper, label[label >= 0], -1)
        groups.append(connected_groups(graph, whole))
    return united(households, groups, rule.upper)


def _with_forced_edges(
    graph: CellGraph, atoms: Atoms, piece: IntArray, columns: GridColumns, rule: GridRule
) -> tuple[IntArray, IntArray, IntArray, IntArray, frozenset[tuple[int, int]]]:
    """Open edges, and over barriers or water only from land that cannot stand alone."""
    total = np.bincount(piece, atoms.households).astype(np.int64)
    alone = np.array([stands_alone(int(t), rule) for t in total], dtype=bool)
    bridge = atoms.closed & ~(alone[piece[atoms.a]] & alone[piece[atoms.b]])
    keep = ~atoms.closed | bridge
    a, b = atoms.a[keep], atoms.b[keep]
    length = atoms.length[keep]
    crossing = np.where(bridge[keep], FORCED_CROSSING, 0)
    forced = [(int(i), int(j)) for i, j in zip(a[bridge[keep]], b[bridge[keep]], strict=True)]
    mine = graph.cells
    links = ferries(
        graph, atoms, columns.land[mine], columns.points[mine], lambda t: stands_alone(t, rule)
    )
    if links:
        pairs = np.array(links, dtype=np.int64)
        a, b = np.concatenate([a, pairs[:, 0]]), np.concatenate([b, pairs[:, 1]])
        length = np.concatenate([length, np.zeros(len(pairs), dtype=np.int64)])
        crossing = np.concatenate([crossing, np.full(len(pairs), FORCED_CROSSING, dtype=np.int64)])
        forced += links
    order = np.lexsort((b, a))
    return a[order], b[order], length[order], crossing[order], frozenset(forced)
