"""Cases of CASES.tsv that need a service, by name; `tests.suites.fuzz` asks it the other files.

Those of bodies and headers (H) are in `test_bodies`, `test_front`, `test_surveys`, `test_runs` and
`test_edits`.
"""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely

from tests.api.surveys import files_of, send
from tests.api.world import World
from tests.proposals import town
from tests.unit.repair.test_geometry import star
from tests.unit.survey import makers as m

VRT = (
    "<OGRVRTDataSource><OGRVRTLayer name='a'><SrcDataSource>{}</SrcDataSource>"
    "</OGRVRTLayer></OGRVRTDataSource>"
)
STREAMED = '{"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline ! read /vsicurl/http://127.0.0.1:1/a.geojson"}'


def zipped(name: str, content: str) -> list[tuple[str, tuple[str, bytes]]]:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, content)
    return [("files", ("survey.zip", out.getvalue()))]


def beside(folder: Path, content: str) -> list[tuple[str, tuple[str, bytes]]]:
    return files_of(m.survey_with(folder, "buildings.geojson", content))


@pytest.mark.parametrize("case", ["U02", "U04-vrt", "U04-gdalg"])
def test_a_file_that_names_another_is_of_no_format(world: World, tmp_path: Path, case: str) -> None:
    """U02, U04."""
    sent = {
        "U02": lambda: zipped("buildings.geojson", VRT.format("CSV:/etc/passwd")),
        "U04-vrt": lambda: beside(tmp_path, VRT.format("/vsicurl/http://127.0.0.1:1/a.geojson")),
        "U04-gdalg": lambda: beside(tmp_path, STREAMED),
    }
    answer = send(world, sent[case]())
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported-format"), answer.text
    assert world.client.get("/api/surveys", headers=world.as_("planner")).json() == []


def drawn(*shapes: shapely.Polygon) -> gpd.GeoDataFrame:
    rows = [{"building_id": f"B{i}", "households": 210} for i in range(len(shapes))]
    return gpd.GeoDataFrame(rows, geometry=list(shapes), crs=4326)


def answered(world: World, folder: Path, layer: gpd.GeoDataFrame) -> tuple[int, dict[str, str]]:
    """The status of an upload, and code -> severity of what is found in it."""
    folder.mkdir()
    m.write_offices(folder)
    layer.to_file(folder / "buildings.geojson", driver="GeoJSON", engine="pyogrio")
    answer = send(world, files_of(folder))
    said: Any = answer.json()
    if answer.status_code != 201:
        return answer.status_code, {f["code"]: f["severity"] for f in said["findings"]}
    path = f"/api/surveys/{said['id']}/versions/1/findings"
    found = world.client.get(path, headers=world.as_("planner")).json()
    return answer.status_code, {f["code"]: f["severity"] for f in found}


def test_a_bow_tie_is_taken_in_and_mended_with_a_finding(world: World, tmp_path: Path) -> None:
    """J09, as decision 0002 has it: a person draws such; it is mended, and said."""
    corners = [m.ring()[i] for i in (0, 2, 1, 3, 0)]
    status, found = answered(world, tmp_path / "s", drawn(shapely.Polygon(corners), m.house(2)))
    assert status == 201
    assert found["geometry-invalid"] in ("info", "warning")


def test_overlaps_are_taken_in_and_said(world: World, tmp_path: Path) -> None:
    """J29: neighbours on top of one another."""
    one, two = m.house(0), shapely.affinity.translate(m.house(0), m.STEP / 8)
    status, found = answered(world, tmp_path / "s", drawn(one, two, m.house(3)))
    assert status == 201
    assert {"footprint-overlap", "topology-overlap"} & set(found), found


def test_a_star_built_to_exhaust_us_is_refused(world: World, tmp_path: Path) -> None:
    """J30."""
    shape = shapely.affinity.scale(star(501), 1e-6, 1e-6, origin=(0, 0))
    x, y = m.house(0).centroid.coords[0]
    at = shape.centroid
    shape = shapely.affinity.translate(shape, x - at.x, y - at.y)
    status, found = answered(world, tmp_path / "s", drawn(shape, m.house(2)))
    assert (status, found) == (422, {"processing-limit": "error"})


def test_what_a_spreadsheet_would_run_is_text_on_the_way_out(world: World) -> None:
    """C03: every field that begins so is escaped in CSV and XLSX alike."""

    paper = town()
    names = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"]
    frame = paper.layers["committees"]
    frame["name"] = [names[i % len(names)] for i in range(len(frame))]
    proposal = world.keep(paper)
    answer = world.client.get(f"/downloads/{proposal}/csv", headers=world.as_("planner"))
    assert answer.status_code == 200
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        text = archive.read("committees.csv").decode("utf-8-sig")
    said = [row["name"] for row in csv.DictReader(io.StringIO(text, newline=""))]
    assert len(said) == len(frame)
    assert all(one.startswith("'") for one in said), said
