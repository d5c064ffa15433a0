"""Rulings: what waits for the bureau, what it decides and takes back, what a run makes of it."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
from PIL import Image
from shapely.geometry import mapping, shape

from api.layers import Role
from api.rulings import book
from api.runs import ledger
from api.runs.ledger import Asked
from api.store.fsck import check
from tests.api.world import World
from tests.proposals import Paper, town

PDF = b"%PDF-1.7 minutes of the meeting"


def finding(code: str, estate: str, areas: dict[str, float]) -> dict[str, Any]:
    """As `redistrict run` writes it into findings.json."""
    return {
        "code": code, "severity": "warning", "layer": "estates", "feature_id": estate,
        "clause": "5.1(5)", "outcome": "refer" if "refer" in code else "pass",
        "params": {"areas_m2": areas, "street_office_id": None}, "geometry": None,
        "message": {"zh": f"小区 {estate}", "en": f"estate {estate}"},
    }  # fmt: skip


def estate_e(paper: Paper) -> None:
    """Two houses of committees C1 and C2."""
    ids = paper.buildings["building_id"]
    paper.buildings["estate_id"] = ["E" if i in ("B00", "B02") else None for i in ids]


@pytest.fixture
def proposal(world: World) -> str:
    """The town; estate E straddles S1 and S2 evenly, F lies in S2 and S3."""
    paper = town()
    estate_e(paper)
    found = [
        finding("ruling-refer-tie", "E", {"S1": 500.0, "S2": 500.0}),
        finding("ruling-decided", "F", {"S2": 900.0, "S3": 10.0}),
        {**finding("office-small", "S1", {}), "layer": "street_offices"},
    ]
    name = world.service.artifacts.put([json.dumps(found).encode()])
    return world.keep(paper, {"findings.json": name})


def send(world: World, content: bytes = PDF, purpose: str = "evidence", **more: Any) -> Any:
    role: Role = more.get("role", "city_bureau")
    file = {"file": (more.get("name", "批复.pdf"), content)}
    return world.client.post(
        "/api/files", files=file, data={"purpose": purpose}, headers=world.as_(role)
    )


def rule(world: World, proposal: str, **more: Any) -> Any:
    said = {"estate_id": "E", "street_office_id": "S1", "basis": "会议纪要", **more}
    if "evidence" not in said:
        said["evidence"] = [send(world).json()["id"]]
    path = f"/api/proposals/{proposal}/rulings"
    return world.client.post(path, json=said, headers=world.as_("city_bureau"))


def get(world: World, path: str, role: Role = "city_bureau") -> Any:
    return world.client.get(path, headers=world.as_(role))


def test_a_tie_waits_until_it_is_ruled_on(world: World, proposal: str) -> None:
    (waiting,) = get(world, "/api/rulings/queue").json()
    assert (waiting["proposal"], waiting["estate"]["estate_id"]) == (proposal, "E")
    assert waiting["estate"]["areas_m2"] == {"S1": 500.0, "S2": 500.0}
    assert (waiting["estate"]["why"], waiting["estate"]["clause"]) == ("ruling-refer-tie", "5.1(5)")
    assert waiting["estate"]["message"] == "小区 E"
    made = rule(world, proposal)
    assert made.status_code == 201, made.text
    assert made.json()["in_force"]
    assert made.json()["author"] == world.accounts["city_bureau"].id
    assert get(world, "/api/rulings/queue").json() == []
    listed = get(world, f"/api/proposals/{proposal}/rulings").json()
    assert [(e["estate_id"], e["outcome"]) for e in listed] == [("E", "refer"), ("F", "decided")]
    assert listed[0]["ruling"] == made.json()


def test_the_measured_parts_are_drawn(world: World) -> None:
    paper = town()
    estate_e(paper)
    land = shapely.union_all(list(paper.street_offices.geometry)).buffer(-50)
    lonlat = gpd.GeoSeries([land], crs=paper.street_offices.crs).to_crs(4326).iloc[0]
    areas = {str(o): 1.0 for o in paper.street_offices["street_office_id"]}
    found = [{**finding("ruling-refer-tie", "E", areas), "geometry": mapping(lonlat)}]
    name = world.service.artifacts.put([json.dumps(found).encode()])
    kept = world.keep(paper, {"findings.json": name})
    (estate,) = get(world, f"/api/proposals/{kept}/rulings").json()
    drawn = {p["street_office_id"]: shape(p["geometry"]) for p in estate["parts"] if p["geometry"]}
    offices = paper.street_offices.set_index("street_office_id").geometry
    expected = {o: g.intersection(land).area for o, g in offices.items()}
    back = gpd.GeoSeries(drawn, crs=4326).to_crs(paper.street_offices.crs).area
    assert len(back) > 1
    assert dict(back) == pytest.approx(expected, rel=1e-3)


def test_records_are_added_never_changed(world: World, proposal: str) -> None:
    first = rule(world, proposal).json()
    again = rule(world, proposal, street_office_id="S2")
    assert (again.status_code, again.json()["code"]) == (409, "ruling-in-force")
    second = rule(world, proposal, street_office_id="S2", supersedes=first["id"]).json()
    stale = rule(world, proposal, supersedes=first["id"])
    assert stale.json()["code"] == "ruling-in-force"
    kept = get(world, f"/api/rulings/{first['id']}").json()
    assert kept == {**first, "in_force": False}
    path = f"/api/rulings/{second['id']}/withdrawal"
    headers = world.as_("city_bureau")
    taken = world.client.post(path, json={"reason": "证据有误"}, headers=headers).json()
    assert (taken["kind"], taken["street_office_id"]) == ("withdrawal", None)
    twice = world.client.post(path, json={"reason": "x"}, headers=headers)
    assert (twice.status_code, twice.json()["code"]) == (409, "ruling-not-in-force")
    (estate, _) = get(world, f"/api/proposals/{proposal}/rulings").json()
    assert estate["ruling"] is None
    assert [r["kind"] for r in estate["rulings"]] == ["ruling", "ruling", "withdrawal"]
    assert len(get(world, "/api/rulings/queue").json()) == 1
    assert rule(world, proposal).json()["supersedes"] is None
    acts = get(world, f"/api/audit?subject={second['id']}").json()
    assert [(e["act"], e["body"]["street_office"]) for e in acts] == [("ruling.ruling", "S2")]
    assert check(world.service.store, world.service.artifacts).wrong == ()


def test_a_run_takes_what_holds_when_it_is_asked_for(world: World, proposal: str) -> None:
    store, by = world.service.store, world.accounts["planner"].id
    made = rule(world, proposal).json()
    asked = Asked(world.survey, 1, "tengzhou-2007", 0, "quick")
    with store.write() as connection:
        run = ledger.ask(connection, by, asked, 99)
    path = f"/api/rulings/{made['id']}/withdrawal"
    world.client.post(path, json={"reason": "x"}, headers=world.as_("city_bureau"))
    assert get(world, f"/api/runs/{run}").json()["rulings"] == [made["id"]]
    (row,) = book.as_rows([r for r in book.records(store, world.survey) if r.id == made["id"]])
    assert (row["estate_id"], row["street_office_id"], row["date"]) == ("E", "S1", made["date"])
    assert row["evidence"] == f"批复.pdf sha256:{made['evidence'][0]['sha256']}"
    with store.write() as connection:
        later = ledger.ask(connection, by, asked, 99)
    assert get(world, f"/api/runs/{later}").json()["rulings"] == []


def test_the_effect_is_shown(world: World, proposal: str) -> None:
    paper = town()
    estate_e(paper)
    paper.set("buildings", "B02", service_grid_id="e", committee_id="C3", street_office_id="S2")
    other = world.keep(paper)
    path = f"/api/proposals/{proposal}/rulings/effect?estate=E&other={other}"
    said = get(world, path).json()
    whole = said["before"]["households"]
    assert whole == said["after"]["households"] == sum(said["after"]["committees"].values())
    assert said["moved"] == {"households": said["after"]["committees"]["C3"], "buildings": 1}
    assert set(said["after"]["street_offices"]) == {"S1", "S2"}
    assert get(world, path.replace("=E", "=nothing")).status_code == 404


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"evidence": []}, "evidence-missing"),
        ({"evidence": ["nothing"]}, "file-unknown"),
        ({"street_office_id": "S3"}, "office-without-land"),
        ({"estate_id": "G"}, "estate-unknown"),
        ({"date": "2999-01-01"}, "date-to-come"),
        ({"basis": "  "}, "invalid-value"),
    ],
)
def test_rulings_that_cannot_be(
    world: World, proposal: str, change: dict[str, Any], code: str
) -> None:
    answer = rule(world, proposal, **change)
    assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text


def test_evidence_is_handed_out_as_it_came(world: World, proposal: str) -> None:
    made = rule(world, proposal).json()
    path = f"/api/rulings/{made['id']}/evidence/{made['evidence'][0]['id']}"
    answer = get(world, path)
    assert answer.content == PDF
    assert answer.headers["content-disposition"].startswith("attachment; ")
    assert "sandbox" in answer.headers["content-security-policy"]
    assert get(world, path, "public").status_code == 401
    assert get(world, path[:-1] + "!").status_code == 404


def test_nobody_names_the_file_of_another(world: World, proposal: str) -> None:
    theirs = send(world, role="planner").json()["id"]
    assert rule(world, proposal, evidence=[theirs]).json()["code"] == "file-unknown"
    comment = send(world, purpose="comment").json()["id"]
    assert rule(world, proposal, evidence=[comment]).json()["code"] == "file-unknown"


def test_a_street_office_sees_estates_with_land_of_its_own(world: World, proposal: str) -> None:
    listed = get(world, f"/api/proposals/{proposal}/rulings", "street_office").json()
    assert [e["estate_id"] for e in listed] == ["E"]


def photo(kind: str) -> bytes:
    exif = Image.Exif()
    exif[0x0110] = "SECRET-CAMERA"
    exif[0x0112] = 6  # to be turned
    out = io.BytesIO()
    Image.new("RGB", (3000, 1000), "red").save(out, kind, exif=exif)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_pictures_for_comments_lose_what_the_camera_added(world: World, kind: str) -> None:
    content = photo(kind)
    assert b"SECRET-CAMERA" in content
    said = send(world, content, "comment", name="IMG_1.jpg").json()
    assert said["type"] == "image/jpeg"
    kept = world.service.artifacts.read(said["sha256"])
    assert b"SECRET-CAMERA" not in kept
    with Image.open(io.BytesIO(kept)) as picture:
        assert picture.size == (683, 2048)
        assert not picture.getexif()


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"<svg onload='alert(1)'/>", 415, "attachment-kind"),
        (b"MZ\x90\x00", 415, "attachment-kind"),
        (b"\xff\xd8\xff" + b"x" * 100, 422, "picture-unreadable"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 40, 422, "picture-unreadable"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", 422, "picture-unreadable"),
        (b"%PDF-" + b"x" * (10 * 1024 * 1024), 413, "too-large"),
    ],
)
def test_files_that_are_none(world: World, content: bytes, status: int, code: str) -> None:
    answer = send(world, content, "comment")
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert list(Path(world.service.settings.data, "artifacts").glob("??/*")) == []


def test_a_picture_of_too_many_pixels_is_not_drawn(world: World) -> None:
    out = io.BytesIO()
    Image.new("1", (10_000, 6_000)).save(out, "PNG")
    answer = send(world, out.getvalue(), "comment")
    assert (answer.status_code, answer.json()["code"]) == (422, "picture-unreadable")
