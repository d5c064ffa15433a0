"""findings.json: fields, both languages, places in WGS84."""

from __future__ import annotations

import json

import numpy as np
import pytest
import shapely

from redistrict.i18n import LANGS
from redistrict.model.finding import Finding
from redistrict.publish.findings import findings_layer, findings_text
from redistrict.wording import reason_text
from tests.unit.publish.fakes import WORKING, findings


def test_every_field_of_the_contract() -> None:
    rows = json.loads(findings_text(findings(), WORKING))
    assert [r["code"] for r in rows] == ["output-not-ours", "output-not-a-folder"]
    first = rows[0]
    assert (first["severity"], first["layer"], first["feature_id"]) == (
        "warning",
        "buildings",
        "B0-000000",
    )
    assert (first["clause"], first["outcome"]) == ("6.5", "refer")
    assert first["params"] == {"path": "x", "entry": "y"}
    assert first["message"]["zh"] != first["message"]["en"]
    assert first["remedy"]["en"]
    place = shapely.geometry.shape(first["geometry"])
    assert 113 < place.centroid.x < 115
    assert rows[1]["geometry"] is None


def test_without_a_crs_there_is_no_place_and_strange_values_are_json() -> None:
    params = {"n": np.int64(3), "x": float("nan"), "many": (1, 2), "t": object}
    told = json.loads(
        findings_text([Finding("x", params=params, geometry=shapely.Point(1, 2))], None)
    )
    assert told[0]["geometry"] is None
    assert told[0]["params"]["n"] == 3
    assert told[0]["params"]["x"] is None
    assert told[0]["params"]["many"] == [1, 2]


def test_no_finding_is_an_empty_list_and_an_empty_layer() -> None:
    assert json.loads(findings_text([], None)) == []
    assert len(findings_layer([], WORKING, "zh")) == 0


def test_the_reason_inside_a_finding_is_worded() -> None:
    found = Finding("service-grids-outside", params={"households": 90, "reason": "search-limit"})
    told = json.loads(findings_text([found], None))[0]
    assert told["params"]["reason"] == "search-limit"
    assert "search-limit" not in told["message"]["zh"]


@pytest.mark.parametrize("code", ["service-grids-outside", "committees-outside"])
def test_a_sentence_is_called_a_reason_and_stands_by_itself(code: str) -> None:
    found = Finding(code, params={"households": 90, "reason": "search-limit"})
    message = json.loads(findings_text([found], None))[0]["message"]
    word = {"zh": "原因：", "en": "Reason: "}
    for lang in LANGS:
        before, _, sentence = message[lang].partition(word[lang])
        assert sentence == reason_text("search-limit", found.params, lang)
        assert before.rstrip()[-1] in "。."
