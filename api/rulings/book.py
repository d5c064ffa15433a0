"""The rulings of a service: made, superseded, withdrawn, each as a record of its own.

The records on an estate are a chain; the last one tells what holds. Every record stands whole in
the audit, too, whose hashes nobody can change unseen.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from api.attachments import shelf as attachments
from api.attachments.shelf import Attachment
from api.errors import Conflict, NotFound, Unprocessable
from api.store import Store
from api.store.audit import record
from api.store.civic import rulings
from api.store.tables import accounts, surveys
from api.store.types import new_id, now, today

Kind = Literal["ruling", "withdrawal"]


@dataclass(frozen=True, slots=True)
class Ruling:
    """A record. ``street_office`` None: a withdrawal, whose reason is its ``basis``."""

    id: str
    survey: str
    estate: str
    seq: int
    kind: Kind
    street_office: str | None
    basis: str
    date: dt.date
    decided_by: str
    evidence: Sequence[Attachment]
    proposal: str
    supersedes: str | None
    author: str
    at: dt.datetime
    in_force: bool


@dataclass(frozen=True, slots=True)
class Decided:
    """What a person decides on an estate, having looked at a proposal."""

    survey: str
    estate: str
    proposal: str
    street_office: str
    basis: str
    evidence: Sequence[str]
    """Ids of attachments that the same person has sent."""
    date: dt.date | None = None
    supersedes: str | None = None


def decide(store: Store, by: str, decided: Decided) -> Ruling:
    """Record a ruling.

    Raises Conflict (ruling-in-force) where another holds that this one does not name,
    Unprocessable (evidence-missing, date-to-come, file-unknown).
    """
    if not decided.evidence:
        raise Unprocessable("evidence-missing")
    date = decided.date or today()
    if date > today():
        raise Unprocessable("date-to-come", date=date.isoformat())
    with store.write() as connection:
        last = _last(connection, decided.survey, decided.estate)
        held = last.id if last is not None and last.kind == "ruling" else None
        if held != decided.supersedes:
            raise Conflict("ruling-in-force", ruling=held)
        files = attachments.sent_by(connection, by, "evidence", decided.evidence)
        return _enter(
            connection,
            by,
            last,
            survey=decided.survey,
            estate=decided.estate,
            kind="ruling",
            street_office=decided.street_office,
            basis=decided.basis,
            date=date,
            evidence=[{"id": f.id, "sha256": f.artifact} for f in files],
            proposal=decided.proposal,
            supersedes=held,
        )


def withdraw(store: Store, by: str, number: str, reason: str) -> Ruling:
    """Record that a ruling holds no more. Raises NotFound, Conflict (ruling-not-in-force)."""
    with store.write() as connection:
        query = sa.select(rulings).where(rulings.c.id == number)
        row = connection.execute(query).one_or_none()
        if row is None:
            raise NotFound
        last = _last(connection, row.survey, row.estate)
        if last is None or last.id != number or row.kind != "ruling":
            raise Conflict("ruling-not-in-force", ruling=number)
        return _enter(
            connection,
            by,
            last,
            survey=row.survey,
            estate=row.estate,
            kind="withdrawal",
            street_office=None,
            basis=reason,
            date=today(),
            evidence=[],
            proposal=row.proposal,
            supersedes=number,
        )


def find(store: Store, number: str) -> Ruling:
    """Raises NotFound."""
    with store.read() as connection:
        query = sa.select(rulings.c.survey).where(rulings.c.id == number)
        survey = connection.execute(query).scalar_one_or_none()
        if survey is None:
            raise NotFound
        return next(r for r in _records(connection, survey) if r.id == number)


def records(store: Store, survey: str) -> list[Ruling]:
    """Everything ever decided on the estates of a survey, by estate, oldest first."""
    with store.read() as connection:
        return _records(connection, survey)


def in_force(connection: Connection, survey: str) -> list[Ruling]:
    """What holds now, by estate."""
    return [ruling for ruling in _records(connection, survey) if ruling.in_force]


def as_rows(held: Sequence[Ruling]) -> list[dict[str, str | None]]:
    """Rulings as rows of ``rulings.csv``; evidence is named by its content."""
    return [
        {
            "estate_id": ruling.estate,
            "street_office_id": ruling.street_office,
            "decided_by": ruling.decided_by,
            "basis": ruling.basis,
            "evidence": "; ".join(f"{f.name} sha256:{f.artifact}" for f in ruling.evidence),
            "date": ruling.date.isoformat(),
        }
        for ruling in held
    ]


def _last(connection: Connection, survey: str, estate: str) -> Row[Any] | None:
    """The estate's last record, under the survey's lock: who decides at once decides in turn."""
    connection.execute(sa.select(surveys.c.id).where(surveys.c.id == survey).with_for_update())
    at = (rulings.c.survey == survey) & (rulings.c.estate == estate)
    query = sa.select(rulings).where(at).order_by(rulings.c.seq.desc()).limit(1)
    return connection.execute(query).one_or_none()


def _enter(connection: Connection, by: str, last: Row[Any] | None, **said: Any) -> Ruling:
    number, moment = new_id(), now()
    name = sa.select(accounts.c.name).where(accounts.c.id == by)
    decided_by = connection.execute(name).scalar_one()
    values = {**said, "id": number, "seq": 1 if last is None else last.seq + 1}
    values |= {"decided_by": decided_by, "author": by, "at": moment}
    connection.execute(rulings.insert().values(values))
    body = {**said, "seq": values["seq"], "decided_by": decided_by, "date": str(said["date"])}
    record(connection, by, f"ruling.{said['kind']}", number, body)
    return next(r for r in _records(connection, said["survey"]) if r.id == number)


def _records(connection: Connection, survey: str) -> list[Ruling]:
    query = sa.select(rulings).where(rulings.c.survey == survey)
    rows = connection.execute(query.order_by(rulings.c.estate, rulings.c.seq)).all()
    files = attachments.find(connection, [str(f["id"]) for row in rows for f in row.evidence])
    newest = {row.estate: row.id for row in rows}
    return [
        Ruling(
            row.id,
            row.survey,
            row.estate,
            row.seq,
            row.kind,
            row.street_office,
            row.basis,
            row.date,
            row.decided_by,
            [files[f["id"]] for f in row.evidence if f["id"] in files],
            row.proposal,
            row.supersedes,
            row.author,
            row.at,
            row.kind == "ruling" and newest[row.estate] == row.id,
        )
        for row in rows
    ]
