"""Seamless by construction: random small cities, cut into cells and dissolved again."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.affinity import rotate
from shapely.geometry.base import BaseGeometry
from shapely.ops import split

from redistrict.model.cells import UNCROSSABLE, Cells
from redistrict.model.survey import Survey
from redistrict.shape import dissolve
from tests.unit.units.town import assert_tiles, made, shapes_of, town

SIDE = 400.0


def city(seed: int) -> Survey:
    """A city of 1-3 offices, up to 40 buildings (turned, overlapping, outside), barriers."""
    rng = np.random.default_rng(seed)
    offices = _offices(rng)
    city_land = shapely.union_all(list(offices.values()))
    buildings: list[tuple[str, BaseGeometry, int]] = []
    for i in range(int(rng.integers(1, 40))):
        x, y = rng.uniform(0, SIDE, 2)
        w, h = rng.choice([2.0, 8.0, 15.0, 60.0], 2) * rng.uniform(0.7, 1.3, 2)
        shape = rotate(shapely.box(x, y, x + w, y + h), float(rng.choice([0, 0, 17, 45, 80])))
        if buildings and rng.random() < 0.08:
            shape = buildings[-1][1]  # registered twice
        if shape.intersects(city_land):
            buildings.append((f"b{i}", shape, int(rng.integers(0, 120))))
    if not buildings:
        buildings = [("b", shapely.box(100, 100, 120, 120), 10)]
    barriers: list[tuple[BaseGeometry, bool]] = []
    for _ in range(int(rng.integers(0, 4))):
        line = shapely.LineString(rng.uniform(-50, SIDE + 50, (int(rng.integers(2, 5)), 2)))
        kind = rng.integers(0, 4)
        shape = line.buffer(float(rng.uniform(3, 25))) if kind == 0 else line
        barriers.append((shape, bool(kind == 1)))
    names = list(offices)
    holder = [max(names, key=lambda n: (b[1].intersection(offices[n]).area, n)) for b in buildings]
    committees = []
    if rng.random() < 0.4:
        first = offices[names[0]]
        x0, y0, x1, y1 = first.bounds
        half = shapely.box(x0, y0, x1, y0 + (y1 - y0) * float(rng.uniform(0.2, 0.8)))
        committees = [
            {"committee_id": "F", "frozen_reason": "分配", "geometry": first & half},
            {"committee_id": "G", "geometry": first - half},
        ]
        committees += [{"committee_id": f"C{n}", "geometry": offices[n]} for n in names[1:]]
    columns = {"street_office_id": holder}
    if committees:
        columns["committee_id"] = [
            max(
                (c for c in committees if c["geometry"].within(offices[h].buffer(0.01))),
                key=lambda c: b[1].intersection(c["geometry"]).area,
            )["committee_id"]
            for b, h in zip(buildings, holder, strict=True)
        ]
    return town(buildings, offices, barriers, committees, columns=columns)


def _offices(rng: np.random.Generator) -> dict[str, BaseGeometry]:
    land = shapely.box(0, 0, SIDE, SIDE)
    cut = shapely.LineString(
        [(-1, SIDE * 0.4), (SIDE * 0.5, SIDE * rng.uniform(0.3, 0.7)), (SIDE + 1, SIDE * 0.55)]
    )
    parts = [land] if rng.random() < 0.4 else list(split(land, cut).geoms)
    if rng.random() < 0.2:  # an island
        parts[0] = shapely.union(parts[0], shapely.box(SIDE + 30, 0, SIDE + 60, 25))
    return {f"o{i}": shapely.set_precision(p, 0.001) for i, p in enumerate(parts)}


def pieces_of(survey: Survey) -> np.ndarray:
    """The land cut by boundaries that hold always, by plain overlay: an independent reading."""
    barriers = survey.layer("barriers")
    lines = [g.boundary for g in survey.layers["street_offices"].geometry]
    if barriers is not None:
        closed = barriers.geometry[~barriers["crossable"]]
        lines += [g if g.geom_type == "LineString" else g.boundary for g in closed]
    return shapely.get_parts(shapely.polygonize([shapely.union_all(lines)]))


def grow(cells: Cells, rng: np.random.Generator, size: int) -> np.ndarray:
    """Connected groups of about ``size`` cells over open edges; (n,) group numbers."""
    label = np.arange(len(cells))
    edges = np.flatnonzero(cells.barrier != UNCROSSABLE)
    for e in rng.permutation(edges).tolist():
        i, j = label[cells.a[e]], label[cells.b[e]]
        if i != j and (label == i).sum() + (label == j).sum() <= size:
            label[label == j] = i
    return label


LOOK = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@LOOK
@given(st.integers(0, 2**32 - 1))
def test_cells_tile_the_land(seed: int) -> None:
    survey = city(seed)
    cells, findings = made(survey)
    assert_tiles(cells, survey)
    frame = cells.frame
    ids = survey.layers["buildings"]["building_id"]
    assert sorted(frame["building_id"][frame["kind"] == "surveyed"]) == sorted(ids)
    assert frame["households"].sum() == survey.layers["buildings"]["households"].sum()
    apart = sum(f.code == "island-without-building" for f in findings)
    several = (shapely.get_type_id(shapes_of(cells)) != 3).sum()
    assert several <= apart


@LOOK
@given(st.integers(0, 2**32 - 1))
def test_open_neighbours_lie_on_one_side_of_every_barrier(seed: int) -> None:
    survey = city(seed)
    cells, _ = made(survey)
    pieces = pieces_of(survey)
    tree = shapely.STRtree(pieces)
    shapes = shapes_of(cells)
    for a, b in zip(
        cells.a[cells.barrier != UNCROSSABLE], cells.b[cells.barrier != UNCROSSABLE], strict=True
    ):
        common = shapely.intersection(shapes[a], shapes[b])
        # some of their border lies inside one piece, clear of every barrier
        inside = tree.query(common, predicate="intersects")
        free = [common.intersection(pieces[p].buffer(-0.01)).length for p in inside]
        assert max(free) > 0.3


@LOOK
@given(st.integers(0, 2**32 - 1), st.integers(2, 12))
def test_dissolved_levels_are_coverages(seed: int, size: int) -> None:
    survey = city(seed)
    cells, _ = made(survey)
    rng = np.random.default_rng(seed)
    grid = grow(cells, rng, size)
    office = cells.frame["street_office_id"].to_numpy(dtype=object)
    grids = np.array([f"g{i}" for i in grid], dtype=object)
    frozen = cells.frame["frozen"].to_numpy(dtype=bool)
    committee = np.array(
        [f"{o}{'F' if f else ''}" for o, f in zip(office, frozen, strict=True)], dtype=object
    )
    shapes = dissolve(cells, grids, committee)
    for frame in (shapes.service_grids, shapes.committees, shapes.street_offices):
        polygons = np.asarray(frame.geometry.array, dtype=object)
        assert shapely.is_valid(polygons).all()
        assert shapely.coverage_is_valid(polygons)
    assert set(shapes.service_grids["service_grid_id"]) == set(grids)
    in_pieces = shapely.get_type_id(np.asarray(shapes.service_grids.geometry.array, object)) != 3
    multi = (shapely.get_type_id(shapes_of(cells)) != 3).sum()
    assert in_pieces.sum() <= multi
    land = survey.layers["street_offices"].set_index("street_office_id").geometry
    for name, polygon in zip(
        shapes.street_offices["street_office_id"], shapes.street_offices.geometry, strict=True
    ):
        # rounding to the millimetre along the outline, nothing else
        assert polygon.symmetric_difference(land[name]).area < 0.002 * land[name].length


@LOOK
@given(st.integers(0, 2**32 - 1))
def test_row_order_is_irrelevant(seed: int) -> None:
    survey = city(seed)
    rng = np.random.default_rng(seed + 1)
    frame = survey.layers["buildings"]
    shuffled = survey.with_layers(
        buildings=gpd.GeoDataFrame(frame.iloc[rng.permutation(len(frame))].reset_index(drop=True))
    )
    one, _ = made(survey)
    other, _ = made(shuffled)
    assert one.frame["building_id"].tolist() == other.frame["building_id"].tolist()
    assert shapely.equals_exact(shapes_of(one), shapes_of(other), 0).all()
    assert one.barrier.tolist() == other.barrier.tolist()
