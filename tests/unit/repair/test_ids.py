"""Ids: made, told apart, never lost; the order of rows never matters."""

from __future__ import annotations

from redistrict.repair import repair
from tests.unit.repair.towns import PROFILE, box, building, codes, office, only, survey

A = office("A", box(0, 0, 1000, 1000))


def test_missing_ids_are_made_by_place() -> None:
    rows = [building(None, 300, 10), building("x", 50, 10), building(None, 100, 10)]
    for order in (rows, rows[::-1]):
        out, findings = repair(survey([A], order), PROFILE)
        made = out.layers["buildings"]
        by_place = made.assign(x=made.geometry.bounds["minx"]).sort_values("x")
        assert by_place["building_id"].tolist() == ["x", "B~1", "B~2"]
        assert only(findings, "id-missing").params["count"] == 2
        assert made["building_id"].dtype == object


def test_complete_ids_need_no_finding() -> None:
    _, findings = repair(survey([A], [building("x", 50, 10), building("y", 90, 10)]), PROFILE)
    assert findings == []


def test_equal_rows_are_kept_once() -> None:
    rows = [building("x", 50, 10), building("x", 50, 10), building("x", 50, 10)]
    out, findings = repair(survey([A], rows), PROFILE)
    assert len(out.layers["buildings"]) == 1
    assert only(findings, "row-duplicate").rows == 2


def test_one_id_on_two_places_is_renamed_and_an_error() -> None:
    rows = [building("x", 200, 10), building("x", 50, 10), building("x~2", 400, 10)]
    for order in (rows, rows[::-1]):
        out, findings = repair(survey([A], order), PROFILE)
        made = out.layers["buildings"]
        by_place = made.assign(x=made.geometry.bounds["minx"]).sort_values("x")
        assert by_place["building_id"].tolist() == ["x", "x~3", "x~2"]
        assert only(findings, "id-renamed").severity == "error"


def test_slices_of_one_building_share_its_id() -> None:
    rows = [building("x", 50, 10, part=1), building("x", 60, 10, part=2)]
    out, findings = repair(survey([A], rows), PROFILE)
    assert codes(findings) == []
    assert out.layers["buildings"]["part"].tolist() == [1, 2]
    assert out.layers["buildings"]["building_id"].tolist() == ["x", "x"]
