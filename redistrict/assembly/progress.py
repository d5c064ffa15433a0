"""What a run tells while it works, and the time each stage takes."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Protocol


class Progress(Protocol):
    """Shown to whoever waits; never changes the answer."""

    def stage(self, name: str) -> AbstractContextManager[object]:
        """A stage begins; it ends with the context."""
        ...

    def office(self, name: str, done: int, total: int, own: tuple[int, int] | None = None) -> None:
        """``done`` of ``total`` problems of the stage are answered; ``name``: whose the latest is,
        ``own``: the same two of that street office alone."""
        ...


class Silent:
    """Progress for callers who do not want any."""

    def stage(self, name: str) -> AbstractContextManager[object]:
        """Nothing."""
        del name
        return nullcontext()

    def office(self, name: str, done: int, total: int, own: tuple[int, int] | None = None) -> None:
        """Nothing."""


class Stopwatch:
    """Seconds per stage, for the manifest; passes progress on."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Generator[None]:
        """Time a stage; repeated names add up."""
        start = time.perf_counter()
        with self.progress.stage(name):
            yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start
