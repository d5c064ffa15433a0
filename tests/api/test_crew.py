"""Who works on runs: the living are left alone, the dead are found out, a run has one worker."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from api.runs import crew, endings, ledger
from api.runs.crew import PATIENCE, Crew
from api.runs.ledger import Asked
from api.runs.supervise import Ending
from api.store.tables import workers
from tests.api.processes import serving, until
from tests.api.test_durable import ask, at_work, ended, prepare
from tests.api.world import PASSWORD, World


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def elsewhere(world: World, other: Crew) -> None:
    """The row of ``other`` is of another machine."""
    with world.service.store.write() as connection:
        mine = workers.update().where(workers.c.id == other.id)
        connection.execute(mine.values(place="another machine"))


def test_who_beats_is_alive_and_who_does_not_is_dead_after_a_while(world: World) -> None:
    store, clock = world.service.store, Clock()
    here, there = Crew(store, clock), Crew(store)
    here.beat()
    there.beat()
    elsewhere(world, there)
    both = {here.id, there.id}
    assert here.alive() == both
    for _ in range(3):
        clock.now += PATIENCE - 1
        there.beat()
        assert here.alive() == both
    clock.now += PATIENCE - 1
    assert here.alive() == both
    clock.now += 2
    assert here.alive() == {here.id}
    there.beat()  # it was only slow: it joins again
    assert here.alive() == both
    there.leave()
    assert here.alive() == {here.id}


def test_a_process_of_this_machine_is_known_to_be_dead_at_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = world.service.store
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        other = Crew(store)
        with monkeypatch.context() as patched:
            patched.setattr(os, "getpid", lambda: process.pid)
            other.beat()
        assert Crew(store).alive() >= {other.id}
        process.send_signal(signal.SIGKILL)
    assert other.id not in Crew(store).alive()


def test_a_number_used_again_is_not_the_same_process() -> None:
    mine = crew._process(os.getpid())  # pyright: ignore[reportPrivateUsage]
    assert mine.startswith(f"{os.getpid()}:")
    assert crew._process(2**22 + 1) == ""  # pyright: ignore[reportPrivateUsage]


def test_who_has_lost_a_run_has_no_say(world: World) -> None:
    store = world.service.store
    asked = Asked(world.survey, 1, "tengzhou-2007", 0, "quick")
    with store.write() as connection:
        run = ledger.ask(connection, world.accounts["planner"].id, asked, 99)
    ledger.begin(store, run, "slow")
    assert ledger.tell(store, run, {"stage": "cells"}, "slow") is None
    assert ledger.begin(store, run, "quick").attempts == 2
    assert ledger.tell(store, run, {"stage": "cells"}, "slow") == "running"
    assert not endings.keep(store, run, Ending("failed", worker="slow"))
    assert ledger.find(store, run).state == "running"
    assert endings.keep(store, run, Ending("cancelled", worker="quick"))
    assert endings.keep(store, run, Ending("cancelled", worker="quick"))
    with store.read() as connection:
        assert ledger.has_ended(connection, run)
        told = connection.execute(sa.text("SELECT count(*) FROM run_events")).scalar_one()
    assert told == 5  # queued, running, cells, running, cancelled


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_another_service_takes_over(tmp_path: Path, database_url: str) -> None:
    data = tmp_path / "data"
    with serving(data, database_url) as one, serving(data, database_url) as two:
        survey = prepare(one, tmp_path / "survey")
        two.sign_in("p", PASSWORD)
        run = ask(one, survey)
        until(lambda: [*one.children(), *two.children()], bool)
        works, other = (one, two) if one.children() else (two, one)
        at_work(works, run)
        works.kill()
        said = ended(other, run)
        assert (said["state"], said["attempts"]) == ("done", 2), said
        again = ended(other, ask(other, survey, seed=1))
        assert again["state"] == "done"
    assert list((data / "runs").iterdir()) == []
