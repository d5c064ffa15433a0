"""Clause 5.1: premises by stage, what is vacated, hand-over, address plates."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from redistrict import profiles
from redistrict.consequences import Consequences, Context, evaluate
from redistrict.consequences.handover import months_later
from tests.proposals import CRS, Paper, draw

BASE = profiles.load()[0]
HENAN = profiles.load("henan-2022")[0]


def street(previous: dict[str, str] | None = None) -> Paper:
    """Two committees of two buildings each: B00 B01 | B02 B03."""
    return draw(
        ["aabb"],
        [[1600] * 4],
        {"a": "C1", "b": "C2"},
        {"C1": "S1", "C2": "S1"},
        previous,
    )


def estates(**stage: str | None) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"estate_id": list(stage), "stage": list(stage.values()), "property_managed": None},
        geometry=[shapely.box(0, 0, 1, 1)] * len(stage),
        crs=CRS,
    )


def premises(*places: tuple[float, float], stage: str | None = None) -> gpd.GeoDataFrame:
    """(x, area) of each, along the street."""
    return gpd.GeoDataFrame(
        {
            "premises_id": [f"P{i}" for i in range(len(places))],
            "area_m2": [a for _, a in places],
            "committee_id": [None] * len(places),
            "title": None,
            "stage": stage,
        },
        geometry=[shapely.Point(x, 50) for x, _ in places],
        crs=CRS,
    )


def found(paper: Paper, profile: Any = BASE, **survey: gpd.GeoDataFrame) -> Consequences:
    return evaluate(Context(paper.layers, profile, survey))


@pytest.mark.parametrize(
    ("stage", "required"),
    [("built", 300), ("under_construction", 400), ("planned", 500), ("old_town", 300), (None, 300)],
)
def test_by_stage(stage: str | None, required: float) -> None:
    paper = street()
    for building in ("B00", "B01"):
        paper.set("buildings", building, estate_id="E")
    columns = found(paper, estates=estates(E=stage)).columns["C1"]
    assert columns["premises_required_m2"] == required
    assert columns["premises_short_m2"] == required


def test_mixed_stages_are_not_guessed() -> None:
    paper = street()
    paper.set("buildings", "B00", estate_id="E")
    paper.set("buildings", "B01", estate_id="F")
    told = found(paper, estates=estates(E="built", F="planned"), premises=premises((50, 350)))
    assert told.columns["C1"]["premises_required_m2"] is None
    assert told.columns["C1"]["premises_short_m2"] is None
    table = told.tables["premises_by_estate"].set_index("estate_id")
    assert table.loc["E", "required_m2"] == 300
    assert table.loc["F", "required_m2"] == 500
    assert table.loc["F", "responsible"] == "developer"
    assert ("premises-mixed-stages", "refer") in {(f.code, f.outcome) for f in told.findings}
    # Enough for the highest figure settles it.
    enough = found(paper, estates=estates(E="built", F="planned"), premises=premises((50, 500)))
    assert enough.columns["C1"]["premises_short_m2"] == 0


def test_built_and_old_town_ask_the_same() -> None:
    paper = street()
    paper.set("buildings", "B00", estate_id="E")
    told = found(paper, estates=estates(E="old_town"))
    assert told.columns["C1"]["premises_required_m2"] == 300


def test_per_hundred_households() -> None:
    told = found(street(), HENAN)
    assert told.columns["C1"]["premises_required_m2"] == 30 * 32
    small = street()
    for frame in (small.committees, small.buildings):
        frame["households"] //= 10
    assert found(small, HENAN).columns["C1"]["premises_required_m2"] == 300


def test_premises_that_do_not_stand_yet_do_not_count() -> None:
    told = found(street(), premises=premises((50, 350), stage="planned"))
    assert told.columns["C1"]["premises_present_m2"] == 0
    plan = told.tables["premises_plan"]
    assert plan[plan["premises_id"] == "P0"]["proposal_code"].tolist() == ["handover"]


def plan_of(told: Consequences) -> dict[str | None, tuple[Any, ...]]:
    plan = told.tables["premises_plan"]
    fields = ["status", "committee_id", "nearest_committee_id"]
    return {
        i if isinstance(i, str) else f"short {c}": tuple(
            v if isinstance(v, str) else None for v in r
        )
        for i, c, r in zip(
            plan["premises_id"], plan["committee_id"], plan[fields].to_numpy(), strict=True
        )
    }


def test_a_merged_committee_vacates_what_it_does_not_need() -> None:
    """C1 is made of Q1 and Q2; the larger premises are enough, C2 next door has none."""
    paper = street()
    paper.set("buildings", "B00", previous_committee_id="Q1")
    paper.set("buildings", "B01", previous_committee_id="Q2")
    told = found(paper, premises=premises((50, 320), (150, 180)))
    assert plan_of(told) == {
        "P0": ("kept", "C1", None),
        "P1": ("vacated", "C1", "C2"),
        "short C2": ("short", "C2", None),
    }
    assert told.values["premises_vacated"] == {"count": 1, "area_m2": 180.0}


def test_without_a_need_it_serves_residents() -> None:
    paper = street()
    paper.set("buildings", "B00", previous_committee_id="Q1")
    paper.set("buildings", "B01", previous_committee_id="Q2")
    told = found(paper, premises=premises((50, 320), (150, 180), (250, 300)))
    plan = told.tables["premises_plan"].set_index("premises_id")
    assert plan.loc["P1", "proposal_code"] == "community-use"


def test_a_committee_that_stays_keeps_everything() -> None:
    told = found(street(), premises=premises((50, 320), (150, 180), (250, 300)))
    assert set(told.tables["premises_plan"]["status"]) == {"kept"}


def test_premises_outside_every_committee_are_told() -> None:
    told = found(street(), premises=premises((5000, 320)))
    assert "premises-outside" in {f.code for f in told.findings}


@pytest.mark.parametrize(
    ("day", "later"),
    [
        (date(2026, 1, 31), date(2026, 2, 28)),
        (date(2028, 1, 31), date(2028, 2, 29)),
        (date(2026, 12, 15), date(2027, 1, 15)),
    ],
)
def test_one_month(day: date, later: date) -> None:
    assert months_later(day, 1) == later


def test_handover_dates() -> None:
    paper = street()
    paper.set("buildings", "B00", estate_id="E")
    paper.set("buildings", "B03", estate_id="F")
    context = Context(
        paper.layers,
        BASE,
        {"estates": estates(E="under_construction", F="planned")},
        accepted_on={"E": date(2026, 3, 31)},
    )
    told = evaluate(context)
    due = told.tables["handover"].set_index("estate_id")["due_on"]
    assert due["E"] == "2026-04-30"
    assert pd.isna(due["F"])
    assert "handover-date-unknown" in {f.code for f in told.findings}


def test_address_plates() -> None:
    paper = street()
    survey = paper.buildings[["building_id", "households", "geometry"]].copy()
    survey["address"] = ["平安路 1 号", "平安路１号", None, "平安路3号"]
    told = found(paper, buildings=survey)
    table = told.tables["address_plates"]
    assert table.to_numpy().tolist()[:2] == [
        ["B00", "duplicate", "平安路 1 号"],
        ["B01", "duplicate", "平安路１号"],
    ]
    assert table[table["problem"] == "missing"]["building_id"].tolist() == ["B02"]
    survey.loc[2, "households"] = 0  # nobody lives there: no plate is asked for
    assert found(paper, buildings=survey).values["address_plates"]["missing"] == 0


def test_no_addresses_at_all_is_said_once() -> None:
    told = found(street())
    assert told.values["address_plates"]["missing"] is None
    assert sum(f.code == "addresses-unknown" for f in told.findings) == 1


def test_unmanaged_estates_come_first() -> None:
    paper = street()
    for building, estate in (("B00", "E"), ("B01", "F"), ("B02", "G"), ("B03", "H")):
        paper.set("buildings", building, estate_id=estate)
    frame = estates(E="built", F="built", G="built", H="built")
    frame["property_managed"] = ["yes", None, "no", "unknown"]
    told = found(paper, estates=frame)
    assert told.tables["priority_estates"]["estate_id"].tolist() == ["G", "F", "H", "E"]
    assert told.values["priority"]["households_by_management"] == {
        "no": 1600,
        "unknown": 3200,
        "yes": 1600,
    }


def test_the_plan_does_not_depend_on_row_order() -> None:
    paper = street()
    paper.set("buildings", "B00", previous_committee_id="Q1")
    places = premises((50, 320), (150, 180), (250, 100))
    first = found(paper, premises=places).tables["premises_plan"]
    again = found(paper, premises=places.iloc[::-1].reset_index(drop=True)).tables["premises_plan"]
    pd.testing.assert_frame_equal(first, again)


def test_nothing_given_is_changed() -> None:
    paper = street()
    before = replace(paper, buildings=paper.buildings.copy(), committees=paper.committees.copy())
    found(paper, premises=premises((50, 320)))
    pd.testing.assert_frame_equal(paper.buildings, before.buildings)
    pd.testing.assert_frame_equal(paper.committees, before.committees)
