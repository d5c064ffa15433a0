"""GCJ-02 and BD-09 offsets are recognised against a trusted layer and never taken out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely

from redistrict.survey import ReadOptions, read
from redistrict.survey.offsets import bd09, gcj02
from tests.unit.survey import makers as m


def shifted(by) -> object:
    made = m.buildings(8)
    moved = shapely.transform(np.array(made.geometry.array), by)
    return made.set_geometry(moved, crs=4490)


def test_the_transforms_move_by_what_is_known_of_them() -> None:
    # Tiananmen, by the published converters: GCJ-02 116.404, BD-09 116.410
    here = np.array([[116.397428, 39.90923]])
    assert gcj02(here)[0] == pytest.approx([116.403672, 39.910633], abs=2e-5)
    assert bd09(here)[0] == pytest.approx([116.410044, 39.916979], abs=5e-5)


@pytest.mark.parametrize("ids", [True, False], ids=["paired by id", "nearest building"])
@pytest.mark.parametrize(
    ("by", "code", "cause"),
    [
        (lambda p: p, "offset-none", None),
        (gcj02, "offset-suspected", "GCJ-02"),
        (bd09, "offset-suspected", "BD-09"),
    ],
    ids=["true", "gcj", "bd"],
)
def test_cause_is_named(by, code: str, cause: str | None, ids: bool, tmp_path: Path) -> None:
    folder = m.good_survey(tmp_path / "s")
    m.write(shifted(by), folder / "buildings.geojson")
    points = m.buildings(8)
    points = points.set_geometry(points.centroid)
    if not ids:
        points = points[["geometry"]]
    m.write(points, tmp_path / "trusted points.geojson")
    survey, findings = read(folder, ReadOptions(trusted=tmp_path / "trusted points.geojson"))
    (found,) = [f for f in findings if f.code.startswith("offset")]
    assert found.code == code
    assert found.params.get("cause") == cause
    untouched, _ = read(folder)
    assert survey.layers["buildings"].equals(untouched.layers["buildings"])


def test_too_few_places_say_nothing(tmp_path: Path) -> None:
    folder = m.good_survey(tmp_path / "s")
    m.write(m.buildings(2), tmp_path / "t.geojson")
    _, findings = read(folder, ReadOptions(trusted=tmp_path / "t.geojson"))
    assert "offset-too-few" in [f.code for f in findings]
