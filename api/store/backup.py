"""A backup: one file with every row and every file that a row names, taken while the service runs.

The file is a zip: ``backup.json`` (what it is), ``rows/<table>.jsonl``, ``artifacts/<sha256>``;
behind the zip stands a line with the sha256 of everything before it. One look at the database is
one moment; what it names is there already, since files are kept before the rows that name them,
and are never changed. Runs that have not ended begin anew where the backup is restored.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from alembic.runtime.migration import MigrationContext

from api.errors import NotFound
from api.store import rows
from api.store.artifacts import CHUNK, Artifacts
from api.store.engine import Store
from api.store.fsck import named
from api.store.migrate import head
from redistrict import __version__
from redistrict.model.errors import InputError
from redistrict.model.finding import Finding

ABOUT = "backup.json"
FORMAT = 1
TRAILER = b"\nredistrict-backup sha256:"
TRAILER_BYTES = len(TRAILER) + 64


@dataclass(frozen=True, slots=True)
class About:
    """What a backup says of itself. ``content``: `rows.digest` of the store it was taken of."""

    format: int
    version: str
    revision: str
    taken: str
    content: str
    rows: dict[str, int]
    files: int


def write(store: Store, artifacts: Artifacts, out: BinaryIO) -> About:
    """The backup of a store into ``out``, which need not be able to go back.

    Raises InputError: store-version (not of this program's version), store-damaged (a file that a
    row names is not there, or not what its name says).
    """
    hashing = _Hashing(out)
    with store.read() as connection:
        revision = MigrationContext.configure(connection).get_current_revision() or ""
        if revision != head():
            params = {"revision": revision, "wanted": head()}
            raise InputError(Finding("store-version", "error", params=params))
        names = sorted({name for name, _ in named(connection)})
        counts: dict[str, int] = {}
        with zipfile.ZipFile(hashing, "w", zipfile.ZIP_DEFLATED) as archive:  # pyright: ignore[reportArgumentType]
            for table in rows.tables():
                counts[table.name] = 0
                with archive.open(f"rows/{table.name}.jsonl", "w", force_zip64=True) as into:
                    for line in rows.lines(connection, table):
                        counts[table.name] += 1
                        into.write(line)
            for name in names:
                _copy(artifacts, name, archive)
            taken = datetime.now(UTC).isoformat(timespec="seconds")
            content = rows.digest(connection)
            about = About(FORMAT, __version__, revision, taken, content, counts, len(names))
            archive.writestr(ABOUT, json.dumps(asdict(about), indent=1))
    out.write(TRAILER + hashing.digest.hexdigest().encode())
    return about


def _copy(artifacts: Artifacts, name: str, archive: zipfile.ZipFile) -> None:
    """A file into the archive, looked at on the way. Most are compressed already."""
    about = zipfile.ZipInfo(f"artifacts/{name}")
    digest = hashlib.sha256()
    try:
        with (
            artifacts.path(name).open("rb") as source,
            archive.open(about, "w", force_zip64=True) as into,
        ):
            while chunk := source.read(CHUNK):
                digest.update(chunk)
                into.write(chunk)
    except NotFound:
        raise InputError(Finding("store-damaged", "error", params={"file": name})) from None
    if digest.hexdigest() != name:
        raise InputError(Finding("store-damaged", "error", params={"file": name}))


class _Hashing(io.RawIOBase):
    """Passes bytes on and remembers their hash; cannot go back, so nothing is written twice."""

    def __init__(self, out: BinaryIO) -> None:
        self.digest = hashlib.sha256()
        self._out = out

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        self.digest.update(data)
        return self._out.write(data)

    def flush(self) -> None:
        self._out.flush()


def verified(file: Path) -> About:
    """What the backup in ``file`` says of itself, once every byte of it has been looked at.

    Raises InputError: backup-damaged, backup-newer.
    """
    size = file.stat().st_size - TRAILER_BYTES
    if size <= 0:
        raise damaged(file, "too short")
    digest = hashlib.sha256()
    with file.open("rb") as source:
        left = size
        while left and (chunk := source.read(min(CHUNK, left))):
            digest.update(chunk)
            left -= len(chunk)
        if source.read() != TRAILER + digest.hexdigest().encode():
            raise damaged(file, "sha256")
    try:
        with zipfile.ZipFile(file) as archive:
            said = json.loads(archive.read(ABOUT))
        if said["format"] != FORMAT:
            raise InputError(Finding("backup-newer", "error", params={"file": str(file)}))
        return About(**said)
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError) as error:
        raise damaged(file, type(error).__name__) from None


def damaged(file: Path, reason: str) -> InputError:
    """What to raise for a backup that is not what it was."""
    params = {"file": str(file), "reason": reason}
    return InputError(Finding("backup-damaged", "error", params=params))
