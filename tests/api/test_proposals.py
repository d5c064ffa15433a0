"""Proposals: who sees what of them, what is published, how a part is reviewed and adopted."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from api.errors import NotFound
from api.layers import PUBLIC, Role, Viewer
from api.proposals.story import KINDS
from api.store.types import now
from tests.api.world import OTHER, OWN, World
from tests.proposals import draw

TODAY = now().date()


def say(world: World, role: Role, act: str, office: str = OWN, **more: Any) -> Any:
    path = f"/api/proposals/{world.proposal}/offices/{office}/review"
    return world.client.post(path, json={"act": act, **more}, headers=world.as_(role))


def adopt(world: World, office: str = OWN, **more: Any) -> None:
    for act in ("submit", "approve"):
        assert say(world, "city_bureau", act, office).status_code == 201
    date = {"effective": TODAY.isoformat()} | more
    assert say(world, "city_bureau", "adopt", office, **date).status_code == 201


def rows(world: World, layer: str, role: Role) -> int | None:
    answer = world.client.get(
        f"/api/proposals/{world.proposal}/layers/{layer}", headers=world.as_(role)
    )
    return len(answer.json()["features"]) if answer.status_code == 200 else None


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        ("city_bureau", (12, 6, 3, 2)),
        ("planner", (12, 6, 3, 2)),
        ("administrator", (12, 6, 3, 2)),
        ("street_office", (8, 4, 2, 1)),
        ("committee", (4, 2, 1, 1)),
        ("public", (None, None, None, None)),
    ],
)
def test_everyone_sees_their_own(world: World, role: Role, seen: tuple[int | None, ...]) -> None:
    layers = ("buildings", "service_grids", "committees", "street_offices")
    assert tuple(rows(world, layer, role) for layer in layers) == seen
    listed = world.client.get("/api/proposals", headers=world.as_(role)).json()
    assert [p["id"] for p in listed] == ([] if role == "public" else [world.proposal])


def test_the_public_sees_the_adopted_part_in_bands(world: World) -> None:
    adopt(world)
    assert [rows(world, x, "public") for x in ("service_grids", "committees")] == [4, 2]
    assert rows(world, "buildings", "public") is None
    answer = world.client.get(f"/api/proposals/{world.proposal}/layers/committees")
    assert answer.json()["features"][0]["properties"] == {
        "committee_id": "C1",
        "street_office_id": "S1",
        "households_band": "0-499",
    }
    assert "440" not in answer.text  # the exact count of either committee
    listed = world.client.get("/api/proposals").json()
    assert listed[0]["layers"] == {"service_grids": 4, "committees": 2, "street_offices": 1}
    assert listed[0]["adopted"]


def test_small_units_are_in_a_band_with_others(world: World) -> None:
    few = draw(["ab"], [[3, 47]], {"a": "C1", "b": "C1"}, {"C1": "S1"})
    proposal = world.keep(few)
    for act, more in (("submit", {}), ("approve", {}), ("adopt", {"effective": str(TODAY)})):
        path = f"/api/proposals/{proposal}/offices/S1/review"
        body = {"act": act, **more}
        answer = world.client.post(path, json=body, headers=world.as_("city_bureau"))
        assert answer.status_code == 201
    found = world.client.get(f"/api/proposals/{proposal}/layers/service_grids").json()
    assert {f["properties"]["households_band"] for f in found["features"]} == {"0-49"}


def test_adopted_from_a_day_to_come_is_not_public_yet(world: World) -> None:
    adopt(world, effective=(TODAY + timedelta(days=2)).isoformat())
    assert rows(world, "committees", "public") is None


def test_one_part_adopted_leaves_the_other_hidden(world: World) -> None:
    adopt(world, OTHER)
    answer = world.client.get(f"/api/proposals/{world.proposal}/layers/street_offices").json()
    assert [f["properties"]["street_office_id"] for f in answer["features"]] == [OTHER]


def test_the_story_of_a_part(world: World) -> None:
    assert say(world, "planner", "comment", text="看这里", lon=117.1, lat=35.0).status_code == 201
    assert say(world, "street_office", "request-change", text="太大").status_code == 201
    assert say(world, "street_office", "submit").json()["stage"] == "submitted"
    assert say(world, "city_bureau", "return", text="再议").json()["stage"] == "open"
    assert say(world, "street_office", "submit").status_code == 201
    assert say(world, "city_bureau", "approve").json()["stage"] == "approved"
    done = say(world, "street_office", "adopt", effective=TODAY.isoformat()).json()
    assert done["stage"] == "adopted"
    assert [e["act"] for e in done["story"]] == [
        "comment", "request-change", "submit", "return", "submit", "approve", "adopt",
    ]  # fmt: skip
    assert done["story"][0]["lon"] == 117.1
    headers = world.as_("administrator")
    acts = world.client.get(f"/api/audit?subject={world.proposal}", headers=headers).json()
    assert [e["act"] for e in acts][1:] == [f"review.{e['act']}" for e in done["story"]]


@pytest.mark.parametrize("act", [k for k in KINDS if k not in ("comment", "request-change")])
def test_a_planner_decides_nothing(world: World, act: str) -> None:
    answer = say(world, "planner", act, text="x", effective=TODAY.isoformat())
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize("act", ["approve", "return"])
def test_a_street_office_does_not_approve_its_own_part(world: World, act: str) -> None:
    say(world, "street_office", "submit")
    assert say(world, "street_office", act, text="x").status_code == 403


@pytest.mark.parametrize(
    ("act", "more", "status", "code"),
    [
        ("approve", {}, 409, "review-stage"),
        ("adopt", {"effective": "2026-01-01"}, 409, "review-stage"),
        ("adopt", {}, 422, "date-missing"),
        ("adopt", {"effective": "soon"}, 422, "invalid-value"),
        ("comment", {}, 422, "reason-missing"),
        ("return", {"text": "  "}, 422, "reason-missing"),
        ("bless", {}, 422, "invalid-value"),
    ],
)
def test_what_cannot_follow(
    world: World, act: str, more: dict[str, str], status: int, code: str
) -> None:
    answer = say(world, "city_bureau", act, **more)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


def test_a_point_lies_somewhere(world: World) -> None:
    frame = world.service.proposals.whole(world.proposal, "committees")
    inside = frame.set_index("committee_id").representative_point().to_crs(4326)["C3"]
    path = f"/api/proposals/{world.proposal}/place?lon={inside.x}&lat={inside.y}"
    said = world.client.get(path, headers=world.as_("planner")).json()
    assert (said["committee_id"], said["street_office_id"]) == ("C3", "S2")
    assert said["service_grid_id"] in ("e", "f")
    theirs = world.client.get(path, headers=world.as_("street_office")).json()
    assert set(theirs.values()) == {None}
    nowhere = f"/api/proposals/{world.proposal}/place?lon=0&lat=80"
    far = world.client.get(nowhere, headers=world.as_("planner"))
    assert set(far.json().values()) == {None}


def test_who_moves_between_two_proposals(world: World) -> None:
    path = f"/api/proposals/{world.proposal}/moves/{world.other_proposal}"
    said = world.client.get(path, headers=world.as_("planner")).json()
    assert said == [{"before": "C2", "after": "C1", "households": 110, "buildings": 1}]
    grids = world.client.get(path + "?area=service_grid_id", headers=world.as_("planner")).json()
    assert [(m["before"], m["after"]) for m in grids] == [("b", "a")]
    assert world.client.get(path).status_code == 401


def test_a_layer_is_sent_again_only_when_it_changed(world: World) -> None:
    path = f"/api/proposals/{world.proposal}/layers/committees?street_office=S2"
    headers = dict(world.as_("planner"))
    first = world.client.get(path, headers=headers)
    assert [f["properties"]["committee_id"] for f in first.json()["features"]] == ["C3"]
    again = {**headers, "if-none-match": first.headers["etag"]}
    assert world.client.get(path, headers=again).status_code == 304
    adopt(world)
    assert world.client.get(path, headers=again).status_code == 200


def test_the_port_answers_as_the_routes_do(world: World) -> None:
    source = world.service.proposals
    assert source.proposals(PUBLIC) == []
    with pytest.raises(NotFound):
        source.frame(world.proposal, "committees", PUBLIC)
    with pytest.raises(NotFound):
        source.frame(world.proposal, "findings", Viewer("x", "planner"))
    with pytest.raises(NotFound):
        source.revision("nothing")
    nobody = Viewer("x", "street_office")
    assert source.proposals(nobody) == []
    assert source.revision(world.proposal) == source.revision(world.proposal)
