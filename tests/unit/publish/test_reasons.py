"""Reasons in words: full where the engine says much, honest where it says little."""

from __future__ import annotations

import pytest

from redistrict.i18n import LANGS, Lang
from redistrict.publish import reason_text
from redistrict.publish.reasons import worded
from tests.unit.publish.fakes import town

CODES = (
    "arithmetic",
    "oversized",
    "island",
    "barrier",
    "frozen",
    "standalone",
    "planned",
    "small-office",
    "trapped",
    "no-feasible-part",
    "proven-minimum",
    "search-limit",
)


def test_a_building_above_the_window() -> None:
    params = {"households": 300, "building_id": "7号楼", "building_households": 300, "upper": 250}
    assert reason_text("oversized", params, "zh") == (
        "300 户：其中楼栋 7号楼 一栋即有 300 户，超过上限 250 户，且单元数不明，不可再分。"
    )
    short = reason_text("oversized", {"households": 300, "upper": 250, "building_id": None}, "zh")
    assert "250" in short
    assert "None" not in short


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("code", CODES)
def test_every_reason_can_be_said_without_particulars(code: str, lang: Lang) -> None:
    said = reason_text(code, {}, lang)
    assert said
    assert not said.startswith("reason.")
    assert "{" not in said


def test_scopes_are_worded() -> None:
    params = {"total": 390, "lower": 200, "upper": 250, "scope": "office"}
    assert reason_text("arithmetic", params, "zh").startswith("本街道共 390 户")


def test_only_areas_with_a_code_get_a_sentence() -> None:
    grids = worded(town().layers["service_grids"], "en")
    assert (grids["reason"].notna() == ~grids["within_window"]).all()
    offices = town().layers["street_offices"]
    assert worded(offices, "en") is offices
