"""Neighbours never share a colour."""

from __future__ import annotations

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from redistrict.publish.palette import FILLS, coloured, colouring, neighbours
from tests.unit.publish.fakes import town


@settings(max_examples=50, deadline=None)
@given(st.integers(2, 60), st.integers(0, 2**32 - 1))
def test_voronoi_maps_need_no_more_than_six(n: int, seed: int) -> None:
    points = shapely.multipoints(np.random.default_rng(seed).random((n, 2)))
    cells = np.asarray(shapely.get_parts(shapely.voronoi_polygons(points)))
    pairs = neighbours(cells)
    colours = colouring(len(cells), pairs)
    assert (colours[pairs[:, 0]] != colours[pairs[:, 1]]).all()
    assert colours.max(initial=0) < 6


def test_touching_at_a_corner_is_not_a_neighbour() -> None:
    squares = np.array([shapely.box(0, 0, 1, 1), shapely.box(1, 1, 2, 2), shapely.box(1, 0, 2, 1)])
    assert neighbours(squares).tolist() == [[0, 2], [1, 2]]


def test_more_neighbours_than_a_plane_allows_still_differ() -> None:
    everyone = np.array([(a, b) for a in range(8) for b in range(a + 1, 8)], dtype=np.int64)
    assert len(set(colouring(8, everyone).tolist())) == 8


def test_grids_of_a_town_are_balanced() -> None:
    colours = coloured(town().layers["service_grids"])
    counts = np.bincount(colours)
    assert colours.max() < len(FILLS)
    assert counts.min() >= len(colours) // len(counts) - 2
