"""Surveys: taken in whole or refused whole, versions kept, the mapping shown and confirmed."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from api.surveys.check import Stated, write_settings
from api.surveys.intake import LONGEST, safe_name
from redistrict.survey.problems import PROBLEMS
from tests.api.surveys import files_of, kept, send
from tests.api.world import World, made
from tests.real.test_hostile import FOLDER, PARTS, SHIPPED
from tests.unit.survey.makers import (
    buildings,
    frame,
    geopackage,
    good_survey,
    office,
    offices,
    shapefile,
)


def zipped(folder: Path, names: dict[str, str] | None = None) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for path in sorted(folder.iterdir()):
            archive.write(path, (names or {}).get(path.name, path.name))
    return out.getvalue()


def test_a_survey_is_kept_with_what_was_understood(world: World, tmp_path: Path) -> None:
    said = kept(world, tmp_path / "s")
    assert said["version"] == 1
    assert said["rows"] == {"buildings": 4, "street_offices": 1}
    assert said["mapping"]["buildings"]["households"] == "households"
    assert not said["confirmed"]
    headers = world.as_("planner")
    place = f"/api/surveys/{said['id']}/versions/1"
    assert world.client.get(place, headers=headers).json() == said
    found = world.client.get(place + "/findings?lang=en", headers=headers).json()
    assert {f["code"] for f in found} >= {"rows-read"}
    assert all(f["message"] and "{" not in f["message"] for f in found)
    confirmed = world.client.post(place + "/confirmation", headers=headers)
    assert confirmed.json()["confirmed"]
    acts = world.client.get(f"/api/audit?subject={said['id']}", headers=world.as_("city_bureau"))
    assert [e["act"] for e in acts.json()] == ["survey.add", "survey.confirm"]


@pytest.mark.parametrize("kind", ["zip", "gpkg", "shp", "hostile name", "GBK member"])
def test_a_survey_may_come_in_many_wrappings(world: World, tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "s"
    if kind == "gpkg":
        files = [("files", ("survey.gpkg", geopackage(folder).read_bytes()))]
    elif kind == "shp":
        files = files_of(shapefile(folder))
    elif kind == "GBK member":  # U22: the name is decoded, not refused
        path = good_survey(folder)
        content = zipped(path, {"buildings.geojson": "xxxx.geojson"})
        files = [
            (
                "files",
                ("s.zip", content.replace(b"xxxx.geojson", "楼栋".encode("gbk") + b".geojson")),
            )
        ]
    else:  # H07: the name is never a path
        name = "../../etc/\0p" if kind == "hostile name" else "s.zip"
        files = [("files", (name, zipped(good_survey(folder))))]
    answer = send(world, files)
    assert answer.status_code == 201, answer.text
    assert answer.json()["rows"]["buildings"] == 4


def test_a_next_version_leaves_the_first_as_it_was(world: World, tmp_path: Path) -> None:
    first = kept(world, tmp_path / "1")
    more = files_of(
        good_survey(tmp_path / "2", committees=frame([{"committee_id": "C1"}], [office()]))
    )
    path = f"/api/surveys/{first['id']}/versions"
    second = send(world, more, path=path)
    assert (second.status_code, second.json()["version"]) == (201, 2)
    headers = world.as_("planner")
    assert [v["version"] for v in world.client.get(path, headers=headers).json()] == [1, 2]
    assert world.client.get(f"{path}/1", headers=headers).json() == first
    listed = world.client.get("/api/surveys", headers=headers).json()
    assert [(s["id"], s["version"]) for s in listed] == [(first["id"], 2)]


def test_columns_can_be_understood_another_way(world: World, tmp_path: Path) -> None:
    folder = good_survey(tmp_path / "s")
    other = buildings(4, n1=[3, 3, 3, 3])
    other.to_file(folder / "buildings.geojson", driver="GeoJSON", engine="pyogrio")
    first = send(world, files_of(folder)).json()
    body = {"mapping": {"buildings": {"households": "n1"}}, "basis": "registered"}
    path = f"/api/surveys/{first['id']}/versions/1/settings"
    answer = world.client.post(path, json=body, headers=world.as_("planner"))
    assert (answer.status_code, answer.json()["version"]) == (201, 2), answer.text
    assert answer.json()["mapping"]["buildings"]["households"] == "n1"
    assert answer.json()["basis"] == "registered"
    assert answer.json()["files"] == first["files"]


def test_settings_are_quoted(tmp_path: Path) -> None:
    hostile = 'a"\\\n]\x7f[x]'
    write_settings(Stated("EPSG:4490", mapping={"buildings": {"households": hostile}}), tmp_path)
    import tomllib

    said = tomllib.loads((tmp_path / "survey.toml").read_text("utf-8"))
    assert said["mapping"]["buildings"]["households"] == hostile


def test_what_is_refused_leaves_nothing(world: World, tmp_path: Path) -> None:
    folder = good_survey(tmp_path / "s")
    (folder / "buildings.geojson").write_bytes(b'{"type": "FeatureCollection", "features": [')
    answer = send(world, files_of(folder))
    assert (answer.status_code, answer.json()["code"]) == (422, "file-corrupt")
    assert answer.json()["findings"][0]["message"]
    assert list(world.service.artifacts.names()) == []
    assert world.client.get("/api/surveys", headers=world.as_("planner")).json() == []


def whole(boundary: str = "X") -> bytes:
    part = 'Content-Disposition: form-data; name="files"; filename="{}"\r\n\r\nabc\r\n'
    parts = "".join(f"--{boundary}\r\n{part.format(n)}" for n in ("a.geojson", "b.geojson"))
    return f"{parts}--{boundary}--\r\n".encode()


@pytest.mark.parametrize(
    ("content", "kind", "status", "code"),
    [
        (whole()[:-60], "multipart/form-data; boundary=X", 400, "malformed-request"),
        (whole()[:-4], "multipart/form-data; boundary=X", 400, "malformed-request"),
        (whole()[:30], "multipart/form-data; boundary=X", 400, "malformed-request"),
        (whole(), "multipart/form-data", 400, "malformed-request"),
        (b"", "multipart/form-data; boundary=X", 400, "malformed-request"),
        (b"{}", "application/json", 400, "malformed-request"),
        (b"--X--\r\n", "multipart/form-data; boundary=X", 422, "upload-empty"),
    ],
)
def test_a_body_that_is_cut_is_refused(
    tmp_path: Path, content: bytes, kind: str, status: int, code: str
) -> None:
    """H08."""
    with made(tmp_path, None) as world:
        headers = {**world.as_("planner"), "content-type": kind}
        answer = world.client.post("/api/surveys", content=content, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


def test_two_files_of_one_name_are_refused(world: World, tmp_path: Path) -> None:
    files = files_of(good_survey(tmp_path / "s"))
    twice = [*files, ("files", ("x/BUILDINGS.geojson", b"{}"))]
    assert send(world, twice).json()["code"] == "upload-twice"
    many = [("files", (f"{n}.csv", b"")) for n in range(201)]
    assert send(world, many).json()["code"] == "upload-many"


@pytest.mark.parametrize(
    ("stated", "name"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\楼栋.shp", "楼栋.shp"),
        ("..", "file-1"),
        ("", "file-1"),
        ("a\0b\n.zip", "ab.zip"),
        (".hidden", "hidden"),
        ("a\ud800.zip", "a.zip"),
    ],
)
def test_names_become_safe(stated: str, name: str) -> None:
    assert safe_name(stated, 0) == name
    long = safe_name("楼" * 300 + ".geojson", 0)
    assert len(long.encode()) <= LONGEST
    assert long.endswith(".geojson")


@pytest.mark.real
@pytest.mark.parametrize("file", sorted(SHIPPED))
def test_shipped_hostile_files_are_answered_as_the_table_says(
    hostile: World, tmp_path: Path, file: str
) -> None:
    source = FOLDER / file
    together = [source]
    if source.suffix in PARTS:
        together = [p for p in source.parent.iterdir() if p.stem == source.stem]
    offices().to_file(tmp_path / "street_offices.geojson", driver="GeoJSON", engine="pyogrio")
    files = files_of(tmp_path)
    files += [("files", (f"buildings{p.suffix}", p.read_bytes())) for p in together]
    answer = send(hostile, files)
    said = answer.json()["code"]
    assert said in SHIPPED[file]
    assert said in PROBLEMS
    assert answer.status_code == (415 if said == "unsupported-format" else 422)
    assert list(hostile.service.artifacts.names()) == []


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory):
    """One service for all of them."""
    with made(tmp_path_factory.mktemp("hostile"), None) as world:
        yield world
