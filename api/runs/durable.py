"""Durable jobs: a run is finished whatever happens to the process that began it.

Two steps, each recorded when it has ended: work (`Supervisor.solve`), keep (`endings.keep`). A
service that is killed takes the run up at the step it was in. The rows are the truth: on every
start what has not ended there, and is not under way in DBOS, is handed to the queue again. So a
kill between the row and the queue loses nothing, and a run ends once.
"""

from __future__ import annotations

import itertools
import logging
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol

from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer, SetWorkflowID

from api.runs import endings, ledger
from api.runs.supervise import Ending, Supervisor
from api.store import Store

_LOG = logging.getLogger("api.runs")
QUEUE = "runs"
POLL = 0.5
"""Seconds between looks at the queue."""
UNDER_WAY = ("PENDING", "ENQUEUED", "DELAYED")
_RETRYING = 10
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

    def launch(self) -> None:
        """Recover what was interrupted, then queue whatever else has not ended."""
        config: DBOSConfig = {
            "name": "redistrict",
            "system_database_url": self._url,
            "application_version": "1",  # a run begun by an older version is still ours to end
            "executor_id": "service",
            "serializer": DBOSPortableJSONSerializer(),
            "log_level": "WARNING",
        }
        _active.append(self)
        DBOS(config=config)
        DBOS.launch()
        DBOS.register_queue(QUEUE, global_concurrency=1, polling_interval_sec=POLL)
        for number in ledger.unfinished(self._store):
            self.enqueue(number)

    def enqueue(self, number: str) -> None:
        """Hand the run to the queue, unless it is there or being worked on."""
        for generation in itertools.count():
            name = f"{number}.{generation}"
            status = DBOS.get_workflow_status(name)
            if status is None:
                with SetWorkflowID(name):
                    DBOS.enqueue_workflow(QUEUE, _run, number)
                return
            if status.status in UNDER_WAY:
                return

    def close(self) -> None:
        """Stop working; DBOS keeps what was begun as pending."""
        self._supervisor.stop()
        DBOS.destroy(workflow_completion_timeout_sec=GRACE)
        _active.remove(self)

    def solve(self, number: str) -> dict[str, Any]:
        """The first step. What we did not think of ends the run, too, and is in the log."""
        try:
            return asdict(self._supervisor.solve(number))
        except Exception:  # noqa: BLE001 - whatever it was, the run has to end
            _LOG.exception("run failed", extra={"run": number})
            return asdict(Ending("failed"))

    def keep(self, number: str, said: dict[str, Any]) -> None:
        """The second."""
        endings.keep(self._store, number, Ending(**said))


_active: list[Durable] = []
"""The one that is launched: DBOS finds workflows by name, not by object."""


@DBOS.workflow(name="run", max_recovery_attempts=1000)
def _run(number: str) -> None:
    said = _solve(number)
    if said["state"] != "running":  # else it was given back: the next start takes it up
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
