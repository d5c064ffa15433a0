"""`solve` in a process of its own, watched from outside: its limit holds whatever a solver does.

A kernel or a solver in flight cannot be interrupted from within its own process; a process can
be ended. The worker sends what it knows as it goes; this side looks at the clock and at the
caller, asks the worker to finish, and ends it when it does not.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from redistrict.districting.process import end_with_parent
from redistrict.districting.terms import measure, violations
from redistrict.districting.validate import connected, validate
from redistrict.districting.watch import Progress
from redistrict.model.problem import Limits, Outcome, Problem, Reason, TermValue

TICK = 0.05
"""Seconds between looks at the clock and at the caller."""
GRACE = 0.4
"""Seconds that a worker has for its last answer: once asked to stop, and before a deadline."""

_START = "from redistrict.districting.supervised import serve; serve()"


@dataclass(frozen=True)
class Job:
    """What a worker is to do. ``deadline``: on `time.monotonic`, one clock for all processes."""

    problem: Problem
    limits: Limits
    deadline: float | None
    parent: int


def solve_supervised(
    problem: Problem,
    limits: Limits,
    *,
    on_progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Outcome:
    """`solve`, answered within ``limits.seconds`` and within a second of ``should_stop``.

    Without either the outcome is that of `solve`. Where the worker has to be ended, the outcome is
    the last it told; where it told none, the connected components as they are. Raises `GraphError`
    if the problem is malformed.
    """
    validate(problem)
    began = time.monotonic()
    deadline = None if limits.seconds is None else began + limits.seconds
    worker = _Worker(Job(problem, limits, deadline, os.getpid()))
    told: Outcome | None = None
    asked: float | None = None
    try:
        while True:
            message = worker.next(TICK)
            if isinstance(message, Progress):
                if on_progress is not None:
                    on_progress(message)
            elif isinstance(message, Outcome):
                told = message
            elif isinstance(message, _Final):
                return message.outcome
            elif isinstance(message, BaseException):
                raise message
            elif message is _ENDED:
                break  # out of memory, or killed from outside
            now = time.monotonic()
            if asked is None and should_stop is not None and should_stop():
                asked = now
                worker.ask_to_stop()
            if (asked is not None and now >= asked + GRACE) or (
                deadline is not None and now >= deadline
            ):
                break
    finally:
        worker.end()
    return told if told is not None else _components(problem, limits, time.monotonic() - began)


@dataclass(frozen=True)
class _Final:
    outcome: Outcome


_ENDED = object()


class _Worker:
    """The process and what it has said."""

    def __init__(self, job: Job) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _START],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._heard: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._letters: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._letters.put(pickle.dumps(job))
        for work in (self._read, self._write):
            threading.Thread(target=work, daemon=True).start()

    def next(self, seconds: float) -> Any:
        """What the worker says next; None if nothing within ``seconds``."""
        try:
            return self._heard.get(timeout=seconds)
        except queue.Empty:
            return None

    def ask_to_stop(self) -> None:
        """The worker is to answer with what it has."""
        self._letters.put(pickle.dumps("stop"))

    def end(self) -> None:
        """End the process, whatever it does."""
        self._letters.put(None)
        self._process.kill()
        self._process.wait()

    def _read(self) -> None:
        pipe = self._process.stdout
        assert pipe is not None
        # A worker that is ended leaves a message unfinished: whatever comes of that, it is over.
        with contextlib.suppress(Exception), pipe:
            while True:
                self._heard.put(pickle.load(pipe))  # noqa: S301 - our own worker wrote it
        self._heard.put(_ENDED)

    def _write(self) -> None:
        pipe = self._process.stdin
        assert pipe is not None
        with contextlib.suppress(OSError, ValueError), pipe:
            while (letter := self._letters.get()) is not None:
                pipe.write(letter)
                pipe.flush()


def _components(problem: Problem, limits: Limits, seconds: float) -> Outcome:
    """The plan of one part per connected component: what can be said without any search."""
    part = connected(problem.n, problem.edges).astype(np.int32)
    weight = np.zeros(int(part.max()) + 1, dtype=np.int64)
    np.add.at(weight, part, problem.weights)
    out = np.flatnonzero((weight < problem.lower) | (weight > problem.upper))
    window: dict[str, int | str | None] = {"lower": problem.lower, "upper": problem.upper}
    return Outcome(
        assignment=part,
        status="unknown" if len(out) or violations(problem, part) else "feasible",
        terms=tuple(
            TermValue(name, value, None, False)
            for name, value in zip(problem.terms, measure(problem, part), strict=True)
        ),
        reasons=tuple(Reason("search-limit", p, (), {"bound": 0, **window}) for p in out.tolist()),
        seed=limits.seed,
        seconds=round(seconds, 3),
        method="components",
    )


def serve() -> None:
    """The worker's side: one job from standard input, messages to standard output."""
    end_with_parent()
    source, out = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not mix with the messages
    job: Job = pickle.load(source)  # noqa: S301 - our own parent wrote it
    if os.getppid() != job.parent:
        return
    stopped = threading.Event()

    def listen() -> None:
        with contextlib.suppress(EOFError):
            pickle.load(source)  # noqa: S301
        stopped.set()

    threading.Thread(target=listen, daemon=True).start()

    def send(message: object) -> None:
        out.write(pickle.dumps(message))
        out.flush()

    try:
        from redistrict.districting.solve import solve  # slow to load

        found = solve(
            job.problem,
            _rest(job),
            on_progress=send,
            on_outcome=send,
            should_stop=stopped.is_set,
        )
        send(_Final(found))
    except Exception as error:  # noqa: BLE001 - raised again on the other side
        send(error)
    os._exit(0)


def _rest(job: Job) -> Limits:
    """The limits with the time that is left, less what the last answer takes on its way."""
    if job.deadline is None:
        return job.limits
    left = job.deadline - time.monotonic()
    return replace(job.limits, seconds=max(0.0, left - min(GRACE, left / 5)))
