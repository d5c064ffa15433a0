"""Invariants 3 and 4: households are conserved; what is frozen or ruled holds."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from tests.proposals import CRS, Paper, correspondence, draw, town
from tests.unit.verify.rules import checked, codes, failing


def test_a_household_lost() -> None:
    paper = town()
    paper.set("buildings", "B00", households=109)
    assert failing(checked(paper)) == {
        "households-of-grids",
        "households-of-committees",
        "households-of-offices",
        "city-total",
        "correspondence",
    }


@pytest.mark.parametrize(
    ("layer", "row", "name"),
    [
        ("service_grids", "a", "households-of-grids"),
        ("committees", "C1", "households-of-committees"),
        ("street_offices", "S1", "households-of-offices"),
    ],
)
def test_a_wrong_total(layer: str, row: str, name: str) -> None:
    paper = town()
    paper.set(layer, row, households=221)
    report = checked(paper)
    assert name in failing(report)
    assert report.check(name).findings[0].params["stated"] == 221


@pytest.mark.parametrize("counts", [{"households": 1319}, {"buildings": 11}, {"correspondence": 4}])
def test_the_manifest_disagrees(counts: dict[str, int]) -> None:
    paper = town()
    paper.manifest = {"counts": {"households": 1320, "buildings": 12, "service_grids": 6}}
    assert checked(paper).ok
    paper.manifest = {"counts": counts}
    assert failing(checked(paper)) == {"city-total"}


def test_the_survey_disagrees() -> None:
    paper = town()
    survey = {"buildings": town().buildings}
    assert checked(paper, survey=survey).ok
    survey["buildings"].loc[0, "households"] = 109
    assert "city-total" in failing(checked(paper, survey=survey))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda t: t.assign(households=t["households"] + 1), "check-correspondence-differs"),
        (lambda t: t.assign(buildings=t["buildings"] + 1), "check-correspondence-differs"),
        (lambda t: t.assign(extent="part"), "check-correspondence-extent"),
        (lambda t: t.iloc[1:], "check-correspondence-missing"),
        (lambda t: pd.concat([t, t.iloc[:1]]), "check-correspondence-differs"),
    ],
)
def test_a_wrong_correspondence(change: object, code: str) -> None:
    paper = town()
    assert callable(change)
    paper.correspondence = change(paper.correspondence)
    assert code in codes(checked(paper), "correspondence")


def test_without_a_correspondence_the_check_is_left_open() -> None:
    paper = town()
    report = checked(Paper(**{**paper.__dict__, "correspondence": pd.DataFrame()}))
    assert report.check("correspondence").outcome in ("fail", "refer")


def _frozen(previous: dict[str, str] | None = None) -> Paper:
    paper = draw(
        ["aabbcc", "ddeeff"],
        [[110] * 6, [110] * 6],
        {"a": "C1", "d": "C1", "b": "C2", "c": "C2", "e": "C3", "f": "C3"},
        {"C1": "S1", "C2": "S1", "C3": "S2"},
        previous,
        band=(400, 500),
    )
    paper.set("committees", "C1", frozen_reason="有利益分配而不便整合")
    return paper


def test_a_frozen_committee_that_stays_as_it_is() -> None:
    assert checked(_frozen()).ok


def test_a_frozen_committee_that_gained_a_grid() -> None:
    paper = _frozen({"d": "C2"})
    assert codes(checked(paper), "frozen-households") == {"check-frozen-gained"}


def test_a_frozen_committee_that_lost_a_grid() -> None:
    paper = _frozen({"b": "C1"})
    assert codes(checked(paper), "frozen-households") == {"check-frozen-lost"}


def test_the_land_of_a_frozen_committee() -> None:
    paper = _frozen()
    before = paper.committees[["committee_id", "frozen_reason", "geometry"]].copy()
    assert checked(paper, survey={"committees": before}).ok
    near = before.assign(geometry=before.geometry.buffer(0.5))
    assert checked(paper, survey={"committees": near}).ok
    larger = before.assign(geometry=before.geometry.buffer(5))
    assert failing(checked(paper, survey={"committees": larger})) == {"frozen-land"}


def test_a_frozen_committee_that_is_gone() -> None:
    before = _frozen().committees
    assert codes(checked(town(), survey={"committees": before}), "frozen-households") == {
        "check-frozen-gone"
    }


def _ruled(office: str | None, outcome: str, land: shapely.Geometry) -> Paper:
    paper = town()
    for building in ("B00", "B01"):
        paper.set("buildings", building, estate_id="E1")
    paper.extra["rulings"] = gpd.GeoDataFrame(
        {"estate_id": ["E1"], "street_office_id": [office], "outcome": [outcome]},
        geometry=[land],
        crs=CRS,
    )
    return paper


HOME = shapely.box(0, 0, 200, 100)


@pytest.mark.parametrize(
    ("office", "outcome", "land", "code"),
    [
        ("S2", "decided", HOME, "check-ruling-broken"),
        ("S9", "decided", HOME, "check-ruling-office"),
        (None, "decided", HOME, "check-ruling-office"),
        ("S1", "refer", HOME, "check-ruling-refers"),
    ],
)
def test_rulings_that_do_not_hold(
    office: str | None, outcome: str, land: shapely.Geometry, code: str
) -> None:
    assert codes(checked(_ruled(office, outcome, land)), "rulings-hold") == {code}


def test_rulings_that_hold() -> None:
    assert checked(_ruled("S1", "decided", HOME)).ok
    assert checked(_ruled(None, "refer", HOME)).ok


def test_the_land_of_a_ruled_estate() -> None:
    over = shapely.box(150, 50, 250, 150)
    assert failing(checked(_ruled("S1", "decided", over))) == {"ruled-estates-whole"}


def test_correspondence_of_a_merged_committee() -> None:
    paper = draw(
        ["aabb"],
        [[110] * 4],
        {"a": "C1", "b": "C1"},
        {"C1": "S1"},
        {"a": "P1", "b": "P2"},
        band=(400, 500),
    )
    assert paper.correspondence["extent"].tolist() == ["whole", "whole"]
    assert checked(paper).ok
    paper.set("buildings", "B03", previous_committee_id="P1")
    assert not checked(paper).ok
    paper.correspondence = correspondence(paper.buildings)
    assert checked(paper).ok
