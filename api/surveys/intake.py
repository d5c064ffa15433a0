"""Files as they come: names that are safe, a folder that the sandbox can read.

A name that came over the wire is never a path. Its last part, cleaned, becomes a name inside a
folder of ours, because the contract tells layers by the names of their files.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from api.errors import Unprocessable

LONGEST = 120
MOST_FILES = 200
_HEADS = ((b"PK\x03\x04", ".zip"), (b"SQLite format 3\0", ".gpkg"))
_PARTS = re.compile(r"[/\\]")
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"|?*\ud800-\udfff]')
_DRIVEN = (".zip", ".gpkg", ".xlsx", ".kmz")


@dataclass(frozen=True, slots=True)
class Sent:
    """One file of an upload, not yet looked at."""

    name: str
    content: BinaryIO


@dataclass(frozen=True, slots=True)
class Laid:
    """One file under a name of ours."""

    name: str
    path: Path
    bytes: int


def safe_name(stated: str, number: int) -> str:
    """A file name for file ``number`` (from 0), made from what the client called it."""
    last = _FORBIDDEN.sub("", _PARTS.split(stated)[-1]).strip(". ")
    encoded = last.encode("utf-8")[-LONGEST:]
    return encoded.decode("utf-8", "ignore") or f"file-{number + 1}"


def lay(sent: Sequence[Sent], folder: Path) -> list[Laid]:
    """Write the files of an upload into ``folder``.

    Raises Unprocessable: too-many-files, layer-missing where there is none at all,
    layer-ambiguous where two have the same name.
    """
    if not sent:
        raise Unprocessable("upload-empty")
    if len(sent) > MOST_FILES:
        raise Unprocessable("upload-many", limit=MOST_FILES)
    laid: list[Laid] = []
    taken: set[str] = set()
    for number, one in enumerate(sent):
        name = _with_suffix(safe_name(one.name, number), one.content, len(sent) == 1)
        if name.casefold() in taken:
            raise Unprocessable("upload-twice", name=name)
        taken.add(name.casefold())
        path = folder / name
        with path.open("xb") as out:
            shutil.copyfileobj(one.content, out)
        laid.append(Laid(name, path, path.stat().st_size))
    return laid


def _with_suffix(name: str, content: BinaryIO, alone: bool) -> str:
    """A survey sent as one archive or GeoPackage is one whatever it is called."""
    if not alone or Path(name).suffix.casefold() in _DRIVEN:
        return name
    head = content.read(16)
    content.seek(0)
    return next((name + suffix for begin, suffix in _HEADS if head.startswith(begin)), name)
