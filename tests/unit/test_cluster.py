"""`--scheduler` on a real Dask cluster of two worker processes on loopback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from redistrict import cluster, pipeline, publish
from redistrict.assembly.progress import Silent, Stopwatch
from redistrict.cli import build
from redistrict.i18n import catalogue
from redistrict.model.errors import InputError, InternalError
from redistrict.model.proposal import Proposal
from redistrict.model.settings import RunSettings
from redistrict.parallel import Workers
from redistrict.synthetic import City
from tests.cities import PROFILE, QUICK, handed_over, proposed, small
from tests.jobs import GIVE_UP, Job, deadly, go, patient, started
from tests.unit.test_parallel import kill_one_that_works

ROOT = Path(__file__).parents[2]
SEED = 1000


@dataclass
class Running:
    """A scheduler and its workers, each a process of its own."""

    address: str
    scheduler: subprocess.Popen[bytes]
    workers: list[subprocess.Popen[bytes]]

    @property
    def settings(self) -> RunSettings:
        return replace(QUICK, scheduler=self.address)


@contextmanager
def running(folder: Path, workers: int = 2, **configured: str) -> Iterator[Running]:
    """``dask scheduler`` and ``dask worker`` on loopback, ended with the context."""
    note = folder / "scheduler.json"
    log = (folder / "dask.log").open("wb")
    processes: list[subprocess.Popen[bytes]] = []

    def start(command: str, *args: str) -> subprocess.Popen[bytes]:
        processes.append(
            subprocess.Popen(
                [sys.executable, "-m", "dask", command, *args, "--no-dashboard"],
                cwd=ROOT,
                stdout=log,
                stderr=log,
                env={**os.environ, "PYTHONPATH": str(ROOT), **configured},
            )
        )
        return processes[-1]

    try:
        scheduler = start(
            "scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(note)
        )
        until = time.monotonic() + GIVE_UP
        while not note.exists() or not note.read_text(encoding="utf-8").strip():
            assert scheduler.poll() is None, (folder / "dask.log").read_text(encoding="utf-8")
            assert time.monotonic() < until, "the scheduler did not start"
            time.sleep(0.05)
        address = str(json.loads(note.read_text(encoding="utf-8"))["address"])
        options = ("--nthreads", "1", "--no-nanny", "--memory-limit", "0", "--host", "127.0.0.1")
        options += ("--local-directory", str(folder))
        yield Running(
            address, scheduler, [start("worker", address, *options) for _ in range(workers)]
        )
    finally:
        for process in processes:
            process.kill()
            process.wait()
        log.close()


@pytest.fixture(scope="module")
def city() -> City:
    return small(SEED)


@pytest.fixture(scope="module")
def alone(city: City) -> dict[str, str]:
    """Content hashes of the run in this process."""
    return publish.content_hashes(proposed(city))


class KillsAfterTheFirstGrid(Silent):
    """Kills a worker as soon as one service grid problem is answered, the others under way."""

    def __init__(self, victim: subprocess.Popen[bytes]) -> None:
        self.victim = victim
        self.left: int | None = None

    def office(self, name: str, done: int, total: int, own: tuple[int, int] | None = None) -> None:
        del name, own
        if self.left is None and 1 <= done < total:
            self.victim.send_signal(signal.SIGKILL)
            self.victim.wait()
            self.left = total - done


def planned(city: City, settings: RunSettings, progress: Silent) -> Proposal:
    survey, found = handed_over(city)
    with Workers(settings) as workers:
        return pipeline.plan(survey, found, PROFILE, settings, Stopwatch(progress), workers)


def test_a_worker_killed_in_the_middle_changes_nothing(
    tmp_path: Path, city: City, alone: dict[str, str]
) -> None:
    with running(tmp_path) as found:
        killer = KillsAfterTheFirstGrid(found.workers[0])
        made = planned(city, found.settings, killer)
        assert found.workers[0].poll() == -signal.SIGKILL
        assert found.workers[1].poll() is None
    assert killer.left is not None
    assert killer.left > 0
    assert publish.content_hashes(made) == alone


def test_a_task_under_way_on_a_killed_worker_is_done_again(tmp_path: Path) -> None:
    items = [Job(i, tmp_path) for i in range(5)]
    with running(tmp_path) as found, Workers(found.settings) as pool:
        thread = kill_one_that_works(tmp_path, 2)
        answers = pool.map(patient, items)
        thread.join()
        assert [w.poll() for w in found.workers].count(-signal.SIGKILL) == 1
    assert answers == [(i, i * i) for i in range(5)]
    assert len(set(started(tmp_path)[0])) == 2


def test_a_task_that_kills_every_worker_ends_the_run_with_a_sentence(tmp_path: Path) -> None:
    twice = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1"}
    with running(tmp_path, **twice) as found, Workers(found.settings) as pool:
        with pytest.raises(InternalError) as caught:
            pool.map(deadly, [Job(0, tmp_path), Job(1, tmp_path)])
        assert caught.value.findings[0].code == "worker-lost"


def test_workers_with_other_code_and_a_scheduler_that_goes_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(tmp_path, workers=1) as found, Workers(found.settings) as pool:
        with monkeypatch.context() as patched:
            patched.setattr(cluster, "version", lambda name: f"other {name}")  # here only
            with pytest.raises(InputError) as refused:
                cluster.Cluster(found.address)
        finding = refused.value.findings[0]
        assert finding.code == "cluster-code-differs"
        assert str(finding.params["wanted"]).startswith(f"other {finding.params['name']}")

        def watch() -> None:
            until = time.monotonic() + GIVE_UP
            while not started(tmp_path) and time.monotonic() < until:
                time.sleep(0.01)
            found.scheduler.kill()

        thread = threading.Thread(target=watch, daemon=True)
        thread.start()
        with pytest.raises(InputError) as caught:
            pool.map(patient, [Job(i, tmp_path) for i in range(3)])
        thread.join()
        go(tmp_path)
        assert caught.value.findings[0].code == "scheduler-lost"


def test_a_cluster_without_workers_is_not_waited_for_for_ever(tmp_path: Path) -> None:
    with running(tmp_path, workers=0) as found:
        with pytest.raises(InputError) as caught:
            cluster.Cluster(found.address, patience=0.5)
        assert caught.value.findings[0].code == "scheduler-without-workers"


@pytest.mark.parametrize("address", ["127.0.0.1", "ftp://127.0.0.1:1", "tcp://127.0.0.1:1"])
def test_an_address_where_nothing_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setattr(cluster, "CONNECT", 1.0)
    with pytest.raises(InputError) as caught, Workers(replace(QUICK, scheduler=address)) as pool:
        pool.map(patient, [Job(i, tmp_path) for i in range(2)])
    assert caught.value.findings[0].code == "scheduler-unreachable"


def test_codes_are_worded() -> None:
    codes: Sequence[str] = (
        "cluster-not-installed",
        "scheduler-unreachable",
        "scheduler-without-workers",
        "scheduler-lost",
        "cluster-code-differs",
    )
    for lang in ("zh", "en"):
        for code in codes:
            assert {f"finding.{code}", f"remedy.{code}"} <= set(catalogue(lang))


def test_the_command_line_tells_an_unreachable_scheduler(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "CONNECT", 1.0)
    args = ["run", str(ROOT / "data" / "boundaries"), "--out", str(tmp_path / "out")]
    args += ["--effort", "quick", "--scheduler", "tcp://127.0.0.1:1", "--lang", "en"]
    result = CliRunner().invoke(build(("run", "partition")), args)
    assert result.exit_code == 2, result.output
    assert "[scheduler-unreachable]" in result.stderr
