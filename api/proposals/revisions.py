"""Revisions of proposals: what the events so far make of the base, at any version."""

from __future__ import annotations

import re
import secrets
import shutil
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from api.bounded import Bounded
from api.errors import Conflict, NotFound
from api.store import Artifacts, Store
from api.store.tables import edits, proposals
from redistrict import revision
from redistrict.revision import Area, Base, Refusal, State

NEEDED = ("proposal.json", "workings.redistrict")
KEPT = 4
"""Proposals whose newest revision is held in memory."""
KEPT_OLDER = 8
"""Older revisions that somebody looks at."""
_AT = re.compile(r"(.+)@([0-9]{1,9})")


def named(address: str) -> tuple[str, int | None]:
    """Proposal and version of ``{id}@{version}``; None: the newest."""
    found = _AT.fullmatch(address)
    return (address, None) if found is None else (found[1], int(found[2]))


@dataclass(frozen=True, slots=True)
class Edit:
    """An event as recorded; ``seq`` is the version it made."""

    seq: int
    author: str
    at: str
    event: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Revision:
    """A proposal after ``version`` edits; ``touched[k]``: the areas that edit k + 1 touched."""

    version: int
    state: State
    touched: tuple[frozenset[Area], ...] = ()

    def since(self, version: int) -> frozenset[Area]:
        """The areas touched by edits after ``version``."""
        return frozenset[Area]().union(*self.touched[version:])

    def then(self, state: State) -> Revision:
        """The next one."""
        made = revision.footprint(self.state, state)
        return Revision(self.version + 1, state, (*self.touched, made))


class Revisions:
    """Those of a service; safe to share between threads."""

    def __init__(self, store: Store, artifacts: Artifacts, folder: Path) -> None:
        self._store = store
        self._artifacts = artifacts
        self._folder = folder
        self._lock = threading.Lock()
        self._newest: OrderedDict[str, Revision] = OrderedDict()
        self._bases = Bounded[Base](KEPT, lambda _: 1)
        self._older = Bounded[Revision](KEPT_OLDER, lambda _: 1)

    def at(self, proposal: str, version: int | None = None) -> Revision:
        """The newest revision, or that after ``version`` edits.

        Raises NotFound where there is none, Conflict (not-editable) without workings.
        """
        with self._store.read() as connection:
            newest = self.newest(connection, proposal)
            if version is None or version == newest.version:
                return newest
            if version > newest.version:
                raise NotFound
            story = events(connection, proposal, 0, version)
        return self._older.get((proposal, version), lambda: self._told(newest, story))

    def newest(self, connection: Connection, proposal: str) -> Revision:
        """As of the transaction: what is in memory, and the events since."""
        with self._lock:
            held = self._newest.get(proposal)
        held = held or Revision(0, revision.start(self.base(connection, proposal)))
        for edit in events(connection, proposal, held.version):
            held = held.then(_advanced(held.state, edit))
        with self._lock:
            known = self._newest.get(proposal)
            if known is None or known.version < held.version:
                self._newest[proposal] = held
            self._newest.move_to_end(proposal)
            while len(self._newest) > KEPT:
                self._newest.popitem(last=False)
        return held

    def forget(self) -> None:
        """Nothing is held in memory any more, as after a start."""
        with self._lock:
            self._newest.clear()
        self._bases = Bounded[Base](KEPT, lambda _: 1)
        self._older = Bounded[Revision](KEPT_OLDER, lambda _: 1)

    def _told(self, newest: Revision, story: list[Edit]) -> Revision:
        """An older revision, replayed from the base."""
        state = revision.start(newest.state.base)
        for edit in story:
            state = _advanced(state, edit)
        return Revision(len(story), state, newest.touched[: len(story)])

    def base(self, connection: Connection, proposal: str) -> Base:
        """What the edits of a proposal stand on."""
        place = self._laid_out(connection, proposal)
        return self._bases.get(proposal, lambda: revision.load(place))

    def _laid_out(self, connection: Connection, proposal: str) -> Path:
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


def events(
    connection: Connection, proposal: str, after: int, until: int | None = None
) -> list[Edit]:
    """The events after version ``after`` (to ``until``), oldest first."""
    at = (edits.c.proposal == proposal) & (edits.c.seq > after)
    if until is not None:
        at &= edits.c.seq <= until
    rows = connection.execute(sa.select(edits).where(at).order_by(edits.c.seq)).all()
    return [Edit(r.seq, r.author, r.at.isoformat(), r.event) for r in rows]


def _advanced(state: State, edit: Edit) -> State:
    after = revision.advance(state, revision.from_json(edit.event))
    if isinstance(after, Refusal):  # it was applied when it was recorded
        raise RuntimeError(f"edit {edit.seq}: {after.code}")
    return after
