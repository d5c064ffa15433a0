"""Cells and shapes on real cities: everything tiled, every building on its own ground."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from redistrict.model.cells import UNCROSSABLE, Cells
from redistrict.model.profile import Profile
from redistrict.model.settings import RunSettings
from redistrict.model.survey import Survey
from redistrict.repair import repair
from redistrict.shape import dissolve
from redistrict.survey import ReadOptions, read
from redistrict.units import cut
from tests.real.places import need

pytestmark = pytest.mark.real
PROFILE = Profile("test", "试", "test")


def cells_of(folder: Path) -> tuple[Survey, Cells]:
    given, _ = read(folder, ReadOptions())
    survey, _ = repair(given, PROFILE)
    cells, _ = cut(survey, PROFILE, RunSettings())
    return survey, cells


def grown(cells: Cells, committee: np.ndarray, limit: int) -> np.ndarray:
    """Connected groups of up to ``limit`` households inside a committee: stand-ins for grids."""
    parent = np.arange(len(cells))
    households = cells.households.copy()

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = int(parent[i])
        return i

    usable = (cells.barrier != UNCROSSABLE) & (committee[cells.a] == committee[cells.b])
    order = np.flatnonzero(usable)
    for e in order[np.argsort(-cells.length[order], kind="stable")].tolist():
        i, j = root(int(cells.a[e])), root(int(cells.b[e]))
        if i != j and households[i] + households[j] <= limit:
            parent[j] = i
            households[i] += households[j]
    return np.array([f"g{root(i)}" for i in range(len(cells))], dtype=object)


@pytest.mark.parametrize("name", ["yashio", "vologda"])
def test_real_city(name: str) -> None:
    survey, cells = cells_of(need(name))
    frame = cells.frame
    shapes = np.asarray(frame.geometry.array, dtype=object)
    offices = survey.layers["street_offices"]
    assert sorted(frame["building_id"]) == sorted(survey.layers["buildings"]["building_id"])
    assert (shapely.get_type_id(shapes) == 3).all()
    assert shapely.coverage_is_valid(shapes)
    assert shapely.area(shapes).sum() == pytest.approx(offices.geometry.area.sum(), rel=1e-7)
    footprint = np.asarray(frame["footprint"], dtype=object)
    own = shapely.area(shapely.intersection(shapes, footprint)) / shapely.area(footprint)
    assert np.mean(own > 0.99) > 0.985
    piece = frame["piece"].to_numpy()
    assert (cells.barrier[piece[cells.a] != piece[cells.b]] == UNCROSSABLE).all()
    _check_shapes(cells, footprint)


def _check_shapes(cells: Cells, footprint: np.ndarray) -> None:
    office = cells.frame["street_office_id"].to_numpy(dtype=object)
    present = cells.frame["committee_id"].to_numpy(dtype=object)
    committee = np.where([c is None for c in present], office, present)
    committee = committee + "/" + cells.frame["piece"].astype(str).to_numpy(dtype=object)
    grid = grown(cells, committee, 240)
    shapes = dissolve(cells, grid, committee)
    levels: tuple[gpd.GeoDataFrame, ...] = (
        shapes.service_grids,
        shapes.committees,
        shapes.street_offices,
    )
    for frame in levels:
        polygons = np.asarray(frame.geometry.array, dtype=object)
        assert shapely.is_valid(polygons).all()
        assert shapely.coverage_is_valid(polygons)
    grids = shapes.service_grids.set_index("service_grid_id").geometry
    polygons = np.asarray(grids.array, dtype=object)
    assert (shapely.get_type_id(polygons) == 3).all()
    before = _own_share(cells, footprint, np.asarray(cells.frame.geometry.array, dtype=object))
    after = _own_share(cells, footprint, np.asarray(grids.loc[grid].array, dtype=object))
    # straightening moves lines, not buildings
    assert (after < before - 0.15).sum() <= 0.0005 * len(cells)
    # no spike, thread or neck narrower than 10 cm over 10 m
    opened = shapely.buffer(
        shapely.buffer(polygons, -0.05, join_style="mitre"), 0.051, join_style="mitre"
    )
    rest = shapely.get_parts(shapely.difference(polygons, opened))
    assert (shapely.length(rest) / 2 < 10).all()


def _own_share(cells: Cells, footprint: np.ndarray, ground: np.ndarray) -> np.ndarray:
    return shapely.area(shapely.intersection(footprint, ground)) / shapely.area(footprint)
