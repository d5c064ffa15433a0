"""Whatever the seed, a generated city is valid input of the kind the contract describes."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from redistrict.synthetic import ALL, City, CitySpec, generate_city

SEEDS = st.integers(0, 2**31 - 1)


def polygons(city: City, layer: str) -> np.ndarray:
    return np.asarray(city.layers[layer].geometry)


def check(city: City) -> None:
    buildings = city.layers["buildings"]
    offices = polygons(city, "street_offices")
    for name, frame in city.layers.items():
        assert frame.is_valid.all(), name
        assert not frame.is_empty.any(), name
        assert frame.crs == city.crs, name
    for layer, field in (
        ("buildings", "building_id"), ("street_offices", "street_office_id"),
        ("committees", "committee_id"), ("estates", "estate_id"), ("premises", "premises_id"),
        ("service_grids", "service_grid_id"),
    ):  # fmt: skip
        if layer in city.layers:
            assert city.layers[layer][field].is_unique, field
    land = shapely.union_all(offices)
    assert land.geom_type == "Polygon"
    assert len(land.interiors) == 0
    assert all(p.geom_type == "Polygon" for p in offices)
    assert shapely.coverage_is_valid(offices)
    footprints = polygons(city, "buildings")
    one, other = shapely.STRtree(footprints).query(footprints, predicate="intersects")
    assert (one == other).all(), "buildings touch"
    tree = shapely.STRtree(offices)
    inside, _ = tree.query(footprints, predicate="within")
    assert (inside == np.arange(len(footprints))).all(), "a building crosses an office line"
    assert (buildings["households"] >= 0).all()
    assert buildings["households"].sum() > 0
    if "committees" in city.layers:
        check_committees(city, offices, footprints)
    if "estates" in city.layers:
        check_estates(city, footprints)
    river = city.layers["barriers"]["kind"] == "river"
    assert not buildings.intersects(
        shapely.union_all(polygons(city, "barriers")[river.to_numpy()])
    ).any()


def check_committees(city: City, offices: np.ndarray, footprints: np.ndarray) -> None:
    committees = city.layers["committees"]
    shapes = polygons(city, "committees")
    assert all(p.geom_type == "Polygon" for p in shapes)
    assert shapely.coverage_is_valid(shapes)
    names = city.layers["street_offices"]["street_office_id"].tolist()
    assert set(committees["street_office_id"]) == set(names)
    for name, office in zip(names, offices, strict=True):
        own = shapes[(committees["street_office_id"] == name).to_numpy()]
        tiled = shapely.coverage_union_all(own)
        assert shapely.equals(tiled, office)
        # the very same vertices, none moved or left out
        assert vertices(own) >= vertices([office])
    found, _ = shapely.STRtree(shapes).query(footprints, predicate="within")
    assert (found == np.arange(len(footprints))).all(), "a building crosses a committee line"
    frozen = committees["frozen_reason"].notna()
    assert (committees["frozen_until"].notna() == frozen).all()


def check_estates(city: City, footprints: np.ndarray) -> None:
    estates = city.layers["estates"]
    shapes = polygons(city, "estates")
    known = estates["estate_id"].tolist()
    refers = city.layers["buildings"]["estate_id"]
    assert set(refers.dropna()) <= set(known)
    at = {name: k for k, name in enumerate(known)}
    inside = np.flatnonzero(refers.notna())
    own = shapes[[at[name] for name in refers.iloc[inside]]]
    assert shapely.covers(own, footprints[inside]).all()
    for field in ("keep_with", "keep_apart"):
        assert set(estates[field].dropna()) <= set(known)
    planned = estates["stage"] == "planned"
    assert (estates["planned_households"][planned] > 0).all()
    assert not set(estates["estate_id"][planned]) & set(refers.dropna())


def vertices(shapes) -> set[tuple[float, float]]:
    return {tuple(p) for p in shapely.get_coordinates(shapes).tolist()}


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_small_cities(seed: int) -> None:
    city = generate_city(CitySpec.small(seed))
    check(city)
    assert 40 <= len(city.layers["buildings"]) <= 450
    assert len(city.layers["street_offices"]) <= 3
    assert len(city.layers.get("committees", ())) <= 6


@settings(max_examples=8, deadline=None)
@given(SEEDS, st.integers(200, 800), st.sets(st.sampled_from(sorted(ALL))))
def test_larger_cities_with_any_features(seed: int, buildings: int, features: set[str]) -> None:
    city = generate_city(CitySpec(seed, buildings=buildings, features=frozenset(features)))
    check(city)
    made = len(city.layers["buildings"])
    assert abs(made - buildings) <= max(160, 0.25 * buildings)


@settings(max_examples=8, deadline=None)
@given(SEEDS)
def test_same_seed_same_city(seed: int) -> None:
    one, two = (generate_city(CitySpec.small(seed)) for _ in range(2))
    assert list(one.layers) == list(two.layers)
    for name, frame in one.layers.items():
        assert frame.drop(columns="geometry").equals(two.layers[name].drop(columns="geometry"))
        assert (frame.geometry.to_wkb() == two.layers[name].geometry.to_wkb()).all()


@pytest.mark.parametrize("seed", range(4))
def test_addresses_are_whole_and_single_unless_asked(seed: int) -> None:
    features = ALL - {"address_defects"}
    city = generate_city(CitySpec(seed, households=40_000, features=features))
    address = city.layers["buildings"]["address"]
    assert address.notna().all()
    assert address.is_unique


def test_small_cities_vary() -> None:
    """The property tests of the pipeline rely on meeting each of these."""
    met: dict[str, int] = {}
    for seed in range(100):
        city = generate_city(CitySpec.small(seed))
        layers = city.layers
        kinds = set(layers["barriers"]["kind"])
        estates = layers.get("estates")
        special = set() if estates is None else set(estates["name"])
        facts = {
            "river": "river" in kinds,
            "railway": "railway" in kinds,
            "greenfield": "committees" not in layers,
            "frozen": "committees" in layers
            and layers["committees"]["frozen_reason"].notna().any(),
            "old town": "committees" in layers and layers["committees"]["old_town"].any(),
            "straddling": "澜湾华府" in special,
            "equal halves": "同和家园" in special,
            "three offices": "三和新苑" in special,
            "standalone": "矿建新村" in special,
            "courtyards": layers["buildings"]["courtyard_id"].notna().any(),
            "towers": (layers["buildings"]["households"] >= 96).any(),
            "above 250, stairwells unknown": (
                (layers["buildings"]["households"] > 250) & layers["buildings"]["stairwells"].isna()
            ).any(),
            "one office": len(layers["street_offices"]) == 1,
            "three street offices": len(layers["street_offices"]) == 3,
            "planned": estates is not None and (estates["stage"] == "planned").any(),
        }
        for fact, holds in facts.items():
            met[fact] = met.get(fact, 0) + bool(holds)
    assert {fact: n for fact, n in met.items() if not 3 <= n <= 97} == {}
