"""Who works on runs: every process of the service, as long as it is alive.

Services that share a PostgreSQL and a data folder share the runs. Each counts its beats in a row
of its own; whoever does not see the count of another move for a while holds that one for dead.
Nobody's clock is compared with anybody else's. A process of the same machine is known to be dead at
once.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path

import sqlalchemy as sa

from api.store import Store
from api.store.tables import workers
from api.store.types import new_id

PATIENCE = 30.0
"""Seconds without a beat after which a worker elsewhere is held for dead."""
_LOCK = 7_268_494


class Crew:
    """This process among the workers."""

    def __init__(self, store: Store, clock: Callable[[], float] = time.monotonic) -> None:
        self.id = new_id()
        self._store = store
        self._clock = clock
        self._seen: dict[str, tuple[int, float]] = {}
        """Worker -> its count, and when it was first seen so."""

    @property
    def shared(self) -> bool:
        """Whether there can be others: a data folder with SQLite has one service."""
        return self._store.engine.dialect.name == "postgresql"

    def beat(self) -> None:
        """Say that this process lives; the first time, and where it was held for dead, it joins."""
        with self._store.write() as connection:
            mine = workers.update().where(workers.c.id == self.id)
            done = connection.execute(mine.values(beats=workers.c.beats + 1))
            if not done.rowcount:
                values = {"id": self.id, "place": _place(), "process": _process(os.getpid())}
                connection.execute(workers.insert().values(**values, beats=0))

    def leave(self) -> None:
        """This process works no more."""
        with self._store.write() as connection:
            connection.execute(workers.delete().where(workers.c.id == self.id))

    def alive(self) -> set[str]:
        """Everybody who works; the rows of the dead are taken away."""
        with self._store.read() as connection:
            rows = connection.execute(sa.select(workers)).all()
        dead = {row.id for row in rows if row.id != self.id and self._is_dead(row)}
        if dead:
            with self._store.write() as connection:
                connection.execute(workers.delete().where(workers.c.id.in_(dead)))
        return {self.id, *(row.id for row in rows)} - dead

    @contextmanager
    def alone(self) -> Generator[None]:
        """Only one of the crew at a time looks after what the dead have left."""
        if not self.shared:
            yield
            return
        with self._store.write() as connection:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
            yield

    def _is_dead(self, row: sa.Row[tuple[object, ...]]) -> bool:
        if row.place == _place():
            return _process(int(row.process.partition(":")[0])) != row.process
        now = self._clock()
        beats, since = self._seen.get(row.id, (-1, now))
        if beats != row.beats:
            self._seen[row.id] = (row.beats, now)
            return False
        return now - since > PATIENCE


def _place() -> str:
    """Where numbers of processes mean the same: this start of this machine, this container."""
    with suppress(OSError):
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    return new_id()  # nowhere that we know of: told by beats


def _process(number: int) -> str:
    """A process by its number and start: numbers are used again. "" where there is none."""
    try:
        fields = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] == "Z" else f"{number}:{fields[19]}"
