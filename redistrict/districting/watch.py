"""Stopping and telling: the one place that looks at clocks and at the caller."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Progress:
    """What `on_progress` is given: the phase, the best terms so far and their bounds."""

    phase: str
    terms: tuple[int, ...]
    bounds: tuple[int | None, ...]
    seconds: float


@dataclass
class Watch:
    """Asks the caller and the clock whether to go on; cheap enough for every few milliseconds."""

    seconds: float | None = None
    should_stop: Callable[[], bool] | None = None
    on_progress: Callable[[Progress], None] | None = None
    started: float = field(default_factory=time.monotonic)
    cut_short: bool = False
    """True once something other than the work limit ended the work."""

    @property
    def elapsed(self) -> float:
        return time.monotonic() - self.started

    def stop(self) -> bool:
        """True if the time is up or the caller wants to stop."""
        if not self.cut_short:
            late = self.seconds is not None and self.elapsed >= self.seconds
            self.cut_short = late or (self.should_stop is not None and self.should_stop())
        return self.cut_short

    def left(self) -> float:
        """Seconds left, at most a day."""
        return 86400.0 if self.seconds is None else max(0.0, self.seconds - self.elapsed)

    def tell(
        self, phase: str, terms: tuple[int, ...] = (), bounds: tuple[int | None, ...] = ()
    ) -> None:
        """Report progress, if anyone listens."""
        if self.on_progress is not None:
            self.on_progress(Progress(phase, terms, bounds, self.elapsed))
