"""Review: per street office, an append-only story of what was said and decided.

``comment`` and ``request-change`` say something; ``submit`` hands the office's part in;
``approve`` or ``return`` answers it; ``adopt`` makes an approved part public from a date on.
2.2: every street office picks its own time, so a city plan is adopted part by part.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from api.errors import Conflict, Forbidden, Unprocessable
from api.layers import Role, Viewer
from api.store import Store
from api.store.audit import record
from api.store.tables import proposal_events, proposals
from api.store.types import now

Kind = Literal["comment", "request-change", "submit", "approve", "return", "adopt"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Stage = Literal["open", "submitted", "approved", "adopted"]
FROM: Mapping[Kind, tuple[Stage, ...]] = {
    "submit": ("open",),
    "approve": ("submitted",),
    "return": ("submitted", "approved"),
    "adopt": ("approved",),
}
"""What may follow what; what is only said may be said at any time."""
LEADS_TO: Mapping[Kind, Stage] = {
    "submit": "submitted",
    "approve": "approved",
    "return": "open",
    "adopt": "adopted",
}
REASONED: tuple[Kind, ...] = ("comment", "request-change", "return")


DECIDES: Mapping[Kind, tuple[Role, ...]] = {
    "submit": ("street_office", "city_bureau"),
    "approve": ("city_bureau",),
    "return": ("city_bureau",),
    "adopt": ("street_office", "city_bureau"),
}
"""Who may decide; whoever may say something may say the rest."""


@dataclass(frozen=True, slots=True)
class Said:
    """One entry of the story."""

    seq: int
    kind: Kind
    street_office: str
    author: str
    at: datetime
    body: Mapping[str, Any]


def insist_act(viewer: Viewer, kind: Kind) -> None:
    """Raise Forbidden where the role may say something, but not decide this."""
    if kind in DECIDES and viewer.role not in DECIDES[kind]:
        raise Forbidden(act=f"review.{kind}")


def stage(entries: Iterable[Said]) -> Stage:
    """Where an office's part stands after ``entries``, oldest first."""
    now_at: Stage = "open"
    for entry in entries:
        now_at = LEADS_TO.get(entry.kind, now_at)
    return now_at


def say(
    store: Store, proposal: str, street_office: str, by: str, kind: Kind, body: Mapping[str, Any]
) -> Said:
    """Append to the story.

    Raises Conflict (review-stage) where the part does not stand so that this could follow,
    Unprocessable (reason-missing, date-missing) where something has to be said with it.
    """
    if kind in REASONED and not str(body.get("text") or "").strip():
        raise Unprocessable("reason-missing")
    if kind == "adopt" and not body.get("effective"):
        raise Unprocessable("date-missing")
    with store.write() as connection:
        # The proposal's lock: two who decide at once decide one after the other.
        lock = sa.select(proposals.c.id).where(proposals.c.id == proposal).with_for_update()
        connection.execute(lock)
        at = stage(_story(connection, proposal, street_office))
        if kind in FROM and at not in FROM[kind]:
            raise Conflict("review-stage", act=kind, stage=at)
        newest = sa.select(sa.func.coalesce(sa.func.max(proposal_events.c.seq), 0))
        query = newest.where(proposal_events.c.proposal == proposal)
        seq = connection.execute(query).scalar_one() + 1
        moment = now()
        connection.execute(
            proposal_events.insert().values(
                proposal=proposal,
                seq=seq,
                kind=kind,
                street_office=street_office,
                author=by,
                at=moment,
                body=dict(body),
            )
        )
        told = {"street_office": street_office, "seq": seq}
        told |= {key: body[key] for key in ("effective",) if body.get(key)}
        record(connection, by, f"review.{kind}", proposal, told)
        return Said(seq, kind, street_office, by, moment, dict(body))


def story(store: Store, proposal: str, street_office: str) -> list[Said]:
    """Everything said about an office's part, oldest first."""
    with store.read() as connection:
        return _story(connection, proposal, street_office)


def adopted_offices(store: Store, proposal: str) -> frozenset[str]:
    """Street offices whose part is adopted and in force today or earlier."""
    today = now().date().isoformat()
    at = (proposal_events.c.proposal == proposal) & (proposal_events.c.kind == "adopt")
    with store.read() as connection:
        rows = connection.execute(sa.select(proposal_events).where(at)).all()
    return frozenset(r.street_office for r in rows if str(r.body["effective"]) <= today)


def _story(connection: Connection, proposal: str, street_office: str) -> list[Said]:
    at = proposal_events.c.proposal == proposal
    at &= proposal_events.c.street_office == street_office
    query = sa.select(proposal_events).where(at).order_by(proposal_events.c.seq)
    return [
        Said(r.seq, r.kind, r.street_office, r.author, r.at, r.body)
        for r in connection.execute(query).all()
    ]
