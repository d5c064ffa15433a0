"""Tasks for the tests of `parallel` and `cluster`: importable by name in a worker process."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

GIVE_UP = 120.0
"""Seconds after which a task ends by itself, so that no test hangs for ever."""


@dataclass(frozen=True)
class Job:
    """Task ``number``: notes in ``folder`` that it has begun, then waits for the word to go on."""

    number: int
    folder: Path


def started(folder: Path) -> dict[int, list[int]]:
    """Process of each time a task was begun, by task number."""
    found: dict[int, list[int]] = {}
    for note in sorted(folder.glob("begun-*")):
        _, number, process, _ = note.name.split("-")
        found.setdefault(int(number), []).append(int(process))
    return found


def go(folder: Path) -> None:
    """Let the tasks end."""
    (folder / "go").touch()


def patient(job: Job) -> tuple[int, int]:
    """Begins, waits for `go`, answers with the task's number and its square."""
    (job.folder / f"begun-{job.number}-{os.getpid()}-{time.monotonic_ns()}").touch()
    until = time.monotonic() + GIVE_UP
    while not (job.folder / "go").exists() and time.monotonic() < until:
        time.sleep(0.01)
    return job.number, job.number**2


def deadly(job: Job) -> int:
    """Kills every worker it comes to."""
    (job.folder / f"begun-{job.number}-{os.getpid()}-{time.monotonic_ns()}").touch()
    if job.number == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return job.number


def wrong(job: Job) -> int:
    """Fails for task 1."""
    if job.number == 1:
        raise ValueError("task 1")
    return job.number
