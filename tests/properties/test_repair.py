"""Repair on thousands of broken maps: exact coverages, everything reported, order of no matter."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from redistrict.i18n import LANGS, catalogue
from redistrict.model.finding import Finding
from redistrict.model.survey import Survey
from redistrict.repair import repair
from tests.unit.repair.towns import EAST, NORTH, PROFILE, building, committee, office, survey

FEW = settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)


def broken_tiles(rng: np.random.Generator, side: int, tile: float, blur: float) -> list[Any]:
    """side x side tiles whose corners are each redrawn by every tile, up to ``blur`` metres off."""
    corner = rng.uniform(-0.25, 0.25, (side + 1, side + 1, 2)) * tile
    grid = np.stack(np.meshgrid(np.arange(side + 1.0), np.arange(side + 1.0)), -1) * tile + corner
    turn = rng.uniform(0, 2 * np.pi)
    spin = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    tiles = []
    for i in range(side):
        for j in range(side):
            ring = np.array([grid[i, j], grid[i, j + 1], grid[i + 1, j + 1], grid[i + 1, j]])
            ring = ring + rng.uniform(-blur, blur, ring.shape)
            tiles.append(shapely.Polygon(ring @ spin.T + [EAST, NORTH]))
    return tiles


def broken_city(seed: int, blur: float) -> Survey:
    rng = np.random.default_rng(seed)
    offices = broken_tiles(rng, 2, 800.0, blur)
    inner = broken_tiles(np.random.default_rng(seed), 2, 800.0, 0.0)
    committees: list[Any] = []
    for tile in inner:
        ring, middle = tile.buffer(3).exterior, tile.centroid
        rays = [
            shapely.LineString([middle, ring.interpolate(at, normalized=True)]) for at in (0.1, 0.6)
        ]
        lines = shapely.union_all([ring, *rays])
        committees += shapely.get_parts(shapely.polygonize([shapely.node(lines)])).tolist()
    west, south, east, north = shapely.total_bounds(np.array(offices))
    spots = rng.uniform([west - 100, south - 100], [east + 100, north + 100], (60, 2))
    said = rng.choice(np.array([5, 40, None, -2, 3.5], dtype=object), 60)
    return survey(
        [office(f"S{k}", shape) for k, shape in enumerate(offices)],
        [
            building(f"b{k:02}", x - EAST, y - NORTH, said[k])
            for k, (x, y) in enumerate(spots.tolist())
        ],
        committees=[committee(f"C{k:02}", shape) for k, shape in enumerate(committees)],
    )


def shuffled(survey_: Survey, seed: int) -> Survey:
    frames = {
        name: frame.sample(frac=1.0, random_state=seed).reset_index(drop=True)
        for name, frame in survey_.layers.items()
    }
    return survey_.with_layers(**frames)


def told(findings: list[Finding]) -> list[tuple[Any, ...]]:
    """What findings say, without the order of rows in it."""
    return sorted(
        (f.code, f.feature_id or "", f.action or "", f.rows, f.params.get("count", 0),
         round(float(f.params.get("area_m2", 0.0)), 1))
        for f in findings
    )  # fmt: skip


cities = st.tuples(st.integers(0, 10_000), st.sampled_from([0.0, 0.0004, 0.3, 2.0, 4.0]))


@FEW
@given(cities)
def test_any_broken_map_becomes_an_exact_coverage(city: tuple[int, float]) -> None:
    given_ = broken_city(*city)
    out, findings = repair(given_, PROFILE)
    offices = np.array(out.layers["street_offices"].geometry, dtype=object)
    committees = np.array(out.layers["committees"].geometry, dtype=object)
    assert shapely.is_valid(offices).all()
    assert shapely.coverage_is_valid(offices)
    assert shapely.coverage_is_valid(committees)
    # a committee lies in its own office, with the office's vertices
    place = dict(zip(out.layers["street_offices"]["street_office_id"], offices, strict=True))
    homes = out.layers["committees"]["street_office_id"]
    for shape, home in zip(committees, homes, strict=True):
        assert shapely.difference(shape, place[home]).area < 1e-3
    # every row kept or reported, layer by layer
    for name, frame in given_.layers.items():
        reported = sum(f.rows for f in findings if f.layer == name)
        assert len(frame) == len(out.layers[name]) + reported
    for finding in findings:
        for lang in LANGS:
            assert catalogue(lang)[f"finding.{finding.code}"].format(**finding.params)


@FEW
@given(cities)
def test_areas_change_by_what_is_reported(city: tuple[int, float]) -> None:
    given_ = broken_city(*city)
    out, findings = repair(given_, PROFILE)
    before = given_.layers["street_offices"].geometry.area.sum()
    after = out.layers["street_offices"].geometry.area.sum()

    def reported(kind: str) -> float:
        return sum(
            f.params["area_m2"]
            for f in findings
            if f.layer == "street_offices"
            and f.code in (f"topology-{kind}", f"topology-{kind}-small")
        )

    perimeter = given_.layers["street_offices"].geometry.length.sum()
    # where three overlap, the land is counted three times before and reported once
    assert after - before == pytest.approx(
        reported("gap") - reported("overlap"),
        abs=0.002 * perimeter + 0.05 * reported("overlap") + 1.0,
    )


@FEW
@given(cities, st.integers(0, 1000))
def test_the_order_of_rows_never_matters(city: tuple[int, float], order: int) -> None:
    given_ = broken_city(*city)
    out, findings = repair(given_, PROFILE)
    other, other_findings = repair(shuffled(given_, order), PROFILE)
    assert told(findings) == told(other_findings)
    for name, field in (
        ("street_offices", "street_office_id"),
        ("committees", "committee_id"),
        ("buildings", "building_id"),
    ):
        mine = out.layers[name].sort_values(field).reset_index(drop=True)
        theirs = other.layers[name].sort_values(field).reset_index(drop=True)[mine.columns]
        assert mine.drop(columns="geometry").equals(theirs.drop(columns="geometry"))
        assert shapely.equals_exact(
            np.array(mine.geometry, dtype=object), np.array(theirs.geometry, dtype=object)
        ).all()


@FEW
@given(cities)
def test_a_repaired_map_needs_no_repair(city: tuple[int, float]) -> None:
    once, _ = repair(broken_city(*city), PROFILE)
    twice, findings = repair(once, PROFILE)
    left = {
        "building-across-committee-line",
        "building-across-office-line",
        "building-beside-committee",
        "building-committee-in-other-office",
        "building-outside-every-office",
        "footprint-overlap",
        "office-land-without-committee",
        "office-land-without-committee-small",
        "topology-hole",
        "topology-hole-small",
    }
    assert {f.code for f in findings} <= left
    for name in ("street_offices", "committees", "buildings"):
        assert shapely.equals_exact(
            np.array(once.layers[name].geometry, dtype=object),
            np.array(twice.layers[name].geometry, dtype=object),
        ).all()
    assert once.layers["buildings"].equals(twice.layers["buildings"])
