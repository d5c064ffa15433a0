"""Every row of a store as text that is the same on SQLite and PostgreSQL, and back.

A line is one row as JSON, columns and rows in an order of their own. So two stores with the same
content have the same hash, whatever database keeps them.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from api.store.tables import METADATA
from api.store.types import UtcTime

BATCH = 1000


def tables() -> list[sa.Table]:
    """Those whose rows last, each after those that it refers to."""
    return [table for table in METADATA.sorted_tables if not table.info.get("transient")]


def lines(connection: Connection, table: sa.Table) -> Iterator[bytes]:
    """The rows of ``table``, by primary key."""
    order = [_ordered(connection, column) for column in table.primary_key.columns]
    streamed = connection.execution_options(yield_per=BATCH)
    for row in streamed.execute(sa.select(table).order_by(*order)):
        said = {c.name: _plain(v) for c, v in zip(table.columns, row, strict=True)}
        yield json.dumps(said, ensure_ascii=False, sort_keys=True).encode() + b"\n"


def digest(connection: Connection) -> str:
    """sha256 hex over all rows that last: what "the same store" means. The files are in it, too:
    rows name them by their hash."""
    whole = hashlib.sha256()
    for table in sorted(tables(), key=lambda one: one.name):
        whole.update(f"{table.name}\n".encode())
        for line in lines(connection, table):
            whole.update(line)
    return whole.hexdigest()


def insert(connection: Connection, table: sa.Table, said: Iterable[bytes]) -> int:
    """Put the rows of `lines` into ``table``; how many. Columns that an older version did not
    have yet get their defaults."""
    if connection.execute(sa.select(table).limit(1)).first() is not None:
        connection.execute(table.delete())  # a migration has put a first row there
    rows = [_restored(table, json.loads(line)) for line in said]
    for batch in _after_those_they_name(table, rows):
        connection.execute(table.insert(), batch)
    return len(rows)


def _after_those_they_name(
    table: sa.Table, rows: list[dict[str, Any]]
) -> Iterator[list[dict[str, Any]]]:
    """Rows that name a row of their own table come after it."""
    own = [
        (key.parent.name, key.column.name)
        for key in table.foreign_keys
        if key.column.table is table
    ]
    while rows:
        names = {column: {row[column] for row in rows} for _, column in own}
        ready = [r for r in rows if all(r[a] is None or r[a] not in names[b] for a, b in own)]
        if not ready:
            raise ValueError(f"{table.name}: rows that name one another")
        for start in range(0, len(ready), BATCH):
            yield ready[start : start + BATCH]
        held = {id(row) for row in ready}
        rows = [row for row in rows if id(row) not in held]


def _ordered(connection: Connection, column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """Text by its bytes, as SQLite has it; PostgreSQL would follow a language."""
    if connection.dialect.name == "postgresql" and isinstance(column.type, sa.String):
        return sa.collate(column, "C")
    return column


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.isoformat(timespec="microseconds")
    return value.isoformat() if isinstance(value, dt.date) else value


def _restored(table: sa.Table, said: Mapping[str, Any]) -> dict[str, Any]:
    row = dict(said)
    for name, value in said.items():
        kind = table.columns[name].type
        if value is not None and isinstance(kind, UtcTime):
            row[name] = dt.datetime.fromisoformat(value)
        elif value is not None and isinstance(kind, sa.Date):
            row[name] = dt.date.fromisoformat(value)
    return row
