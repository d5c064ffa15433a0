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
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

from redistrict.model.errors import InternalError
from redistrict.model.finding import Finding
from redistrict.model.settings import RunSettings

T = TypeVar("T")
R = TypeVar("R")

ATTEMPTS = 3
"""How often a task may lose its worker before the run gives up on it."""

_PR_SET_PDEATHSIG = 1


class Workers:
    """The processes of one run. Use as a context manager; with one worker, nothing is started."""

    def __init__(self, settings: RunSettings) -> None:
        self._settings = settings
        self._executor: Executor | None = None
        self._client: Any = None

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def serial(self) -> bool:
        """True where tasks run in this process."""
        return self._settings.workers <= 1 and self._settings.scheduler is None

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
        worker `ATTEMPTS` times.
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
                for future in as_completed(waiting):
                    answers[waiting[future]] = future.result()
                    if on_done is not None:
                        on_done(waiting[future], answers[waiting[future]])
            except BrokenProcessPool:
                self.close()
                continue
            except BaseException:
                for future in waiting:
                    future.cancel()
                raise
            return [answers[i] for i in range(len(items))]
        raise InternalError(
            Finding("worker-lost", "error", params={"tasks": len(items) - len(answers)})
        )

    def _open(self) -> Executor:
        if self._executor is not None:
            return self._executor
        executor: Executor
        if self._settings.scheduler is not None:
            from distributed import Client  # the cluster extra; only where one is asked for

            self._client = Client(self._settings.scheduler)
            executor = self._client.get_executor(pure=False)
        else:
            executor = ProcessPoolExecutor(
                self._settings.workers,
                mp_context=multiprocessing.get_context("spawn"),
                initializer=_die_with,
                initargs=(os.getpid(),),
            )
        self._executor = executor
        return executor

    def close(self) -> None:
        """Stop the processes; called by leaving the context."""
        if self._executor is not None:
            self._executor.shutdown(wait=False, cancel_futures=True)
            self._executor = None
        if self._client is not None:
            self._client.close()
            self._client = None


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
