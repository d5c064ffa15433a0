"""Rulings on the map: decided estates whole, referred ones untouched, records kept."""

from __future__ import annotations

from typing import Any

import pytest
import shapely

from redistrict.i18n import LANGS, catalogue
from redistrict.model.errors import SurveyError
from redistrict.model.survey import Survey
from redistrict.repair import repair
from redistrict.rulings import rule
from tests.unit.repair.towns import (
    PROFILE,
    box,
    building,
    codes,
    committee,
    estate,
    office,
    only,
    poly,
    shapes,
    survey,
)

OFFICES = [office("A", box(0, 0, 500, 1000)), office("B", box(500, 0, 1000, 1000)),
           office("C", box(0, 1000, 1000, 1400))]  # fmt: skip
COMMITTEES = [committee("a", box(0, 0, 500, 1000)), committee("b1", box(500, 0, 1000, 500)),
              committee("b2", box(500, 500, 1000, 1000)),
              committee("c", box(0, 1000, 1000, 1400))]  # fmt: skip
MORE_A = estate("e", box(350, 300, 600, 400))  # 150 m of 250 in A
TIE = estate("t", box(450, 600, 550, 700))


def record(**fields: str | None) -> dict[str, str | None]:
    base = {"estate_id": "t", "street_office_id": "B", "decided_by": "民政局", "basis": "会议纪要"}
    return {**base, "evidence": "〔2026〕3号", "date": "2026-03-01", **fields}


def town(
    *estates: Any, rulings: Any = None, buildings: Any = None, committees: Any = None
) -> Survey:
    made, _ = repair(
        survey(
            OFFICES,
            buildings
            or [building("1", 360, 310), building("2", 580, 310), building("3", 700, 310)],
            rulings,
            committees=committees or COMMITTEES,
            estates=list(estates),
        ),
        PROFILE,
    )
    return made


def area_of(out: Survey, layer: str, field: str) -> dict[str, float]:
    frame = out.layers[layer]
    return dict(zip(frame[field], frame.geometry.area.round(2), strict=True))


def test_the_office_with_more_land_gets_the_estate_whole() -> None:
    out, (ruling,), findings = rule(town(MORE_A), PROFILE)
    assert (ruling.estate_id, ruling.outcome, ruling.street_office_id) == ("e", "decided", "A")
    assert (ruling.basis, ruling.decided_by, ruling.clause) == ("more-land", "rule", "5.1(5)")
    assert ruling.areas_m2["A"] / ruling.areas_m2["B"] == pytest.approx(1.5, rel=1e-6)
    assert area_of(out, "street_offices", "street_office_id") == {
        "A": 510_000, "B": 490_000, "C": 400_000,
    }  # fmt: skip
    assert area_of(out, "committees", "committee_id") == {
        "a": 500_000, "b1": 240_000, "b2": 250_000, "c": 400_000,
    }  # fmt: skip
    for layer in ("street_offices", "committees"):
        assert shapely.coverage_is_valid(shapes(out, layer))
    buildings = out.layers["buildings"]
    assert buildings["street_office_id"].tolist() == ["A", "A", "B"]
    assert buildings["committee_id"].tolist() == ["a", "b1", "b1"]  # history, for counting moves
    assert codes(findings) == ["ruling-decided", "ruling-takes-committee-land"]
    assert only(findings, "ruling-decided").outcome == "pass"


def test_a_tie_is_referred_and_the_map_stays() -> None:
    before = town(TIE)
    out, (ruling,), findings = rule(before, PROFILE)
    assert (ruling.outcome, ruling.street_office_id, ruling.basis) == ("refer", None, "tie")
    assert ruling.decided_by is None
    assert out is before
    assert only(findings, "ruling-refer-tie").outcome == "refer"


def test_three_offices() -> None:
    over_half = estate("h", box(200, 900, 600, 1100))  # A 30000, B 10000, C 40000: half
    out, (ruling,), _ = rule(town(over_half), PROFILE)
    assert (ruling.outcome, ruling.basis) == ("refer", "three-way")
    more = estate("h", box(200, 900, 600, 1101))
    out, (ruling,), findings = rule(town(more), PROFILE)
    assert (ruling.street_office_id, ruling.basis) == ("C", "over-half")
    estate_land = shapes(out, "estates")[0]
    c = shapes(out, "street_offices")[2]
    assert shapely.difference(estate_land, c).area == pytest.approx(0.0, abs=1e-3)
    assert "ruling-divides-office" not in codes(findings)


@pytest.mark.parametrize(
    ("stage", "code", "outcome"),
    [("built", "estate-straddles-not-new", None), ("old_town", "estate-straddles-not-new", None),
     (None, "estate-straddles-stage-unknown", "refer")],
)  # fmt: skip
def test_only_new_estates_are_ruled(stage: str | None, code: str, outcome: str | None) -> None:
    before = town(estate("e", box(350, 300, 600, 400), stage))
    out, rulings, findings = rule(before, PROFILE)
    assert rulings == []
    assert out is before
    assert codes(findings) == [code]
    assert findings[0].outcome == outcome


def test_an_estate_inside_one_office_needs_no_ruling() -> None:
    before = town(estate("e", box(100, 100, 500, 200)), estate("f", box(500, 0, 600, 50)))
    out, rulings, findings = rule(before, PROFILE)
    assert (out, rulings, findings) == (before, [], [])


def test_no_estates_no_rulings() -> None:
    made, _ = repair(survey(OFFICES), PROFILE)
    assert rule(made, PROFILE) == (made, [], [])


def test_a_recorded_ruling_decides_a_tie() -> None:
    out, (ruling,), findings = rule(town(TIE, rulings=[record()]), PROFILE)
    assert (ruling.outcome, ruling.street_office_id, ruling.basis) == ("decided", "B", "recorded")
    assert (ruling.decided_by, ruling.evidence, ruling.date) == (
        "民政局",
        "〔2026〕3号",
        "2026-03-01",
    )
    assert ruling.overrides is None
    assert ruling.params["stated_basis"] == "会议纪要"
    assert area_of(out, "street_offices", "street_office_id")["B"] == 505_000
    assert "ruling-recorded" in codes(findings)


def test_a_recorded_ruling_against_the_areas_says_so() -> None:
    said = record(estate_id="e")
    out, (ruling,), findings = rule(town(MORE_A, rulings=[said]), PROFILE)
    assert (ruling.street_office_id, ruling.overrides) == ("B", "A")
    assert area_of(out, "street_offices", "street_office_id")["B"] == 515_000
    assert only(findings, "ruling-overrides").params["computed"] == "A"


def test_a_recorded_ruling_holds_for_a_built_estate_too() -> None:
    built = estate("e", box(350, 300, 600, 400), "built")
    _, (ruling,), _ = rule(town(built, rulings=[record(estate_id="e")]), PROFILE)
    assert ruling.street_office_id == "B"


def test_a_ruling_on_an_estate_that_does_not_straddle_is_kept_and_reported() -> None:
    before = town(estate("t", box(600, 600, 700, 700)), rulings=[record()])
    out, (ruling,), findings = rule(before, PROFILE)
    assert out is before
    assert ruling.basis == "recorded"
    assert codes(findings) == ["ruling-not-straddling", "ruling-recorded"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"estate_id": "zz"}, "ruling-estate-unknown"),
        ({"street_office_id": "zz"}, "ruling-office-unknown"),
        ({"street_office_id": "C"}, "ruling-office-without-land"),
        ({"decided_by": None}, "ruling-incomplete"),
        ({"basis": None}, "ruling-incomplete"),
        ({"estate_id": None}, "ruling-incomplete"),
        ({"street_office_id": None}, "ruling-incomplete"),
    ],
)
def test_a_record_that_cannot_be_applied_names_its_row(
    fields: dict[str, str | None], code: str
) -> None:
    rows = [record(estate_id="e"), record(**fields)]
    with pytest.raises(SurveyError) as refused:
        rule(town(MORE_A, TIE, rulings=rows), PROFILE)
    (finding,) = refused.value.findings
    assert (finding.code, finding.feature_id, finding.params["row"]) == (code, "row:1", 1)
    for lang in LANGS:
        assert f"finding.{code}" in catalogue(lang)


def test_the_latest_of_several_records_holds() -> None:
    rows = [record(date="2026-05-01"), record(street_office_id="A", date="2026-03-01")]
    _, (ruling,), findings = rule(town(TIE, rulings=rows), PROFILE)
    assert (ruling.street_office_id, ruling.date) == ("B", "2026-05-01")
    assert "ruling-superseded" in codes(findings)


def test_records_that_contradict_without_dates_are_refused() -> None:
    rows = [record(date=None), record(street_office_id="A", date=None)]
    with pytest.raises(SurveyError) as refused:
        rule(town(TIE, rulings=rows), PROFILE)
    assert refused.value.findings[0].code == "ruling-contradictory"


def test_remarks_on_records() -> None:
    rows = [record(evidence=None, date="2027-01-01")]
    _, _, findings = rule(town(TIE, rulings=rows), PROFILE, today="2026-06-01")
    assert {"ruling-without-evidence", "ruling-date-future"} <= set(codes(findings))
    _, _, findings = rule(town(TIE, rulings=[record()]), PROFILE, today="2026-06-01")
    assert not {"ruling-without-evidence", "ruling-date-future"} & set(codes(findings))


def test_rows_of_an_earlier_proposal() -> None:
    rows = [
        record(estate_id="e", street_office_id="B", decided_by="rule", basis="more-land"),
        {**record(street_office_id=None, decided_by=None, basis="tie"), "outcome": "refer"},
    ]
    _, rulings, findings = rule(town(MORE_A, TIE, rulings=rows), PROFILE)
    # it straddles still, so the rule is applied to the map as it is now
    assert [(r.estate_id, r.street_office_id, r.decided_by) for r in rulings] == [
        ("e", "A", "rule"),
        ("t", None, None),
    ]
    assert only(findings, "ruling-still-open").params["count"] == 1


def test_a_second_run_on_the_ruled_map_changes_nothing() -> None:
    first, rulings, _ = rule(town(MORE_A), PROFILE)
    again, repairs = repair(first, PROFILE)
    assert [f.code for f in repairs if f.code.startswith("topology")] == []
    said = [{"estate_id": r.estate_id, "street_office_id": r.street_office_id,
             "decided_by": r.decided_by, "basis": r.basis} for r in rulings]  # fmt: skip
    import dataclasses

    import pandas as pd

    again = dataclasses.replace(again, tables={"rulings": pd.DataFrame(said, dtype=object)})
    out, (kept,), _ = rule(again, PROFILE)
    assert out is again
    assert (kept.street_office_id, kept.decided_by, kept.basis) == ("A", "rule", "more-land")
    assert area_of(out, "street_offices", "street_office_id") == area_of(
        first, "street_offices", "street_office_id"
    )
    assert out.layers["buildings"]["street_office_id"].tolist() == ["A", "A", "B"]


def test_a_frozen_committee_loses_nothing_to_a_computed_ruling() -> None:
    frozen = [*COMMITTEES[:1], committee("b1", box(500, 0, 1000, 500), frozen_reason="资产",
                                         frozen_until="2030-01-01"), *COMMITTEES[2:]]  # fmt: skip
    _, (ruling,), findings = rule(town(MORE_A, committees=frozen), PROFILE)
    assert (ruling.outcome, ruling.basis) == ("refer", "frozen-committee")
    assert only(findings, "ruling-refer-frozen-committee").params["other"] == "b1"
    with pytest.raises(SurveyError) as refused:
        rule(
            town(MORE_A, committees=frozen, rulings=[record(estate_id="e", street_office_id="A")]),
            PROFILE,
        )
    assert refused.value.findings[0].code == "ruling-against-frozen"


def test_overlapping_estates_for_different_offices_are_referred() -> None:
    rival = estate("f", box(420, 350, 900, 450))  # more of it in B, and over e
    _, rulings, _ = rule(town(MORE_A, rival), PROFILE)
    assert [(r.estate_id, r.outcome, r.basis) for r in rulings] == [
        ("e", "refer", "estates-overlap"),
        ("f", "refer", "estates-overlap"),
    ]
    rows = [record(estate_id="e", street_office_id="A"), record(estate_id="f")]
    with pytest.raises(SurveyError) as refused:
        rule(town(MORE_A, rival, rulings=rows), PROFILE)
    assert refused.value.findings[0].code == "rulings-overlap"
    _, rulings, _ = rule(town(MORE_A, rival, rulings=rows[:1]), PROFILE)
    assert [(r.estate_id, r.outcome) for r in rulings] == [("e", "decided"), ("f", "refer")]


def test_an_office_is_never_left_without_land() -> None:
    offices = [office("A", box(0, 0, 500, 500)), office("tiny", box(500, 0, 600, 100))]
    made, _ = repair(survey(offices, estates=[estate("e", box(300, 0, 700, 100))]), PROFILE)
    _, (ruling,), _ = rule(made, PROFILE)
    assert (ruling.outcome, ruling.basis) == ("refer", "office-would-vanish")


def test_an_estate_across_the_whole_office_divides_it_and_that_is_reported() -> None:
    across = estate(
        "x", poly((-0, 450), (500, 450), (1000, 450), (1000, 460), (500, 550), (0, 900))
    )
    out, (ruling,), findings = rule(town(across), PROFILE)
    assert ruling.street_office_id == "A"
    torn = only(findings, "ruling-divides-office")
    assert (torn.feature_id, torn.params["before"], torn.params["after"]) == ("B", 1, 2)
    assert shapely.coverage_is_valid(shapes(out, "street_offices"))


def test_a_thread_left_beside_the_estate_follows_it() -> None:
    # the estate reaches to 2 m from C's line: B would keep a hair 200 m long
    reach = estate("x", box(200, 700, 700, 998))
    out, (ruling,), findings = rule(town(reach), PROFILE)
    assert ruling.street_office_id == "A"
    thread = only(findings, "ruling-sliver-follows")
    assert thread.params == {"area_m2": pytest.approx(400.0, abs=10.0), "given_to": "A"}
    b = shapes(out, "street_offices")[1]
    opened = b.buffer(-1.5, join_style="mitre").buffer(1.52, join_style="mitre")
    assert shapely.difference(b, opened).area < 10.0
    assert shapely.coverage_is_valid(shapes(out, "street_offices"))
    assert shapely.coverage_is_valid(shapes(out, "committees"))
    assert sum(area_of(out, "street_offices", "street_office_id").values()) == 1_400_000


def test_a_strip_wide_enough_to_be_land_stays() -> None:
    reach = estate("x", box(200, 700, 700, 990))
    out, _, findings = rule(town(reach), PROFILE)
    assert "ruling-sliver-follows" not in codes(findings)
    assert area_of(out, "street_offices", "street_office_id")["B"] == 500_000 - 200 * 290


def test_a_sliver_cut_off_by_the_estate_follows_it() -> None:
    # 8 m of B between the estate and B's southern edge, cut off from the rest on both sides
    made = town(estate("x", poly((100, 8), (990, 8), (1000, 0), (1000, 60), (500, 60), (100, 700))))
    out, (ruling,), findings = rule(made, PROFILE)
    assert ruling.street_office_id == "A"
    assert shapely.coverage_is_valid(shapes(out, "street_offices"))
    assert only(findings, "ruling-sliver-follows").params["given_to"] == "A"


def test_buildings_naming_a_ruled_estate_but_standing_elsewhere_stay() -> None:
    rows = [building("in", 580, 310), building("far", 800, 800, estate_id="e")]
    out, _, findings = rule(town(MORE_A, buildings=rows), PROFILE)
    assert out.layers["buildings"]["street_office_id"].tolist() == ["A", "B"]
    assert only(findings, "ruling-building-elsewhere").params["features"] == ["far"]


def test_a_building_across_the_estates_edge_follows_its_estate() -> None:
    rows = [building("named", 596, 310, estate_id="e"), building("unnamed", 597, 350)]
    out, _, _ = rule(town(MORE_A, buildings=rows), PROFILE)
    assert out.layers["buildings"]["street_office_id"].tolist() == ["A", "B"]
