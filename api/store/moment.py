"""What was read, for as long as nothing has happened since.

Every act is a link of the audit's chain (`api.store.audit`), recorded in the transaction that does
it. So what was read about accounts, proposals and their reviews holds as long as the chain ends
where it ended then: one small look instead of many, and a right that is withdrawn is withdrawn at
once, whichever process of the service has done it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Hashable
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar, cast

from api.bounded import Bounded
from api.store.audit import end_of_chain
from api.store.engine import Store

KEPT = 8192
T = TypeVar("T")


class Moment:
    """The end of the chain as one request that only reads first saw it."""

    def __init__(self) -> None:
        self.end: int | None = None


_MOMENT: ContextVar[Moment | None] = ContextVar("moment", default=None)


@contextmanager
def one_moment() -> Generator[None]:
    """Everything in the context is answered as of one moment. Not for who writes: it would not see
    what it has written."""
    before = _MOMENT.set(Moment())
    try:
        yield
    finally:
        _MOMENT.reset(before)


class Since:
    """What one store said, by the end of its chain. Safe to share between threads."""

    def __init__(self, store: Store, kept: int = KEPT) -> None:
        self._store = store
        self._held = Bounded[object](kept, lambda _: 1)

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """What ``make`` reads; ``key`` names all that it depends on beside the store (the day!).

        What raises is not kept.
        """
        # Read before ``make`` reads: what it finds may be newer, never older.
        return cast("T", self._held.get((self._end(), key), make))

    def _end(self) -> int:
        moment = _MOMENT.get()
        if moment is None:
            return end_of_chain(self._store)
        if moment.end is None:
            moment.end = end_of_chain(self._store)
        return moment.end
