"""The ways to integrate new estates, in findings and in proposal.json."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely

from redistrict.assembly import integration
from redistrict.i18n import LANGS, Lang
from redistrict.model.plan import Plan
from redistrict.model.survey import Survey
from redistrict.publish.findings import findings_layer
from tests.unit.committees.test_draw import draw
from tests.unit.committees.test_integrate import street


def estates() -> Survey:
    layer = gpd.GeoDataFrame(
        {"estate_id": ["P", "Q"], "name": ["甲苑", None]},
        geometry=[shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)],
        crs="EPSG:4547",
    )
    return Survey({"estates": layer}, "EPSG:4547", "EPSG:4547", "0" * 64)


def both() -> Plan:
    return draw(street(["A"] * 6 + [None] * 6, [None] * 6 + ["P"] * 3 + ["Q"] * 3))


def lone() -> Plan:
    return draw(street(["A"] * 5 + [None], [None] * 5 + ["P"]))


def test_the_manifest_lists_every_way_with_its_certificate() -> None:
    (row,) = integration.manifest([both()])
    assert (row["street_office_id"], row["clause"], row["taken"]) == ("SO", "2.2", "new-together")
    assert row["new_estates"] == [["P", "Q"]]
    told = {o["way"]: (o["households_outside_band"], o["status"]) for o in row["options"]}
    assert told["new-together"] == (0, "optimal")
    assert told["with-neighbour"] == (2500, "infeasible")
    assert told["mixed"][0] == 0
    assert all(o["terms"] for o in row["options"])


def test_one_way_is_told_as_one() -> None:
    (row,) = integration.manifest([lone()])
    assert [o["way"] for o in row["options"]] == ["mixed"]
    (finding,) = integration.findings([lone()], estates())
    assert finding.code == "new-estates-one-way"


def test_nothing_new_nothing_told() -> None:
    plan = draw(street(["A"] * 6, [None] * 6))
    assert integration.manifest([plan]) == []
    assert integration.findings([plan], estates()) == []


@pytest.mark.parametrize("lang", LANGS)
def test_the_finding_compares_in_words(lang: Lang) -> None:
    (finding,) = integration.findings([both()], estates())
    assert (finding.code, finding.clause) == ("new-estates-compared", "2.2")
    said = findings_layer([finding], "EPSG:4547", lang)["message"][0]
    for part in ("甲苑+Q", "2500"):
        assert part in said
    assert "{" not in said
    assert "integration-" not in said
