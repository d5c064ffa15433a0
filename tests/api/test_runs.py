"""Asking for runs: only of what was confirmed, once per key, so many per account."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from api.runs import endings, ledger
from api.runs.supervise import Ending
from tests.api.surveys import files_of, kept, send
from tests.api.world import World
from tests.unit.survey.makers import good_survey


@pytest.fixture
def survey(world: World) -> str:
    """A confirmed survey."""
    path = f"/api/surveys/{world.survey}/versions/1/confirmation"
    assert world.client.post(path, headers=world.as_("planner")).status_code == 200
    return world.survey


def ask(world: World, key: str | None = None, **body: Any) -> Any:
    headers = dict(world.as_("planner")) | ({} if key is None else {"idempotency-key": key})
    return world.client.post("/api/runs", json=body, headers=headers)


def test_a_run_waits_for_its_turn(world: World, survey: str) -> None:
    answer = ask(world, survey=survey, effort="quick")
    assert answer.status_code == 202
    said = answer.json()
    assert (said["state"], said["version"], said["profile"]) == ("queued", 1, "tengzhou-2007")
    assert world.client.get(answer.headers["location"], headers=world.as_("planner")).json() == said
    assert [r["id"] for r in world.client.get("/api/runs", headers=world.as_("planner")).json()]


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"survey": "nothing"}, 404, "not-found"),
        ({"version": 2}, 404, "not-found"),
        ({"profile": "../../etc/passwd"}, 422, "profile-unknown"),
        ({"effort": "heroic"}, 422, "invalid-value"),
        ({"seed": -1}, 422, "out-of-range"),
        ({"seed": 2**63}, 422, "out-of-range"),
    ],
)
def test_runs_that_cannot_be(
    world: World, survey: str, change: Mapping[str, Any], status: int, code: str
) -> None:
    answer = ask(world, **{"survey": survey, **change})
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


def test_an_unconfirmed_survey_is_not_run(world: World, tmp_path: Path) -> None:
    answer = ask(world, survey=kept(world, tmp_path / "s")["id"])
    assert (answer.status_code, answer.json()["code"]) == (409, "survey-unconfirmed")
    more = send(
        world, files_of(good_survey(tmp_path / "t")), path=f"/api/surveys/{world.survey}/versions"
    )
    assert more.status_code == 201


def test_one_key_many_times_at_once_has_one_effect(world: World, survey: str) -> None:
    said: list[Any] = []

    def one() -> None:
        said.append(ask(world, "key", survey=survey))

    threads = [threading.Thread(target=one) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {a.status_code for a in said} == {202}
    assert len({a.json()["id"] for a in said}) == 1
    assert len(ledger.listed(world.service.store)) == 1


def test_a_key_is_not_for_another_request(world: World, survey: str) -> None:
    """H10."""
    assert ask(world, "key", survey=survey).status_code == 202
    answer = ask(world, "key", survey=survey, seed=1)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency-key-reused")


def test_an_account_has_so_many_at_once(world: World, survey: str) -> None:
    made = [ask(world, survey=survey, seed=n) for n in range(6)]
    assert [a.status_code for a in made] == [202] * 5 + [429]
    assert made[-1].json()["code"] == "quota-exceeded"
    first = made[0].json()["id"]
    path = f"/api/runs/{first}/cancellation"
    assert world.client.post(path, headers=world.as_("planner")).json()["state"] == "cancelled"
    assert ask(world, survey=survey, seed=9).status_code == 202


def test_asking_at_once_does_not_get_round_the_limit(world: World, survey: str) -> None:
    said: list[int] = []
    threads = [
        threading.Thread(
            target=lambda n=n: said.append(ask(world, survey=survey, seed=n).status_code)
        )
        for n in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == [202] * 5 + [429] * 7


def test_an_ending_is_recorded_once(world: World, survey: str) -> None:
    run = ask(world, survey=survey).json()["id"]
    store = world.service.store
    ledger.begin(store, run)
    done = Ending("done", [], {"proposal.json": "0" * 64}, {}, "1" * 64)
    for ending in (done, done, Ending("crashed")):
        endings.keep(store, run, ending)
    found = ledger.find(store, run)
    assert found.state == "done"
    assert found.proposal is not None
    acts = world.client.get(f"/api/audit?subject={run}", headers=world.as_("administrator"))
    assert [e["act"] for e in acts.json()] == ["run.start", "run.done"]


def test_a_crash_is_told(world: World, survey: str) -> None:
    run = ask(world, survey=survey).json()["id"]
    endings.keep(world.service.store, run, Ending("crashed"))
    said = world.client.get(f"/api/runs/{run}", headers=world.as_("planner")).json()
    assert (said["state"], said["proposal"]) == ("crashed", None)


def test_events_are_told_from_where_one_left_off(world: World, survey: str) -> None:
    run = ask(world, survey=survey).json()["id"]
    store = world.service.store
    ledger.begin(store, run)
    ledger.tell(store, run, {"stage": "grids"})
    endings.keep(store, run, Ending("crashed"))
    headers = dict(world.as_("planner"))
    whole = world.client.get(f"/api/runs/{run}/events", headers=headers).text
    assert [line for line in whole.splitlines() if line.startswith("id")] == [
        "id: 1", "id: 2", "id: 3", "id: 4",
    ]  # fmt: skip
    rest = world.client.get(
        f"/api/runs/{run}/events", headers=headers | {"last-event-id": "3"}
    ).text
    assert rest == 'id: 4\nevent: state\ndata: {"state": "crashed"}\n\n'
    over = world.client.get(
        f"/api/runs/{run}/events", headers=headers | {"last-event-id": "4"}
    ).text
    assert "id:" not in over
