"""Runs survive: a killed worker, a killed service, a stop; each ends once, with one proposal."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from api.store import Artifacts, Store
from api.store.audit import faults
from tests.api.processes import Served, serving, until
from tests.api.surveys import files_of
from tests.api.world import PASSWORD
from tests.unit.survey.makers import good_survey


def prepare(served: Served, folder: Path) -> str:
    """A planner, signed in, and the id of a confirmed survey."""
    assert served.password is not None
    served.sign_in("admin", served.password)
    body = {"login": "p", "name": "p", "role": "planner", "password": PASSWORD}
    assert served.client.post("api/accounts", json=body).status_code == 201
    served.client.cookies.clear()
    served.sign_in("p", PASSWORD)
    sent = served.client.post("api/surveys", files=files_of(good_survey(folder)))
    survey = sent.json()["id"]
    confirmed = served.client.post(f"api/surveys/{survey}/versions/1/confirmation")
    assert confirmed.status_code == 200
    return survey


def ask(served: Served, survey: str, **more: Any) -> str:
    body = {"survey": survey, "effort": "quick", **more}
    answer = served.client.post("api/runs", json=body)
    assert answer.status_code == 202, answer.text
    assert answer.headers["location"] == f"/api/runs/{answer.json()['id']}"
    return answer.json()["id"]


def ended(served: Served, run: str) -> Mapping[str, Any]:
    return until(
        lambda: served.client.get(f"api/runs/{run}").json(),
        lambda said: said["state"] not in ("queued", "running"),
    )


def at_work(served: Served, run: str) -> list[int]:
    """The worker's process ids, as soon as it has told something."""
    until(
        lambda: served.client.get(f"api/runs/{run}").json(),
        lambda said: said["state"] == "running",
    )
    until(served.children, bool)
    return served.children()


def test_nothing_that_is_killed_is_lost_or_done_twice(tmp_path: Path) -> None:
    """On SQLite; on PostgreSQL `tests.suites.faults` does more."""
    data, database_url = tmp_path / "data", None
    with serving(data, database_url) as served:
        survey = prepare(served, tmp_path / "survey")
        first = ask(served, survey)
        for worker in at_work(served, first):
            os.kill(worker, signal.SIGKILL)
        said = ended(served, first)
        assert (said["state"], said["attempts"]) == ("done", 2), said
        second, third = ask(served, survey, seed=1), ask(served, survey, seed=2)
        workers = at_work(served, second)
        served.kill()
    for worker in workers:  # it went with its parent
        until(lambda pid=worker: Path(f"/proc/{pid}").exists(), lambda there: not there)
    with serving(data, database_url) as served:
        served.sign_in("p", PASSWORD)
        again = ended(served, second)
        assert again["state"] == "done"
        assert again["attempts"] == 2
        at_work(served, third)  # and a stop gives it back
    with serving(data, database_url) as served:
        served.sign_in("p", PASSWORD)
        assert ended(served, third)["state"] == "done"
        runs = served.client.get("api/runs").json()
        assert {run["id"] for run in runs} == {first, second, third}
        assert len({run["proposal"] for run in runs}) == 3
        with served.client.stream("GET", f"api/runs/{first}/events") as stream:
            told = [line for line in stream.iter_lines() if line.startswith("event:")]
        assert told.count("event: state") >= 3
        assert "event: progress" in told
    store = Store.open(data, database_url)
    with store.read() as connection:
        assert list(faults(connection)) == []
    store.close()
    assert Artifacts(data / "artifacts").wrong() == []
    assert list((data / "runs").iterdir()) == []


def test_runs_that_are_cancelled_or_refused_say_so(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as served:
        survey = prepare(served, tmp_path / "survey")
        working, waiting = ask(served, survey), ask(served, survey, seed=1)
        at_work(served, working)
        for run in (waiting, working):
            answer = served.client.post(f"api/runs/{run}/cancellation")
            assert answer.status_code == 202, answer.text
        assert ended(served, waiting)["state"] == "cancelled"
        assert ended(served, working)["state"] == "cancelled"
        assert served.client.post(f"api/runs/{working}/cancellation").status_code == 409
        assert served.client.get(f"api/runs/{working}").json()["proposal"] is None
