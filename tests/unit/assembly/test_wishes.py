"""Wishes in the words of findings and of proposal.json."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely

from redistrict.assembly import wishes
from redistrict.assembly.proposal import Names
from redistrict.committees import Identity, Wish
from redistrict.i18n import LANGS, Lang
from redistrict.model.finding import Finding
from redistrict.model.survey import Survey
from redistrict.publish.findings import findings_layer

NAMES = Names(["C1", "C2"], [], Identity((), ()), Identity((), ()), {})
MET = Wish("keep_with", ("P", "Q"), (0,))
UNMET = Wish("keep_apart", ("P", "Q"), (1,), "wish-frozen", {"frozen": "C2"})


def told(*asked: Wish) -> list[Finding]:
    estates = gpd.GeoDataFrame(
        {"estate_id": ["P", "Q"], "name": ["甲苑", None]},
        geometry=[shapely.box(0, 0, 1, 1), shapely.box(5, 0, 6, 1)],
        crs="EPSG:4547",
    )
    survey = Survey({"estates": estates}, "EPSG:4547", "EPSG:4547", "0" * 64)
    return wishes.findings(asked, NAMES, survey)


def test_what_is_met_needs_no_finding() -> None:
    assert told(MET) == []


@pytest.mark.parametrize("lang", LANGS)
def test_an_unmet_wish_names_estates_committees_and_why(lang: Lang) -> None:
    (finding,) = told(MET, UNMET)
    assert (finding.clause, finding.outcome, finding.layer) == ("2.2", "refer", "estates")
    assert finding.geometry is not None
    said = findings_layer([finding], "EPSG:4547", lang)["message"][0]
    for part in ("甲苑 (P)", "Q", "C2"):
        assert part in said
    assert "wish-" not in said
    assert "{" not in said


def test_the_manifest_counts_them_and_names_the_unmet() -> None:
    said = wishes.manifest((MET, UNMET), NAMES)
    assert (said["stated"], said["met"]) == (2, 1)
    (row,) = said["unmet"]
    assert (row["wish"], row["estates"], row["committees"]) == ("keep_apart", ["P", "Q"], ["C2"])
    assert row["reason_code"] == "wish-frozen"
