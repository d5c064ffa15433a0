"""What changes for whom: correspondence, households moved and renamed; totals; the registry."""

from __future__ import annotations

from redistrict import profiles
from redistrict.consequences import REGISTRY, Context, evaluate
from redistrict.consequences.moves import correspondence_table, moved
from redistrict.i18n import LANGS, catalogue
from tests.proposals import Paper, draw

BASE = profiles.load()[0]


def paper(previous: dict[str, str]) -> Paper:
    """Grids a, b -> C1, c, d -> C2; 100, 200, 300, 400 households."""
    return draw(
        ["abcd"],
        [[100, 200, 300, 400]],
        {"a": "C1", "b": "C1", "c": "C2", "d": "C2"},
        {"C1": "S1", "C2": "S1"},
        previous,
    )


def test_nobody_moves() -> None:
    rows = paper({}).buildings
    assert moved(rows, "previous_committee_id", "committee_id") == (0, 0)
    assert correspondence_table(rows)["extent"].tolist() == ["whole", "whole"]


def test_a_merger_renames_and_moves_nobody_apart() -> None:
    rows = paper({"a": "P1", "b": "P2"}).buildings
    assert moved(rows, "previous_committee_id", "committee_id") == (0, 300)


def test_a_split_moves_the_smaller_share() -> None:
    sheet = paper({"a": "C2", "b": "C1"})
    rows = sheet.buildings
    # C2 had a (100), c (300) and d (400): 700 stay together, 100 leave.
    assert moved(rows, "previous_committee_id", "committee_id") == (100, 100)
    table = correspondence_table(rows)
    assert table[["previous_committee_id", "committee_id", "households", "extent"]].to_numpy(
        dtype=object
    ).tolist() == [["C1", "C1", 200, "whole"], ["C2", "C1", 100, "part"], ["C2", "C2", 700, "part"]]
    who = evaluate(Context(sheet.layers, BASE)).tables["who_moves"]
    assert who[["previous_committee_id", "committee_id", "households"]].to_numpy(
        dtype=object
    ).tolist() == [["C2", "C1", 100]]


def test_planned_plots_and_greenfield_land_move_nobody() -> None:
    sheet = paper({"a": "C2"})
    sheet.set("buildings", "B00", kind="planned_plot")
    sheet.set("buildings", "B02", previous_committee_id=None)
    rows = sheet.buildings
    assert moved(rows, "previous_committee_id", "committee_id") == (0, 0)
    table = correspondence_table(rows)
    assert int(table["households"].sum()) == 1000
    assert int(table["planned_households"].sum()) == 100
    assert table["previous_committee_id"].isna().sum() == 1


def test_a_divided_building_is_counted_where_its_parts_are() -> None:
    sheet = paper({"a": "P", "b": "P", "c": "P", "d": "P"})
    sheet.set("buildings", "B02", building_id="B01")
    sheet.set("buildings", "B01", part=1)
    table = correspondence_table(sheet.buildings)
    assert table["buildings"].tolist() == [2, 2]
    assert table["extent"].tolist() == ["part", "part"]


def test_totals_reconcile_or_are_told() -> None:
    sheet = paper({})
    assert evaluate(Context(sheet.layers, BASE)).values["totals"]["reconciled"]
    sheet.set("committees", "C1", households=299)
    told = evaluate(Context(sheet.layers, BASE))
    assert not told.values["totals"]["reconciled"]
    assert "totals-differ" in {f.code for f in told.findings}


def test_every_consequence_cites_its_clause() -> None:
    names = [c["name"] for c in evaluate(Context(paper({}).layers, BASE)).values["consequences"]]
    assert names == list(REGISTRY)
    assert all(e.clause and e.version >= 1 for e in REGISTRY.values())
    assert set(LANGS) == {"zh", "en"}
    assert set(catalogue("zh")) >= {"finding.staff-capped", "premises.plan.keep"}
