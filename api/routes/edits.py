"""Edits over HTTP: previewed, kept on what one saw, mended by the engine, undone."""

from __future__ import annotations

import re
from typing import Annotated, Any, Self

from fastapi import Header, Query, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.errors import BadRequest, Conflict, PreconditionRequired
from api.identity import SignedIn, may
from api.proposals.editing import areas
from api.proposals.revisions import Edit, Revision, named
from api.routes.runs import Key
from api.routing import router
from api.service import Running
from redistrict import revision
from redistrict.revision import Area, AreaLayer

routes = router("/api/proposals", tags=["edits"])
_TAG = re.compile(r'"([0-9]{1,9})"')
IfMatch = Annotated[str | None, Header(alias="If-Match", max_length=100)]
Version = Annotated[int, Field(ge=0, le=999_999_999)]


class AreaRef(BaseModel):
    """A service grid or a committee."""

    layer: AreaLayer
    id: Annotated[str, Field(max_length=200)]

    @property
    def area(self) -> Area:
        """As the library has it."""
        return Area(self.layer, self.id)


class EditOut(BaseModel):
    """An event as recorded (docs/revision.md), and the areas it touched."""

    version: int
    author: str
    at: str
    event: dict[str, Any]
    areas: list[AreaRef]


class RevisionOut(BaseModel):
    """The proposal as its events have made it; ``version`` is the ETag, too."""

    version: int
    totals: dict[str, Any]
    edits: list[EditOut]


class Effect(BaseModel):
    """What an event does: every area touched before and after, what it breaks and mends."""

    changes: list[dict[str, Any]]
    buildings: int
    households: int
    breaks: list[dict[str, Any]]
    mends: list[dict[str, Any]]
    stands: list[dict[str, Any]]
    totals: dict[str, Any]


class Previewed(Effect):
    """What an event would do to ``version``."""

    version: int


class Edited(Effect):
    """What an event did; ``others``: areas that edits in between touched."""

    version: int
    event: str
    others: list[AreaRef]


class Wanted(BaseModel):
    """What is to be mended: an event's harm, that of the edits after a version, or areas."""

    model_config = ConfigDict(extra="forbid")
    event: dict[str, Any] | None = None
    since: Version | None = None
    areas: Annotated[list[AreaRef] | None, Field(min_length=1, max_length=100)] = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(v is not None for v in (self.event, self.since, self.areas)) != 1:
            raise ValueError("one of event, since, areas")
        return self


class Division(BaseModel):
    """An area to be split."""

    model_config = ConfigDict(extra="forbid")
    area: AreaRef
    parts: Annotated[int, Field(ge=2, le=20)] = 2


class Offer(BaseModel):
    """What the engine offers; ``event`` is ready to be posted as an edit of ``version``."""

    version: int
    found: bool
    event: dict[str, Any] | None
    together: dict[str, Any] | None
    answer: Effect | None = None
    mended: bool | None = None
    proven: bool | None = None
    held: bool | None = None
    areas: list[AreaRef] | None = None
    seconds: float


@routes.get("/{proposal}/edits", dependencies=[may("revision.read")])
def current(
    proposal: str,
    response: Response,
    service: Running,
    after: Annotated[int, Query(ge=0, le=999_999_999)] = 0,
) -> RevisionOut:
    """The version, its totals, and the events after version ``after``."""
    name, version = named(proposal)
    seen = service.revisions.at(name, version)
    response.headers["etag"] = f'"{seen.version}"'
    story = [_out(e, seen) for e in service.editing.story(name, after) if e.seq <= seen.version]
    return RevisionOut(version=seen.version, totals=vars(revision.totals(seen.state)), edits=story)


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
    """Apply an event (move, merge, split, ..., undo, redo) to the newest revision.

    If-Match: the version that its author saw. Areas that others touched since are in conflict.
    """
    if named(proposal)[1] is not None:
        raise Conflict("frozen-revision")
    if if_match is None:
        raise PreconditionRequired("precondition-required")
    stated = _TAG.fullmatch(if_match.strip())
    if stated is None:
        raise BadRequest("malformed-request", reason="If-Match")
    done = service.editing.apply(proposal, known.account.id, int(stated[1]), body, key)
    response.headers["etag"] = f'"{done["version"]}"'
    return Edited(**done)


@routes.post("/{proposal}/edits/preview", dependencies=[may("revision.read")])
def preview(proposal: str, body: dict[str, Any], service: Running) -> Previewed:
    """What an event would do; nothing is kept."""
    return Previewed(**service.editing.preview(*named(proposal), body))


@routes.post("/{proposal}/edits/suggest", dependencies=[may("revision.suggest")])
def suggest(proposal: str, body: Wanted, service: Running) -> Offer:
    """The fewest further moves that mend what an event breaks, or what is broken."""
    name, version = named(proposal)
    if body.event is not None:
        return Offer(**service.offers.mend_event(name, version, body.event))
    if body.since is not None:
        return Offer(**service.offers.mend_since(name, version, body.since))
    wanted = [one.area for one in body.areas or ()]
    return Offer(**service.offers.mend_areas(name, version, wanted))


@routes.post("/{proposal}/edits/divide", dependencies=[may("revision.suggest")])
def divide(proposal: str, body: Division, service: Running) -> Offer:
    """How to split an area into so many parts."""
    name, version = named(proposal)
    return Offer(**service.offers.divide(name, version, body.area.area, body.parts))


def _out(edit_: Edit, seen: Revision) -> EditOut:
    touched = [AreaRef.model_validate(a) for a in areas(seen.touched[edit_.seq - 1])]
    return EditOut(
        version=edit_.seq,
        author=edit_.author,
        at=edit_.at,
        event=dict(edit_.event),
        areas=touched,
    )
