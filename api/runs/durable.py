"""Durable jobs: a run is finished whatever happens to the process that began it.

Two steps, each recorded when it has ended: work (`Supervisor.solve`, itself in steps that are
kept, see `redistrict.memory`), keep (`endings.keep`). The rows are the truth. On every start, and
every few seconds, what has not ended and nobody alive works on is handed to the queue again: so a
kill between the row and the queue loses nothing, another process takes up what a dead one left, and
a run ends once.
"""

from __future__ import annotations

import itertools
import logging
import threading
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol

from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer, SetWorkflowID

from api.errors import StorageFull
from api.outside import UNREACHABLE
from api.runs import endings, ledger
from api.runs.crew import Crew
from api.runs.supervise import Ending, Supervisor
from api.store import Store

_LOG = logging.getLogger("api.runs")
QUEUE = "runs"
POLL = 0.5
"""Seconds between looks at the queue."""
BEAT = 3.0
"""Seconds between signs of life, and looks at what the dead have left."""
WAITING = ("ENQUEUED", "DELAYED")
_RETRYING = 10
_AGAIN = 2.0
"""Seconds before a run is tried again where the database did not answer."""
GRACE = 5
"""Seconds for a run to be given back when the service stops."""


class Jobs(Protocol):
    """Where runs are handed to."""

    def launch(self) -> None:
        """Begin to work, first on what was left."""
        ...

    def enqueue(self, number: str) -> None:
        """Work on the run when its turn comes; once, however often it is asked for."""
        ...

    def close(self) -> None:
        """Stop; what is being worked on is taken up at the next start."""
        ...


class Waiting:
    """Jobs of a service that does no work itself: runs wait for one that does."""

    def launch(self) -> None:
        """Nothing."""

    def enqueue(self, number: str) -> None:
        """Nothing: the row is enough."""

    def close(self) -> None:
        """Nothing."""


class Durable:
    """Jobs on DBOS. One per process: DBOS is."""

    def __init__(self, store: Store, supervisor: Supervisor, url: str) -> None:
        """``url``: where DBOS keeps its own tables."""
        self._store = store
        self._supervisor = supervisor
        self._url = url
        self._crew = Crew(store)
        self._closing = threading.Event()
        self._watch = threading.Thread(target=self._watching, name="runs", daemon=True)

    def launch(self) -> None:
        """Join the crew, and take up what was left."""
        config: DBOSConfig = {
            "name": "redistrict",
            "system_database_url": self._url,
            "application_version": "1",  # a run begun by an older version is still ours to end
            "executor_id": self._crew.id,
            "serializer": DBOSPortableJSONSerializer(),
            "log_level": "WARNING",
        }
        self._crew.beat()
        _active.append(self)
        DBOS(config=config)
        DBOS.launch()
        # One at a time in each process: a run uses every core of its machine.
        DBOS.register_queue(QUEUE, worker_concurrency=1, polling_interval_sec=POLL)
        self._supervisor.tidy(set(ledger.unfinished(self._store)))
        self._take_up()
        self._watch.start()

    def enqueue(self, number: str) -> None:
        """Hand the run to the queue, unless it is there or somebody works on it."""
        for generation in itertools.count():
            name = f"{number}.{generation}"
            status = DBOS.get_workflow_status(name)
            if status is None:
                with SetWorkflowID(name):
                    DBOS.enqueue_workflow(QUEUE, _run, number)
                return
            if status.status in (*WAITING, "PENDING"):
                return

    def close(self) -> None:
        """Stop working; DBOS keeps what was begun as pending."""
        self._closing.set()
        self._supervisor.stop()
        self._watch.join(BEAT)
        DBOS.destroy(workflow_completion_timeout_sec=GRACE)
        _active.remove(self)
        try:
            self._crew.leave()
        except UNREACHABLE:
            _LOG.warning("the database did not answer when the service left")

    def solve(self, number: str) -> dict[str, Any]:
        """The first step. A database that does not answer is waited for. What we did not think of
        ends the run, too, and is in the log."""
        while True:
            try:
                return asdict(self._supervisor.solve(number, self._crew.id))
            except UNREACHABLE:
                _LOG.warning("the database does not answer", extra={"run": number})
            except StorageFull:
                return asdict(Ending("failed", [STORAGE_FULL], worker=self._crew.id))
            except Exception:  # noqa: BLE001 - whatever it was, the run has to end
                _LOG.exception("run failed", extra={"run": number})
                return asdict(Ending("failed", worker=self._crew.id))
            if self._closing.wait(_AGAIN):
                return asdict(Ending("running"))

    def keep(self, number: str, said: dict[str, Any]) -> None:
        """The second."""
        if endings.keep(self._store, number, Ending(**said)):
            self._supervisor.forget(number)

    def _watching(self) -> None:
        """Say that this process lives, and look after what the dead have left."""
        while not self._closing.wait(BEAT):
            try:
                if self._crew.shared:
                    self._crew.beat()
                self._take_up()
            except UNREACHABLE:
                _LOG.warning("the database does not answer")
            except Exception:  # noqa: BLE001 - the next look may go well
                _LOG.exception("runs could not be looked after")

    def _take_up(self) -> None:
        """Hand to the queue whatever has not ended and nobody alive works on."""
        with self._crew.alone():
            alive = self._crew.alive()
            for number, worker in ledger.unfinished(self._store).items():
                if worker in alive and worker != self._crew.id:
                    continue
                self._resume(number, alive)
                self.enqueue(number)

    def _resume(self, number: str, alive: set[str]) -> None:
        """What DBOS believes to be under way in a process that is dead waits in the queue again."""
        for generation in itertools.count():
            status = DBOS.get_workflow_status(f"{number}.{generation}")
            if status is None:
                return
            if status.status == "PENDING" and status.executor_id not in alive:
                DBOS.resume_workflow(status.workflow_id, queue_name=QUEUE)


STORAGE_FULL = {"code": "storage-full", "severity": "error", "action": "refused"}

_active: list[Durable] = []
"""The one that is launched: DBOS finds workflows by name, not by object."""


@DBOS.workflow(name="run", max_recovery_attempts=1_000_000)
def _run(number: str) -> None:
    said = _solve(number)
    if said["state"] != "running":  # else it was given back: the next look takes it up
        _keep(number, said)


@DBOS.step(name="solve")
def _solve(number: str) -> dict[str, Any]:
    return _active[-1].solve(number)


@DBOS.step(name="keep", retries_allowed=True, max_attempts=_RETRYING)
def _keep(number: str, said: dict[str, Any]) -> None:
    _active[-1].keep(number, said)


def system_url(data: Path, url: str | None) -> str:
    """Where DBOS keeps its tables: beside ours."""
    if url is None:
        return f"sqlite:///{data / 'jobs.sqlite'}"
    return url.replace("postgres://", "postgresql://", 1)
