"""Keep-with and keep-apart in the check: unmet ones named, what is said of them tried."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pytest
import shapely

from tests.proposals import CRS, Paper, town
from tests.unit.verify.rules import checked, codes


def asked(kind: str, first: tuple[int, int], second: tuple[int, int], **more: Any) -> Paper:
    """The town with estates P and Q on two of its squares and one wish between them.

    Squares by (row, column), south first: C1 = {a, d}, C2 = {b, c} of S1; C3 = {e, f} of S2.
    """
    paper = town()
    for name, (r, c) in (("P", first), ("Q", second)):
        paper.set("buildings", f"B{r}{c}", estate_id=name)
    row = {"estate_id": ["P", "Q"], "name": [None, None], kind: ["Q", None], **more}
    shapes = [shapely.box(0, 0, 1, 1)] * 2
    paper.extra["estates"] = gpd.GeoDataFrame(row, geometry=shapes, crs=CRS)
    return paper


def told(paper: Paper, kind: str, code: str) -> Paper:
    """With a proposal.json that names the wish as unmet for the reason ``code``."""
    entry = {"wish": kind, "estates": ["P", "Q"], "reason_code": code, "committees": []}
    paper.manifest = {"wishes": {"stated": 1, "met": 0, "unmet": [entry]}}
    return paper


def outcome(paper: Paper) -> tuple[str, set[str]]:
    report = checked(paper)
    return report.check("wishes").outcome, codes(report, "wishes")


GRANTED = ("pass", set[str]())
A, B, C2, C3 = (0, 0), (0, 1), (0, 2), (1, 4)


def test_nothing_asked_nothing_to_tell() -> None:
    report = checked(town())
    assert (report.check("wishes").outcome, report.check("wishes").count) == ("pass", 0)


def test_wishes_that_are_met() -> None:
    assert outcome(asked("keep_with", A, B)) == GRANTED
    assert outcome(asked("keep_apart", A, C2)) == GRANTED


@pytest.mark.parametrize(("kind", "second"), [("keep_with", C2), ("keep_apart", B)])
def test_an_unmet_wish_of_a_drawing_by_hand_is_for_people(kind: str, second: Any) -> None:
    code = f"check-{kind.replace('_', '-')}-unmet"
    paper = asked(kind, A, second)
    assert outcome(paper) == ("refer", {code})
    assert checked(paper).ok


def test_an_unmet_wish_that_our_manifest_hides_fails() -> None:
    paper = asked("keep_with", A, C2)
    paper.manifest = {"wishes": {"stated": 1, "met": 1, "unmet": []}}
    assert outcome(paper) == ("fail", {"check-wish-missing"})


def test_a_wish_told_as_unmet_that_is_met_fails() -> None:
    paper = told(asked("keep_with", A, B), "keep_with", "wish-not-found")
    assert outcome(paper) == ("fail", {"check-wish-met"})


def test_two_street_offices_are_a_reason_and_one_is_none() -> None:
    across = told(asked("keep_with", A, C3), "keep_with", "wish-offices")
    assert outcome(across) == ("refer", {"check-keep-with-unmet"})
    within = told(asked("keep_with", A, C2), "keep_with", "wish-offices")
    assert outcome(within) == ("fail", {"check-wish-untrue"})


def test_a_frozen_committee_must_be_frozen() -> None:
    paper = told(asked("keep_with", A, C2), "keep_with", "wish-frozen")
    assert outcome(paper) == ("fail", {"check-wish-untrue"})
    paper.set("committees", "C2", frozen_reason="集体资产")
    assert outcome(paper) == ("refer", {"check-keep-with-unmet"})


def test_a_standalone_estate_must_say_so() -> None:
    paper = told(asked("keep_with", A, C2), "keep_with", "wish-standalone")
    assert outcome(paper) == ("fail", {"check-wish-untrue"})
    stated = asked("keep_with", A, C2, standalone_reason=[None, "军产"])
    assert outcome(told(stated, "keep_with", "wish-standalone"))[0] == "refer"


def test_a_contradiction_needs_the_other_wish() -> None:
    lone = told(asked("keep_apart", A, B), "keep_apart", "wish-contradiction")
    assert outcome(lone) == ("fail", {"check-wish-untrue"})
    both = asked("keep_apart", A, B, keep_with=["Q", None])
    assert outcome(told(both, "keep_apart", "wish-contradiction"))[0] == "refer"


def test_a_shared_grid_must_be_shared() -> None:
    shared = told(asked("keep_apart", A, B), "keep_apart", "wish-same-grid")
    assert outcome(shared) == ("refer", {"check-keep-apart-unmet"})
    parted = told(asked("keep_apart", A, (1, 0)), "keep_apart", "wish-same-grid")
    assert outcome(parted) == ("fail", {"check-wish-untrue"})


def test_an_estate_without_buildings_is_told() -> None:
    paper = asked("keep_with", A, B, keep_with=["nobody", None])
    assert outcome(told(paper, "keep_with", "wish-no-such-estate"))[0] == "fail"
    entry = {"wish": "keep_with", "estates": ["P", "nobody"], "reason_code": "wish-no-such-estate"}
    paper.manifest = {"wishes": {"unmet": [entry]}}
    assert outcome(paper) == ("refer", {"check-keep-with-unmet"})
