"""The story of a street office's part: what was said about it and decided on it, appended only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from api.errors import NotFound
from api.store import Store
from api.store.audit import record
from api.store.once import fingerprint
from api.store.tables import proposal_events, proposals
from api.store.types import now

Kind = Literal[
    "comment", "request-change", "submit", "approve", "return", "adopt", "notice", "end-notice"
]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Said:
    """One entry. ``body``: what came with it, such as ``text``, ``area``, ``files``."""

    proposal: str
    seq: int
    kind: Kind
    street_office: str
    author: str
    at: datetime
    body: Mapping[str, Any]


def told(store: Store, proposal: str, street_office: str | None = None) -> list[Said]:
    """Everything said about a proposal, or an office's part of it, oldest first."""
    with store.read() as connection:
        return read(connection, proposal, street_office)


def read(connection: Connection, proposal: str, street_office: str | None = None) -> list[Said]:
    """The same within a transaction."""
    at = proposal_events.c.proposal == proposal
    if street_office is not None:
        at &= proposal_events.c.street_office == street_office
    return of(connection, at)


def of(connection: Connection, at: sa.ColumnElement[bool]) -> list[Said]:
    """The entries that meet a condition, by proposal, oldest first."""
    order = (proposal_events.c.proposal, proposal_events.c.seq)
    rows = connection.execute(sa.select(proposal_events).where(at).order_by(*order)).all()
    return [Said(r.proposal, r.seq, r.kind, r.street_office, r.author, r.at, r.body) for r in rows]


def lock(connection: Connection, proposal: str) -> None:
    """Who decides at once decides one after the other. Raises NotFound."""
    held = sa.select(proposals.c.id).where(proposals.c.id == proposal).with_for_update()
    if connection.execute(held).first() is None:
        raise NotFound


def append(
    connection: Connection,
    proposal: str,
    street_office: str,
    by: str,
    kind: Kind,
    body: Mapping[str, Any],
) -> Said:
    """The next entry, under the proposal's `lock`; the audit holds the hash of what it says."""
    newest = sa.select(sa.func.coalesce(sa.func.max(proposal_events.c.seq), 0))
    query = newest.where(proposal_events.c.proposal == proposal)
    seq = connection.execute(query).scalar_one() + 1
    said = Said(proposal, seq, kind, street_office, by, now(), dict(body))
    connection.execute(
        proposal_events.insert().values(
            proposal=proposal,
            seq=seq,
            kind=kind,
            street_office=street_office,
            author=by,
            at=said.at,
            body=said.body,
        )
    )
    entered: dict[str, Any] = {"street_office": street_office, "seq": seq}
    entered |= {k: body[k] for k in ("effective", "notice", "start", "end") if body.get(k)}
    entered |= {"sha256": fingerprint(said.body)}
    record(connection, by, f"review.{kind}", proposal, entered)
    return said
