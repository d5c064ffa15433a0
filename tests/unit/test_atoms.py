"""Cells -> atoms."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from redistrict.atoms import (
    absorb_empty,
    cluster,
    components,
    connected_groups,
    contract,
    ferries,
    subgraphs,
)
from redistrict.model.cells import CROSSABLE
from tests.lattice import SIDE, lattice


def graph_of(cells):
    return subgraphs(cells, np.zeros(len(cells), dtype=np.int64))[0]


def test_subgraphs_cut_edges_between_labels() -> None:
    cells = lattice([[1, 1, 1, 1]])
    graphs = subgraphs(cells, np.array([0, 0, 1, -1]))
    assert {k: g.n for k, g in graphs.items()} == {0: 2, 1: 1}
    assert len(graphs[0].a) == 1
    assert len(graphs[1].a) == 0


def test_components_are_numbered_by_first_node() -> None:
    label = components(4, np.array([2]), np.array([3]))
    assert label.tolist() == [0, 1, 2, 2]


def test_a_group_in_two_places_is_two_groups() -> None:
    graph = graph_of(lattice([[5, 5, 5]]))
    group = connected_groups(graph, np.array([7, -1, 7]))
    assert len(set(group.tolist())) == 3


def test_a_wall_divides_a_group() -> None:
    graph = graph_of(lattice([[5, 5]], walls=[(0, 1)]))
    assert len(set(connected_groups(graph, np.array([0, 0])).tolist())) == 2


def test_empty_cells_join_somebody_and_nobody_populated_is_joined() -> None:
    cells = lattice([[5, 0, 0, 7], [0, 0, 0, 0]])
    group = absorb_empty(graph_of(cells), cells.households, ())
    assert group[0] != group[3]
    assert set(group.tolist()) == {int(group[0]), int(group[3])}


def test_empty_cells_prefer_their_own_estate() -> None:
    cells = lattice([[5, 0, 7]])
    group = absorb_empty(graph_of(cells), cells.households, (np.array([-1, 3, 3]),))
    assert group[1] == group[2] != group[0]


def test_an_empty_town_stays_whole() -> None:
    cells = lattice([[0, 0], [0, 0]])
    assert set(absorb_empty(graph_of(cells), cells.households, ()).tolist()) == {0}


def test_clusters_respect_cap_and_label() -> None:
    cells = lattice([[30, 30, 30, 30, 30, 30]])
    within = np.array([0, 0, 0, 1, 1, 1])
    group = cluster(graph_of(cells), cells.households, within, np.full(6, -1), 60, np.arange(6))
    weight = np.bincount(group, cells.households)
    assert weight.max() <= 60
    for g in set(group.tolist()):
        assert len(set(within[group == g].tolist())) == 1


def test_contraction_adds_up_parallel_edges() -> None:
    cells = lattice([[1, 2], [3, 4]], walls=[(0, 1)])
    atoms = contract(graph_of(cells), np.array([0, 1, 0, 1]), cells.households)
    assert atoms.households.tolist() == [4, 6]
    assert atoms.length.tolist() == [int(SIDE * 1000)]  # the walled border costs nothing
    assert atoms.closed.tolist() == [False]


def test_a_boundary_along_a_road_costs_half() -> None:
    graph = graph_of(lattice([[1, 2]]))
    road = replace(graph, barrier=np.full(1, CROSSABLE, dtype=np.int8))
    group, households = np.array([0, 1]), np.array([1, 2])
    assert contract(graph, group, households).length.tolist() == [int(SIDE * 1000)]
    assert contract(road, group, households).length.tolist() == [int(SIDE * 500)]


def test_only_walls_between_atoms_means_closed() -> None:
    cells = lattice([[1, 2]], walls=[(0, 1)])
    atoms = contract(graph_of(cells), np.array([0, 1]), cells.households)
    assert atoms.closed.tolist() == [True]


def test_label_by_households_counts_households_not_cells() -> None:
    cells = lattice([[1, 1, 9]])
    atoms = contract(graph_of(cells), np.zeros(3, dtype=np.int64), cells.households)
    assert atoms.label_by_households(np.array([4, 4, 2]), cells.households).tolist() == [2]
    assert atoms.label_by_households(np.full(3, -1), cells.households).tolist() == [-1]


def island():
    cells = lattice([[9, 0, 5, 5]], gone=[1])
    graph = graph_of(cells)
    atoms = contract(graph, np.arange(3), cells.households)
    points = np.column_stack([cells.frame.centroid.x, cells.frame.centroid.y])
    return graph, atoms, points


def test_an_island_that_cannot_stand_alone_gets_a_ferry() -> None:
    graph, atoms, points = island()
    land = np.array([0, 1, 1])
    assert ferries(graph, atoms, land, points, lambda t: t >= 10) == [(0, 1)]


def test_no_ferry_where_both_stand_or_the_land_is_one() -> None:
    graph, atoms, points = island()
    assert ferries(graph, atoms, np.array([0, 1, 1]), points, lambda t: t >= 9) == []
    assert ferries(graph, atoms, np.array([0, 0, 0]), points, lambda t: t >= 10) == []
