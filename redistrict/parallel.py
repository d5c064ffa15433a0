"""Independent tasks over processes (or a Dask cluster), in order, nothing lost.

A worker that is killed takes the pool with it (`BrokenProcessPool`); the pool is rebuilt and only
what has no answer yet is given out again. Children die with their parent (PR_SET_PDEATHSIG).
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    CancelledError,
    Executor,
    Future,
    ProcessPoolExecutor,
    wait,
)
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from typing import TypeVar

from redistrict.cluster import Cluster, worker_killed
from redistrict.memory import Forgetful, Memory, fingerprint
from redistrict.model.errors import InternalError
from redistrict.model.finding import Finding
from redistrict.model.settings import RunSettings

T = TypeVar("T")
R = TypeVar("R")

ATTEMPTS = 3
"""How often a task may lose its worker before the run gives up on it."""

TICK = 2.0
"""Seconds between looks at whether a cluster still has workers."""

PATIENCE = 5.0
"""Seconds for a process that was killed to be gone."""

_PR_SET_PDEATHSIG = 1


class Workers:
    """The processes of one run. Use as a context manager; with one worker, nothing is started."""

    def __init__(self, settings: RunSettings, memory: Memory | None = None) -> None:
        """``memory``: where the answers of `solve` are kept and looked for, and stages too."""
        self._settings = settings
        self.memory: Memory = Forgetful() if memory is None else memory
        self._executor: Executor | None = None
        self._cluster: Cluster | None = None

    def __enter__(self) -> Workers:
        if self._settings.scheduler is not None:
            self._open()  # a cluster that cannot be used is told before the work begins
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.close(at_once=kind is not None)

    @property
    def serial(self) -> bool:
        """True where tasks run in this process."""
        return self._settings.workers <= 1 and self._settings.scheduler is None

    def start(self, wake: Callable[[], None]) -> None:
        """Start the processes and let each call ``wake`` (importable by name) while this one goes
        on; nobody waits for it. Without effect on a cluster, or with one worker."""
        if not self.local:
            return
        executor = self._open()
        with suppress(BrokenProcessPool):  # whoever brings work finds out and starts anew
            for _ in range(self._settings.workers):
                executor.submit(wake)

    @property
    def count(self) -> int:
        """How many processes."""
        return self._settings.workers

    @property
    def local(self) -> bool:
        """True where tasks run in other processes of this machine, which see its files."""
        return not self.serial and self._settings.scheduler is None

    def begin(self, function: Callable[[T], R], items: Sequence[T]) -> Callable[[], list[R]]:
        """`map` while this process goes on with something else: call what is returned for the
        answers. Where tasks do not run on this machine's other processes, they run then."""
        if not self.local:
            return lambda: self.map(function, items)
        futures: list[Future[R]] = []
        with suppress(BrokenProcessPool):
            executor = self._open()
            futures += [executor.submit(function, item) for item in items]

        def answers() -> list[R]:
            try:
                if len(futures) == len(items):
                    return [future.result() for future in futures]
            except BrokenProcessPool:
                pass
            self.close()
            return self.map(function, items)

        return answers

    def solve(
        self,
        function: Callable[[T], R],
        items: Sequence[T],
        on_done: Callable[[int, R], None] | None = None,
    ) -> list[R]:
        """`map` for a ``function`` that only answers, and always answers the same: what an
        earlier process of this run has answered is not asked again."""
        if isinstance(self.memory, Forgetful):
            return self.map(function, items, on_done)
        keys = [fingerprint((function, item)) for item in items]
        known = {i: found[0] for i, key in enumerate(keys) if (found := self.memory.recall(key))}
        rest = [i for i in range(len(items)) if i not in known]

        def answered(position: int, answer: R) -> None:
            i = rest[position]
            self.memory.keep(keys[i], answer)
            known[i] = answer
            if on_done is not None:
                on_done(i, answer)

        if on_done is not None:
            for i in sorted(known):
                on_done(i, known[i])
        self.map(function, [items[i] for i in rest], answered)
        return [known[i] for i in range(len(items))]

    def map(
        self,
        function: Callable[[T], R],
        items: Sequence[T],
        on_done: Callable[[int, R], None] | None = None,
    ) -> list[R]:
        """``[function(item) for item in items]``, computed in parallel.

        ``function`` must be importable by name and, like items and results, picklable.
        ``on_done(index, result)`` is called in this process as each answer arrives, in any order.
        Raises what ``function`` raises; `InternalError` (``worker-lost``) where a task kills its
        worker `ATTEMPTS` times; `InputError` where the cluster asked for cannot be used.
        """
        if self.serial or len(items) <= 1:
            results: list[R] = []
            for i, item in enumerate(items):
                results.append(function(item))
                if on_done is not None:
                    on_done(i, results[i])
            return results
        return self._map_outside(function, items, on_done)

    def _map_outside(
        self,
        function: Callable[[T], R],
        items: Sequence[T],
        on_done: Callable[[int, R], None] | None,
    ) -> list[R]:
        answers: dict[int, R] = {}
        for _ in range(ATTEMPTS):
            executor = self._open()
            waiting: dict[Future[R], int] = {}
            try:
                for i, item in enumerate(items):
                    if i not in answers:
                        waiting[executor.submit(function, item)] = i
                for future in self._completed(set(waiting)):
                    answers[waiting[future]] = future.result()
                    if on_done is not None:
                        on_done(waiting[future], answers[waiting[future]])
            except BrokenProcessPool:
                self.close()
                continue
            except CancelledError:
                if self._cluster is None:
                    raise
                raise self._cluster.lost() from None
            except BaseException as error:
                for future in waiting:
                    future.cancel()
                if worker_killed(error):
                    break
                raise
            return [answers[i] for i in range(len(items))]
        raise InternalError(
            Finding("worker-lost", "error", params={"tasks": len(items) - len(answers)})
        )

    def _completed(self, pending: set[Future[R]]) -> Iterator[Future[R]]:
        """The futures as they are done; with a cluster, as long as it has workers."""
        while pending:
            done, pending = wait(
                pending, None if self._cluster is None else TICK, return_when=FIRST_COMPLETED
            )
            yield from done
            if self._cluster is not None and not done:
                self._cluster.check()

    def _open(self) -> Executor:
        if self._executor is not None:
            return self._executor
        if self._settings.scheduler is not None:
            self._cluster = Cluster(self._settings.scheduler)
            self._executor = self._cluster.executor()
        else:
            self._executor = ProcessPoolExecutor(
                self._settings.workers,
                mp_context=multiprocessing.get_context("spawn"),
                initializer=_die_with,
                initargs=(os.getpid(),),
            )
        return self._executor

    def close(self, at_once: bool = False) -> None:
        """Stop the processes, or leave the cluster; called by leaving the context.

        ``at_once``: nobody waits for the tasks under way any more, so their processes are ended.
        """
        if isinstance(self._executor, ProcessPoolExecutor):
            # The executor itself has no such wish before Python 3.14 (`kill_workers`).
            processes = dict(getattr(self._executor, "_processes", None) or {})
            manager = getattr(self._executor, "_executor_manager_thread", None)
            self._executor.shutdown(wait=False, cancel_futures=True)
            if at_once:
                for process in processes.values():
                    process.kill()
                for process in processes.values():
                    process.join(PATIENCE)
                if manager is not None:
                    # It closes the pipe that the interpreter, ending, would write to: a race that
                    # prints a traceback (CPython 3.11, `concurrent.futures.process._python_exit`).
                    manager.join(PATIENCE)
        elif self._executor is not None:
            self._executor.shutdown(wait=False)  # Dask's executor always cancels what waits
        self._executor = None
        if self._cluster is not None:
            self._cluster.close()
            self._cluster = None


def _die_with(parent: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what Ctrl-C means


def run_tasks(
    function: Callable[[T], R],
    items: Sequence[T],
    settings: RunSettings,
    on_done: Callable[[int, R], None] | None = None,
) -> list[R]:
    """`Workers.map` with processes of its own; for a stage that runs once."""
    with Workers(settings) as workers:
        return workers.map(function, items, on_done)
