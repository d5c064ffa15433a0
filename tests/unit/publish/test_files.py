"""What lies in the folder of a proposal, as the contract has it."""

from __future__ import annotations

import csv
import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest
import shapely

from redistrict import publish
from redistrict.publish import files
from redistrict.publish.rows import compact, tokens
from redistrict.publish.tables import harmless
from redistrict.survey import read_proposal
from tests.unit.publish.fakes import EAST, NORTH, town


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A town of CGCS2000 geographic coordinates."""
    out = tmp_path_factory.mktemp("published") / "town"
    publish.write(town("EPSG:4490"), out, "zh", {"read": 1.5})
    return out


@pytest.fixture
def no_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures are the slowest of the files; they have tests of their own."""
    monkeypatch.setattr(files, "write_overviews", lambda *given: list)


def _geojson(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))


def test_every_file_of_the_contract_and_the_manifest_names_them(written: Path) -> None:
    told = json.loads((written / "proposal.json").read_text(encoding="utf-8"))
    layers = ("buildings", "service_grids", "committees", "street_offices", "rulings", "barriers")
    expected = {f"{n}.geojson" for n in (*layers, "findings")}
    expected |= {f"{n}.{e}" for n in ("correspondence", "premises_plan") for e in ("csv", "xlsx")}
    expected |= {"proposal.gpkg", "proposal.json", "findings.json"}
    expected |= {"overview.png", "overview-SO0.png", "overview-SO1.png"}
    assert {p.name for p in written.iterdir()} == expected == set(told["files"])
    assert told["content_hash"] == publish.content_hash(town("EPSG:4490"))
    assert told["seconds"]["read"] == 1.5
    assert told["seconds"]["publish"] > 0


def test_geopackage_is_in_the_crs_of_the_survey_with_every_layer(written: Path) -> None:
    path = written / "proposal.gpkg"
    names = {str(n) for n, _ in pyogrio.list_layers(path)}
    assert {"buildings", "service_grids", "findings", "correspondence", "premises_plan"} <= names
    grids = gpd.read_file(path, layer="service_grids")
    assert grids.crs is not None
    assert grids.crs.to_epsg() == 4490
    assert 113 < grids.total_bounds[0] < 115
    assert grids["within_window"].dtype == bool
    rulings = gpd.read_file(path, layer="rulings")
    assert json.loads(rulings["areas_m2"][0]) == {"SO0": 9000.0, "SO1": 1800.0}
    findings = gpd.read_file(path, layer="findings")
    assert findings["message"].notna().all()
    assert findings.geometry.isna().sum() == 1
    plan = pyogrio.read_dataframe(path, layer="premises_plan", read_geometry=False)
    assert len(plan) == 3


@pytest.mark.usefixtures("no_pictures")
def test_no_layer_of_the_geopackage_is_of_mixed_types(tmp_path: Path) -> None:
    # A river drawn as an area beside a railway drawn as a line.
    made = town("EPSG:4490")
    river = made.layers["barriers"]
    lake = river.assign(name="湖", geometry=river.geometry.buffer(30))
    both = pd.concat([river, lake], ignore_index=True)
    publish.write(replace(made, layers={**made.layers, "barriers": both}), tmp_path / "p", "zh")
    path = tmp_path / "p" / "proposal.gpkg"
    types = {str(n): str(t) for n, t in pyogrio.list_layers(path)}
    assert types["barriers"] == "LineString"
    assert types["barrier_areas"] == "Polygon"
    assert "Unknown" not in types.values()
    styles = pyogrio.read_dataframe(path, layer="layer_styles", read_geometry=False)
    assert "barrier_areas" in set(styles["f_table_name"])
    read = read_proposal(tmp_path / "p").layers["barriers"]
    assert sorted(read.geom_type) == ["LineString", "Polygon"]
    assert len(_geojson(tmp_path / "p" / "barriers.geojson")["features"]) == 2


def test_a_layer_of_one_type_is_one_table(written: Path) -> None:
    types = {str(n): str(t) for n, t in pyogrio.list_layers(written / "proposal.gpkg")}
    assert types["barriers"] == "LineString"
    assert "barrier_areas" not in types


def test_every_layer_has_a_default_style(written: Path) -> None:
    styles = pyogrio.read_dataframe(written / "proposal.gpkg", layer="layer_styles")
    names = {str(n) for n, _ in pyogrio.list_layers(written / "proposal.gpkg")}
    assert set(styles["f_table_name"]) == names - {"layer_styles"}
    assert styles["useAsDefault"].all()


def test_geojson_is_rfc_7946(written: Path) -> None:
    for path in sorted(written.glob("*.geojson")):
        told = _geojson(path)
        assert told["type"] == "FeatureCollection"
        assert "crs" not in told
        for feature in told["features"]:
            if feature["geometry"] is None:
                continue
            shape = shapely.geometry.shape(feature["geometry"])
            lon, lat = shapely.get_coordinates(shape).T
            assert ((lon > 113) & (lon < 115)).all()
            assert ((lat > 34) & (lat < 36)).all()
            for polygon in shapely.get_parts(shape):
                if polygon.geom_type == "Polygon":
                    assert polygon.exterior.is_ccw


def test_geojson_areas_are_still_a_coverage_and_properties_keep_their_types(written: Path) -> None:
    features = _geojson(written / "service_grids.geojson")["features"]
    shapes = np.array([shapely.geometry.shape(f["geometry"]) for f in features])
    assert shapely.coverage_is_valid(shapes)
    outside = next(f["properties"] for f in features if not f["properties"]["within_window"])
    assert isinstance(outside["households"], int)
    assert "B0-000000" in outside["reason"]
    building = _geojson(written / "buildings.geojson")["features"][0]["properties"]
    assert building["part"] is None
    ruling = _geojson(written / "rulings.geojson")["features"][0]["properties"]
    assert ruling["areas_m2"] == {"SO0": 9000.0, "SO1": 1800.0}


@pytest.mark.usefixtures("no_pictures")
def test_reasons_are_worded_in_the_language_of_the_run(tmp_path: Path) -> None:
    hashes = [publish.write(town(), tmp_path / lang, lang) for lang in ("zh", "en")]
    assert hashes[0] == hashes[1]
    reasons = [
        {
            f["properties"]["reason"]
            for f in _geojson(tmp_path / n / "committees.geojson")["features"]
        }
        for n in ("zh", "en")
    ]
    assert len(reasons[0]) == len(reasons[1]) == 1
    assert reasons[0] != reasons[1]


@pytest.mark.usefixtures("no_pictures")
def test_the_same_proposal_gives_the_same_bytes(tmp_path: Path) -> None:
    digests: list[dict[str, str]] = []
    for name in ("a", "b"):
        publish.write(town(), tmp_path / name)
        digests.append(
            {
                p.name: hashlib.sha256(p.read_bytes()).hexdigest()
                for p in (tmp_path / name).iterdir()
                # The manifest has the seconds.
                if p.name != "proposal.json"
            }
        )
    assert digests[0] == digests[1]


def test_a_city_without_rulings_barriers_or_present_committees(tmp_path: Path) -> None:
    made = town()
    layers = {n: f for n, f in made.layers.items() if n != "barriers"}
    layers["rulings"] = made.layers["rulings"].iloc[:0]
    layers["buildings"] = made.layers["buildings"].assign(previous_committee_id=None)
    bare = type(made)(layers, made.tables, made.crs, made.working_crs, made.manifest)
    publish.write(bare, tmp_path / "bare")
    assert _geojson(tmp_path / "bare" / "rulings.geojson")["features"] == []
    assert len(gpd.read_file(tmp_path / "bare" / "proposal.gpkg", layer="rulings")) == 0
    assert (tmp_path / "bare" / "findings.json").read_text() == "[]\n"


def test_tables_run_nothing_in_a_spreadsheet(written: Path) -> None:
    raw = (written / "premises_plan.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    with (written / "premises_plan.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert rows[1]["proposal"] == "'=HYPERLINK(1)"
    assert rows[2]["area_m2"] == ""
    sheet = openpyxl.load_workbook(written / "premises_plan.xlsx").worksheets[0]
    assert sheet["A1"].value == "用房编号"
    cell = sheet.cell(3, 6)
    assert (cell.value, cell.data_type) == ("=HYPERLINK(1)", "s")


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\tx", "＝1"])
def test_formulas_are_defused(text: str) -> None:
    assert harmless(text) == f"'{text}"


def test_plain_text_is_left_alone() -> None:
    assert harmless("和平路1号-2") == "和平路1号-2"


def test_tokens_are_json_whatever_the_column() -> None:
    mixed = pd.Series([None, float("nan"), 'a"b', {"b": 1, "a": np.int64(2)}, np.float64(1.23456)])
    assert tokens(mixed) == ["null", "null", '"a\\"b"', '{"a":2,"b":1}', "1.235"]
    assert tokens(pd.Series([1, None], dtype="Int64")) == ["1", "null"]
    assert tokens(pd.Series([0.1 + 0.2, np.inf, -0.0])) == ["0.3", "null", "0.0"]
    assert tokens(pd.Series([True, None], dtype="boolean")) == ["true", "null"]
    assert compact({"x": float("nan"), "y": {3, 1}}) == '{"x":null,"y":[1,3]}'


def test_shapes_are_where_they_were(written: Path) -> None:
    back = gpd.read_file(written / "street_offices.geojson").to_crs("EPSG:4547").total_bounds
    assert back == pytest.approx([EAST, NORTH - 480, EAST + 960, NORTH], abs=0.05)
