"""The present state of every building, by what it states and where it stands."""

from __future__ import annotations

import pytest

from redistrict.repair import repair
from tests.unit.repair.towns import (
    PROFILE,
    box,
    building,
    codes,
    committee,
    estate,
    office,
    only,
    survey,
)

OFFICES = [office("A", box(0, 0, 500, 500)), office("B", box(500, 0, 1000, 500))]
COMMITTEES = [committee("a", box(0, 0, 500, 500)), committee("b", box(500, 0, 1000, 500))]


def present(out, field: str) -> list[str | None]:
    return out.layers["buildings"].sort_values("building_id")[field].tolist()


def test_across_the_line_the_larger_part_decides() -> None:
    rows = [building("1", 488, 10), building("2", 494, 50), building("3", 496, 90)]
    out, findings = repair(survey(OFFICES, rows, committees=COMMITTEES), PROFILE)
    assert present(out, "street_office_id") == ["A", "A", "B"]
    assert present(out, "committee_id") == ["a", "a", "b"]
    assert only(findings, "building-across-office-line").params["count"] == 2


def test_cut_in_halves_the_western_office_has_it_whatever_the_order() -> None:
    for offices in (OFFICES, OFFICES[::-1]):
        out, _ = repair(survey(offices, [building("h", 495, 10)]), PROFILE)
        assert present(out, "street_office_id") == ["A"]


def test_outside_every_office_near_is_given_far_is_dropped() -> None:
    rows = [building("near", 1020, 10), building("far", 1100, 10, 7), building("in", 900, 10)]
    out, findings = repair(survey(OFFICES, rows, committees=COMMITTEES), PROFILE)
    assert present(out, "building_id") == ["in", "near"]
    assert present(out, "street_office_id") == ["B", "B"]
    assert present(out, "committee_id") == ["b", "b"]
    outside = {f.feature_id: f for f in findings if f.code == "building-outside-every-office"}
    assert (outside["near"].action, outside["near"].rows) == ("given-to-nearest", 0)
    assert (outside["far"].action, outside["far"].rows) == ("dropped", 1)
    assert outside["far"].params["distance_m"] == 100.0
    assert outside["far"].params["households"] == 7


def test_slices_of_one_building_stay_in_one_office() -> None:
    rows = [building("s", 485, 10, part=1), building("s", 495, 10, part=2),
            building("s", 500.5, 10, part=3)]  # fmt: skip
    out, _ = repair(survey(OFFICES, rows), PROFILE)
    assert present(out, "street_office_id") == ["B", "B", "B"] or present(
        out, "street_office_id"
    ) == ["A", "A", "A"]


def test_a_stated_office_holds_where_the_building_has_land_there() -> None:
    rows = [building("1", 488, 10, street_office_id="B"),  # no land in B
            building("2", 496, 50, street_office_id="A"),  # 40 % in A
            building("3", 50, 50, street_office_id="X")]  # fmt: skip
    out, findings = repair(survey(OFFICES, rows), PROFILE)
    assert present(out, "street_office_id") == ["A", "A", "A"]
    assert "street-office-id-unknown" in codes(findings)


def test_estates_by_statement_or_by_more_than_half() -> None:
    estates = [estate("e", box(100, 100, 200, 200), "built")]
    rows = [building("half", 95, 110), building("in", 150, 110), building("more", 194, 110),
            building("out", 300, 110), building("said", 300, 150, estate_id="e"),
            building("unknown", 300, 190, estate_id="zz")]  # fmt: skip
    out, findings = repair(survey(OFFICES, rows, estates=estates), PROFILE)
    assert present(out, "estate_id") == [None, "e", "e", None, "e", None]
    assert only(findings, "building-outside-its-estate").feature_id == "said"
    assert only(findings, "estate-id-unknown").feature_id == "unknown"


def test_estate_names_hold_even_without_the_layer() -> None:
    rows = [building("1", 10, 10, estate_id="阳光花园"), building("2", 50, 10)]
    out, findings = repair(survey(OFFICES, rows), PROFILE)
    assert present(out, "estate_id") == ["阳光花园", None]
    assert findings == []


def test_a_stated_committee_is_history_and_stays() -> None:
    rows = [building("1", 10, 10, committee_id="b"), building("2", 50, 10, committee_id="zz"),
            building("3", 90, 10)]  # fmt: skip
    out, findings = repair(survey(OFFICES, rows, committees=COMMITTEES), PROFILE)
    assert present(out, "committee_id") == ["b", "a", "a"]
    assert only(findings, "building-committee-in-other-office").feature_id == "1"
    assert only(findings, "committee-id-unknown").feature_id == "2"


def test_without_committees_the_city_is_greenfield() -> None:
    out, findings = repair(survey(OFFICES, [building("1", 10, 10, committee_id="b")]), PROFILE)
    assert present(out, "committee_id") == [None]
    assert codes(findings) == ["reference-without-layer"]


def test_service_grids_are_joined_slice_by_slice() -> None:
    grids = [({"service_grid_id": "g1"}, box(0, 0, 500, 250)),
             ({"service_grid_id": "g2"}, box(0, 250, 500, 500))]  # fmt: skip
    rows = [building("s", 10, 236, part=1), building("s", 10, 256, part=2)]
    out, _ = repair(survey(OFFICES, rows, service_grids=grids), PROFILE)
    assert present(out, "service_grid_id") == ["g1", "g2"]


def test_buildings_drawn_twice_are_reported_and_kept() -> None:
    rows = [
        building("1", 10, 10),
        building("2", 10, 10),
        building("3", 50, 10),
        building("4", 55, 10),
    ]
    out, findings = repair(survey(OFFICES, rows), PROFILE)
    assert len(out.layers["buildings"]) == 4
    assert only(findings, "footprint-duplicate").params["pairs"] == [["1", "2"]]
    assert only(findings, "footprint-overlap").params["pairs"] == [["3", "4"]]


def test_ten_thousand_buildings_at_one_default_coordinate_end_in_a_count() -> None:
    rows = [building(f"b{i}", 10, 10, 1) for i in range(1200)]
    _, findings = repair(survey(OFFICES, rows), PROFILE)
    found = only(findings, "footprint-duplicate")
    assert found.params["count"] == 200_000
    assert found.params["at_least"] is True


def test_estates_over_one_another_are_reported() -> None:
    estates = [estate("e", box(0, 0, 100, 100)), estate("f", box(90, 0, 200, 100)),
               estate("g", box(200, 0, 300, 100))]  # fmt: skip
    _, findings = repair(survey(OFFICES, estates=estates), PROFILE)
    found = only(findings, "estate-overlap")
    assert (found.feature_id, found.params["other"]) == ("e", "f")
    assert found.params["area_m2"] == pytest.approx(1000.0)
