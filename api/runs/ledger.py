"""The runs as rows: asked for, begun, ended once and for all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from api.errors import Conflict, NotFound, TooManyRequests
from api.rulings import book
from api.store import Store
from api.store.audit import record
from api.store.tables import AS_ASKED, accounts, proposals, run_events, runs
from api.store.types import new_id, now

State = Literal["queued", "running", "done", "refused", "failed", "crashed", "cancelled"]
OPEN: tuple[State, ...] = ("queued", "running")
STATES: tuple[State, ...] = get_args(State)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a run is to do."""

    survey: str
    version: int
    profile: str
    seed: int
    effort: str
    alternatives: int = 0
    """How many proposals beside the one as asked."""


@dataclass(frozen=True, slots=True)
class Run:
    """A run as it stands."""

    id: str
    asked: Asked
    state: State
    owner: str
    attempts: int
    cancel_asked: bool
    created: datetime
    ended: datetime | None
    rulings: Sequence[str]
    """Rulings that were in force when it was asked for, by id."""
    findings: Sequence[Mapping[str, Any]]
    """Why it ended as it did, as `api.surveys.check.kept` writes findings."""
    proposal: str | None
    beside: Mapping[str, Any] | None = None
    """The proposal and its alternatives, as alternatives.json of `redistrict run` says it."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something a run told."""

    seq: int
    kind: str
    body: Mapping[str, Any]


def ask(connection: Connection, by: str, asked: Asked, most: int) -> str:
    """Put a run into the queue; its id.

    Raises TooManyRequests (quota-exceeded) where ``by`` has ``most`` that have not ended.
    """
    # The account's lock: what it asks for at the same time is counted one after the other.
    connection.execute(sa.select(accounts.c.id).where(accounts.c.id == by).with_for_update())
    held = (runs.c.owner == by) & runs.c.state.in_(OPEN)
    waiting = connection.execute(
        sa.select(sa.func.count()).select_from(runs).where(held)
    ).scalar_one()
    if waiting >= most:
        raise TooManyRequests("quota-exceeded", headers={"Retry-After": "60"}, limit=most)
    number = new_id()
    held = [ruling.id for ruling in book.in_force(connection, asked.survey)]
    connection.execute(
        runs.insert().values(
            id=number,
            survey=asked.survey,
            version=asked.version,
            profile=asked.profile,
            seed=asked.seed,
            effort=asked.effort,
            alternatives=asked.alternatives,
            state="queued",
            owner=by,
            attempts=0,
            cancel_asked=False,
            created=now(),
            findings=[],
            rulings=held,
        )
    )
    _tell(connection, number, "state", {"state": "queued"})
    body = {"survey": asked.survey, "version": asked.version, "profile": asked.profile}
    body |= {"seed": asked.seed, "rulings": held}
    if asked.alternatives:
        body |= {"alternatives": asked.alternatives}
    record(connection, by, "run.start", number, body)
    return number


def begin(store: Store, number: str, worker: str | None = None) -> Run:
    """A worker takes the run up, for the first time or again; whoever had it has it no more."""
    with store.write() as connection:
        at = (runs.c.id == number) & runs.c.state.in_(OPEN)
        values = {"state": "running", "attempts": runs.c.attempts + 1, "worker": worker}
        done = connection.execute(runs.update().where(at).values(values))
        if done.rowcount:
            _tell(connection, number, "state", {"state": "running"})
        return _one(connection, number)


def tell(
    store: Store, number: str, body: Mapping[str, Any], worker: str | None = None
) -> Literal["cancelled", "running"] | None:
    """Record progress. ``cancelled`` where somebody has asked for that, ``running`` where another
    worker has taken the run over: then nothing is recorded; None: go on."""
    with store.write() as connection:
        query = sa.select(runs.c.cancel_asked, runs.c.worker).where(runs.c.id == number)
        row = connection.execute(query).one()
        if row.worker != worker:
            return "running"
        if body:
            _tell(connection, number, "progress", body)
        return "cancelled" if row.cancel_asked else None


def end(
    connection: Connection,
    number: str,
    state: State,
    findings: Sequence[Mapping[str, Any]] = (),
    worker: str | None = None,
    beside: Mapping[str, Any] | None = None,
) -> bool:
    """Record how the run ended; False where it had ended already, and stays as it did.

    ``worker``: who says so, and has no say where another has taken the run over.
    """
    at = (runs.c.id == number) & runs.c.state.in_(OPEN)
    if worker is not None:
        at &= runs.c.worker == worker
    values = {"state": state, "ended": now(), "findings": list(findings)}
    values |= {"beside": beside and dict(beside)}
    done = connection.execute(runs.update().where(at).values(values))
    if not done.rowcount:
        return False
    _tell(connection, number, "state", {"state": state})
    record(connection, None, f"run.{state}", number)
    return True


def cancel(store: Store, by: str, number: str) -> Run:
    """Ask for the run to stop: at once where it waits, soon where it is worked on.

    Raises NotFound; Conflict (run-ended) where there is nothing left to stop.
    """
    with store.write() as connection:
        # The row's lock first: a worker may be ending it at this moment.
        asked = runs.update().where(runs.c.id == number).values(cancel_asked=True)
        connection.execute(asked)
        run = _one(connection, number)
        if run.state not in OPEN:
            raise Conflict("run-ended", state=run.state)
        record(connection, by, "run.cancel", number)
        if run.state == "queued":
            end(connection, number, "cancelled")
        return _one(connection, number)


def find(store: Store, number: str) -> Run:
    """Raises NotFound."""
    with store.read() as connection:
        return _one(connection, number)


def alternatives(store: Store, number: str) -> dict[str, str]:
    """The proposals of a run: step -> id."""
    query = sa.select(proposals.c.step, proposals.c.id).where(proposals.c.run == number)
    with store.read() as connection:
        return {row.step: row.id for row in connection.execute(query).all()}


def listed(store: Store, limit: int = 200) -> list[Run]:
    """The newest runs first."""
    query = _query().order_by(runs.c.created.desc(), runs.c.id).limit(limit)
    with store.read() as connection:
        return [_run(row) for row in connection.execute(query).all()]


def has_ended(connection: Connection, number: str) -> bool:
    """Whether the run has ended, one way or another."""
    query = sa.select(runs.c.state).where(runs.c.id == number)
    return connection.execute(query).scalar_one() not in OPEN


def unfinished(store: Store) -> dict[str, str | None]:
    """The runs that have not ended, oldest first: id -> who works on it, None where it waits."""
    query = sa.select(runs.c.id, runs.c.worker).where(runs.c.state.in_(OPEN))
    with store.read() as connection:
        rows = connection.execute(query.order_by(runs.c.created)).all()
        return {row.id: row.worker for row in rows}


def events(store: Store, number: str, after: int) -> list[Event]:
    """What the run has told since event ``after``."""
    at = (run_events.c.run == number) & (run_events.c.seq > after)
    query = sa.select(run_events).where(at).order_by(run_events.c.seq).limit(1000)
    with store.read() as connection:
        return [Event(r.seq, r.kind, r.body) for r in connection.execute(query).all()]


def _tell(connection: Connection, number: str, kind: str, body: Mapping[str, Any]) -> None:
    connection.execute(sa.select(runs.c.id).where(runs.c.id == number).with_for_update())
    newest = sa.select(sa.func.coalesce(sa.func.max(run_events.c.seq), 0))
    seq = connection.execute(newest.where(run_events.c.run == number)).scalar_one() + 1
    values = {"run": number, "seq": seq, "at": now(), "kind": kind, "body": dict(body)}
    connection.execute(run_events.insert().values(values))


def _query() -> sa.Select[Any]:
    first = (proposals.c.run == runs.c.id) & (proposals.c.step == AS_ASKED)
    joined = runs.outerjoin(proposals, first)
    return sa.select(runs, proposals.c.id.label("proposal")).select_from(joined)


def _one(connection: Connection, number: str) -> Run:
    row = connection.execute(_query().where(runs.c.id == number)).one_or_none()
    if row is None:
        raise NotFound
    return _run(row)


def _run(row: Row[Any]) -> Run:
    return Run(
        row.id,
        Asked(row.survey, row.version, row.profile, row.seed, row.effort, row.alternatives),
        row.state,
        row.owner,
        row.attempts,
        row.cancel_asked,
        row.created,
        row.ended,
        row.rulings,
        row.findings,
        row.proposal,
        row.beside,
    )
