"""Clause 6.5 on a town of squares."""

from __future__ import annotations

import numpy as np
import pytest

from redistrict import grids
from redistrict.grids.problems import stands_alone
from redistrict.model.cells import Cells
from redistrict.model.plan import Plan
from redistrict.model.profile import GridRule, Profile
from redistrict.model.settings import RunSettings
from redistrict.parallel import Workers
from tests.lattice import lattice

PROFILE = Profile("test", "测试", "test")


def draw(cells: Cells, profile: Profile = PROFILE) -> Plan:
    settings = RunSettings()
    with Workers(settings) as workers:
        scope = np.zeros(len(cells), dtype=np.int64)
        return grids.draw(cells, scope, [{"committee_id": "C"}], profile, settings, workers)


def totals(cells: Cells, plan: Plan) -> list[int]:
    return sorted(np.bincount(plan.area, cells.households).astype(int).tolist())


def test_two_grids_of_two_hundred() -> None:
    cells = lattice([[100, 100], [100, 100]])
    plan = draw(cells)
    assert totals(cells, plan) == [200, 200]
    assert plan.reasons == {}
    assert plan.solved[0].outcome.status == "optimal"


def test_three_hundred_households_fit_no_number_of_grids() -> None:
    cells = lattice([[100, 100, 100]])
    plan = draw(cells)
    assert plan.solved[0].outcome.status == "infeasible"
    assert {r.code for r in plan.reasons.values()} == {"arithmetic"}
    assert next(iter(plan.reasons.values())).params["scope"] == "committee"


def test_a_building_above_the_window_is_named() -> None:
    cells = lattice([[300, 100, 100]])
    plan = draw(cells)
    assert totals(cells, plan) == [200, 300]
    (why,) = plan.reasons.values()
    assert (why.code, why.params["cell"], why.params["building_households"]) == (
        "oversized",
        0,
        300,
    )


def test_stairwells_divide_only_as_far_as_needed() -> None:
    # One building of 400 in four stairwells between two houses: two and two, not one by one.
    cells = lattice(
        [[100, 100, 100, 100]],
        {"building_id": [["T"] * 4], "part": [[1, 2, 3, 4]]},
    )
    plan = draw(cells)
    assert totals(cells, plan) == [200, 200]
    assert plan.area.tolist() == [0, 0, 1, 1]


def test_a_courtyard_is_not_divided() -> None:
    cells = lattice([[100, 60, 60, 100, 110]], {"courtyard_id": [[None, "Y", "Y", None, None]]})
    plan = draw(cells)
    assert plan.area[1] == plan.area[2]
    assert totals(cells, plan) == [210, 220]


def test_buildings_on_one_ground_stay_together() -> None:
    cells = lattice([[100, 60, 60, 100, 110]], {"ground": [[0, 1, 1, 3, 4]]})
    plan = draw(cells)
    assert plan.area[1] == plan.area[2]


def test_buildings_on_one_ground_that_no_grid_holds_are_parted() -> None:
    cells = lattice([[100, 130, 130, 100]], {"ground": [[0, 1, 1, 3]]})
    assert totals(cells, draw(cells)) == [230, 230]


def test_a_courtyard_above_the_window_is_divided() -> None:
    cells = lattice([[100, 100, 100, 100]], {"courtyard_id": [["Y", "Y", "Y", "Y"]]})
    assert totals(cells, draw(cells)) == [200, 200]


def test_empty_buildings_are_covered() -> None:
    cells = lattice([[100, 0, 100], [0, 0, 0], [100, 0, 100]])
    plan = draw(cells)
    assert totals(cells, plan) == [200, 200]
    assert len(plan.area) == 9


def test_no_grid_crosses_a_wall_where_both_sides_stand() -> None:
    # Without the wall, 2 x 3 grids of 200 could be cut any way; with it only side by side.
    cells = lattice([[100, 100], [100, 100]], walls=[(0, 1), (2, 3)])
    plan = draw(cells)
    assert plan.area.tolist() == [0, 1, 0, 1]
    assert plan.crossings == {}


def test_a_side_that_cannot_stand_alone_crosses_and_says_so() -> None:
    cells = lattice([[130, 100, 200]], walls=[(0, 1)])
    plan = draw(cells)
    assert totals(cells, plan) == [200, 230]
    (why,) = plan.crossings.values()
    assert (why.code, why.params["total"]) == ("barrier", 130)


def test_an_island_that_cannot_stand_alone_joins_the_nearest_land() -> None:
    cells = lattice([[130, 0, 100, 200]], gone=[1])
    plan = draw(cells)
    assert totals(cells, plan) == [200, 230]
    assert len(plan.crossings) == 1


def test_an_island_that_stands_alone_stays_alone() -> None:
    cells = lattice([[210, 0, 100, 110]], gone=[1])
    plan = draw(cells)
    assert totals(cells, plan) == [210, 210]
    assert plan.crossings == {}


def test_present_grids_in_the_window_are_kept() -> None:
    # Two long strips where two blocks would be rounder: looks alone move nobody.
    cells = lattice([[70, 70], [70, 70], [70, 70]], {"service_grid_id": [["A", "B"]] * 3})
    plan = draw(cells)
    assert plan.area.tolist() == [0, 1, 0, 1, 0, 1]


def test_non_managed_estates_come_first() -> None:
    # 451 households fit no two grids; the one left outside is the managed estate.
    households = [[150, 100, 151, 50]]
    managed = [["no", "no", "yes", "yes"]]
    cells = lattice(households, {"property_managed": managed})
    plan = draw(cells)
    inside = np.bincount(plan.area, cells.households)
    assert 200 <= inside[plan.area[0]] <= 250


@pytest.mark.parametrize("total", [1, 199, 251, 399, 501, 599, 751, 799])
def test_the_arithmetic_of_the_policy_never(total: int) -> None:
    assert not stands_alone(total, GridRule())


@pytest.mark.parametrize("total", [200, 250, 400, 500, 600, 750, 800, 801, 3000])
def test_the_arithmetic_of_the_policy_always(total: int) -> None:
    assert stands_alone(total, GridRule())


def test_a_courtyard_of_sheds_does_not_join_the_houses_around_it() -> None:
    # One courtyard without households touches every house: whole, it would make them one of 600.
    cells = lattice(
        [[100, 100, 100], [0, 0, 0], [100, 100, 100]],
        {"courtyard_id": [[None] * 3, ["Y"] * 3, [None] * 3]},
    )
    plan = draw(cells)
    assert totals(cells, plan) == [200, 200, 200]
    assert plan.reasons == {}


def test_courtyards_that_share_a_ground_are_not_one_above_the_window() -> None:
    cells = lattice(
        [[90, 60, 60, 90]],
        {"courtyard_id": [["Y", "Y", "Z", "Z"]], "ground": [[0, 1, 1, 2]]},
    )
    plan = draw(cells)
    assert totals(cells, plan) == [90, 210]
    assert {r.code for r in plan.reasons.values()} == {"arithmetic"}
