"""Edits: events over the frozen base, one after the other, each on the version its author saw."""

from __future__ import annotations

import secrets
import shutil
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from api.errors import Conflict, NotFound, Unprocessable, VersionConflict
from api.store import Artifacts, Store
from api.store.audit import record
from api.store.once import fingerprint, once
from api.store.tables import edits, proposals
from api.store.types import new_id, now
from redistrict import revision
from redistrict.i18n import LANGS
from redistrict.revision import Refusal, State

NEEDED = ("proposal.json", "workings.redistrict")
KEPT = 4
"""Proposals held in memory."""


@dataclass(frozen=True, slots=True)
class Edit:
    """An event as recorded; ``seq`` is the version it made."""

    seq: int
    author: str
    at: str
    event: Mapping[str, Any]


class Editing:
    """Revisions of the proposals of a service; safe to share between threads."""

    def __init__(self, store: Store, artifacts: Artifacts, folder: Path) -> None:
        self._store = store
        self._artifacts = artifacts
        self._folder = folder
        self._lock = threading.Lock()
        self._states: OrderedDict[str, tuple[int, State]] = OrderedDict()

    def current(self, proposal: str) -> tuple[int, State]:
        """The version and what the events so far make of the base. Raises NotFound."""
        with self._store.read() as connection:
            return self._state(connection, proposal)

    def story(self, proposal: str) -> list[Edit]:
        """Every event, oldest first."""
        with self._store.read() as connection:
            return _edits(connection, proposal, 0)

    def apply(
        self, proposal: str, by: str, version: int, said: Mapping[str, Any], key: str | None
    ) -> Mapping[str, Any]:
        """Append an event to ``version``; the new version and what the event did.

        Raises VersionConflict where somebody was first, Unprocessable (edit-refused) with the
        clause where the event cannot be, the library's InputError where it is none.
        """
        given = {k: v for k, v in said.items() if k not in ("id", "by", "at")}
        event = replace(revision.from_json({"version": 1, **given}), id=new_id(), by=by)

        def effect(connection: Connection) -> Mapping[str, Any]:
            lock = sa.select(proposals.c.id).where(proposals.c.id == proposal).with_for_update()
            if connection.execute(lock).first() is None:
                raise NotFound
            seq, state = self._state(connection, proposal)
            if seq != version:
                raise VersionConflict("version-conflict", current=f'"{seq}"')
            moment = now()
            dated = replace(event, at=moment.isoformat())
            found = revision.apply(state, dated)
            if isinstance(found, Refusal):
                raise refused(found)
            _, answer = found
            values = {"proposal": proposal, "seq": seq + 1, "author": by, "at": moment}
            connection.execute(edits.insert().values(**values, event=revision.to_json(dated)))
            record(connection, by, "proposal.edit", proposal, {"seq": seq + 1, "type": event.type})
            return {"version": seq + 1, "event": event.id, **revision.as_dict(answer)}

        return once(self._store, by, key, fingerprint("edit", proposal, version, given), effect)

    def _state(self, connection: Connection, proposal: str) -> tuple[int, State]:
        """As of the transaction: what is in memory, and the events since."""
        with self._lock:
            held = self._states.get(proposal)
        seq, state = held or (0, revision.start(revision.load(self._base(connection, proposal))))
        for edit in _edits(connection, proposal, seq):
            after = revision.advance(state, revision.from_json(edit.event))
            if isinstance(after, Refusal):  # it was applied when it was recorded
                raise RuntimeError(f"edit {edit.seq} of {proposal}: {after.code}")
            seq, state = edit.seq, after
        with self._lock:
            known = self._states.get(proposal)
            if known is None or known[0] < seq:
                self._states[proposal] = (seq, state)
            self._states.move_to_end(proposal)
            while len(self._states) > KEPT:
                self._states.popitem(last=False)
        return seq, state

    def _base(self, connection: Connection, proposal: str) -> Path:
        """A folder with what edits need of the proposal, laid out once."""
        query = sa.select(proposals.c.files).where(proposals.c.id == proposal)
        files = connection.execute(query).scalar_one_or_none()
        if files is None:
            raise NotFound
        if not set(NEEDED) <= set(files):
            raise Conflict("not-editable")
        place = self._folder / proposal
        if not place.is_dir():
            aside = self._folder / f"aside-{secrets.token_hex(8)}"
            aside.mkdir(parents=True)
            for name in NEEDED:
                shutil.copyfile(self._artifacts.path(files[name]), aside / name)
            try:
                aside.rename(place)
            except OSError:  # somebody else laid it out meanwhile
                shutil.rmtree(aside)
        return place


def refused(why: Refusal) -> Unprocessable:
    """The refusal of an event as a problem, with the library's sentences and clause."""
    said = {lang: why.sentence(lang) for lang in LANGS}
    return Unprocessable("edit-refused", refusal=why.code, clause=why.clause, sentences=said)


def _edits(connection: Connection, proposal: str, after: int) -> list[Edit]:
    at = (edits.c.proposal == proposal) & (edits.c.seq > after)
    rows = connection.execute(sa.select(edits).where(at).order_by(edits.c.seq)).all()
    return [Edit(r.seq, r.author, r.at.isoformat(), r.event) for r in rows]
