"""Clause 2.2 on a town of squares of 500 households."""

from __future__ import annotations

import geopandas as gpd
import numpy as np

from redistrict import committees
from redistrict.model.cells import Cells
from redistrict.model.plan import Plan
from redistrict.model.profile import Profile
from redistrict.model.settings import RunSettings
from redistrict.parallel import Workers
from tests.lattice import CRS, lattice, survey

PROFILE = Profile("test", "测试", "test")


def draw(cells: Cells, **layers: gpd.GeoDataFrame) -> Plan:
    settings = RunSettings()
    with Workers(settings) as workers:
        skip = np.zeros(len(cells), dtype=bool)
        return committees.draw(cells, survey(cells, **layers), PROFILE, settings, workers, skip)


def totals(cells: Cells, plan: Plan) -> list[int]:
    return sorted(np.bincount(plan.area, cells.households).astype(int).tolist())


def town(ids: list[list[str]], households: int = 500, **more: list[list[object]]) -> Cells:
    return lattice([[households] * len(ids[0])] * len(ids), {"committee_id": ids, **more})


def estates(**columns: list[object]) -> gpd.GeoDataFrame:
    from shapely import Point

    count = len(next(iter(columns.values())))
    return gpd.GeoDataFrame(columns, geometry=[Point(0, 0).buffer(1)] * count, crs=CRS)


def test_committees_in_the_band_are_kept() -> None:
    cells = town([["A"] * 3 + ["B"] * 3] * 2)
    plan = draw(cells)
    assert totals(cells, plan) == [3000, 3000]
    assert committees.identify(cells, plan.area, "committee_id").actions == ("keep", "keep")


def test_small_ones_are_merged_whole_and_nobody_is_moved() -> None:
    cells = town([["A", "A", "A", "B", "B", "B"]])
    plan = draw(cells)
    assert totals(cells, plan) == [3000]
    outcome = plan.solved[0].outcome
    assert {t.name: t.value for t in outcome.terms}["moved"] == 0
    assert committees.identify(cells, plan.area, "committee_id").actions == ("merge",)


def test_a_large_one_is_divided_and_as_few_as_can_be_are_moved() -> None:
    cells = town([["A"] * 12])
    plan = draw(cells)
    assert totals(cells, plan) == [2500, 3500]
    assert set(committees.identify(cells, plan.area, "committee_id").actions) == {"split"}


def test_two_thousand_households_alone_fit_no_band() -> None:
    cells = town([["A"] * 4])
    plan = draw(cells)
    assert totals(cells, plan) == [2000]
    (why,) = plan.reasons.values()
    assert (why.code, why.params["scope"]) == ("arithmetic", "office")


def test_frozen_neither_gains_nor_loses() -> None:
    cells = town(
        [["A", "A", "B", "B", "B", "B"]],
        frozen=[[True, True, False, False, False, False]],
    )
    plan = draw(cells)
    assert totals(cells, plan) == [1000, 2000]
    frozen = plan.area[0]
    assert (plan.area == frozen).tolist() == [True, True] + [False] * 4
    assert plan.reasons[int(frozen)].code == "frozen"


def test_a_standalone_estate_has_its_own_committee() -> None:
    cells = town(
        [["A"] * 8],
        estate_id=[["E", "E", None, None, None, None, None, None]],
        standalone=[[True, True] + [False] * 6],
    )
    plan = draw(cells)
    assert totals(cells, plan) == [1000, 3000]
    assert plan.reasons[int(plan.area[0])].code == "standalone"


def test_keep_apart_is_kept() -> None:
    ids = [["A", "A", "B", "B", "C", "C", "D", "D"]]
    marks = [["P", "P", "Q", "Q", None, None, None, None]]
    cells = lattice([[750] * 8], {"committee_id": ids, "estate_id": marks})
    layer = estates(estate_id=["P", "Q"], keep_with=[None, None], keep_apart=["Q", None])
    free, bound = draw(cells), draw(cells, estates=layer)
    assert free.area[0] == free.area[2]
    assert bound.area[0] != bound.area[2]


def test_keep_with_is_kept() -> None:
    ids = [["A"] * 6 + ["B"] * 6]
    marks = [[None] * 5 + ["P", "Q"] + [None] * 5]
    cells = town(ids, estate_id=marks)
    layer = estates(estate_id=["P", "Q"], keep_with=["Q", None], keep_apart=[None, None])
    plan = draw(cells, estates=layer)
    assert plan.area[5] == plan.area[6]


def test_small_old_town_committees_are_merged() -> None:
    # Both neighbours are in the band already; the small one is merged rather than left.
    ids = [["A"] * 5 + ["B"] + ["C"] * 5]
    cells = town(ids, old_town=[[False] * 5 + [True] + [False] * 5])
    plan = draw(cells)
    assert totals(cells, plan) == [2500, 3000]


def test_an_office_in_which_nothing_fits_is_not_redrawn_for_its_own_sake() -> None:
    cells = town([["A"] * 5, ["A"] * 5], households=100)
    plan = draw(cells)
    assert len(set(plan.area.tolist())) == 1


def test_keep_with_and_keep_apart_may_meet_in_the_same_committees() -> None:
    # P goes with Q, so A with B; R and S, who go apart, live in A and B as well.
    ids = [["A"] * 6 + ["B"] * 6]
    marks = [["R", None, None, None, None, "P", "Q", None, None, None, None, "S"]]
    cells = town(ids, estate_id=marks)
    layer = estates(
        estate_id=["P", "Q", "R", "S"],
        keep_with=["Q", None, None, None],
        keep_apart=[None, None, "S", None],
    )
    plan = draw(cells, estates=layer)
    assert sum(totals(cells, plan)) == 6000
    assert plan.area[5] == plan.area[6]
    assert plan.area[0] != plan.area[11]


def test_keep_with_is_passed_on() -> None:
    # Named in an order in which two groups meet only at last.
    ids = [["A"] * 3 + ["B"] * 3 + ["C"] * 3 + ["D"] * 3]
    marks = [[None, None, "P", "Q", None, "R", "S", None, None, "T", None, None]]
    cells = town(ids, households=250, estate_id=marks)
    layer = estates(
        estate_id=["P", "Q", "R", "S", "T"],
        keep_with=["Q", None, "S", None, None],
        keep_apart=[None] * 5,
    )
    plan = draw(cells, estates=layer)
    assert plan.area[2] == plan.area[3] == plan.area[5] == plan.area[6]
