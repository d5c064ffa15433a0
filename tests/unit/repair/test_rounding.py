"""What rounding to the millimetre opens and closes again is no change to what was handed in."""

from __future__ import annotations

import pytest
import shapely

from redistrict import profiles
from redistrict.model.survey import Survey
from redistrict.planar.coverage import Change
from redistrict.repair import repair
from redistrict.repair.reporting import is_rounding, report_changes
from tests.unit.repair.towns import box, codes, committee, office, only, poly, survey

PROFILE = profiles.load()[0]
GAP = "topology-gap-small"


def town(gap_m: float) -> Survey:
    """Two committees of one office, with a thread of ``gap_m`` at its widest between them."""
    west = poly((0, 0), (100, 0), (100, 100), (0, 100))
    east = poly((100, 0), (200, 0), (200, 100), (100, 100), (100 + gap_m, 50))
    return survey([office("o", box(0, 0, 200, 100))], committees=[
        committee("w", west, "o"), committee("e", east, "o"),
    ])  # fmt: skip


def thread(width_m: float) -> Change:
    """A triangle 40 m long whose mean width is about ``width_m``."""
    shape = shapely.Polygon([(0, 0), (40, 0), (40, 2 * width_m)])
    return Change("gap", shape, (0, 1), 0)


def test_the_thread_that_real_surveys_show_is_rounding() -> None:
    # Shinagawa: 58.5 m long, 1 mm at its foot; 0.029 square metres "filled".
    seen = shapely.Polygon(
        [(385563.415, 3942022.795), (385576.364, 3942079.841), (385576.365, 3942079.841)]
    )
    assert round(seen.area, 3) == 0.029
    assert is_rounding(seen)
    assert report_changes([Change("gap", seen, (0, 1), 0)], "committees", ["a", "b"]) == []


@pytest.mark.parametrize("width_m", [0.002, 0.005, 0.05])
def test_a_wider_thread_is_told(width_m: float) -> None:
    (finding,) = report_changes([thread(width_m)], "committees", ["a", "b"])
    assert finding.code == GAP


def test_rounding_alone_leaves_no_finding_and_no_gap() -> None:
    whole = codes(repair(town(0.0), PROFILE)[1])
    assert codes(repair(town(0.0004), PROFILE)[1]) == whole
    mended, found = repair(town(0.02), PROFILE)
    assert only(found, GAP).params["count"] == 1
    assert mended.layers["committees"].geometry.area.sum() == pytest.approx(20_000, abs=0.01)
