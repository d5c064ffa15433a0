"""The audit: every act, appended in the transaction that does it, chained by hashes.

An entry's hash covers its number, moment, author, act, subject, body and the hash before it. So
no entry can be changed, taken out or put in between without every later hash being wrong, and
whoever keeps the last hash can tell whether the whole history is still the one they saw.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from api.store.engine import Store
from api.store.tables import audit, audit_head
from api.store.types import now

START = "0" * 64


@dataclass(frozen=True, slots=True)
class Fault:
    """Where the chain does not hold, and how."""

    seq: int
    reason: str


_END = sa.select(audit_head.c.seq)


def end_of_chain(store: Store) -> int:
    """The number of the last act; 0 before the first."""
    with store.glance() as connection:
        return connection.execute(_END).scalar() or 0


def record(
    connection: Connection,
    account: str | None,
    act: str,
    subject: str,
    body: Mapping[str, Any] | None = None,
) -> str:
    """Append an act within the transaction of ``connection``; returns its hash.

    ``account`` None: the public, or the service itself. Never put household data in ``body``.
    """
    # Taking the head's row lock first makes acts one after the other on either database.
    seq = connection.execute(
        audit_head.update()
        .where(audit_head.c.id == 1)
        .values(seq=audit_head.c.seq + 1)
        .returning(audit_head.c.seq)
    ).scalar_one()
    previous = connection.execute(
        sa.select(audit_head.c.hash).where(audit_head.c.id == 1)
    ).scalar_one()
    at = now().isoformat(timespec="microseconds")
    text = json.dumps(body or {}, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    digest = chained(seq, at, account, act, subject, text, previous)
    connection.execute(
        audit.insert().values(
            seq=seq,
            at=at,
            account=account,
            act=act,
            subject=subject,
            body=text,
            previous=previous,
            hash=digest,
        )
    )
    connection.execute(audit_head.update().where(audit_head.c.id == 1).values(hash=digest))
    return digest


def chained(
    seq: int, at: str, account: str | None, act: str, subject: str, body: str, previous: str
) -> str:
    """sha256 hex of an entry."""
    said = json.dumps([seq, at, account, act, subject, body, previous], ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()


def faults(connection: Connection) -> Iterator[Fault]:
    """Everything that is wrong with the chain, from its start to its head."""
    seq, previous = 0, START
    for row in connection.execute(sa.select(audit).order_by(audit.c.seq)):
        seq += 1
        if row.seq != seq:
            yield Fault(row.seq, "gap")
            seq = row.seq
        if row.previous != previous:
            yield Fault(row.seq, "link")
        said = chained(row.seq, row.at, row.account, row.act, row.subject, row.body, row.previous)
        if said != row.hash:
            yield Fault(row.seq, "hash")
        previous = row.hash
    head = connection.execute(sa.select(audit_head)).one()
    if (head.seq, head.hash) != (seq, previous):
        yield Fault(head.seq, "head")
