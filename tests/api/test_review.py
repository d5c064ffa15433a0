"""The story of a part: places, areas and files; what committees say; how far a plan is adopted."""

from __future__ import annotations

from typing import Any

from api.layers import Role
from api.store.types import today
from tests.api.test_notices import picture
from tests.api.world import OTHER, OTHER_COMMITTEE, OWN, OWN_COMMITTEE, World


def post(world: World, path: str, role: Role, **body: Any) -> Any:
    return world.client.post(
        f"/api/proposals/{world.proposal}/{path}", json=body, headers=world.as_(role)
    )


def get(world: World, path: str, role: Role) -> Any:
    return world.client.get(f"/api/proposals/{world.proposal}/{path}", headers=world.as_(role))


def file(world: World, role: Role, purpose: str = "comment") -> str:
    answer = world.client.post(
        "/api/files",
        files={"file": ("楼院.jpg", picture())},
        data={"purpose": purpose},
        headers=world.as_(role),
    )
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def test_a_change_is_requested_of_an_area_with_a_picture(world: World) -> None:
    number = file(world, "street_office")
    path = f"offices/{OWN}/review"
    area = {"layer": "service_grids", "id": "a"}
    said = {"act": "request-change", "text": "太大", "area": area, "files": [number]}
    (entry,) = post(world, path, "street_office", **said).json()["story"]
    assert (entry["area"], entry["committee"]) == (area, None)
    assert [(f["id"], f["name"], f["type"]) for f in entry["files"]] == [
        (number, "楼院.jpg", "image/jpeg")
    ]
    got = get(world, f"{path}/files/{number}", "planner")
    assert got.headers["content-type"] == "image/jpeg"
    assert get(world, f"offices/{OTHER}/review/files/{number}", "planner").status_code == 404
    for more, code in (
        ({"area": {"layer": "committees", "id": OTHER_COMMITTEE}}, "area-unknown"),
        ({"files": [number]}, "file-unknown"),  # of somebody else
        ({"files": [file(world, "planner", "evidence")]}, "file-unknown"),
        ({"lon": 117.0}, "invalid-value"),
    ):
        refused = post(world, path, "planner", act="comment", text="x", **more)
        assert (refused.status_code, refused.json()["code"]) == (422, code), refused.text


def test_a_committee_speaks_and_is_answered(world: World) -> None:
    own = f"committees/{OWN_COMMITTEE}/comments"
    number = file(world, "committee")
    area = {"layer": "service_grids", "id": "a"}
    said = post(world, own, "committee", text="楼院不要分开", area=area, files=[number])
    assert said.status_code == 201, said.text
    post(world, f"offices/{OWN}/review", "street_office", act="comment", text="内部")
    assert post(world, own, "street_office", text="已转规划").status_code == 201
    for role in ("committee", "street_office", "planner", "administrator"):
        told = get(world, own, role).json()
        assert [e["text"] for e in told] == ["楼院不要分开", "已转规划"]
        assert {e["committee"] for e in told} == {OWN_COMMITTEE}
        assert get(world, f"{own}/files/{number}", role).status_code == 200
    story = get(world, f"offices/{OWN}/review", "planner").json()["story"]
    assert [e["committee"] for e in story] == [OWN_COMMITTEE, None, OWN_COMMITTEE]
    other = post(world, own, "committee", text="x", area={"layer": "committees", "id": "C2"})
    assert other.json()["code"] == "area-unknown"
    assert post(world, own, "planner", text=" ").json()["code"] == "reason-missing"
    assert post(world, own, "planner", text="x", act="approve").status_code == 201
    assert get(world, f"offices/{OWN}/review", "planner").json()["stage"] == "open"


def test_how_far_a_plan_is_adopted(world: World) -> None:
    for act in ("submit", "approve"):
        world.say(world.proposal, OWN, act)
    notice = world.give_notice(world.proposal)
    assert get(world, "adoption", "public").status_code == 404
    open_ = {"stage": "open", "effective": None, "in_force": False, "notice": None}
    expected = {
        "offices": [
            {**open_, "street_office_id": OWN, "stage": "approved", "notice": notice},
            {**open_, "street_office_id": OTHER},
        ],
        "adopted": 0,
        "of": 2,
    }
    for role in ("planner", "street_office", "committee"):
        assert get(world, "adoption", role).json() == expected
    world.say(world.proposal, OWN, "end-notice", text="无意见")
    world.say(world.proposal, OWN, "adopt", effective=today().isoformat())
    told = get(world, "adoption", "public").json()
    assert [p["street_office_id"] for p in told["offices"]] == [OWN]
    assert (told["offices"][0]["stage"], told["offices"][0]["in_force"]) == ("adopted", True)
    assert (told["offices"][0]["notice"], told["adopted"], told["of"]) == (notice, 1, 2)
