"""What planners look at before a run: columns, a picture of the survey, rules of one's own."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd

from tests.api.surveys import files_of, kept, send
from tests.api.world import World
from tests.unit.survey.makers import good_survey, house


def strange(folder: Path) -> Path:
    """A survey whose households nobody can recognise, and one house that lies outside."""
    good_survey(folder)
    path = folder / "buildings.geojson"
    frame = gpd.read_file(path, engine="pyogrio").rename(columns={"households": "甲乙丙"})
    frame.loc[0, "geometry"] = house(900)
    path.unlink()
    frame.to_file(path, driver="GeoJSON", engine="pyogrio")
    return folder


def test_columns_are_seen_before_anything_is_kept_and_named_by_a_person(
    world: World, tmp_path: Path
) -> None:
    files = files_of(strange(tmp_path / "s"))
    assert send(world, files).status_code == 422
    looked = send(world, files, path="/api/surveys/look")
    assert looked.status_code == 200, looked.text
    layer = next(one for one in looked.json() if one["layer"] == "buildings")
    column = next(one for one in layer["columns"] if one["name"] == "甲乙丙")
    assert column["kind"] == "number"
    assert column["samples"][:2] == ["20", "21"]
    assert layer["required"] == ["building_id", "households"]
    mapping = {"buildings": {"building_id": "building_id", "households": "甲乙丙"}}
    sent = world.client.post(
        "/api/surveys",
        files=files,
        data={"title": "x", "settings": json.dumps({"mapping": mapping})},
        headers=world.as_("planner"),
    )
    assert sent.status_code == 201, sent.text
    made = sent.json()
    assert made["mapping"]["buildings"]["households"] == "甲乙丙"
    at = f"/api/surveys/{made['id']}/versions/1"
    findings = world.client.get(f"{at}/findings", headers=world.as_("planner")).json()
    picture = world.client.get(f"{at}/picture", headers=world.as_("planner")).json()
    assert len(picture["places"]) == len(findings)
    placed = [p for p in picture["places"] if p is not None]
    assert placed, findings
    assert all(w <= e and s <= n for w, s, e, n in placed)
    assert set(picture["layers"]) >= {"street_offices"}
    bad = {"title": "x", "settings": "[1]"}
    answer = world.client.post("/api/surveys", files=files, data=bad, headers=world.as_("planner"))
    assert answer.status_code == 400


def test_rules_of_ones_own_are_kept_by_their_content(world: World, tmp_path: Path) -> None:
    asked = {
        "extends": "tengzhou-2007",
        "title": "本市规则",
        "figures": {"grid.upper": 300, "committee.upper": 3600, "staff.cap": None},
        "reasons": {"committee.upper": "本市会议纪要"},
    }
    headers = world.as_("planner")
    first = world.client.post("/api/profiles", json=asked, headers=headers)
    assert first.status_code == 201, first.text
    name = first.json()["name"]
    assert world.client.post("/api/profiles", json=asked, headers=headers).json()["name"] == name
    seen = world.client.get(f"/api/profiles/{name}", headers=headers).json()
    figures = {f["path"]: f for s in seen["sections"] for f in s["figures"]}
    assert figures["grid.upper"]["value"] == 300
    assert figures["committee.upper"]["reason"] == "本市会议纪要"
    assert figures["committee.upper"]["word"] == "左右"
    wrong = {**asked, "figures": {"grid.upper": 100}}
    refused = world.client.post("/api/profiles", json=wrong, headers=headers)
    assert refused.status_code == 422
    assert "grid.lower" in refused.text
    survey = kept(world, tmp_path / "s")
    at = f"/api/surveys/{survey['id']}/versions/1/confirmation"
    assert world.client.post(at, headers=headers).status_code == 200
    for profile, status in ((name, 202), ("own:" + "0" * 64, 422), ("../x", 422)):
        body = {"survey": survey["id"], "profile": profile, "effort": "quick"}
        assert world.client.post("/api/runs", json=body, headers=headers).status_code == status
