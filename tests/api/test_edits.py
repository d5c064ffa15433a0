"""Edits: on the version one saw, once per key, one of many wins, undone as events."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from api.runs import endings, ledger
from api.runs.ledger import Asked
from api.runs.supervise import Ending
from redistrict import publish
from redistrict.revision import load, start, to_json
from tests.api.world import World
from tests.cities import proposed, small
from tests.unit.revision.asking import some_move


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The proposal of a small city as `redistrict run` writes it."""
    out = tmp_path_factory.mktemp("edits") / "proposal"
    publish.write(proposed(small(22)), out)
    return out


@pytest.fixture
def proposal(world: World, folder: Path) -> str:
    """That proposal, kept by the service."""
    by = world.accounts["planner"].id
    asked = Asked(world.survey, 1, "tengzhou-2007", 0, "quick")
    with world.service.store.write() as connection:
        run = ledger.ask(connection, by, asked, 99)
    files = {p.name: world.service.artifacts.put_file(p) for p in folder.iterdir()}
    endings.keep(world.service.store, run, Ending("done", [], files, {}, "0" * 64))
    kept = ledger.find(world.service.store, run).proposal
    assert kept is not None
    return kept


def event(folder: Path, pick: int = 0) -> dict[str, Any]:
    said = to_json(some_move(start(load(folder)), pick=pick))
    return {k: v for k, v in said.items() if k != "id"}


def send(world: World, proposal: str, body: Any, version: int | None, **headers: str) -> Any:
    given = {**world.as_("planner"), **headers}
    if version is not None:
        given["if-match"] = f'"{version}"'
    return world.client.post(f"/api/proposals/{proposal}/edits", json=body, headers=given)


def seen(world: World, proposal: str) -> Any:
    return world.client.get(f"/api/proposals/{proposal}/edits", headers=world.as_("planner"))


def test_an_edit_its_undo_and_a_new_start(world: World, proposal: str, folder: Path) -> None:
    before = seen(world, proposal)
    assert (before.json()["version"], before.headers["etag"]) == (0, '"0"')
    done = send(world, proposal, event(folder), 0)
    assert done.status_code == 201, done.text
    assert done.headers["etag"] == '"1"'
    assert len(done.json()["changes"]) >= 2
    undone = send(world, proposal, {"type": "undo", "target": done.json()["event"]}, 1)
    assert undone.status_code == 201, undone.text
    after = seen(world, proposal).json()
    assert after["version"] == 2
    assert after["totals"] == before.json()["totals"]
    assert [e["event"]["type"] for e in after["edits"]] == ["move", "undo"]
    world.service.editing._states.clear()  # as after a start  # pyright: ignore[reportPrivateUsage]
    assert seen(world, proposal).json() == after


def test_an_edit_says_which_version_it_is_of(world: World, proposal: str, folder: Path) -> None:
    """H11."""
    missing = send(world, proposal, event(folder), None)
    assert (missing.status_code, missing.json()["code"]) == (428, "precondition-required")
    stale = send(world, proposal, event(folder), 7)
    assert (stale.status_code, stale.json()["code"]) == (412, "version-conflict")
    odd = send(world, proposal, event(folder), None, **{"if-match": "*"})
    assert odd.status_code == 400


def test_of_many_at_once_one_wins(world: World, proposal: str, folder: Path) -> None:
    body, codes = event(folder), list[int]()

    def one() -> None:
        codes.append(send(world, proposal, body, 0).status_code)

    threads = [threading.Thread(target=one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [201] + [412] * 7
    assert seen(world, proposal).json()["version"] == 1


def test_the_same_key_is_the_same_edit(world: World, proposal: str, folder: Path) -> None:
    key = {"idempotency-key": "k"}
    first = send(world, proposal, event(folder), 0, **key)
    again = send(world, proposal, event(folder), 0, **key)
    assert first.json() == again.json()
    assert seen(world, proposal).json()["version"] == 1
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
    answer = send(world, proposal, body, 0)
    assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text
    if code == "edit-refused":
        assert all(json.dumps(s) for s in answer.json()["params"]["sentences"].values())
    assert seen(world, proposal).json()["version"] == 0


def test_a_proposal_without_its_workings_is_not_edited(world: World) -> None:
    answer = send(world, world.proposal, {"type": "undo", "target": "x"}, 0)
    assert (answer.status_code, answer.json()["code"]) == (409, "not-editable")
