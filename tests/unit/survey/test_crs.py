"""Coordinate reference systems: recognised, asked for, never guessed."""

from __future__ import annotations

from pathlib import Path

import pytest

from redistrict.model.errors import SurveyError
from redistrict.survey import ReadOptions, read
from redistrict.survey import crs as crs_
from tests.unit.survey import makers as m


def in_crs(folder: Path, code: int | None, of: int | None = None) -> Path:
    """Buildings in the coordinates of ``code``, saying they are in ``of``."""
    made = m.buildings() if code is None else m.buildings().to_crs(code)
    if of is not None:
        made = made.set_crs(of, allow_override=True)
    return m.shapefile(folder, made)


@pytest.mark.parametrize("code", [4490, 4527, 4548, 4549, 32650])
def test_crs_of_the_survey_is_that_of_its_buildings(code: int, tmp_path: Path) -> None:
    survey, _ = read(in_crs(tmp_path, code))
    assert survey.crs == f"EPSG:{code}"
    assert survey.working_crs == ("EPSG:4548" if code == 4490 else f"EPSG:{code}")
    # layers of different CRS lie on one another
    houses, land = survey.layers["buildings"], survey.layers["street_offices"]
    assert houses.within(land.geometry.iloc[0]).all()


def test_web_mercator_is_not_measured_in(tmp_path: Path) -> None:
    assert read(in_crs(tmp_path, 3857))[0].working_crs == "EPSG:4548"


def test_elsewhere_the_working_crs_is_utm() -> None:
    assert crs_.working(crs_.parse("EPSG:4326"), "EPSG:4326", (39, 59, 40, 60)) == "EPSG:32637"
    assert crs_.working(crs_.parse("EPSG:4326"), "EPSG:4326", (-48, -24, -47, -23)) == "EPSG:32723"


@pytest.mark.parametrize(
    ("code", "of"),
    [(4548, 4527), (4527, 4548), (4548, 4490), (None, 4548)],
    ids=["no prefix", "prefix too much", "metres as degrees", "degrees as metres"],
)  # fmt: skip
def test_coordinates_that_cannot_be_in_the_stated_crs(
    code: int | None, of: int, tmp_path: Path
) -> None:
    with pytest.raises(SurveyError, match="crs-mismatch"):
        read(in_crs(tmp_path, code, of))


def test_a_missing_crs_is_asked_for_and_may_be_stated(tmp_path: Path) -> None:
    folder = in_crs(tmp_path, 4548)
    (folder / "buildings.prj").unlink()
    with pytest.raises(SurveyError) as refused:
        read(folder)
    (finding,) = refused.value.findings
    assert finding.code == "crs-missing"
    assert "4534-4554" in finding.params["candidates"]
    survey, findings = read(folder, ReadOptions(crs="EPSG:4548"))
    assert survey.crs == "EPSG:4548"
    assert "crs-as-stated" in [f.code for f in findings]
    (folder / "survey.toml").write_text('[crs]\nbuildings = "EPSG:4548"\n')
    assert read(folder)[0].crs == "EPSG:4548"


def test_candidates_name_the_zone_a_prefix_tells() -> None:
    assert crs_.candidates((39_500_000, 3_884_000, 39_510_000, 3_885_000)) == "EPSG:4527"
    assert crs_.candidates((20_500_000, 3_884_000, 20_510_000, 3_885_000)) == "EPSG:4498"
    assert "4490" in crs_.candidates((117, 35, 118, 36))


def test_old_datums_are_warned_of_and_not_mixed_silently(tmp_path: Path) -> None:
    mixed = in_crs(tmp_path / "mixed", 2384)  # Xian 1980 / 3-degree Gauss-Kruger CM 117E
    with pytest.raises(SurveyError, match="crs-datum"):
        read(mixed)
    _, findings = read(mixed, ReadOptions(accept_ballpark_datum=True))
    assert "crs-ballpark" in [f.code for f in findings]
    whole = in_crs(tmp_path / "whole", 2384)
    (whole / "street_offices.geojson").unlink()
    m.write(m.offices().to_crs(2384), whole / "street_offices.shp")
    survey, findings = read(whole)
    assert survey.crs == "EPSG:2384"
    assert "crs-ballpark" in [f.code for f in findings]


def test_plain_degrees_keep_the_formats_default_whatever_else_is_stated(tmp_path: Path) -> None:
    """GeoJSON street offices stay longitude and latitude beside buildings of a stated CRS."""
    folder = in_crs(tmp_path, 4548)
    (folder / "buildings.prj").unlink()
    m.write(m.offices().to_crs(4326), folder / "street_offices.geojson")
    survey, _ = read(folder, ReadOptions(crs="EPSG:4548"))
    assert survey.layers["buildings"].within(survey.layers["street_offices"].geometry[0]).all()
