"""Invariant 5: every area outside its window or band says why, and the reason is true."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pytest
import shapely

from redistrict.model.errors import InternalError
from redistrict.verify import insist
from tests.proposals import CRS, Paper, draw
from tests.unit.verify.rules import checked, codes, failing, reason, rules


def street(households: list[int], grids: str, stated: str | None = None, **params: Any) -> Paper:
    """One committee along a street; ``grids``: a letter per building. Grid a gets the reason."""
    paper = draw(
        [grids],
        [households],
        dict.fromkeys(grids, "C1"),
        {"C1": "S1"},
        band=(0, 10**6),
    )
    if stated is not None:
        reason(paper, "service_grids", "a", stated, **params)
    return paper


def outcome(paper: Paper, manifest: dict[str, Any] | None = None) -> tuple[str, set[str]]:
    """Outcome and codes of the check of grid reasons."""
    paper.manifest = manifest
    report = checked(paper, rules(0, 10**6))
    check = report.check("grid-reasons")
    others = failing(report) - {"grid-reasons"}
    assert not others, others
    return check.outcome, codes(report, "grid-reasons")


def certificate(status: str, value: int, bound: int | None) -> dict[str, Any]:
    """A manifest with the grids' certificate of committee C1."""
    terms = [{"name": "outside", "value": value, "bound": bound}]
    row = {"committee_id": "C1", "street_office_id": "S1", "status": status, "terms": terms}
    return {"solver": {"service_grids": [row]}}


TRUE = ("pass", set[str]())


def test_no_reason_at_all() -> None:
    assert outcome(street([100, 90], "aa")) == ("fail", {"check-reason-missing"})


def test_a_sentence_of_a_person_is_for_people() -> None:
    paper = street([100, 90], "aa")
    paper.set("service_grids", "a", reason="河对岸不便")
    assert outcome(paper) == ("refer", {"check-reason-stated"})
    assert checked(paper, rules(0, 10**6)).ok


def test_an_unknown_code_without_a_sentence() -> None:
    assert outcome(street([100], "a", "because")) == ("fail", {"check-reason-unknown"})


@pytest.mark.parametrize(
    ("households", "params", "expected"),
    [
        ([100, 90], {"total": 190, "lower": 200, "upper": 250, "scope": "committee"}, TRUE),
        ([100, 90], {}, TRUE),
        ([0, 0], {"total": 0}, TRUE),
        ([100, 90], {"total": 180}, ("fail", {"check-reason-total"})),
        ([100, 90], {"total": "190"}, ("fail", {"check-reason-total"})),
        ([100, 90], {"total": 190, "lower": 210}, ("fail", {"check-reason-limits"})),
        ([200, 220], {"total": 420}, ("fail", {"check-reason-arithmetic"})),
    ],
)
def test_arithmetic(
    households: list[int], params: dict[str, Any], expected: tuple[str, set[str]]
) -> None:
    assert outcome(street(households, "aa", "arithmetic", **params)) == expected


def test_arithmetic_excuses_one_grid_only() -> None:
    paper = street([100, 90, 100, 90], "aabb", "arithmetic", total=380)
    reason(paper, "service_grids", "b", "arithmetic", total=380)
    report = checked(paper, rules(0, 10**6))
    assert report.check("grid-reasons").outcome == "pass"
    assert report.check("grid-reasons-once").outcome == "refer"


@pytest.mark.parametrize(
    ("households", "params", "stairwells", "expected"),
    [
        ([300, 0], {"building_id": "B00", "building_households": 300}, None, TRUE),
        ([300, 0], {}, 1, TRUE),
        ([600, 0], {}, 2, TRUE),
        ([300, 0], {}, 3, ("fail", {"check-reason-divisible"})),
        ([300, 0], {"building_id": "B09"}, None, ("fail", {"check-reason-oversized-elsewhere"})),
        ([130, 130], {}, None, ("fail", {"check-reason-oversized"})),
        ([300, 20], {}, None, ("refer", {"check-reason-oversized-and-more"})),
    ],
)
def test_oversized(
    households: list[int],
    params: dict[str, Any],
    stairwells: int | None,
    expected: tuple[str, set[str]],
) -> None:
    paper = street(households, "aa", "oversized", **params)
    if stairwells is not None:
        paper.set("buildings", "B00", stairwells=stairwells)
    assert outcome(paper) == expected


def beyond(households: list[int], grids: str, stated: str, **params: Any) -> Paper:
    """The same street with a river between the first building and the second."""
    paper = street(households, grids, stated, **params)
    paper.extra["barriers"] = gpd.GeoDataFrame(
        {"kind": ["river"], "crossable": [False]},
        geometry=[shapely.LineString([(100, -1), (100, 101)])],
        crs=CRS,
    )
    return paper


@pytest.mark.parametrize(
    ("beside", "stated", "expected"),
    [
        (240, 20, TRUE),  # no room: 240 + 20
        (220, 20, ("refer", {"check-reason-oversized-and-more"})),  # there is room
        (240, 30, ("fail", {"check-reason-rest"})),
    ],
)
def test_who_lives_beside_an_oversized_building(
    beside: int, stated: int, expected: tuple[str, set[str]]
) -> None:
    told = {"building_id": "B00", "rest_households": stated, "rest": "full"}
    paper = street([300, 20, beside], "aab", "oversized", **told)
    assert outcome(paper) == expected


@pytest.mark.parametrize(
    ("households", "params", "expected"),
    [
        ([130, 220], {"total": 130, "lower": 200, "upper": 250}, TRUE),
        ([130, 220], {"total": 220}, ("fail", {"check-reason-total"})),
        ([450, 220], {}, ("fail", {"check-reason-land"})),
    ],
)
@pytest.mark.parametrize("code", ["island", "barrier"])
def test_land_that_cannot_stand_alone(
    code: str, households: list[int], params: dict[str, Any], expected: tuple[str, set[str]]
) -> None:
    assert outcome(beyond(households, "ab", code, **params)) == expected


def test_arithmetic_of_a_piece() -> None:
    """The whole (350) would fit nothing either way; the piece beyond the river holds 130."""
    assert outcome(beyond([130, 220], "ab", "arithmetic", total=130, scope="piece")) == TRUE
    wrong = beyond([130, 220], "ab", "arithmetic", total=131, scope="piece")
    assert outcome(wrong) == ("fail", {"check-reason-total"})


@pytest.mark.parametrize(
    ("households", "grids", "code", "expected"),
    [
        # 190 + 190: in no grid of 200-250 can either lie.
        ([190, 190], "ab", "no-feasible-part", TRUE),
        # 130 + 70 = 200 would do: nothing can be proven without the map of neighbours.
        ([130, 70, 110], "abb", "no-feasible-part", ("refer", {"check-reason-no-certificate"})),
        ([190, 190], "ab", "proven-minimum", TRUE),
        ([190, 190], "ab", "trapped", TRUE),
        ([130, 190, 70], "abc", "trapped", ("refer", {"check-reason-no-certificate"})),
    ],
)
def test_what_can_be_proven_again(
    households: list[int], grids: str, code: str, expected: tuple[str, set[str]]
) -> None:
    paper = street(households, grids, code)
    for other in sorted(set(grids) - {"a"}):
        reason(paper, "service_grids", other, code)
        if not expected[1]:
            continue
        paper.set("service_grids", other, reason_code=None, reason="由人判断")
    found, why = outcome(paper)
    assert found == expected[0]
    assert why - {"check-reason-stated"} == expected[1]


@pytest.mark.parametrize(
    ("code", "manifest", "expected"),
    [
        ("trapped", certificate("infeasible", 220, 60), ("refer", {"check-reason-not-reproved"})),
        ("trapped", certificate("feasible", 0, 0), ("fail", {"check-reason-not-proven"})),
        ("trapped", certificate("unknown", 220, 0), ("fail", {"check-reason-not-proven"})),
        (
            "proven-minimum",
            certificate("infeasible", 130, 130),
            ("fail", {"check-reason-outside-differs"}),
        ),
        ("search-limit", certificate("unknown", 220, 0), ("refer", {"check-reason-search-limit"})),
        (
            "search-limit",
            certificate("unknown", 220, None),
            ("refer", {"check-reason-search-limit"}),
        ),
        (
            "search-limit",
            certificate("infeasible", 220, 220),
            ("fail", {"check-reason-proven-after-all"}),
        ),
        (
            "search-limit",
            certificate("feasible", 0, 0),
            ("fail", {"check-reason-outside-differs"}),
        ),
    ],
)
def test_certificates(code: str, manifest: dict[str, Any], expected: tuple[str, set[str]]) -> None:
    """130 + 70 and 150 + 90 would do, but they are no neighbours: 130 and 90 stay outside."""
    paper = street([130, 150, 70, 90], "abbc", code)
    reason(paper, "service_grids", "c", code)
    assert outcome(paper, manifest) == expected


def test_a_wrong_flag() -> None:
    paper = street([110, 110], "aa")
    paper.set("service_grids", "a", within_window=False)
    assert failing(checked(paper, rules(0, 10**6))) == {"window-flags"}


def office(totals: list[int], code: str | None = None, **params: Any) -> Paper:
    """One street office, a committee per total, each of grids of 220; C0 gets the reason."""
    letters = [chr(97 + i) for i in range(len(totals))]
    paper = draw(
        ["".join(letters)],
        [totals],
        {letter: f"C{i}" for i, letter in enumerate(letters)},
        {f"C{i}": "S1" for i in range(len(totals))},
        window=(1, 10**6),
        band=(400, 500),
    )
    if code is not None:
        reason(paper, "committees", "C0", code, **params)
    return paper


def judged(paper: Paper, survey: Any = None) -> tuple[str, set[str]]:
    """Outcome and codes of the check of committee reasons."""
    report = checked(paper, rules(400, 500, (1, 10**6)), survey)
    return report.check("committee-reasons").outcome, codes(report, "committee-reasons")


@pytest.mark.parametrize(
    ("totals", "code", "params", "expected"),
    [
        ([300], None, {}, ("fail", {"check-reason-missing"})),
        ([300], "small-office", {"total": 300}, TRUE),
        ([300, 450], "small-office", {}, ("fail", {"check-reason-office-large"})),
        ([300], "small-office", {"total": 301}, ("fail", {"check-reason-total"})),
        ([300, 450], "arithmetic", {"total": 750, "scope": "office"}, TRUE),
        ([350, 450], "arithmetic", {"total": 800}, ("fail", {"check-reason-arithmetic"})),
        ([350, 450], "arithmetic", {"total": 801}, ("fail", {"check-reason-total"})),
        ([300], "frozen", {}, ("fail", {"check-reason-not-frozen"})),
        ([300], "planned", {}, ("fail", {"check-reason-not-planned"})),
        ([600], "oversized", {}, TRUE),
        ([300], "oversized", {}, ("fail", {"check-reason-oversized"})),
        ([300], "nonsense", {}, ("fail", {"check-reason-unknown"})),
        ([300, 450], "search-limit", {}, ("refer", {"check-reason-no-certificate"})),
    ],
)
def test_committees(
    totals: list[int], code: str | None, params: dict[str, Any], expected: tuple[str, set[str]]
) -> None:
    assert judged(office(totals, code, **params)) == expected


@pytest.mark.parametrize(
    ("code", "params", "sentence", "expected"),
    [
        (None, {}, None, ("fail", "missing")),
        (None, {}, "河对岸不便", ("refer", "stated")),
        ("because", {}, None, ("fail", "unknown")),
        ("because", {}, "河对岸不便", ("refer", "stated")),
        ("because", {"upper": 251}, "河对岸不便", ("fail", "limits")),
        ("search-limit", {}, None, ("refer", "no-certificate")),
        ("frozen", {}, "河对岸不便", ("fail", "not-frozen")),
    ],
)
def test_grids_and_committees_are_judged_alike(
    code: str | None, params: dict[str, Any], sentence: str | None, expected: tuple[str, str]
) -> None:
    grid, committee = street([100, 90], "aa"), office([300])
    for paper, layer, row in ((grid, "service_grids", "a"), (committee, "committees", "C0")):
        if code is not None:
            reason(paper, layer, row, code, **params)
        paper.set(layer, row, reason=sentence)
    wanted = (expected[0], {f"check-reason-{expected[1]}"})
    assert outcome(grid) == wanted
    assert judged(committee) == wanted


def test_a_frozen_committee_may_be_small() -> None:
    paper = office([300, 450], "frozen")
    paper.set("committees", "C0", frozen_reason="有利益分配")
    assert judged(paper) == TRUE


def test_what_is_frozen_counts_for_nobody_else() -> None:
    """C0 (300) and C1 (450) beside a frozen committee of 50: 750 cannot be divided, 800 could."""
    paper = office([300, 450, 50], "arithmetic", total=750, scope="office")
    paper.set("committees", "C2", frozen_reason="有利益分配")
    reason(paper, "committees", "C2", "frozen")
    assert judged(paper) == TRUE


def test_a_planned_committee() -> None:
    paper = office([300, 450], "planned")
    paper.set("buildings", "B00", kind="planned_plot")
    assert judged(paper) == TRUE


def test_a_standalone_estate() -> None:
    paper = office([300, 450], "standalone")
    assert judged(paper) == ("fail", {"check-reason-not-one-estate"})
    paper.set("buildings", "B00", estate_id="E1")
    assert judged(paper) == TRUE
    estates = gpd.GeoDataFrame(
        {"estate_id": ["E1"], "standalone_reason": [None]}, geometry=[shapely.box(0, 0, 1, 1)]
    )
    assert judged(paper, {"estates": estates}) == ("fail", {"check-reason-no-standalone-reason"})
    estates["standalone_reason"] = "确有特殊原因"
    assert judged(paper, {"estates": estates}) == TRUE
    paper.set("buildings", "B01", estate_id="E1")
    assert judged(paper) == ("fail", {"check-reason-estate-elsewhere"})


def test_a_standalone_estate_where_nobody_lives_yet() -> None:
    paper = office([0, 450], "standalone")
    paper.set("buildings", "B00", estate_id="E1")
    assert judged(paper) == TRUE


def test_our_own_proposal_must_hold() -> None:
    insist(checked(office([450]), rules(400, 500, (1, 10**6))))
    with pytest.raises(InternalError) as caught:
        insist(checked(office([300]), rules(400, 500, (1, 10**6))))
    assert caught.value.findings[0].code == "proposal-not-verified"
    assert "committee-reasons" in str(caught.value.findings[0].params["failed"])
