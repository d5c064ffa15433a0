"""A bounded memory of what was made, least recently used first to go, each thing made once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

Made = TypeVar("Made")


class Bounded(Generic[Made]):
    """``limit`` is in the unit that ``weigh`` answers (bytes, or one a thing)."""

    def __init__(self, limit: int, weigh: Callable[[Made], int]) -> None:
        self.limit = limit
        self.weight = 0
        self._weigh = weigh
        self._held: OrderedDict[Hashable, Made] = OrderedDict()
        self._making: dict[Hashable, Lock] = {}
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._held)

    def holds(self, key: Hashable) -> bool:
        """Whether `get` would answer at once."""
        with self._lock:
            return key in self._held

    def get(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """What is held for ``key``, or what ``make`` gives.

        Who asks for the same key meanwhile waits for the first; other keys do not wait. An
        exception of ``make`` goes to the one who called it, and nothing is held.
        """
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key]
            making = self._making.setdefault(key, Lock())
        with making:
            with self._lock:
                if key in self._held:
                    return self._held[key]
            try:
                made = make()
                self._hold(key, made)
            finally:
                with self._lock:
                    self._making.pop(key, None)
        return made

    def _hold(self, key: Hashable, made: Made) -> None:
        weight = self._weigh(made)
        with self._lock:
            if weight > self.limit or key in self._held:
                return
            self._held[key] = made
            self.weight += weight
            while self.weight > self.limit:
                _, gone = self._held.popitem(last=False)
                self.weight -= self._weigh(gone)
