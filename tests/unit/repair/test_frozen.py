"""Frozen committees drawn badly: mended where no household is concerned, else refused."""

from __future__ import annotations

from typing import Any

import pytest
import shapely

from redistrict.model.errors import SurveyError
from redistrict.repair import repair
from tests.unit.repair.towns import PROFILE, box, building, committee, office, only, shapes, survey

FROZEN = {"frozen_reason": "资产分配", "frozen_until": "2027-06-30"}
LAND = [office("A", box(0, 0, 300, 100))]


def mended(committees: Any, buildings: Any) -> Any:
    return repair(survey(LAND, buildings, committees=committees), PROFILE)


def test_two_inhabited_pieces_are_refused_with_the_committee_and_what_to_do() -> None:
    two = shapely.union_all([box(0, 0, 100, 100), box(200, 0, 300, 100)])
    with pytest.raises(SurveyError) as refused:
        mended(
            [committee("F", two, "A", **FROZEN), committee("C", box(100, 0, 200, 100), "A")],
            [building("b1", 40, 40), building("b2", 140, 40), building("b3", 240, 40)],
        )
    first = refused.value.findings[0]
    assert (first.code, first.feature_id, first.params["count"]) == ("frozen-in-pieces", "F", 2)


def test_a_piece_without_a_building_becomes_open_land() -> None:
    two = shapely.union_all([box(0, 0, 100, 100), box(200, 0, 300, 100)])
    out, findings = mended(
        [committee("F", two, "A", **FROZEN), committee("C", box(100, 0, 200, 100), "A")],
        [building("b1", 40, 40), building("b2", 140, 40)],
    )
    assert [s.area for s in shapes(out, "committees")] == [10_000, 10_000]
    assert only(findings, "frozen-piece-empty").params["area_m2"] == 10_000


def test_pieces_on_islands_of_their_office_may_both_be_lived_on() -> None:
    land = shapely.union_all([box(0, 0, 100, 100), box(200, 0, 300, 100)])
    given = survey(
        [office("A", land)],
        [building("b1", 40, 40), building("b2", 240, 40)],
        committees=[committee("F", land, "A", **FROZEN)],
    )
    out, _ = repair(given, PROFILE)
    assert shapes(out, "committees")[0].area == 20_000


def test_a_committee_no_wider_than_a_wall_is_dropped() -> None:
    out, findings = mended(
        [committee("F", box(100, 0, 100.2, 100), "A", **FROZEN)],
        [building("b1", 40, 40), building("b2", 140, 40)],
    )
    assert out.layer("committees") is None
    assert only(findings, "frozen-speck").rows == 1


def test_a_spike_is_taken_off() -> None:
    spiked = shapely.union_all([box(0, 0, 100, 100), box(100, 50, 140, 50.3)])
    out, findings = mended(
        [committee("F", spiked, "A", **FROZEN), committee("C", box(150, 0, 300, 100), "A")],
        [building("b1", 40, 40), building("b2", 240, 40)],
    )
    assert shapes(out, "committees")[0].area == pytest.approx(10_000, abs=0.5)
    assert only(findings, "frozen-speck").params["area_m2"] == pytest.approx(12, abs=0.5)


def test_a_building_beside_a_frozen_committee_is_not_given_to_it() -> None:
    out, _ = mended(
        [committee("F", box(0, 0, 100, 100), "A", **FROZEN)],
        [building("in", 40, 40), building("beside", 110, 40)],
    )
    held = dict(
        zip(out.layers["buildings"]["building_id"], out.layers["buildings"]["committee_id"])  # noqa: B905
    )
    assert held == {"in": "F", "beside": None}
