"""Rulings stated from outside go before the survey's own on the same estates."""

from __future__ import annotations

import pandas as pd

from redistrict.survey.tables import with_stated

STATED = {
    "estate_id": "E", "street_office_id": "S2", "decided_by": "民政局", "basis": "会议纪要",
    "evidence": "sha256:0", "date": "2026-11-25",
}  # fmt: skip


def test_without_rows_of_its_own() -> None:
    table, findings = with_stated(None, [STATED])
    assert table.to_dict("records") == [STATED]
    assert findings == []


def test_rows_on_the_same_estate_are_replaced_and_told() -> None:
    own = pd.DataFrame([{**STATED, "street_office_id": "S1"}, {**STATED, "estate_id": "F"}])
    table, findings = with_stated(own, [STATED])
    assert table["estate_id"].tolist() == ["F", "E"]
    assert table["street_office_id"].tolist() == ["S2", "S2"]
    assert [(f.code, f.feature_id) for f in findings] == [("ruling-superseded", "E")]
