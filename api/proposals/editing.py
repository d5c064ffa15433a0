"""Edits: events over the frozen base, one after the other, each on what its author saw."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from api.errors import NotFound, Problem, Unprocessable, VersionConflict
from api.proposals.revisions import Edit, Revision, Revisions, events
from api.proposals.settled import insist_open
from api.store import Store
from api.store.audit import record
from api.store.once import fingerprint, once
from api.store.tables import edits, proposals
from api.store.types import new_id, now
from redistrict import revision
from redistrict.i18n import LANGS
from redistrict.revision import Answer, Area, Event, Refusal

GIVEN_BY_US = ("id", "by", "at")


class Editing:
    """Edits of the proposals of a service; safe to share between threads."""

    def __init__(self, store: Store, revisions: Revisions) -> None:
        self._store = store
        self._revisions = revisions

    def story(self, proposal: str, after: int = 0) -> list[Edit]:
        """Every event after version ``after``, oldest first."""
        with self._store.read() as connection:
            return events(connection, proposal, after)

    def preview(
        self, proposal: str, version: int | None, said: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """What an event would do; nothing is kept. Raises as `apply` does."""
        seen = self._revisions.at(proposal, version)
        found = revision.apply(seen.state, replace(read(said), id="preview"))
        if isinstance(found, Refusal):
            raise refused(found)
        return {"version": seen.version, **told(found[1])}

    def apply(
        self, proposal: str, by: str, version: int, said: Mapping[str, Any], key: str | None
    ) -> Mapping[str, Any]:
        """Append an event whose author saw ``version``; the new version and what the event did.

        Raises VersionConflict where somebody touched an area meanwhile that the event touches,
        Conflict (part-settled) where a part is approved or adopted, Unprocessable (edit-refused)
        with the clause where the event cannot be, the library's InputError where it is none.
        """
        event = replace(read(said), id=new_id(), by=by)
        self._revisions.at(proposal)  # what takes long is done before others have to wait

        def effect(connection: Connection) -> Mapping[str, Any]:
            lock = sa.select(proposals.c.id).where(proposals.c.id == proposal).with_for_update()
            if connection.execute(lock).first() is None:
                raise NotFound
            seen = self._revisions.newest(connection, proposal)
            if version > seen.version:
                raise _conflict(seen, ())
            moment = now()
            dated = replace(event, at=moment.isoformat())
            found = revision.apply(seen.state, dated)
            if isinstance(found, Refusal):
                raise self._why(proposal, version, seen, dated, found)
            state, answer = found
            mine, theirs = revision.footprint(seen.state, state), seen.since(version)
            if mine & theirs:
                raise _conflict(seen, mine & theirs)
            insist_open(connection, proposal, seen.state, state, mine)
            seq = seen.version + 1
            values = {"proposal": proposal, "seq": seq, "author": by, "at": moment}
            connection.execute(edits.insert().values(**values, event=revision.to_json(dated)))
            body = {"seq": seq, "type": event.type, "state": state.digest()}
            record(connection, by, "proposal.edit", proposal, body)
            made = {"version": seq, "event": event.id, "others": areas(theirs)}
            return {**made, **told(answer)}

        print_ = fingerprint("edit", proposal, version, _given(said))
        return once(self._store, by, key, print_, effect)

    def _why(
        self, proposal: str, version: int, seen: Revision, event: Event, refusal: Refusal
    ) -> Problem:
        """A conflict where the event was possible on what its author saw, else the refusal."""
        if version < seen.version:
            before = self._revisions.at(proposal, version).state
            after = revision.advance(before, event)
            if not isinstance(after, Refusal):
                both = revision.footprint(before, after) & seen.since(version)
                if both:
                    return _conflict(seen, both)
        return refused(refusal)


def read(said: Mapping[str, Any]) -> Event:
    """The event that somebody sent; raises the library's InputError where it is none."""
    return revision.from_json({"version": 1, **_given(said)})


def _given(said: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in said.items() if k not in GIVEN_BY_US}


def refused(why: Refusal) -> Unprocessable:
    """The refusal of an event as a problem, with the library's sentences and clause."""
    said = {lang: why.sentence(lang) for lang in LANGS}
    return Unprocessable("edit-refused", refusal=why.code, clause=why.clause, sentences=said)


def areas(named: Iterable[Area]) -> list[dict[str, str]]:
    """Areas as JSON, in a fixed order."""
    ordered = sorted((a.layer, a.id) for a in named)
    return [{"layer": layer, "id": name} for layer, name in ordered]


def told(answer: Answer) -> dict[str, Any]:
    """An answer as JSON, every breach with its sentences."""
    said = revision.as_dict(answer)
    for name in ("breaks", "mends", "stands"):
        for row, breach in zip(said[name], getattr(answer, name), strict=True):
            row["sentences"] = {lang: breach.sentence(lang) for lang in LANGS}
    return said


def _conflict(seen: Revision, both: Iterable[Area]) -> VersionConflict:
    return VersionConflict("version-conflict", current=f'"{seen.version}"', areas=areas(both))
