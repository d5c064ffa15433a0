"""Each download opened by the program it is for; names that want to be run stay text."""

from __future__ import annotations

import csv
import io
import sqlite3
import zipfile
from pathlib import Path

import openpyxl
import pyogrio
import pytest
from fastapi.testclient import TestClient

from api.downloads.shapefile import short_names
from tests.api.folder import FolderSource, app
from tests.api.shown import FORMULA, MARKUP, QUOTED, RARE

NAMES = [MARKUP, FORMULA, QUOTED, RARE]


def got(client: TestClient, kind: str, query: str = "") -> bytes:
    answer = client.get(f"/downloads/town/{kind}{query}")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["content-disposition"]
    return answer.content


def opened(content: bytes, folder: Path) -> Path:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        packed.extractall(folder)
    return folder


def test_geopackage_is_styled(shown: TestClient, tmp_path: Path) -> None:
    path = tmp_path / "p.gpkg"
    path.write_bytes(got(shown, "gpkg"))
    assert pyogrio.read_dataframe(path, layer="committees")["name"].tolist()[:4] == NAMES
    with sqlite3.connect(path) as database:
        styles = database.execute("SELECT f_table_name FROM layer_styles").fetchall()
    assert {"committees", "buildings"} <= {name for (name,) in styles}


@pytest.mark.parametrize("kind", ["geojson", "flatgeobuf"])
def test_layers_are_whole(
    shown: TestClient, source: FolderSource, tmp_path: Path, kind: str
) -> None:
    folder = opened(got(shown, kind), tmp_path)
    suffix = {"geojson": "geojson", "flatgeobuf": "fgb"}[kind]
    original = source.folders["town"] / "proposal.gpkg"
    for layer in ("buildings", "committees", "barriers", "findings"):
        frame = pyogrio.read_dataframe(folder / f"{layer}.{suffix}")
        stored = pyogrio.read_dataframe(original, layer=layer)
        assert len(frame) == len(stored)
        if layer == "committees":
            assert sorted(frame["name"].astype(str)) == sorted(stored["name"].astype(str))


@pytest.mark.parametrize(
    ("encoding", "rare", "room"), [("gbk", "?祥社区", 127), ("utf-8", RARE, 84)]
)
def test_shapefiles_keep_names_within_ten_bytes_and_say_what_was_cut(
    shown: TestClient, tmp_path: Path, encoding: str, rare: str, room: int
) -> None:
    folder = opened(got(shown, "shapefile", f"?encoding={encoding}"), tmp_path)
    assert (folder / "committees.cpg").read_text().strip().lower() == encoding
    frame = pyogrio.read_dataframe(folder / "committees.shp")
    assert frame["name"].tolist()[:4] == [*NAMES[:3], rare]
    assert len(frame["reason"].iloc[0]) == room
    fields = [c for c in frame.columns if c != "geometry"]
    assert all(len(f.encode(encoding)) <= 10 for f in fields)
    with (folder / "fields.csv").open(encoding="utf-8-sig") as stream:
        told = [r for r in csv.DictReader(stream) if r["layer"] == "committees"]
    assert {r["field"] for r in told} == set(fields)
    assert "street_office_id" in {r["name"] for r in told}
    cut = (folder / "shortened.csv").read_text("utf-8-sig")
    assert ("长" * 200) in cut
    assert (RARE in cut) == (encoding == "gbk")


def test_short_names_are_unique_and_whole_characters() -> None:
    fields = [
        "households_registered",
        "households_resident",
        "HOUSEHOLDS",
        "规划户数与现状户数",
        "规划户数与",
    ]
    for encoding in ("gbk", "utf-8"):
        short = short_names(fields, encoding)
        assert len({s.upper() for s in short.values()}) == len(fields)
        assert all(0 < len(s.encode(encoding)) <= 10 for s in short.values())


def test_no_cell_of_a_table_is_a_formula(shown: TestClient, tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    path.write_bytes(got(shown, "xlsx"))
    book = openpyxl.load_workbook(path)
    cells = [c for sheet in book for row in sheet.iter_rows() for c in row]
    assert FORMULA in {c.value for c in cells}
    assert all(c.data_type != "f" for c in cells)
    folder = opened(got(shown, "csv"), tmp_path)
    raw = (folder / "committees.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))
    assert any(f"'{FORMULA}" in row for row in rows)
    assert not [c for row in rows for c in row if c.startswith(("=", "+", "@"))]


def test_downloads_are_refused_listed_and_not_sent_twice(
    shown: TestClient, source: FolderSource
) -> None:
    listed = shown.get("/downloads/town").json()
    assert {one["format"] for one in listed} == {
        "gpkg", "geojson", "shapefile", "flatgeobuf", "xlsx", "csv",
    }  # fmt: skip
    first = shown.get("/downloads/town/csv")
    again = {"If-None-Match": first.headers["etag"]}
    assert shown.get("/downloads/town/csv", headers=again).status_code == 304
    assert shown.get("/downloads/town/exe").json()["code"] == "unknown-format"
    assert shown.get("/downloads/town/shapefile?encoding=x").status_code == 422
    assert TestClient(app(source)).get("/downloads/town/csv").status_code == 404
