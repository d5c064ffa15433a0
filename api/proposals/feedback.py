"""What anybody says during a public notice: waits, unseen, until somebody of the office shows it.

Nothing is ever changed or taken out: showing, hiding and answering are records after the comment.
Name and contact are for the office alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from api.attachments import shelf as attachments
from api.attachments.shelf import Attachment, Ready
from api.errors import Conflict, NotFound, Unprocessable
from api.proposals import notices, story
from api.proposals.notices import Notice
from api.store import Store
from api.store.audit import record
from api.store.civic import public_comment_acts, public_comments
from api.store.once import fingerprint
from api.store.types import new_id, now

Act = Literal["show", "hide", "answer"]
State = Literal["waiting", "shown", "hidden"]
_MADE: Mapping[str, State] = {"show": "shown", "hide": "hidden"}
REASONED: tuple[Act, ...] = ("hide", "answer")


@dataclass(frozen=True, slots=True)
class Sent:
    """A comment as it comes; ``area``: layer and id of what it is about."""

    text: str
    name: str | None = None
    contact: str | None = None
    place: tuple[float, float] | None = None
    """Longitude and latitude, degrees."""
    area: tuple[str, str] | None = None
    files: Sequence[Ready] = ()


@dataclass(frozen=True, slots=True)
class Decided:
    """What somebody of the office or the bureau made of a comment."""

    act: Act
    text: str | None
    author: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment and all that became of it."""

    id: str
    notice: str
    proposal: str
    street_office: str
    at: datetime
    body: Mapping[str, Any]
    files: Sequence[Attachment]
    decided: Sequence[Decided] = field(default_factory=tuple[Decided, ...])

    @property
    def state(self) -> State:
        """As the last ``show`` or ``hide`` left it."""
        made: list[State] = [_MADE[d.act] for d in self.decided if d.act in _MADE]
        return made[-1] if made else "waiting"

    @property
    def answer(self) -> str | None:
        """The last answer."""
        said = [d.text for d in self.decided if d.act == "answer"]
        return said[-1] if said else None


def send(store: Store, notice: Notice, sent: Sent) -> str:
    """Keep a comment on an open notice; its id. Raises Conflict (notice-closed)."""
    number = new_id()
    with store.write() as connection:
        story.lock(connection, notice.proposal)  # whoever returns the part does so before or after
        told = story.read(connection, notice.proposal, notice.street_office)
        if not any(n.id == notice.id and n.state == "open" for n in notices.notices(told)):
            raise Conflict("notice-closed", state=notice.state)
        files = [attachments.enter(connection, one, "comment", None) for one in sent.files]
        body: dict[str, Any] = {"text": sent.text, "name": sent.name, "contact": sent.contact}
        if sent.place is not None:
            body |= {"lon": sent.place[0], "lat": sent.place[1]}
        if sent.area is not None:
            body |= {"layer": sent.area[0], "area": sent.area[1]}
        body = {k: v for k, v in body.items() if v is not None}
        body["files"] = [{"id": f.id, "sha256": f.artifact} for f in files]
        connection.execute(
            public_comments.insert().values(
                id=number,
                notice=notice.id,
                proposal=notice.proposal,
                street_office=notice.street_office,
                at=now(),
                body=body,
            )
        )
        entered = {"comment": number, "sha256": fingerprint(body)}
        record(connection, None, "notice.comment", notice.id, entered)
    return number


def shown(store: Store, notice: str) -> list[Comment]:
    """What the public reads of a notice's comments, oldest first."""
    with store.read() as connection:
        found = _comments(connection, public_comments.c.notice == notice)
    return [c for c in found if c.state == "shown"]


def of_office(store: Store, proposal: str, street_office: str) -> list[Comment]:
    """Every comment on an office's part, newest first."""
    with store.read() as connection:
        return _comments(connection, _of(proposal, street_office))[::-1]


def decide(
    store: Store,
    by: str,
    comment: tuple[str, str, str],
    act: Act,
    text: str | None,
) -> Comment:
    """Show, hide or answer ``comment`` (proposal, street office, id).

    Raises NotFound, Unprocessable (reason-missing) where it takes words.
    """
    if act in REASONED and not (text or "").strip():
        raise Unprocessable("reason-missing")
    proposal, street_office, number = comment
    at = _of(proposal, street_office) & (public_comments.c.id == number)
    with store.write() as connection:
        story.lock(connection, proposal)
        held = _comments(connection, at)
        if not held:
            raise NotFound
        values = {"comment": number, "seq": len(held[0].decided) + 1, "act": act, "text": text}
        connection.execute(public_comment_acts.insert().values(**values, author=by, at=now()))
        entered = {"notice": held[0].notice, "seq": values["seq"], "sha256": fingerprint(text)}
        record(connection, by, f"feedback.{act}", number, entered)
        return _comments(connection, at)[0]


def _of(proposal: str, street_office: str) -> sa.ColumnElement[bool]:
    at = public_comments.c.proposal == proposal
    return at & (public_comments.c.street_office == street_office)


def _comments(connection: Connection, at: sa.ColumnElement[bool]) -> list[Comment]:
    order = (public_comments.c.at, public_comments.c.id)
    rows = connection.execute(sa.select(public_comments).where(at).order_by(*order)).all()
    files = attachments.find(connection, [f["id"] for row in rows for f in row.body["files"]])
    acts = sa.select(public_comment_acts).join(public_comments).where(at)
    made: dict[str, list[Decided]] = {}
    for row in connection.execute(acts.order_by(public_comment_acts.c.seq)).all():
        held = made.setdefault(row.comment, [])
        held.append(Decided(row.act, row.text, row.author, row.at))
    return [
        Comment(
            row.id,
            row.notice,
            row.proposal,
            row.street_office,
            row.at,
            row.body,
            [files[f["id"]] for f in row.body["files"] if f["id"] in files],
            tuple(made.get(row.id, ())),
        )
        for row in rows
    ]
