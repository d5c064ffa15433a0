"""The database: SQLite in the data folder, or PostgreSQL by its address."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import OperationalError

from api.errors import StorageFull

BUSY_SECONDS = 20
CONNECT_SECONDS = 5
_DISK_FULL = "53100"
"""PostgreSQL's SQLSTATE for a full disk."""


class Store:
    """Transactions on the one database of a service. Safe to share between threads."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @classmethod
    def open(cls, data: Path, url: str | None = None) -> Store:
        """The database at ``url``; None: ``store.sqlite`` in the folder ``data``."""
        if url is None:
            data.mkdir(parents=True, exist_ok=True)
            return cls(_sqlite(f"sqlite:///{data / 'store.sqlite'}"))
        if url.startswith("sqlite"):
            return cls(_sqlite(url))
        patience = {"connect_timeout": CONNECT_SECONDS}
        return cls(
            sa.create_engine(
                with_driver(url), pool_size=10, pool_pre_ping=True, connect_args=patience
            )
        )

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()

    @contextmanager
    def read(self) -> Generator[Connection]:
        """One consistent look at the rows."""
        with self.engine.connect() as connection:
            if self.engine.dialect.name != "sqlite":  # a snapshot is all that SQLite knows
                connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection

    @contextmanager
    def glance(self) -> Generator[Connection]:
        """For one statement that reads: no transaction around it on PostgreSQL."""
        with self.engine.connect() as connection:
            if self.engine.dialect.name != "sqlite":
                connection.execution_options(isolation_level="AUTOCOMMIT")
            yield connection

    @contextmanager
    def write(self) -> Generator[Connection]:
        """One change: whole, or not at all. SQLite takes its one writer's lock at once.

        Raises StorageFull where the disk is full.
        """
        try:
            with self.engine.connect() as connection:
                connection.execution_options(immediate=True)
                with connection.begin():
                    yield connection
        except OperationalError as error:
            if _is_full(error.orig):
                raise StorageFull("storage-full") from error
            raise


def with_driver(url: str) -> str:
    """``url`` with our PostgreSQL driver named; people write ``postgresql://`` or ``postgres://``."""
    scheme, colon, rest = url.partition("://")
    return f"postgresql+psycopg{colon}{rest}" if scheme in ("postgres", "postgresql") else url


def _is_full(error: BaseException | None) -> bool:
    if isinstance(error, sqlite3.Error):
        return error.sqlite_errorcode == sqlite3.SQLITE_FULL
    return getattr(error, "sqlstate", None) == _DISK_FULL


def _sqlite(url: str) -> Engine:
    engine = sa.create_engine(url, pool_size=10, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: Any, record: object) -> None:
    del record
    connection.isolation_level = None  # we begin our transactions ourselves
    _write_ahead(connection)
    for pragma in ("foreign_keys=ON", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")


def _write_ahead(connection: Any) -> None:
    """Of several that make a database at once one changes its mode; SQLite refuses the others at
    once, whatever patience they were given."""
    end = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
            time.sleep(0.02)


def _begin(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("immediate", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")
