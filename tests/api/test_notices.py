"""Public notices: opened, commented by anybody, moderated, ended; what the public sees of them."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

import pytest
from PIL import Image

from api.layers import Role
from api.proposals import notices, review
from api.store.fsck import check
from api.store.types import today
from tests.api.world import OTHER, OWN, World


def picture() -> bytes:
    """A photo with the place where it was taken."""
    out = io.BytesIO()
    exif = Image.Exif()
    exif.get_ifd(0x8825)[1] = "N"
    Image.new("RGB", (40, 30), "red").save(out, "JPEG", exif=exif)
    return out.getvalue()


def say(world: World, act: str, role: Role = "city_bureau", office: str = OWN, **more: Any) -> Any:
    path = f"/api/proposals/{world.proposal}/offices/{office}/review"
    return world.client.post(path, json={"act": act, **more}, headers=world.as_(role))


def days(first: int, last: int) -> dict[str, str]:
    ends = (today() + timedelta(days=n) for n in (first, last))
    return {k: d.isoformat() for k, d in zip(("start", "end"), ends, strict=True)}


@pytest.fixture
def approved(world: World) -> World:
    for act in ("submit", "approve"):
        world.say(world.proposal, OWN, act)
    return world


def send(world: World, notice: str, role: Role = "public", files: Any = (), **form: Any) -> Any:
    """A comment, as a browser sends it."""
    sent = [("files", (f"{i}.jpg", content)) for i, content in enumerate(files)]
    return world.client.post(
        f"/api/notices/{notice}/comments",
        data={"text": "请保留我们的楼院", **form},
        files=sent or {"none": ("", b"")},
        headers=world.as_(role),
    )


def get(world: World, path: str, role: Role = "public") -> Any:
    return world.client.get(path, headers=world.as_(role))


def at_day(monkeypatch: pytest.MonkeyPatch, day: date) -> None:
    for module in (notices, review):
        monkeypatch.setattr(module, "today", lambda: day)


def test_a_notice_from_its_opening_to_the_adoption(
    approved: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = approved
    made = say(world, "notice", "street_office", **days(1, 8), contact="街道办 632", text="公示")
    assert made.status_code == 201, made.text
    entry = made.json()["story"][-1]
    assert (entry["contact"], entry["text"], made.json()["stage"]) == (
        "街道办 632", "公示", "approved",
    )  # fmt: skip
    path = f"/api/notices/{entry['notice']}"
    assert get(world, path, "street_office").json()["state"] == "coming"
    assert get(world, path).status_code == 404
    assert get(world, path, "committee").status_code == 404
    for act, more in (("adopt", {"effective": str(today())}), ("notice", days(0, 3))):
        refused = say(world, act, contact="x" if act == "notice" else None, **more)
        assert (refused.status_code, refused.json()["code"]) == (409, "notice-running")
    at_day(monkeypatch, today() + timedelta(days=8))
    seen = get(world, path).json()
    assert (seen["state"], seen["name"], seen["reason"]) == ("open", None, None)
    assert [n["id"] for n in get(world, "/api/notices").json()] == [entry["notice"]]
    grids = get(world, f"{path}/layers/service_grids").json()["features"]
    assert {f["properties"]["street_office_id"] for f in grids} == {OWN}
    assert {*grids[0]["properties"]} == {
        "service_grid_id", "committee_id", "street_office_id", "households_band",
    }  # fmt: skip
    assert get(world, f"{path}/layers/buildings").status_code == 422
    assert [tuple(row.values()) for row in get(world, f"{path}/correspondence").json()] == [
        ("C1", "C1", "whole", "0-499"), ("C2", "C2", "whole", "0-499"),
    ]  # fmt: skip
    assert get(world, f"{path}/places?address=路").status_code == 422
    assert get(world, f"{path}/places?address=文昌路").json()["code"] == "not-editable"
    assert get(world, f"/api/proposals/{world.proposal}").status_code == 404
    at_day(monkeypatch, today() + timedelta(days=9))
    assert get(world, path).json()["state"] == "ended"
    for below in ("layers/committees", "correspondence", "places?address=文昌路"):
        assert get(world, f"{path}/{below}").status_code == 404
    assert send(world, entry["notice"]).json()["code"] == "notice-closed"
    adopted = say(world, "adopt", effective=str(today()))
    assert adopted.json()["stage"] == "adopted", adopted.text
    assert get(world, f"{path}/layers/committees").status_code == 200
    assert check(world.service.store, world.service.artifacts).wrong == ()


def test_comments_wait_until_they_are_shown(approved: World) -> None:
    world = approved
    notice = world.give_notice(world.proposal)
    sent = send(
        world, notice, files=[picture()], name="王", contact="139", lon="117.1", lat="35.0",
        layer="committees", area="C1",
    )  # fmt: skip
    assert (sent.status_code, sent.json()["state"]) == (202, "waiting"), sent.text
    number = sent.json()["id"]
    assert get(world, f"/api/notices/{notice}/comments").json() == []
    listed = f"/api/proposals/{world.proposal}/offices/{OWN}/comments"
    (held,) = get(world, listed, "street_office").json()
    assert (held["name"], held["contact"], held["state"]) == ("王", "139", "waiting")
    (file,) = held["files"]
    public_file = f"/api/notices/{notice}/comments/{number}/files/{file['id']}"
    own_file = f"{listed}/{number}/files/{file['id']}"
    assert get(world, public_file).status_code == 404
    assert get(world, own_file).status_code == 401
    drawn = get(world, own_file, "street_office")
    assert not Image.open(io.BytesIO(drawn.content)).getexif()

    def decide(act: str, text: str | None = None, role: Role = "street_office") -> Any:
        body = {"act": act, "text": text}
        return world.client.post(f"{listed}/{number}", json=body, headers=world.as_(role))

    assert decide("show", role="planner").status_code == 403
    assert decide("hide").json()["code"] == "reason-missing"
    assert decide("show").json()["state"] == "shown"
    assert decide("answer", "已记下").status_code == 201
    (shown,) = get(world, f"/api/notices/{notice}/comments").json()
    assert (shown["text"], shown["answer"]) == ("请保留我们的楼院", "已记下")
    assert (shown["area"], shown["lon"]) == ("C1", 117.1)
    assert not {"name", "contact", "decided"} & shown.keys()
    assert "139" not in str(shown)
    assert get(world, public_file).content == drawn.content
    assert decide("hide", "骂人", "city_bureau").json()["state"] == "hidden"
    assert get(world, f"/api/notices/{notice}/comments").json() == []
    assert get(world, public_file).status_code == 404
    acts = [d["act"] for d in get(world, listed, "planner").json()[0]["decided"]]
    assert acts == ["show", "answer", "hide"]
    audit = get(world, f"/api/audit?subject={number}", "administrator").json()
    assert [e["act"] for e in audit] == ["feedback.show", "feedback.answer", "feedback.hide"]
    (entry,) = get(world, f"/api/audit?subject={notice}", "administrator").json()
    assert (entry["act"], entry["account"]) == ("notice.comment", None)


@pytest.mark.parametrize("act", ["end-notice", "return"])
def test_a_notice_ends_early(approved: World, act: str) -> None:
    world = approved
    notice = world.give_notice(world.proposal)
    number = send(world, notice).json()["id"]
    assert say(world, act).json()["code"] == "reason-missing"
    assert say(world, act, text="重新公示").status_code == 201
    ended = get(world, f"/api/notices/{notice}", "planner").json()
    assert ended["reason"] == "重新公示"
    assert ended["state"] == ("ended" if act == "end-notice" else "withdrawn")
    public = 200 if act == "end-notice" else 404
    assert get(world, f"/api/notices/{notice}").status_code == public
    assert get(world, f"/api/notices/{notice}/comments").status_code == public
    assert get(world, f"/api/notices/{notice}/layers/committees").status_code == 404
    assert send(world, notice).status_code == (409 if act == "end-notice" else 404)
    kept = get(world, f"/api/proposals/{world.proposal}/offices/{OWN}/comments", "planner").json()
    assert [c["id"] for c in kept] == [number]
    assert say(world, "end-notice", text="x").status_code == 409


@pytest.mark.parametrize(
    ("form", "files", "status", "code"),
    [
        ({"text": "x"}, (), 422, "comment-length"),
        ({"text": "长" * 2001}, (), 422, "invalid-value"),
        ({"text": "a\u202eb"}, (), 422, "text-not-allowed"),
        ({"lon": "117"}, (), 422, "invalid-value"),
        ({"lon": "nan", "lat": "1"}, (), 422, "invalid-value"),
        ({"lon": "181", "lat": "1"}, (), 422, "invalid-value"),
        ({"layer": "committees"}, (), 422, "invalid-value"),
        ({"layer": "buildings", "area": "B00"}, (), 422, "invalid-value"),
        ({"layer": "committees", "area": "C3"}, (), 422, "area-unknown"),
        ({}, (b"%PDF-1.7",), 415, "attachment-kind"),
        ({}, (b"\xff\xd8\xff nonsense",), 422, "picture-unreadable"),
        ({}, (b"", b"", b"", b""), 400, "malformed-request"),
    ],
)
def test_comments_that_are_refused(
    shared: tuple[World, str], form: dict[str, str], files: Any, status: int, code: str
) -> None:
    world, notice = shared
    answer = send(world, notice, files=files, **form)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One service with an open notice, for what leaves nothing behind."""
    from tests.api.world import made

    with made(tmp_path_factory.mktemp("notices"), None) as world:
        yield world, world.notice


def test_five_comments_an_hour(approved: World) -> None:
    world = approved
    notice = world.give_notice(world.proposal)
    assert [send(world, notice).status_code for _ in range(6)] == [202] * 5 + [429]
    assert send(world, notice, "planner").headers["retry-after"]


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        (days(-1, 5), 422, "notice-days"),
        (days(3, 2), 422, "notice-days"),
        (days(0, 366), 422, "notice-days"),
        ({"start": today().isoformat()}, 422, "notice-days"),
        ({**days(0, 3), "contact": " "}, 422, "contact-missing"),
        ({**days(0, 3), "start": "soon"}, 422, "invalid-value"),
    ],
)
def test_days_that_make_no_notice(
    shared: tuple[World, str], more: dict[str, str], status: int, code: str
) -> None:
    answer = say(shared[0], "notice", **{"contact": "x", **more})
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


def test_only_what_is_approved_is_put_before_people(shared: tuple[World, str]) -> None:
    world, _ = shared
    answer = say(world, "notice", office=OTHER, contact="x", **days(0, 3))
    assert (answer.status_code, answer.json()["code"]) == (409, "review-stage")
    assert say(world, "notice", "planner", contact="x", **days(0, 3)).status_code == 403
    strange = say(world, "comment", text="x", contact="y")
    assert (strange.status_code, strange.json()["code"]) == (422, "invalid-value")
