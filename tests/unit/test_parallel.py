"""Tasks over processes: in order, nothing lost when a worker is killed, nothing left behind."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from redistrict.model.errors import InternalError
from redistrict.model.settings import RunSettings
from redistrict.parallel import ATTEMPTS, Workers
from tests.jobs import GIVE_UP, Job, deadly, go, patient, started, wrong

TWO = RunSettings(workers=2)


def jobs(folder: Path, count: int) -> list[Job]:
    return [Job(i, folder) for i in range(count)]


def kill_one_that_works(folder: Path, others: int) -> threading.Thread:
    """Kills the process of a task under way once ``others`` have begun, then lets all go on."""

    def watch() -> None:
        until = time.monotonic() + GIVE_UP
        while len(started(folder)) < others and time.monotonic() < until:
            time.sleep(0.01)
        os.kill(started(folder)[0][0], signal.SIGKILL)
        go(folder)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    return thread


@pytest.mark.parametrize("workers", [1, 2])
def test_answers_come_in_the_order_of_the_items(tmp_path: Path, workers: int) -> None:
    go(tmp_path)
    told: dict[int, tuple[int, int]] = {}
    with Workers(RunSettings(workers=workers)) as pool:
        answers = pool.map(patient, jobs(tmp_path, 5), told.__setitem__)
    assert answers == [(i, i * i) for i in range(5)]
    assert told == dict(enumerate(answers))


def test_a_killed_worker_loses_nothing(tmp_path: Path) -> None:
    thread = kill_one_that_works(tmp_path, 2)
    with Workers(TWO) as pool:
        answers = pool.map(patient, jobs(tmp_path, 5))
    thread.join()
    assert answers == [(i, i * i) for i in range(5)]
    assert len(set(started(tmp_path)[0])) == 2, "the lost task was begun again elsewhere"


@pytest.mark.parametrize("workers", [1, 2])
def test_work_that_was_begun_is_answered_when_asked_for(tmp_path: Path, workers: int) -> None:
    with Workers(RunSettings(workers=workers)) as pool:
        answers = pool.begin(patient, jobs(tmp_path, 3))
        go(tmp_path)
        assert answers() == [(i, i * i) for i in range(3)]


def test_a_worker_killed_meanwhile_loses_nothing(tmp_path: Path) -> None:
    thread = kill_one_that_works(tmp_path, 2)
    with Workers(TWO) as pool:
        answers = pool.begin(patient, jobs(tmp_path, 3))
        thread.join()
        assert answers() == [(i, i * i) for i in range(3)]


def test_a_task_that_kills_every_worker_is_given_up(tmp_path: Path) -> None:
    with Workers(TWO) as pool, pytest.raises(InternalError) as caught:
        pool.map(deadly, jobs(tmp_path, 2))
    assert caught.value.findings[0].code == "worker-lost"
    assert len(started(tmp_path)[0]) == ATTEMPTS


def test_an_error_of_a_task_is_raised_and_the_rest_called_off(tmp_path: Path) -> None:
    with Workers(TWO) as pool, pytest.raises(ValueError, match="task 1"):
        pool.map(wrong, jobs(tmp_path, 3))
