"""The database of a command: reached, or a sentence why not."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from api.store import Store


@contextmanager
def reached(data: Path, url: str | None) -> Generator[Store]:
    """The store in ``data``, or at ``url``; closed when the context ends."""
    from api.store import Store

    with told():
        store = Store.open(data, url)
        try:
            yield store
        finally:
            store.close()


@contextmanager
def told() -> Generator[None]:
    """Raises OutputError (database-unreachable) where the database does not answer."""
    from sqlalchemy.exc import ArgumentError

    from api.outside import UNREACHABLE
    from redistrict.model.errors import OutputError
    from redistrict.model.finding import Finding

    try:
        yield
    except (*UNREACHABLE, ArgumentError) as error:
        reason = str(getattr(error, "orig", None) or error).strip().split("\n")[0]
        params = {"reason": reason}
        raise OutputError(Finding("database-unreachable", "error", params=params)) from None
