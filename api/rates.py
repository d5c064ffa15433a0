"""How much may be asked for: a budget per account, and per address where nobody is signed in.

A budget fills steadily and holds ten seconds' worth. Asking costs by what it is: a tile 1, another
reading 4, a change 20 units; signs of life are free. Held in memory: it forgets with the process.
"""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from api.errors import TooManyRequests

KEYS = 10_000
SECONDS = 10.0
"""What a budget holds."""
READING = ("GET", "HEAD", "OPTIONS")
FREE = ("/healthz", "/readyz")


def cost(method: str, path: str) -> float:
    """Units that a request costs."""
    if path in FREE:
        return 0.0
    if method not in READING:
        return 20.0
    return 1.0 if path.startswith("/tiles") else 4.0


class Rates:
    """Budgets by key. Safe to share between threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._held: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def spend(self, key: str, units: float, rate: float) -> None:
        """Take ``units`` from a budget that fills with ``rate`` units a second.

        Raises TooManyRequests, with the seconds to wait, where they are not there.
        """
        with self._lock:
            moment = self._clock()
            left, seen = self._held.pop(key, (rate * SECONDS, moment))
            left = min(rate * SECONDS, left + (moment - seen) * rate)
            enough = left >= units
            self._held[key] = (left - units if enough else left, moment)
            while len(self._held) > KEYS:  # longest not seen: full again, or nearly
                self._held.popitem(last=False)
        if not enough:
            wait = max(1, math.ceil((units - left) / rate))
            headers = {"Retry-After": str(wait)}
            raise TooManyRequests("too-many-requests", headers=headers, seconds=wait)
