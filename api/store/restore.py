"""A backup becomes a store again: a new one, whole, or nothing has changed.

Everything is put together aside, looked at as `fsck` would, compared with what the backup says of
itself, and only then given its name. What is kept somewhere already is never overwritten.
"""

from __future__ import annotations

import secrets
import shutil
import zipfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from api.store import rows
from api.store.artifacts import CHUNK, Artifacts
from api.store.backup import About, damaged, verified
from api.store.engine import Store
from api.store.fsck import check_rows
from api.store.migrate import head, known, upgrade
from api.store.sealing import opened
from redistrict.model.errors import InputError, OutputError
from redistrict.model.finding import Finding

HARMLESS = frozenset(("serve.lock", "tmp"))
"""What may lie in a data folder that keeps nothing yet."""


def restore(source: Path, data: Path, url: str | None = None, key: Path | None = None) -> About:
    """Make the store of the backup ``source`` in the folder ``data`` (and the database ``url``).

    Raises InputError for a backup that cannot be used (`sealing.opened`, `backup.verified`,
    backup-newer), OutputError (restore-not-empty) where something is kept already.
    """
    if not source.is_file():
        raise InputError(Finding("backup-missing", "error", params={"file": str(source)}))
    if data.exists() and {path.name for path in data.iterdir()} - HARMLESS:
        raise _not_empty(str(data))
    with _aside(data) as aside:
        plain = opened(source, key, aside / "opened")
        about = verified(plain)
        if not known(about.revision) or not set(about.rows) <= {t.name for t in rows.tables()}:
            raise InputError(Finding("backup-newer", "error", params={"file": str(source)}))
        _put_together(plain, about, aside / "data", data, url)
    return about


def _put_together(plain: Path, about: About, home: Path, data: Path, url: str | None) -> None:
    """The store of ``plain`` in ``home``, then ``home`` as ``data``."""
    artifacts = Artifacts(home / "artifacts")
    store = Store.open(home, url)
    try:
        with zipfile.ZipFile(plain) as archive, store.write() as connection:
            if sa.inspect(connection).get_table_names():
                raise _not_empty("--database-url")
            _fill(connection, archive, about, artifacts, plain)
            if url is not None:  # before the rows are there for good: undone with them
                _name(home, data)
    except BaseException:
        if url is not None and data.is_dir() and not home.exists():
            shutil.rmtree(data)
        raise
    finally:
        store.close()
    if url is None:
        _name(home, data)


def _fill(
    connection: Connection,
    archive: zipfile.ZipFile,
    about: About,
    artifacts: Artifacts,
    source: Path,
) -> None:
    """Rows and files of the backup, looked at as `fsck` would."""
    for entry in archive.infolist():
        folder, _, name = entry.filename.partition("/")
        if folder == "artifacts":
            with archive.open(entry) as file:
                if artifacts.put(iter(lambda file=file: file.read(CHUNK), b"")) != name:
                    raise damaged(source, name)
    upgrade(connection, about.revision)
    for table in rows.tables():
        if table.name in about.rows:
            with archive.open(f"rows/{table.name}.jsonl") as said:
                if rows.insert(connection, table, said) != about.rows[table.name]:
                    raise damaged(source, table.name)
    same = about.revision != head() or rows.digest(connection) == about.content
    upgrade(connection)
    if not same or check_rows(connection, set(artifacts.names())):
        raise damaged(source, "fsck")


def _name(home: Path, data: Path) -> None:
    """What was put together becomes the data folder, in one step."""
    if data.exists():
        shutil.rmtree(data)  # empty but for what is harmless
    home.rename(data)


@contextmanager
def _aside(data: Path) -> Generator[Path]:
    """A folder beside ``data``, on the same disk, gone when the context ends."""
    whole = data.absolute()
    aside = whole.with_name(f".{whole.name}-restoring-{secrets.token_hex(8)}")
    aside.mkdir(mode=0o700, parents=True)
    try:
        yield aside
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _not_empty(place: str) -> OutputError:
    return OutputError(Finding("restore-not-empty", "error", params={"place": place}))
