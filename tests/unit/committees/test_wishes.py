"""Keep-with and keep-apart: what is granted, and the reason told for what is not."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest

from redistrict import committees
from redistrict.committees import Wish
from redistrict.model.cells import Cells
from tests.lattice import lattice, survey
from tests.unit.committees.test_draw import draw, estates, town


def ask(
    kind: str, *pairs: tuple[str, str], more: dict[str, list[object]] | None = None
) -> gpd.GeoDataFrame:
    """An estates layer with one wish per estate."""
    names = sorted({n for pair in pairs for n in pair} - {"nobody"})
    listed = {n: ",".join(b for a, b in pairs if a == n) or None for n in names}
    columns: dict[str, list[object]] = {
        "estate_id": [*names],
        "name": [None] * len(names),
        "keep_with": [None] * len(names),
        "keep_apart": [None] * len(names),
        **(more or {}),
    }
    columns[kind] = [listed[n] for n in names]
    return estates(**columns)


def judged(
    cells: Cells, layer: gpd.GeoDataFrame, area: np.ndarray | None = None, greenfield: bool = False
) -> tuple[Wish, ...]:
    """The wishes after drawing (or of the committees ``area``); every cell a grid of its own."""
    committee = draw(cells, estates=layer).area if area is None else area
    return committees.wishes(
        cells,
        survey(cells, estates=layer),
        committee,
        np.zeros(len(cells), dtype=np.int64) if greenfield else np.arange(len(cells)),
        np.full(len(cells), greenfield),
    )


def test_two_estates_in_a_committee_that_would_be_kept_whole_are_parted() -> None:
    # Both live in A, which is in the band and would not be touched; parting them costs moves.
    marks = [["P"] + [None] * 4 + ["Q"] + [None] * 6]
    cells = town([["A"] * 6 + ["B"] * 6], estate_id=marks)
    assert len(set(draw(cells).area[:6].tolist())) == 1
    (wish,) = judged(cells, ask("keep_apart", ("P", "Q")))
    assert wish.met


def test_a_wish_that_the_band_forbids_is_told() -> None:
    # Six cells of 500 in a street: one committee of 3,000, or two outside the band.
    cells = town([["A"] * 6], estate_id=[["P"] + [None] * 4 + ["Q"]])
    (wish,) = judged(cells, ask("keep_apart", ("P", "Q")))
    assert (wish.code, len(wish.areas)) == ("wish-not-found", 1)


def test_estates_that_touch_are_held_together_and_others_are_told() -> None:
    marks = [[None] * 5 + ["P", "Q"] + [None] * 4 + ["R"]]
    cells = town([["A"] * 6 + ["B"] * 6], estate_id=marks)
    touching, distant = judged(cells, ask("keep_with", ("P", "Q"), ("P", "R")))
    assert (touching.estates, touching.met) == (("P", "Q"), True)
    assert (distant.estates, distant.code) == (("P", "R"), "wish-not-adjacent")
    assert len(distant.areas) == 2


def test_a_frozen_committee_gives_nothing_to_a_wish() -> None:
    marks = [[None, "P", "Q", None, None, None, None]]
    cells = town([["A"] * 2 + ["B"] * 5], estate_id=marks, frozen=[[True] * 2 + [False] * 5])
    (wish,) = judged(cells, ask("keep_with", ("P", "Q")))
    assert (wish.code, wish.params) == ("wish-frozen", {"frozen": "A"})


def test_both_in_one_frozen_committee_stay_there() -> None:
    cells = town([["A"] * 4], estate_id=[["P", None, None, "Q"]], frozen=[[True] * 4])
    (wish,) = judged(cells, ask("keep_apart", ("P", "Q")))
    assert (wish.code, wish.params) == ("wish-frozen", {"frozen": "A"})


def test_a_standalone_estate_goes_with_nobody() -> None:
    cells = town(
        [["A"] * 8],
        estate_id=[["P", "P", "Q"] + [None] * 5],
        standalone=[[True] * 2 + [False] * 6],
    )
    (wish,) = judged(cells, ask("keep_with", ("P", "Q")))
    assert wish.code == "wish-standalone"


def test_an_estate_that_nobody_knows_is_told() -> None:
    cells = town([["A"] * 6], estate_id=[["P"] + [None] * 5])
    (wish,) = judged(cells, ask("keep_with", ("P", "nobody")))
    assert (wish.code, wish.params) == ("wish-no-such-estate", {"missing": "nobody"})


def test_two_street_offices_share_no_committee() -> None:
    cells = lattice(
        [[750] * 8],
        {
            "committee_id": [["A"] * 4 + ["B"] * 4],
            "estate_id": [[None] * 3 + ["P", "Q"] + [None] * 3],
            "street_office_id": [["S1"] * 4 + ["S2"] * 4],
        },
    )
    (wish,) = judged(cells, ask("keep_with", ("P", "Q")))
    assert (wish.code, wish.params) == ("wish-offices", {"offices": "S1、S2"})


def test_wishes_that_contradict_each_other_are_told() -> None:
    cells = town([["A"] * 6 + ["B"] * 6], estate_id=[["P", "Q", "R"] + [None] * 9])
    layer = ask("keep_with", ("P", "Q"), ("Q", "R"), more={"keep_apart": ["R", None, None]})
    together = judged(cells, layer)
    assert [(w.kind, w.code) for w in together] == [
        ("keep_with", None),
        ("keep_with", None),
        ("keep_apart", "wish-contradiction"),
    ]


def test_a_service_grid_that_holds_both_is_the_reason_where_grids_came_first() -> None:
    cells = town([[None] * 6], estate_id=[["P", None, None, None, None, "Q"]])
    area = np.zeros(6, dtype=np.int64)
    (wish,) = judged(cells, ask("keep_apart", ("P", "Q")), area, greenfield=True)
    assert wish.code == "wish-same-grid"


@pytest.mark.parametrize("separator", [",", "，", "、", ";", " "])
def test_ids_may_be_separated_in_any_usual_way(separator: str) -> None:
    cells = town([["A"] * 6], estate_id=[["P", "Q", "R"] + [None] * 3])
    layer = estates(estate_id=["P"], name=[None], keep_with=[f"Q{separator}R"], keep_apart=[None])
    assert [w.estates for w in judged(cells, layer)] == [("P", "Q"), ("P", "R")]
