"""A greenfield office's grids gathered into committees: why some stay outside the band."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from redistrict import committees
from redistrict.model.cells import Cells
from redistrict.model.plan import Plan
from redistrict.model.profile import Profile
from redistrict.model.settings import RunSettings
from redistrict.parallel import Workers
from tests.lattice import lattice, survey

PROFILE = Profile("test", "测试", "test")
BAND = {"lower": 2500, "upper": 3500}


def gather(cells: Cells, grid: Sequence[int] | None = None) -> Plan:
    """``grid``: the grid of each cell; by default a cell is a grid of its own."""
    settings = RunSettings()
    drawn = np.arange(len(cells)) if grid is None else np.array(grid)
    with Workers(settings) as workers:
        return committees.gather(cells, drawn, survey(cells), PROFILE, settings, workers)


def draw(cells: Cells) -> Plan:
    """The same office with committees today: each cell is one."""
    settings, skip = RunSettings(), np.zeros(len(cells), dtype=bool)
    cells.frame["committee_id"] = [f"C{i}" for i in range(len(cells))]
    with Workers(settings) as workers:
        return committees.draw(cells, survey(cells), PROFILE, settings, workers, skip)


@pytest.mark.parametrize(
    ("households", "code", "params"),
    [
        ([500] * 4, "arithmetic", {"total": 2000, "households": 2000, "scope": "office"}),
        ([3000, 4000], "oversized", {"total": 4000, "households": 4000}),
    ],
)
def test_a_reason_says_the_same_wherever_the_committee_comes_from(
    households: list[int], code: str, params: dict[str, object]
) -> None:
    for plan in (gather(lattice([households])), draw(lattice([households]))):
        (why,) = plan.reasons.values()
        assert (why.code, why.params) == (code, {**BAND, **params})
        (area,) = plan.reasons
        assert np.bincount(plan.area, households)[area] == params["households"]


def test_only_a_building_is_oversized_a_grid_of_many_is_not() -> None:
    plan = gather(lattice([[2000, 2000, 2500]]), [0, 0, 1])
    (why,) = plan.reasons.values()
    assert (why.code, why.params["total"]) == ("no-feasible-part", 4000)
