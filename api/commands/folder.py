"""The data folder of a service: who may use it at the same time, and what a kill left in it."""

from __future__ import annotations

import fcntl
import os
import shutil
from pathlib import Path
from typing import TextIO

from redistrict.model.errors import OutputError
from redistrict.model.finding import Finding

LOCK = "serve.lock"
TEMPORARY = "tmp"


def taken(data: Path, shared: bool) -> TextIO:
    """The lock of the folder ``data``, held until it is closed.

    ``shared``: services on one PostgreSQL share the folder, too. With SQLite a folder has one
    service: two would work on the same runs. Whoever comes first clears what a kill has left.
    Raises OutputError: data-in-use, data-not-writable.
    """
    try:
        data.mkdir(parents=True, exist_ok=True)
        held = (data / LOCK).open("w")
    except OSError as error:
        params = {"data": str(data), "reason": error.strerror or str(error)}
        raise OutputError(Finding("data-not-writable", "error", params=params)) from None
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(data / TEMPORARY, ignore_errors=True)
        if shared:
            fcntl.flock(held, fcntl.LOCK_SH)
    except BlockingIOError:
        if not shared or not _with_others(held):
            held.close()
            raise OutputError(Finding("data-in-use", "error", params={"data": str(data)})) from None
    return held


def cleared(data: Path) -> Path:
    """A folder of this process for what is being received and looked at."""
    folder = data / TEMPORARY / str(os.getpid())
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    return folder


def _with_others(held: TextIO) -> bool:
    try:
        fcntl.flock(held, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
