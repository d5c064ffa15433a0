"""Guessing is slow: so many failures in so long a time, then wait."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from api.errors import TooManyRequests

KEYS = 10_000


class Throttle:
    """Failures per key within a sliding window. Held in memory: it forgets with the process."""

    def __init__(
        self, most: int = 10, seconds: float = 300.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most = most
        self._seconds = seconds
        self._clock = clock
        self._lock = threading.RLock()
        self._failures: OrderedDict[str, list[float]] = OrderedDict()

    def check(self, key: str) -> None:
        """Raise TooManyRequests where ``key`` has used up its failures."""
        with self._lock:
            recent = self._recent(key)
            if len(recent) >= self._most:
                wait = int(self._seconds - (self._clock() - recent[0])) + 1
                raise TooManyRequests(
                    "too-many-requests", headers={"Retry-After": str(wait)}, seconds=wait
                )

    def spend(self, key: str) -> None:
        """`check`, and count one more; for what may be done only so often."""
        with self._lock:
            self.check(key)
            self.failed(key)

    def failed(self, key: str) -> None:
        """Count a failure of ``key``."""
        with self._lock:
            self._failures[key] = [*self._recent(key), self._clock()][-self._most :]
            self._failures.move_to_end(key)
            while len(self._failures) > KEYS:  # the oldest are the least use
                self._failures.popitem(last=False)

    def _recent(self, key: str) -> list[float]:
        since = self._clock() - self._seconds
        return [moment for moment in self._failures.get(key, []) if moment > since]
