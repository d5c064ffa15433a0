"""data/boundaries holds, on purpose, every case of the guide; each is found here by name."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely

from redistrict.synthetic import CitySpec, generate_city, write_city

HERE = Path(__file__).parents[3] / "data" / "boundaries"
LAYERS = (
    "buildings", "street_offices", "committees", "estates", "barriers", "premises", "service_grids",
)  # fmt: skip
GEOD = pyproj.Geod(ellps="GRS80")

Layers = dict[str, gpd.GeoDataFrame]


@pytest.fixture(scope="module")
def city() -> Layers:
    return {name: gpd.read_file(HERE / f"{name}.geojson") for name in LAYERS}


def estate(city: Layers, name: str) -> gpd.GeoSeries:
    (row,) = np.flatnonzero(city["estates"]["name"] == name)
    return city["estates"].iloc[row]


def shares(city: Layers, name: str) -> dict[str, float]:
    """Share of the estate's ellipsoidal area in each street office that has any."""
    land = estate(city, name).geometry
    area = {}
    for office, polygon in zip(
        city["street_offices"]["street_office_id"], city["street_offices"].geometry, strict=True
    ):
        part = abs(GEOD.geometry_area_perimeter(shapely.intersection(land, polygon))[0])
        if part > 1:
            area[office] = part
    return {office: part / sum(area.values()) for office, part in area.items()}


def households_in(city: Layers, land: shapely.Geometry) -> int:
    buildings = city["buildings"]
    inside = shapely.contains(land, shapely.point_on_surface(np.asarray(buildings.geometry)))
    return int(buildings["households"].to_numpy()[inside].sum())


def committee_of_buildings(city: Layers) -> np.ndarray:
    """committee_id of each building; every one lies in exactly one."""
    spots = shapely.point_on_surface(np.asarray(city["buildings"].geometry))
    tree = shapely.STRtree(np.asarray(city["committees"].geometry))
    building, committee = tree.query(spots, predicate="within")
    assert (building == np.arange(len(spots))).all()
    return city["committees"]["committee_id"].to_numpy()[committee]


def test_size(city: Layers) -> None:
    assert 58_000 <= city["buildings"]["households"].sum() <= 62_000
    assert all(frame.crs.to_epsg() == 4490 for frame in city.values())
    assert sum(p.stat().st_size for p in HERE.iterdir()) < 5_000_000


def test_committed_files_are_what_the_generator_makes(tmp_path: Path) -> None:
    """Names and numbers equal; coordinates may differ by the last digit between machines."""
    write_city(generate_city(CitySpec(seed=43, households=62_000)), tmp_path / "city")
    for name in LAYERS:
        made = gpd.read_file(tmp_path / "city" / f"{name}.geojson")
        kept = gpd.read_file(HERE / f"{name}.geojson")
        assert made.drop(columns="geometry").equals(kept.drop(columns="geometry")), name
        near = shapely.equals_exact(
            np.asarray(made.geometry), np.asarray(kept.geometry), tolerance=3e-7
        )
        assert near.all(), name


def test_clear_straddle(city: Layers) -> None:
    part = shares(city, "澜湾华府")
    assert estate(city, "澜湾华府")["stage"] == "under_construction"
    assert len(part) == 2
    assert 0.6 < max(part.values()) < 0.8


def test_equal_halves(city: Layers) -> None:
    part = sorted(shares(city, "同和家园").values())
    assert estate(city, "同和家园")["stage"] == "under_construction"
    assert len(part) == 2
    assert part[1] - part[0] < 0.005


def test_three_offices(city: Layers) -> None:
    part = shares(city, "三和新苑")
    assert estate(city, "三和新苑")["stage"] == "planned"
    assert len(part) == 3
    assert max(part.values()) < 0.5


def test_large_planned_estate_is_empty(city: Layers) -> None:
    row = estate(city, "云澜新城")
    assert row["stage"] == "planned"
    assert row["planned_households"] == 9_000
    assert not (city["buildings"]["estate_id"] == row["estate_id"]).any()
    assert households_in(city, row.geometry) == 0


def test_frozen_committee(city: Layers) -> None:
    frozen = city["committees"][city["committees"]["frozen_reason"].notna()]
    assert len(frozen) == 1
    assert frozen["frozen_until"].notna().all()


def test_standalone_estate(city: Layers) -> None:
    assert estate(city, "矿建新村")["standalone_reason"]
    assert city["estates"]["standalone_reason"].notna().sum() == 1


def test_buildings_above_a_grid(city: Layers) -> None:
    buildings = city["buildings"]
    known = buildings[buildings["households"] == 300]
    assert (known["stairwells"] == 6).any()
    assert ((buildings["households"] > 250) & buildings["stairwells"].isna()).any()


def test_courtyard_above_a_grid(city: Layers) -> None:
    yards = city["buildings"].groupby("courtyard_id")["households"].sum()
    assert (yards > 250).any()
    assert (yards <= 250).mean() > 0.9


def test_island_behind_the_river(city: Layers) -> None:
    (river,) = city["barriers"][city["barriers"]["kind"] == "river"].geometry
    island = shapely.Polygon(river.interiors[0])
    assert households_in(city, island) == 130
    assert not city["buildings"].intersects(river).any()


def test_management(city: Layers) -> None:
    assert set(city["estates"]["property_managed"]) == {"yes", "no", "unknown"}
    stages = {"planned", "under_construction", "built", "old_town"}
    assert set(city["estates"]["stage"]) == stages


def test_keep_with_and_apart(city: Layers) -> None:
    for field in ("keep_with", "keep_apart"):
        (other,) = city["estates"][field].dropna()
        assert (city["estates"]["estate_id"] == other).sum() == 1


def test_old_town_committees_are_small_and_have_premises_to_vacate(city: Layers) -> None:
    at = committee_of_buildings(city)
    size = city["buildings"].groupby(at)["households"].sum()
    committees = city["committees"].set_index("committee_id")
    old = size[committees["old_town"].reindex(size.index)]
    assert len(old) >= 8
    assert ((old >= 300) & (old <= 1_200)).all()
    assert size.max() > 3_500
    assert size.min() < 1_000
    with_premises = set(city["premises"]["committee_id"])
    assert set(committees.index) <= with_premises
    merged = committees.index[committees["old_town"] & committees["frozen_reason"].isna()]
    assert len(set(merged) & with_premises) >= 7
    assert (city["premises"]["area_m2"] < 300).any()
    assert city["premises"]["title"].notna().all()


def test_addresses_have_gaps_and_doubles(city: Layers) -> None:
    address = city["buildings"]["address"]
    assert 5 <= address.isna().sum() <= 60
    assert 3 <= address.dropna().duplicated().sum() <= 40


def test_present_grids_tile_their_committees(city: Layers) -> None:
    grids = city["service_grids"]
    assert shapely.coverage_is_valid(np.asarray(grids.geometry))
    for committee, group in grids.groupby("committee_id"):
        land = city["committees"].set_index("committee_id").geometry[committee]
        assert shapely.equals(shapely.union_all(np.asarray(group.geometry)), land)
