"""Attachments of one service: taken in, named in what is said, handed out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Literal
from urllib.parse import quote

import sqlalchemy as sa
from fastapi.responses import FileResponse
from sqlalchemy.engine import Connection

from api.attachments import kinds
from api.errors import NotFound, TooLarge, Unprocessable
from api.routing import BIDI
from api.store import Artifacts
from api.store.civic import attachments
from api.store.types import new_id, now
from api.surveys.intake import safe_name

Purpose = Literal["evidence", "comment"]


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file as kept; ``artifact`` is its sha256."""

    id: str
    artifact: str
    name: str
    kind: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Ready:
    """A file that is in the folder of artifacts, and not yet in a row."""

    artifact: str
    name: str
    kind: str
    bytes: int


def take_in(
    artifacts: Artifacts, name: str, content: BinaryIO, limit: int, purpose: Purpose
) -> Ready:
    """Look at a file and keep what is to be kept of it.

    Raises UnsupportedFormat, TooLarge beyond ``limit`` bytes, Unprocessable.
    """
    held = content.read(limit + 1)
    if len(held) > limit:
        raise TooLarge("too-large", limit=limit)
    kind = kinds.kind_of(held[:16])
    if purpose == "comment" and kind in kinds.PICTURES:
        drawn = kinds.redrawn(held, kind)
        held, kind = drawn.content, drawn.kind
    return Ready(artifacts.put([held]), _shown(name), kind, len(held))


def enter(connection: Connection, ready: Ready, purpose: Purpose, author: str | None) -> Attachment:
    """The row of a file; from now on it can be named."""
    number = new_id()
    connection.execute(
        attachments.insert().values(
            id=number,
            artifact=ready.artifact,
            name=ready.name,
            kind=ready.kind,
            bytes=ready.bytes,
            purpose=purpose,
            author=author,
            at=now(),
        )
    )
    return Attachment(number, ready.artifact, ready.name, ready.kind, ready.bytes)


def sent_by(
    connection: Connection, author: str, purpose: Purpose, ids: Sequence[str]
) -> list[Attachment]:
    """Files that ``author`` has sent for this. Raises Unprocessable (file-unknown)."""
    held = (attachments.c.author == author) & (attachments.c.purpose == purpose)
    rows = connection.execute(sa.select(attachments).where(held & attachments.c.id.in_(ids))).all()
    found = {row.id: _attachment(row) for row in rows}
    for one in ids:
        if one not in found:
            raise Unprocessable("file-unknown", file=one)
    return [found[one] for one in dict.fromkeys(ids)]


def find(connection: Connection, ids: Sequence[str]) -> Mapping[str, Attachment]:
    """Attachments by id; what is not there is left out."""
    rows = connection.execute(sa.select(attachments).where(attachments.c.id.in_(ids))).all()
    return {row.id: _attachment(row) for row in rows}


def download(artifacts: Artifacts, held: Sequence[Attachment], number: str) -> FileResponse:
    """The answer with the file ``number`` of those ``held``: never shown as a page of ours."""
    one = next((a for a in held if a.id == number), None)
    if one is None:
        raise NotFound
    suffix = kinds.SUFFIX[one.kind]
    name = one.name or f"{one.id}.{suffix}"
    stated = f"attachment; filename=\"{one.id}.{suffix}\"; filename*=UTF-8''{quote(name, safe='')}"
    return FileResponse(
        artifacts.path(one.artifact),
        media_type=one.kind,
        headers={
            "content-disposition": stated,
            "content-security-policy": "default-src 'none'; sandbox",
            "cache-control": "private, no-cache",
        },
    )


def _shown(name: str) -> str:
    """A file's name to show, without what could make it read otherwise."""
    return "".join(c for c in safe_name(name, 0) if c not in BIDI)[:120]


def _attachment(row: sa.Row[Any]) -> Attachment:
    return Attachment(row.id, row.artifact, row.name, row.kind, row.bytes)
