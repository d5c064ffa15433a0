"""Invariant 1: every building once, in one grid, whose committee and office are its own."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from redistrict.model.errors import ProposalError
from redistrict.verify import verify
from tests.proposals import CRS, Paper, town
from tests.unit.verify.rules import checked, codes, failing, rules


def test_a_sound_town_holds() -> None:
    report = checked(town())
    assert report.ok
    assert [c.name for c in report.checks if c.outcome == "refer"] == ["barriers-respected"]
    assert {c.invariant for c in report.checks} == {1, 2, 3, 4, 5}


def _divided() -> Paper:
    """Building B00 (110 households) divided into two slices, both in grid a."""
    paper = town()
    whole = paper.shape("buildings", "B00")
    x0, y0, x1, y1 = whole.bounds
    first = paper.buildings[paper.buildings["building_id"] == "B00"]
    west = first.assign(part=1, households=50, geometry=[shapely.box(x0, y0, x0 + 20, y1)])
    east = first.assign(part=2, households=60, geometry=[shapely.box(x0 + 20, y0, x1, y1)])
    rest = paper.buildings[paper.buildings["building_id"] != "B00"]
    paper.buildings = gpd.GeoDataFrame(
        pd.concat([west, east, rest], ignore_index=True), geometry="geometry", crs=CRS
    )
    return paper


def test_a_divided_building_holds() -> None:
    assert checked(_divided()).ok


def _second(paper: Paper, **values: object) -> None:
    rows = (paper.buildings["building_id"] == "B00") & (paper.buildings["part"] == 2)
    for name, value in values.items():
        paper.buildings.loc[rows, name] = value


@pytest.mark.parametrize(
    ("change", "name", "code"),
    [
        ({"part": 3}, "parts-in-order", "check-parts-numbering"),
        ({"part": 1}, "building-once", "check-building-twice"),
        ({"part": pd.NA}, "building-once", "check-building-whole-and-parts"),
        ({"geometry": shapely.box(30, 30, 70, 70)}, "parts-make-footprint", "check-parts-overlap"),
    ],
)
def test_parts_that_do_not_add_up(change: dict[str, object], name: str, code: str) -> None:
    paper = _divided()
    _second(paper, **change)
    report = checked(paper)
    assert name in failing(report)
    assert code in codes(report, name)


def test_slices_with_a_hole_between_are_referred_and_fail_against_the_survey() -> None:
    survey = {"buildings": town().buildings}
    paper = _divided()
    assert checked(paper, survey=survey).ok
    _second(paper, geometry=shapely.box(60, 30, 70, 70))
    assert codes(checked(paper), "parts-make-footprint") == {"check-parts-in-pieces"}
    assert codes(checked(paper, survey=survey), "parts-make-footprint") == {
        "check-parts-incomplete"
    }


def test_parts_keep_the_households_of_the_building() -> None:
    survey = {"buildings": town().buildings}
    paper = _divided()
    _second(paper, households=61)
    report = checked(paper, survey=survey)
    assert "check-building-households" in codes(report, "parts-make-footprint")


def test_a_building_in_two_grids() -> None:
    paper = town()
    again = paper.buildings.iloc[[0]].assign(service_grid_id="d")
    paper.buildings = gpd.GeoDataFrame(
        pd.concat([paper.buildings, again], ignore_index=True), geometry="geometry", crs=CRS
    )
    assert "building-once" in failing(checked(paper))


@pytest.mark.parametrize(
    ("layer", "row", "values", "name"),
    [
        ("buildings", "B00", {"service_grid_id": "nowhere"}, "building-in-grid"),
        ("buildings", "B00", {"service_grid_id": None}, "building-in-grid"),
        ("buildings", "B00", {"building_id": None}, "building-once"),
        ("buildings", "B00", {"committee_id": "C2"}, "levels-agree"),
        ("buildings", "B00", {"street_office_id": "S2"}, "levels-agree"),
        ("service_grids", "a", {"committee_id": "nobody"}, "levels-agree"),
        ("service_grids", "a", {"street_office_id": "S2"}, "levels-agree"),
        ("committees", "C1", {"street_office_id": "nobody"}, "levels-agree"),
        ("service_grids", "a", {"service_grid_id": "b"}, "area-ids"),
        ("committees", "C1", {"committee_id": None}, "area-ids"),
        ("service_grids", "a", {"buildings": 3}, "counts-stated"),
        ("committees", "C1", {"service_grids": 1}, "counts-stated"),
        ("street_offices", "S1", {"committees": 9}, "counts-stated"),
    ],
)
def test_levels(layer: str, row: str, values: dict[str, object], name: str) -> None:
    paper = town()
    paper.set(layer, row, **values)
    assert name in failing(checked(paper))


@pytest.mark.parametrize("layer", ["buildings", "service_grids", "committees", "street_offices"])
def test_without_a_layer_nothing_can_be_said(layer: str) -> None:
    paper = town()
    layers = {k: v for k, v in paper.layers.items() if k != layer}
    with pytest.raises(ProposalError) as caught:
        verify(layers, {}, None, rules())
    assert [(f.code, f.layer) for f in caught.value.findings] == [("check-layer-missing", layer)]


@pytest.mark.parametrize("value", ["many", -1, 1.5, float("inf"), None])
def test_households_that_are_no_count(value: object) -> None:
    paper = town()
    paper.buildings["households"] = paper.buildings["households"].astype(object)
    paper.set("buildings", "B01", households=value)
    with pytest.raises(ProposalError) as caught:
        checked(paper)
    assert caught.value.findings[0].code == "check-not-a-count"
    assert caught.value.findings[0].feature_id == "row:1"


def test_a_bare_map_drawn_by_hand_holds_and_says_what_it_lacks() -> None:
    paper = town()
    keep = {
        "buildings": ["building_id", "households", "service_grid_id", "geometry"],
        "service_grids": ["service_grid_id", "committee_id", "geometry"],
        "committees": ["committee_id", "street_office_id", "geometry"],
        "street_offices": ["street_office_id", "geometry"],
    }
    layers = {name: frame[keep[name]] for name, frame in paper.layers.items()}
    report = verify(layers, {}, None, rules())
    assert report.ok
    assert ("committees", "reason") in {(f.layer, f.params["field"]) for f in report.notes}
