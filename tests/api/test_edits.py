"""Edits: on what one saw, once per key, one of many wins, undone as events."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from api.errors import Unavailable
from api.proposals.offers import Offers
from redistrict.i18n import LANGS
from redistrict.revision import (
    Area,
    Lock,
    Rename,
    Renumber,
    State,
    footprint,
)
from tests.api.editing import a_move, opened, said, seen, send
from tests.api.world import World
from tests.unit.revision.asking import borders, done, some_move


def apart(state: State) -> tuple[int, int]:
    """Two of `some_move` that touch no area both."""
    moves = [(p, done(state, some_move(state, pick=p))[0]) for p in range(len(borders(state)))]
    touched = [(p, footprint(state, after)) for p, after in moves]
    return next((p, q) for p, a in touched for q, b in touched if not a & b)


def test_an_edit_its_undo_and_a_new_start(world: World, proposal: str, folder: Path) -> None:
    before = seen(world, f"{proposal}/edits")
    assert (before.json()["version"], before.headers["etag"]) == (0, '"0"')
    sent = send(world, proposal, a_move(folder), 0)
    assert sent.status_code == 201, sent.text
    assert sent.headers["etag"] == '"1"'
    assert len(sent.json()["changes"]) >= 2
    undone = send(world, proposal, {"type": "undo", "target": sent.json()["event"]}, 1)
    assert undone.status_code == 201, undone.text
    after = seen(world, f"{proposal}/edits").json()
    assert after["version"] == 2
    assert after["totals"] == before.json()["totals"]
    assert [e["event"]["type"] for e in after["edits"]] == ["move", "undo"]
    assert after["edits"][0]["areas"] == after["edits"][1]["areas"] != []
    assert seen(world, f"{proposal}/edits", after=1).json()["edits"] == after["edits"][1:]
    world.service.revisions.forget()  # as after a start
    assert seen(world, f"{proposal}/edits").json() == after
    at_one = seen(world, f"{proposal}@1/edits").json()
    assert (at_one["version"], len(at_one["edits"])) == (1, 1)
    assert at_one["totals"] == sent.json()["totals"]
    assert seen(world, f"{proposal}@3/edits").status_code == 404
    past = send(world, f"{proposal}@1", a_move(folder), 1)
    assert (past.status_code, past.json()["code"]) == (409, "frozen-revision")


def test_an_edit_says_which_version_it_is_of(world: World, proposal: str, folder: Path) -> None:
    """H11."""
    missing = send(world, proposal, a_move(folder), None)
    assert (missing.status_code, missing.json()["code"]) == (428, "precondition-required")
    stale = send(world, proposal, a_move(folder), 7)
    assert (stale.status_code, stale.json()["code"]) == (412, "version-conflict")
    odd = send(world, proposal, a_move(folder), None, **{"if-match": "*"})
    assert odd.status_code == 400


def test_of_sixteen_at_once_one_wins(world: World, proposal: str, folder: Path) -> None:
    body, codes = a_move(folder), list[int]()

    def one() -> None:
        codes.append(send(world, proposal, body, 0).status_code)

    threads = [threading.Thread(target=one) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [201] + [412] * 15
    assert seen(world, f"{proposal}/edits").json()["version"] == 1


def test_who_edits_elsewhere_is_not_in_the_way(world: World, proposal: str, folder: Path) -> None:
    state = opened(folder)
    here, there = apart(state)
    first = send(world, proposal, a_move(folder, here), 0).json()
    second = send(world, proposal, a_move(folder, there), 0)
    assert second.status_code == 201, second.text
    told = second.json()
    assert (told["version"], first["others"]) == (2, [])
    moved = {(c["layer"], (c["before"] or c["after"])["id"]) for c in first["changes"]}
    others = {(a["layer"], a["id"]) for a in told["others"]}
    assert {o for o in others if o[0] == "service_grids"} <= moved
    assert others
    third = send(world, proposal, a_move(folder, here), 0)
    assert (third.status_code, third.json()["code"]) == (412, "version-conflict")
    assert {(a["layer"], a["id"]) for a in third.json()["params"]["areas"]} <= others


def test_what_was_possible_when_it_was_seen_is_a_conflict_and_no_refusal(
    world: World, proposal: str, folder: Path
) -> None:
    grid = opened(folder).grid_ids[0]
    body = said(Renumber(area=Area("service_grids", grid), new_id="G-new"))
    assert send(world, proposal, body, 0).status_code == 201
    assert send(world, proposal, body, 0).status_code == 412
    assert send(world, proposal, body, 1).status_code == 422


def test_the_same_key_is_the_same_edit(world: World, proposal: str, folder: Path) -> None:
    key = {"idempotency-key": "k"}
    first = send(world, proposal, a_move(folder), 0, **key)
    again = send(world, proposal, a_move(folder), 0, **key)
    assert first.json() == again.json()
    assert seen(world, f"{proposal}/edits").json()["version"] == 1
    other = send(world, proposal, {"type": "undo", "target": "x"}, 0, **key)
    assert other.json()["code"] == "idempotency-key-reused"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"type": "dance"}, "event-malformed"),
        ({"type": "undo", "target": "nothing"}, "edit-refused"),
        ({"type": "lock", "area": {"layer": "committees", "id": "?"}}, "edit-refused"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(
    world: World, proposal: str, body: dict[str, Any], code: str
) -> None:
    for what in ("", "/preview"):
        answer = send(world, proposal, body, 0, what)
        assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text
        if code == "edit-refused":
            sentences = answer.json()["params"]["sentences"]
            assert all(sentences[lang] for lang in LANGS)
    assert seen(world, f"{proposal}/edits").json()["version"] == 0


def test_a_proposal_without_its_workings_is_not_edited(world: World) -> None:
    answer = send(world, world.proposal, {"type": "undo", "target": "x"}, 0)
    assert (answer.status_code, answer.json()["code"]) == (409, "not-editable")


def test_a_preview_is_the_answer_of_the_edit_and_leaves_nothing(
    world: World, proposal: str, folder: Path
) -> None:
    body = a_move(folder)
    shown = send(world, proposal, body, None, "/preview")
    assert shown.status_code == 200, shown.text
    assert seen(world, f"{proposal}/edits").json()["version"] == 0
    kept_ = send(world, proposal, body, 0).json()
    told = shown.json()
    assert told.pop("version") == 0
    assert told == {k: v for k, v in kept_.items() if k in told}
    for breach in (*told["breaks"], *told["stands"]):
        assert all(breach["sentences"][lang] for lang in LANGS)


def breaking(state: State) -> int:
    """A `some_move` that breaks a window and nothing that only luck mends."""
    for pick in range(len(borders(state))):
        _, answer = done(state, some_move(state, pick=pick))
        if answer.breaks and {b.code for b in answer.breaks} <= {"window", "courtyard"}:
            return pick
    raise AssertionError("no move breaks anything")


def test_a_suggestion_can_be_posted_and_mends(world: World, proposal: str, folder: Path) -> None:
    state = opened(folder)
    event = a_move(folder, breaking(state))
    offer = send(world, proposal, {"event": event}, None, "/suggest")
    assert offer.status_code == 200, offer.text
    told = offer.json()
    assert told["found"]
    assert not told["answer"]["breaks"]
    both = send(world, proposal, told["together"], 0)
    assert both.status_code == 201, both.text
    assert send(world, proposal, {"type": "undo", "target": both.json()["event"]}, 1).is_success
    broke = send(world, proposal, event, 2).json()["breaks"]
    since = send(world, proposal, {"since": 2}, None, "/suggest").json()
    assert since["event"] == told["event"]
    named = [
        {"layer": b["layer"], "id": b["id"]}
        for b in broke
        if b["layer"] in ("service_grids", "committees")
    ]
    if named:
        areas = send(world, proposal, {"areas": named}, None, "/suggest")
        assert areas.status_code == 200, areas.text
    sent = send(world, proposal, since["event"], 3)
    assert sent.status_code == 201, sent.text
    assert not sent.json()["breaks"]
    assert bool(since["mended"]) == (len(sent.json()["mends"]) >= len(broke))


def test_nothing_broken_nothing_suggested(world: World, proposal: str, folder: Path) -> None:
    state = opened(folder)
    name = state.committee_ids[0]
    event = said(Lock(area=Area("committees", name)))
    told = send(world, proposal, {"event": event}, None, "/suggest").json()
    assert (told["found"], told["event"]) == (False, None)
    for body in ({}, {"event": event, "since": 0}, {"since": 0, "more": 1}):
        assert send(world, proposal, body, None, "/suggest").status_code == 422
    unknown = {"areas": [{"layer": "committees", "id": "?"}]}
    assert send(world, proposal, unknown, None, "/suggest").status_code == 404
    assert send(world, proposal, {"since": 5}, None, "/suggest").status_code == 404


def test_a_division_can_be_posted(world: World, proposal: str, folder: Path) -> None:
    state = opened(folder)
    grid = state.grid_ids[int(state.grid_households.argmax())]
    area = {"layer": "service_grids", "id": grid}
    offer = send(world, proposal, {"area": area, "parts": 2}, None, "/divide")
    assert offer.status_code == 200, offer.text
    sent = send(world, proposal, offer.json()["event"], 0)
    assert sent.status_code == 201, sent.text
    assert sent.json()["totals"]["service_grids"] == len(state.grid_ids) + 1
    whole = next(c["before"] for c in sent.json()["changes"] if c["before"])
    parts = [c["after"]["households"] for c in sent.json()["changes"] if c["after"]
             and c["layer"] == "service_grids"]  # fmt: skip
    assert sum(parts) == whole["households"]
    odd = {"area": {"layer": "service_grids", "id": "?"}}
    assert send(world, proposal, odd, None, "/divide").status_code == 422


def test_only_so_many_engines_at_once(world: World, proposal: str, folder: Path) -> None:
    offers = Offers(world.service.revisions, patience=0.01)
    grid = Area("service_grids", opened(folder).grid_ids[0])
    with offers.turn(), pytest.raises(Unavailable) as refused:
        offers.divide(proposal, None, grid, 2)
    assert (refused.value.code, refused.value.headers) == ("busy", {"Retry-After": "2"})
    assert offers.divide(proposal, None, grid, 2)["seconds"] >= 0


def test_footprints_name_what_differs_and_nothing_else(folder: Path) -> None:
    state = opened(folder)
    after, answer = done(state, some_move(state))
    told = {c.before.id for c in answer.changes if c.before and c.layer == "service_grids"}
    assert {a.id for a in footprint(state, after) if a.layer == "service_grids"} == told
    assert footprint(state, after) == footprint(after, state)
    named = Area("committees", state.committee_ids[0])
    renamed, _ = done(state, Rename(id="r", committee_id=named.id, name="新名"))
    locked, _ = done(state, Lock(id="l", area=named))
    assert footprint(state, renamed) == footprint(state, locked) == {named}
    assert footprint(after, locked) == footprint(state, after) | {named}
    assert not footprint(state, state)
