"""Attributes: canonical words and types, nothing changed in silence."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest

from redistrict.model.errors import SurveyError
from redistrict.repair import repair
from redistrict.repair.attributes import clean_buildings
from redistrict.repair.vocabulary import yes_or_no
from tests.unit.repair.towns import (
    PROFILE,
    box,
    building,
    codes,
    committee,
    estate,
    frame,
    office,
    only,
    survey,
)

A = office("A", box(0, 0, 1000, 1000))
NAN = float("nan")


def test_households_become_counts() -> None:
    said = [12, 12.0, None, NAN, -3, 2.5, 2.4, "18", "x", 6000, 0]
    rows = [building(f"b{i:02}", 20 * i, 10, v) for i, v in enumerate(said)]
    out, findings = repair(survey([A], rows), PROFILE)
    households = out.layers["buildings"]["households"]
    assert households.dtype == np.int64
    assert households.tolist() == [12, 12, 0, 0, 0, 3, 2, 18, 0, 6000, 0]
    assert only(findings, "households-missing").params["features"] == ["b02", "b03", "b08"]
    assert only(findings, "households-negative").feature_id == "b04"
    assert only(findings, "households-fractional").params["count"] == 2
    assert only(findings, "households-absurd").severity == "error"


def test_clean_households_need_no_finding() -> None:
    out, findings = repair(survey([A], [building("b", 0, 0, 200.0)]), PROFILE)
    assert findings == []
    assert out.layers["buildings"]["households"].tolist() == [200]


def test_a_number_beyond_all_counting_does_not_overflow() -> None:
    out, findings = repair(survey([A], [building("b", 0, 0, 1e300)]), PROFILE)
    assert out.layers["buildings"]["households"].iloc[0] == 2**31
    assert codes(findings) == ["households-beyond"]


def test_stairwells_that_cannot_be_are_unknown() -> None:
    rows = [
        building(f"b{i}", 20 * i, 10, stairwells=v) for i, v in enumerate([3, 0, 2.5, None, 1e9])
    ]
    out, findings = repair(survey([A], rows), PROFILE)
    np.testing.assert_array_equal(out.layers["buildings"]["stairwells"], [3, NAN, NAN, NAN, NAN])
    assert only(findings, "stairwells-invalid").params["features"] == ["b1", "b2", "b4"]


def test_two_bases_in_one_survey_are_never_mixed_silently() -> None:
    rows = [building("a", 0, 0, basis="resident"), building("b", 50, 0, basis="registered")]
    _, findings = repair(survey([A], rows), PROFILE)
    found = only(findings, "households-basis-mixed")
    assert (found.severity, found.outcome) == ("error", "refer")
    _, findings = repair(survey([A], rows[:1]), PROFILE)
    assert findings == []


@pytest.mark.parametrize(
    ("said", "stage"),
    [("规划", "planned"), ("拟建", "planned"), ("在建", "under_construction"), ("已建", "built"),
     ("老旧小区", "old_town"), (" Planned ", "planned"), (None, None)],
)  # fmt: skip
def test_stages_in_both_languages(said: str | None, stage: str | None) -> None:
    out, findings = repair(survey([A], estates=[estate("e", box(0, 0, 100, 100), said)]), PROFILE)
    assert out.layers["estates"]["stage"].tolist() == [stage]
    assert findings == []


@pytest.mark.parametrize(
    ("said", "managed", "reported"),
    [("有物业", "yes", False), ("无", "no", False), ("弃管", "no", False),
     ("不详", "unknown", False), (None, "unknown", False), ("某某公司", "unknown", True)],
)  # fmt: skip
def test_unknown_management_is_not_managed(said: str, managed: str, reported: bool) -> None:
    rows = [estate("e", box(0, 0, 100, 100), property_managed=said)]
    out, findings = repair(survey([A], estates=rows), PROFILE)
    assert out.layers["estates"]["property_managed"].tolist() == [managed]
    assert codes(findings) == (["managed-unknown"] if reported else [])


def test_planned_households_of_a_standing_estate_are_another_basis() -> None:
    rows = [estate("new", box(0, 0, 100, 100), "planned", planned_households=900.4),
            estate("old", box(200, 0, 300, 100), "built", planned_households=500),
            estate("odd", box(400, 0, 500, 100), "planned", planned_households=-1)]  # fmt: skip
    out, findings = repair(survey([A], estates=rows), PROFILE)
    np.testing.assert_array_equal(out.layers["estates"]["planned_households"], [900, NAN, NAN])
    assert codes(findings) == [
        "planned-fractional",
        "planned-households-of-built",
        "planned-negative",
    ]


def test_standalone_needs_its_reason() -> None:
    rows = [estate("a", box(0, 0, 100, 100), standalone="是"),
            estate("b", box(200, 0, 300, 100), standalone="是",
                   standalone_reason="军产")]  # fmt: skip
    _, findings = repair(survey([A], estates=rows), PROFILE)
    found = only(findings, "standalone-without-reason")
    assert (found.feature_id, found.clause, found.outcome) == ("a", "2.2", "fail")


@pytest.mark.parametrize(
    ("reason", "until", "today", "frozen", "code"),
    [
        ("集体资产未清", "2030-06-30", dt.date(2026, 1, 1), True, None),
        ("集体资产未清", "2030年6月30日", None, True, None),
        (None, "2030-06-30", None, False, "frozen-without-reason"),
        ("  ", "2030-06-30", None, False, "frozen-without-reason"),
        ("集体资产未清", None, None, True, "frozen-without-review-date"),
        ("集体资产未清", "soon", None, True, "frozen-without-review-date"),
        ("集体资产未清", "2025-06-30", dt.date(2026, 1, 1), True, "frozen-review-overdue"),
        ("集体资产未清", "2025-06-30", None, True, None),
        (None, None, None, False, None),
    ],
)
def test_frozen_only_with_a_reason(
    reason: str | None, until: str | None, today: dt.date | None, frozen: bool, code: str | None
) -> None:
    rows = [committee("c", box(0, 0, 1000, 1000), frozen_reason=reason, frozen_until=until)]
    out, findings = repair(survey([A], committees=rows), PROFILE, today=today)
    assert out.layers["committees"]["frozen"].tolist() == [frozen]
    assert out.layers["committees"]["frozen_reason"].notna().tolist() == [frozen]
    assert codes(findings) == ([] if code is None else [code])
    assert all(f.clause == "2.2" for f in findings)


def test_old_town_is_a_bool() -> None:
    rows = [committee("a", box(0, 0, 500, 1000), old_town="是"),
            committee("b", box(500, 0, 800, 1000), old_town="maybe"),
            committee("c", box(800, 0, 1000, 1000))]  # fmt: skip
    out, findings = repair(survey([A], committees=rows), PROFILE)
    assert out.layers["committees"]["old_town"].tolist() == [True, False, False]
    assert out.layers["committees"]["old_town"].dtype == bool
    assert codes(findings) == ["old-town-unknown"]


def test_barriers_say_whether_they_can_be_crossed() -> None:
    rows = [({"kind": "railway", "crossable": None}, box(0, 0, 1, 9)),
            ({"kind": "河流", "crossable": "是"}, box(20, 0, 21, 9)),
            ({"kind": "secondary", "crossable": None}, box(40, 0, 41, 9)),
            ({"kind": "城墙", "crossable": "否"}, box(60, 0, 61, 9))]  # fmt: skip
    out, findings = repair(survey([A], barriers=rows), PROFILE)
    barriers = out.layers["barriers"]
    assert barriers["kind"].tolist() == ["railway", "river", "road", "城墙"]
    assert barriers["crossable"].tolist() == [False, True, True, False]
    assert barriers["crossable"].dtype == bool
    assert codes(findings) == ["barrier-crossable-from-profile", "barrier-kind-unknown"]


@pytest.mark.parametrize(("value", "meant"), [(True, True), (0, False), (1.0, True), (NAN, None)])
def test_yes_and_no_in_any_type(value: object, meant: bool | None) -> None:
    assert yes_or_no(value) is meant


@pytest.mark.parametrize("said", ["户数不详", -5, None])
def test_a_column_without_one_number_of_households_is_refused(said: Any) -> None:
    given = [building("b1", 10, 10, said), building("b2", 40, 10, said)]
    with pytest.raises(SurveyError) as refused:
        clean_buildings(frame(given))
    (why,) = refused.value.findings
    assert (why.code, why.layer, why.params["count"]) == ("households-unreadable", "buildings", 2)
    kept, found = clean_buildings(frame([*given, building("b3", 70, 10, 7)]))
    assert kept["households"].tolist() == [0, 0, 7]
    assert [f.severity for f in found] == ["warning"]
