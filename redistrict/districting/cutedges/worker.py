"""A process that searches or proves and streams what it learns; started by `race`.

A pickled job comes in on standard input, then updates of the best cuts known; pickled messages
go out on standard output. The process ends with its parent.
"""

from __future__ import annotations

import math
import os
import pickle
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

from redistrict.districting.cutedges.instance import Assignment, Instance
from redistrict.districting.process import end_with_parent

HEADER = 8
"""Bytes before each message that say how long it is."""

SEARCH_SHARE = 0.4
"""Share of the time that the proving process searches too where no proof is in sight."""
FIRST_STEPS = 12
"""Steps of the search before a proof: without a plan no part is too dear to be looked at."""
FIRST_SECONDS = 8.0
"""And no longer than this, where there is no plan."""

Role = Literal["search", "prove"]


@dataclass(frozen=True)
class Job:
    """What a worker is to do, for which tasks (index in the whole, instance, known cut)."""

    role: Role
    tasks: tuple[tuple[int, Instance, int | None], ...]
    seed: int
    parent: int
    seconds: float


@dataclass(frozen=True)
class Message:
    """One thing learnt about task ``task``."""

    task: int
    kind: Literal["plan", "bound", "infeasible", "done"]
    value: int = 0
    outside: int = 0
    assignment: Assignment | None = None


class _Pipe:
    """A `Report` that writes messages."""

    def __init__(self, task: int, known: dict[int, int], out: Any) -> None:
        self._task, self._known, self._out = task, known, out
        self._sent = -1

    def send(self, message: Message) -> None:
        body = pickle.dumps(message)
        self._out.write(len(body).to_bytes(HEADER, "big") + body)
        self._out.flush()

    def plan(self, outside: int, cost: int, assignment: Assignment) -> None:
        if outside == 0:
            self._known[self._task] = min(cost, self._known.get(self._task, cost))
        self.send(Message(self._task, "plan", cost, outside, assignment))

    def bound(self, value: int) -> None:
        if value > self._sent:
            self._sent = value
            self.send(Message(self._task, "bound", value))

    def infeasible(self) -> None:
        self.send(Message(self._task, "infeasible"))

    def done(self) -> None:
        self.send(Message(self._task, "done"))

    def incumbent(self) -> int | None:
        return self._known.get(self._task)

    def stopped(self) -> bool:
        return False  # the parent ends us


def _searches(
    job: Job, reports: list[_Pipe], seconds: float = math.inf, steps: float = math.inf
) -> None:
    """Search the tasks in turn, until ended from outside, for ``seconds``, or for ``steps`` of each
    and until each has a plan."""
    from redistrict.districting.cutedges.search import Found, restarts

    walks: list[Iterator[Found]] = [restarts(i, job.seed) for _, i, _ in job.tasks]
    best: list[tuple[int, int] | None] = [None] * len(walks)
    until = time.monotonic() + seconds
    while steps > 0 or any(report.incumbent() is None for report in reports):
        steps -= 1
        for i, walk in enumerate(walks):
            found = next(walk)
            rank = best[i]
            if rank is None or found.rank < rank:
                best[i] = found.rank
                reports[i].plan(found.outside, found.cost, found.assignment)
            if time.monotonic() >= until:
                return


def _proofs(job: Job, reports: list[_Pipe]) -> None:
    """Prove the tasks one after another; where no proof is in sight, search as well."""
    from redistrict.districting.cutedges.prove import first_bound, hard, prove

    other = replace(job, seed=job.seed + 1)
    if any(hard(instance) for _, instance, _ in job.tasks):
        for (_, instance, _), report in zip(job.tasks, reports, strict=True):
            first_bound(instance, report)
        _searches(other, reports, job.seconds * SEARCH_SHARE)
    else:
        _searches(other, reports, FIRST_SECONDS, FIRST_STEPS)
    for (_, instance, _), report in zip(job.tasks, reports, strict=True):
        prove(instance, report, None, job.seed)
        report.done()
    _searches(other, reports)


def _listen(source: Any, known: dict[int, int]) -> None:
    try:
        while True:
            task, cost = pickle.load(source)  # noqa: S301 - our own parent wrote it
            known[task] = min(cost, known.get(task, cost))
    except EOFError:
        os._exit(0)


def main() -> None:
    """Serve one job and exit."""
    end_with_parent()
    source, out = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not mix with the messages
    job: Job = pickle.load(source)  # noqa: S301
    if os.getppid() != job.parent:
        return
    known = {task: cost for task, _, cost in job.tasks if cost is not None}
    threading.Thread(target=_listen, args=(source, known), daemon=True).start()
    reports = [_Pipe(task, known, out) for task, _, _ in job.tasks]
    (_searches if job.role == "search" else _proofs)(job, reports)
    os._exit(0)
