"""Edits over HTTP: read the version, change it, undo; nobody overwrites what they have not seen."""

from __future__ import annotations

import re
from typing import Annotated, Any

from fastapi import Header, Response
from pydantic import BaseModel

from api.errors import BadRequest, PreconditionRequired
from api.identity import SignedIn, may
from api.proposals.editing import Edit
from api.routes.runs import Key
from api.routing import router
from api.service import Running
from redistrict import revision

routes = router("/api/proposals", tags=["edits"])
_TAG = re.compile(r'"([0-9]{1,9})"')
IfMatch = Annotated[str | None, Header(alias="If-Match", max_length=100)]


class EditOut(BaseModel):
    """An event as recorded (docs/revision.md)."""

    version: int
    author: str
    at: str
    event: dict[str, Any]


class RevisionOut(BaseModel):
    """The proposal as its events have made it; ``version`` is the ETag, too."""

    version: int
    totals: dict[str, Any]
    edits: list[EditOut]


class Edited(BaseModel):
    """What an event did: every area touched before and after, what it breaks and mends."""

    version: int
    event: str
    changes: list[dict[str, Any]]
    buildings: int
    households: int
    breaks: list[dict[str, Any]]
    mends: list[dict[str, Any]]
    stands: list[dict[str, Any]]
    totals: dict[str, Any]


@routes.get("/{proposal}/edits", dependencies=[may("revision.read")])
def current(proposal: str, response: Response, service: Running) -> RevisionOut:
    """The version, its totals, and every event so far."""
    version, state = service.editing.current(proposal)
    response.headers["etag"] = f'"{version}"'
    story = [_out(e) for e in service.editing.story(proposal) if e.seq <= version]
    return RevisionOut(version=version, totals=vars(revision.totals(state)), edits=story)


@routes.post("/{proposal}/edits", status_code=201, dependencies=[may("proposal.edit")])
def edit(
    proposal: str,
    body: dict[str, Any],
    response: Response,
    known: SignedIn,
    service: Running,
    if_match: IfMatch = None,
    key: Key = None,
) -> Edited:
    """Apply an event (move, merge, split, ..., undo, redo) to the version in If-Match."""
    if if_match is None:
        raise PreconditionRequired("precondition-required")
    stated = _TAG.fullmatch(if_match.strip())
    if stated is None:
        raise BadRequest("malformed-request", reason="If-Match")
    done = service.editing.apply(proposal, known.account.id, int(stated[1]), body, key)
    response.headers["etag"] = f'"{done["version"]}"'
    return Edited(**done)


def _out(edit_: Edit) -> EditOut:
    return EditOut(version=edit_.seq, author=edit_.author, at=edit_.at, event=dict(edit_.event))
