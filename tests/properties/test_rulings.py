"""Rulings on random towns: land conserved, estates whole, ties referred however the map lies."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import affinity

from redistrict.model.survey import Survey
from redistrict.repair import repair
from redistrict.rulings import rule
from tests.unit.repair.towns import (
    EAST,
    NORTH,
    PROFILE,
    box,
    building,
    committee,
    estate,
    office,
    survey,
)

MANY = settings(max_examples=12, deadline=None, derandomize=True)
CENTRE = (EAST + 600.0, NORTH + 600.0)


def turned(survey_: Survey, degrees: float, scale: float = 1.0) -> Survey:
    """The same town, turned and grown about its middle."""

    def turn(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        moved = [
            affinity.scale(affinity.rotate(g, degrees, origin=CENTRE), scale, scale, origin=CENTRE)
            for g in frame.geometry
        ]
        return frame.set_geometry(gpd.GeoSeries(moved, index=frame.index, crs=frame.crs))

    return survey_.with_layers(**{name: turn(frame) for name, frame in survey_.layers.items()})


def shuffled(survey_: Survey, seed: int) -> Survey:
    frames = {
        name: frame.sample(frac=1.0, random_state=seed).reset_index(drop=True)
        for name, frame in survey_.layers.items()
    }
    return survey_.with_layers(**frames)


def town(seed: int) -> Survey:
    """Four offices, eight committees, four estates apart from one another across the lines."""
    rng = np.random.default_rng(seed)
    offices = [
        office(f"S{i}{j}", box(600 * i, 600 * j, 600 * i + 600, 600 * j + 600))
        for i in range(2)
        for j in range(2)
    ]
    committees = [
        committee(
            f"C{i}{j}{k}", box(600 * i, 600 * j + 300 * k, 600 * i + 600, 600 * j + 300 * k + 300)
        )
        for i in range(2)
        for j in range(2)
        for k in range(2)
    ]
    estates: list[Any] = []
    for k, (x, y) in enumerate([(600, 200), (600, 900), (200, 600), (600, 600)]):
        angle = np.sort(rng.uniform(0, 2 * np.pi, rng.integers(5, 12)))
        reach = rng.uniform(60, 170, len(angle))
        middle = np.array([x, y]) + rng.uniform(-80, 80, 2)
        ring = middle + np.c_[reach * np.cos(angle), reach * np.sin(angle)] + [EAST, NORTH]
        shape = shapely.make_valid(shapely.Polygon(ring), method="structure", keep_collapsed=False)
        if shape.geom_type == "Polygon" and shape.area > 500:
            estates.append(estate(f"E{k}", shape, rng.choice(["planned", "under_construction"])))
    spots = rng.uniform(5, 1185, (50, 2))
    buildings = [building(f"b{k:02}", x, y, 12) for k, (x, y) in enumerate(spots.tolist())]
    return survey(offices, buildings, committees=committees, estates=estates)


@MANY
@given(st.integers(0, 10_000), st.floats(0, 360))
def test_the_map_after_rulings(seed: int, degrees: float) -> None:
    before, _ = repair(turned(town(seed), degrees), PROFILE)
    out, rulings, findings = rule(before, PROFILE)
    offices = out.layers["street_offices"]
    shapes = np.array(offices.geometry, dtype=object)
    assert shapely.coverage_is_valid(shapes)
    assert shapely.coverage_is_valid(np.array(out.layers["committees"].geometry, dtype=object))
    assert shapes.size == 4
    land = before.layers["street_offices"].geometry.area.sum()
    assert shapely.area(shapes).sum() == pytest.approx(land, abs=0.5)
    place = dict(zip(offices["street_office_id"], shapes, strict=True))
    estates = out.layers["estates"].set_index("estate_id").geometry
    everything = shapely.union_all(shapes)
    for ruling in rulings:
        shape = estates[ruling.estate_id]
        if ruling.outcome == "decided":
            outside = shapely.difference(shape, place[ruling.street_office_id])
            assert shapely.intersection(outside, everything).area < 0.002 * shape.length + 0.01
        else:
            assert ruling.street_office_id is None
    decided = {r.estate_id: r.street_office_id for r in rulings if r.outcome == "decided"}
    buildings = out.layers["buildings"]
    for name, home in zip(buildings["estate_id"], buildings["street_office_id"], strict=True):
        assert decided.get(name, home) == home
    for shape, home in zip(buildings.geometry, buildings["street_office_id"], strict=True):
        assert shapely.intersection(shape, place[home]).area > 0
    committees = out.layers["committees"]
    for shape, home in zip(committees.geometry, committees["street_office_id"], strict=True):
        assert shapely.difference(shape, place[home]).area < 1e-3
    assert len(findings) >= len(rulings)


@MANY
@given(st.integers(0, 10_000), st.integers(0, 1000))
def test_rulings_do_not_depend_on_the_order_of_rows(seed: int, order: int) -> None:
    before, _ = repair(town(seed), PROFILE)
    out, rulings, _ = rule(before, PROFILE)
    other, other_rulings, _ = rule(shuffled(before, order), PROFILE)
    assert [(r.estate_id, r.outcome, r.street_office_id, r.basis) for r in rulings] == [
        (r.estate_id, r.outcome, r.street_office_id, r.basis) for r in other_rulings
    ]
    for a, b in zip(rulings, other_rulings, strict=True):
        assert a.areas_m2 == pytest.approx(b.areas_m2, rel=1e-12)
    for name, field in (("street_offices", "street_office_id"), ("committees", "committee_id")):
        mine = out.layers[name].set_index(field).geometry
        theirs = other.layers[name].set_index(field).geometry[mine.index]
        assert shapely.equals_exact(
            np.array(mine, dtype=object), np.array(theirs, dtype=object)
        ).all()


@MANY
@given(
    st.floats(0, 360), st.floats(0.5, 3.0), st.floats(0.001, 0.01), st.booleans(), st.integers(0, 9)
)
def test_equal_halves_are_referred_however_the_town_lies(
    degrees: float, scale: float, more: float, tie: bool, order: int
) -> None:
    """Halves within the tolerance refer; half a tolerance beyond it, the larger has the estate."""
    share = more * 0.2 if tie else 0.006 + more  # difference of the parts / estate's land
    lean = 100 * share / 2
    halves = estate("t", box(500 + lean, 100, 700 + lean, 200))
    offices = [office("W", box(0, 0, 600, 1200)), office("O", box(600, 0, 1200, 1200))]
    flat = survey(offices, [building("b", 10, 10)], estates=[halves])
    before, _ = repair(shuffled(turned(flat, degrees, scale), order), PROFILE)
    _, (ruling,), _ = rule(before, PROFILE)
    difference = (ruling.areas_m2["O"] - ruling.areas_m2["W"]) / sum(ruling.areas_m2.values())
    assert difference == pytest.approx(2 * lean / 200, abs=2e-5)  # the line lies on a mm grid
    expected = ("refer", None, "tie") if difference <= 0.005 else ("decided", "O", "more-land")
    assert (ruling.outcome, ruling.street_office_id, ruling.basis) == expected
