"""Grids, committees and offices from cells."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from redistrict.model.cells import UNCROSSABLE, Cells
from redistrict.planar.reading import reading_order
from redistrict.shape import Shapes, dissolve, number
from redistrict.shape.threads import without_threads
from tests.lattice import lattice
from tests.unit.units.town import box, made, town


def _polygons(frame: gpd.GeoDataFrame) -> np.ndarray:
    return np.asarray(frame.geometry.array, dtype=object)


def _town(turn: float = 0.0) -> Cells:
    """Two rows of houses, irregularly set back, on both sides of a road."""
    rng = np.random.default_rng(7)
    houses = []
    for i in range(12):
        low, high = rng.uniform(0, 6, 2)
        houses.append((f"s{i}", box(10 * i + 1, 10, 10 * i + 9, 40 - low), 20))
        houses.append((f"n{i}", box(10 * i + 1, 60 + high, 10 * i + 9, 90), 20))
    cells, _ = made(town(houses, {"SO": box(0, 0, 120, 100)}))
    return cells


def _by_side(cells: Cells) -> Shapes:
    grid = cells.frame["building_id"].str[0].to_numpy(dtype=object)
    return dissolve(cells, grid, np.full(len(cells), "c", dtype=object))


def test_line_between_two_rows_is_drawn_straight() -> None:
    shapes = _by_side(_town())
    south = shapes.service_grids.set_index("service_grid_id").geometry["s"]
    # the cells' edges zigzag with the house fronts; the boundary has few vertices left
    assert shapely.get_num_coordinates(south) < 20
    assert south.bounds[3] < 60
    assert south.exterior.intersection(box(0, 45, 120, 60)).length < 160


def test_no_building_changes_sides() -> None:
    cells = _town()
    shapes = _by_side(cells)
    own = shapes.service_grids.set_index("service_grid_id").geometry
    for name, footprint in zip(cells.frame["building_id"], cells.frame["footprint"], strict=True):
        assert own[name[0]].intersection(footprint).area > 0.99 * footprint.area


def test_levels_share_their_vertices() -> None:
    cells = lattice([[50] * 6] * 6)
    n = np.arange(36)
    grid = np.array([f"g{k % 6 // 2}-{k // 12}" for k in n], dtype=object)
    committee = np.array([f"c{k // 18}" for k in n], dtype=object)
    grid = np.array([f"{c}{g}" for c, g in zip(committee, grid, strict=True)], dtype=object)
    shapes = dissolve(cells, grid, committee)
    for frame in (shapes.service_grids, shapes.committees, shapes.street_offices):
        assert shapely.coverage_is_valid(_polygons(frame))
    assert len(shapes.service_grids) == len(set(grid))
    assert shapes.committees["committee_id"].tolist() == ["c0", "c1"]
    corners = {tuple(p) for p in shapely.get_coordinates(_polygons(shapes.service_grids))}
    assert {tuple(p) for p in shapely.get_coordinates(_polygons(shapes.committees))} <= corners
    office = shapes.street_offices.geometry.iloc[0]
    assert office.area == pytest.approx(360_000)


def test_grid_around_another_and_grid_in_pieces() -> None:
    cells = lattice([[1] * 3] * 3)
    around = np.array(["o"] * 4 + ["i"] + ["o"] * 4, dtype=object)
    shapes = dissolve(cells, around, np.full(9, "c", dtype=object))
    outer = shapes.service_grids.geometry.iloc[0]
    assert len(outer.interiors) == 1
    chequered = np.array(["a", "b", "a", "b", "a", "b", "a", "b", "a"], dtype=object)
    shapes = dissolve(cells, chequered, np.full(9, "c", dtype=object))
    assert set(shapes.service_grids.geometry.geom_type) == {"MultiPolygon"}
    assert shapely.coverage_is_valid(_polygons(shapes.service_grids))


def test_office_line_keeps_its_course() -> None:
    crooked = shapely.LineString([(-1, 50), (30, 50.4), (60, 49.6), (121, 50)])
    south, north = sorted(
        shapely.get_parts(
            shapely.polygonize([shapely.union_all([box(0, 0, 120, 100).exterior, crooked])])
        ),
        key=lambda p: p.centroid.y,
    )
    houses = [
        (f"h{i}-{j}", box(12 * i + 2, 20 * j + 3, 12 * i + 9, 20 * j + 15), 10)
        for i in range(10)
        for j in range(5)
    ]
    survey = town(houses, {"S": south, "N": north})
    cells, _ = made(survey)
    office = cells.frame["street_office_id"].to_numpy(dtype=object)
    shapes = dissolve(cells, office, office, tolerance_m=5.0)
    land = survey.layers["street_offices"].set_index("street_office_id").geometry
    for name, polygon in zip(
        shapes.street_offices["street_office_id"], shapes.street_offices.geometry, strict=True
    ):
        assert polygon.symmetric_difference(land[name]).area < 0.2
        # the vertices that cells put on the line are gone again
        assert shapely.get_num_coordinates(polygon) <= 12


def test_thread_goes_to_the_neighbour_it_lies_along() -> None:
    spike = shapely.union(box(0, 0, 100, 50), box(100, 20, 130, 20.4))
    shapes = np.array([spike, box(100, 0, 200, 50).difference(spike)], dtype=object)
    one, footprints = np.zeros(2, np.int64), np.zeros(0, dtype=object)
    out = without_threads(shapes, one, one, footprints, np.zeros(0, np.int64))
    assert shapely.coverage_is_valid(out)
    assert out[0].bounds == pytest.approx((0, 0, 100, 50), abs=0.6)
    assert shapely.union_all(out).area == pytest.approx(10_000)
    # not across a legal line
    out = without_threads(shapes, np.array([0, 1]), one, footprints, np.zeros(0, np.int64))
    assert out[0].bounds[2] == 130
    # not with a building on it
    house = np.array([box(110, 19, 125, 21)], dtype=object)
    out = without_threads(shapes, one, one, house, np.array([0]))
    assert out[0].bounds[2] == 130


def test_neck_between_two_parts_stays() -> None:
    neck = shapely.union_all([box(0, 0, 40, 50), box(40, 20, 60, 20.5), box(60, 0, 100, 50)])
    shapes = np.array([neck, box(0, 0, 100, 50).difference(neck)], dtype=object)
    one = np.zeros(2, np.int64)
    out = without_threads(shapes, one, one, np.zeros(0, dtype=object), np.zeros(0, np.int64))
    assert shapely.get_num_geometries(out).tolist() == [1, 2]


def test_numbers_run_west_to_east_and_north_to_south() -> None:
    boxes = [box(x, y, x + 9, y + 9) for y in (0, 10, 20) for x in (0, 10, 20)]
    grids = gpd.GeoDataFrame(
        {"service_grid_id": [str(i) for i in range(9)], "committee_id": "c"}, geometry=boxes
    )
    assert number(grids).tolist() == [7, 8, 9, 4, 5, 6, 1, 2, 3]
    two = grids.assign(committee_id=list("ababababa"))
    assert sorted(number(two)[::2].tolist()) == [1, 2, 3, 4, 5]
    committees = gpd.GeoDataFrame(
        {"committee_id": ["p", "q", "r"], "street_office_id": ["s", "s", "t"]},
        geometry=[boxes[0], boxes[8], boxes[4]],
    )
    assert number(committees).tolist() == [1, 2, 1]


def test_reading_order_of_a_row_a_column_and_nothing() -> None:
    row = np.column_stack([[3.0, 1.0, 2.0], [0.0, 0.1, 0.2]])
    assert reading_order(row).tolist() == [2, 0, 1]
    assert reading_order(row[:, ::-1]).tolist() == [0, 2, 1]
    assert reading_order(np.zeros((0, 2))).tolist() == []


def test_barrier_edges_are_followed_closely() -> None:
    river = shapely.LineString([(60 + 3 * np.sin(y / 8), y) for y in range(-2, 103)])
    houses = [
        (f"{i}-{j}", box(30 * i + 8, 25 * j + 5, 30 * i + 22, 25 * j + 20), 10)
        for i in range(4)
        for j in range(4)
    ]
    cells, _ = made(town(houses, {"SO": box(0, 0, 120, 100)}, [(river, False)]))
    assert (cells.barrier == UNCROSSABLE).any()
    side = np.where(cells.frame["building_id"].str[0].astype(int) < 2, "w", "e").astype(object)
    shapes = dissolve(cells, side, np.full(len(cells), "c", dtype=object))
    west = shapes.service_grids.set_index("service_grid_id").geometry["w"]
    inner = west.exterior.intersection(box(1, 1, 119, 99))
    assert inner.hausdorff_distance(river.intersection(box(1, 1, 119, 99))) < 1.0
