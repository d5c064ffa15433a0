"""Replay: every proposal's edits done again from its base, against what the audit recorded."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from api.errors import Problem
from api.proposals.revisions import Edit, Revisions, events
from api.store import Artifacts, Store
from api.store.fsck import Wrong
from api.store.tables import audit, edits
from redistrict import revision
from redistrict.model.errors import RedistrictError
from redistrict.revision import Base, Refusal


def replayed(store: Store, artifacts: Artifacts) -> list[Wrong]:
    """What does not come out as it was recorded; changes nothing.

    An edit that is missing, was never recorded, is refused now, or makes another state than the
    audit says. Of each proposal the first fault is named: what follows stands on it.
    """
    with tempfile.TemporaryDirectory(prefix="redistrict-fsck-") as folder:
        revisions = Revisions(store, artifacts, Path(folder))
        found: list[Wrong] = []
        with store.read() as connection:
            for proposal in _edited(connection):
                found += _of(connection, revisions, proposal)
        return found


def _edited(connection: Connection) -> list[str]:
    """Proposals that have edits, or of which the audit says that they have."""
    told = sa.select(audit.c.subject).where(audit.c.act == "proposal.edit").distinct()
    rows = connection.execute(sa.select(edits.c.proposal).distinct()).scalars()
    return sorted({*rows, *connection.execute(told).scalars()})


def _of(connection: Connection, revisions: Revisions, proposal: str) -> Iterator[Wrong]:
    story, digests = events(connection, proposal, 0), _recorded(connection, proposal)
    for number in range(1, max(len(story), len(digests)) + 1):
        if number > len(story) or story[number - 1].seq != number:
            yield Wrong("edit-missing", proposal, str(number))
            return
    try:
        base = revisions.base(connection, proposal)
    except (OSError, Problem, RedistrictError):
        yield Wrong("edits-without-base", proposal)
        return
    yield from _folded(base, proposal, story, digests)


def _folded(
    base: Base, proposal: str, story: list[Edit], digests: dict[int, str]
) -> Iterator[Wrong]:
    state = revision.start(base)
    for edit in story:
        try:
            after = revision.advance(state, revision.from_json(edit.event))
        except RedistrictError:
            after = None
        if after is None or isinstance(after, Refusal):
            yield Wrong("edit-refused", proposal, str(edit.seq))
            return
        state = after
        if digests.get(edit.seq) != state.digest():
            yield Wrong("edit-differs", proposal, str(edit.seq))
            return


def _recorded(connection: Connection, proposal: str) -> dict[int, str]:
    """Number of each edit -> the state that the audit says it made."""
    at = (audit.c.act == "proposal.edit") & (audit.c.subject == proposal)
    bodies = [
        json.loads(row) for row in connection.execute(sa.select(audit.c.body).where(at)).scalars()
    ]
    return {int(b["seq"]): str(b["state"]) for b in bodies}
