"""Backups that only a key opens: the age format (age-encryption.org), by pyrage.

age checks every 64 KiB and the end, so a file that was changed or cut off does not open. The key
file is what ``age-keygen`` writes; to make backups its public half (``age1...``) is enough.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Generator
from contextlib import contextmanager
from io import BufferedIOBase
from pathlib import Path
from typing import BinaryIO, cast

import pyrage

from redistrict.model.errors import InputError, OutputError
from redistrict.model.finding import Finding

HEAD = b"age-encryption.org/"
_SECRET = re.compile(r"^AGE-SECRET-KEY-1[0-9A-Z]+$", re.MULTILINE)
_PUBLIC = re.compile(r"^age1[0-9a-z]+$", re.MULTILINE)
_NO_MATCH = "No matching keys"


def new_key(path: Path) -> str:
    """Make a key and keep it at ``path``, for this user only; its public half.

    Raises OutputError (backup-key-exists, backup-not-writable).
    """
    secret = pyrage.x25519.Identity.generate()
    public = str(secret.to_public())
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(f"# public key: {public}\n{secret}\n")
    except FileExistsError:
        raise OutputError(_found("backup-key-exists", path)) from None
    except OSError as error:
        raise OutputError(_found("backup-not-writable", path, error.strerror or "")) from None
    return public


@contextmanager
def sealed(out: BinaryIO, key: Path | None) -> Generator[BinaryIO]:
    """A stream whose content arrives in ``out`` sealed with the key; without one, as it is."""
    if key is None:
        yield out
        return
    to = _recipient(key)
    reading, writing = os.pipe()
    failed: list[BaseException] = []

    def seal() -> None:
        try:
            with os.fdopen(reading, "rb") as source:
                pyrage.encrypt_io(source, cast("BufferedIOBase", out), [to])
        except BaseException as error:  # noqa: BLE001 - raised in the thread that waits
            failed.append(error)

    thread = threading.Thread(target=seal)
    thread.start()
    try:
        with os.fdopen(writing, "wb") as into:
            yield cast("BinaryIO", into)
    except BrokenPipeError:
        pass  # the other end tells why
    finally:
        thread.join()
    if failed:
        raise failed[0]


def opened(source: Path, key: Path | None, into: Path) -> Path:
    """The content of the backup at ``source``: itself, or opened with the key into ``into``.

    Raises InputError: backup-needs-key, backup-key-unusable, backup-key-wrong, backup-damaged.
    """
    with source.open("rb") as file:
        if not file.read(len(HEAD)).startswith(HEAD):
            return source
        if key is None:
            raise InputError(_found("backup-needs-key", source))
        file.seek(0)
        try:
            with into.open("xb") as out:
                pyrage.decrypt_io(file, out, [_identity(key)])
        except pyrage.DecryptError as error:
            wrong = _NO_MATCH in str(error)
            code = "backup-key-wrong" if wrong else "backup-damaged"
            raise InputError(_found(code, source, str(error))) from None
        except OSError as error:
            if error.errno is not None:  # the disk's, not pyrage's
                raise
            raise InputError(_found("backup-damaged", source, str(error))) from None
    return into


def _identity(key: Path) -> pyrage.x25519.Identity:
    found = _SECRET.search(_text(key))
    try:
        if found is not None:
            return pyrage.x25519.Identity.from_str(found[0])
    except pyrage.IdentityError:
        pass
    raise InputError(_found("backup-key-unusable", key))


def _recipient(key: Path) -> pyrage.x25519.Recipient:
    text = _text(key)
    if _SECRET.search(text):
        return _identity(key).to_public()
    found = _PUBLIC.search(text)
    try:
        if found is not None:
            return pyrage.x25519.Recipient.from_str(found[0])
    except pyrage.RecipientError:
        pass
    raise InputError(_found("backup-key-unusable", key))


def _text(key: Path) -> str:
    try:
        return key.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise InputError(_found("backup-key-unusable", key)) from None


def _found(code: str, path: Path, reason: str = "") -> Finding:
    return Finding(code, "error", params={"file": str(path), "reason": reason})
