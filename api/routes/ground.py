"""Ground over HTTP: what an editor must know of a street office to answer at once."""

from __future__ import annotations

import json
from weakref import WeakKeyDictionary

from fastapi import Request, Response
from pydantic import BaseModel

from api.accounts import book
from api.errors import NotFound
from api.identity import may
from api.proposals import ground
from api.proposals.revisions import named
from api.routing import router
from api.service import Running
from redistrict.revision import Base

routes = router("/api/proposals", tags=["edits"])
_TOLD: WeakKeyDictionary[Base, dict[str, bytes]] = WeakKeyDictionary()
"""The land of each office as it was encoded, as long as its base is held."""


class GridNow(BaseModel):
    """A service grid; ``committee``: its place among the committees, -1 where it is dissolved."""

    id: str
    committee: int
    locked: bool


class CommitteeNow(BaseModel):
    """A committee of the office."""

    id: str
    name: str | None
    locked: bool
    frozen: bool


class AreasNow(BaseModel):
    """The office after ``version`` edits; ``grid[i]``: place of the grid of cell i."""

    version: int
    service_grids: list[GridNow]
    committees: list[CommitteeNow]
    grid: list[int]
    base_grid: list[int]
    people: dict[str, str]


@routes.get(
    "/{proposal}/ground/{office}",
    dependencies=[may("revision.read")],
    response_class=Response,
    responses={200: {"content": {"application/json": {"schema": {"type": "object"}}}}},
)
def land(proposal: str, office: str, request: Request, service: Running) -> Response:
    """The land of a street office by cell (docs/api-edits.md); no edit changes it."""
    base = service.revisions.at(named(proposal)[0]).state.base
    tag = f'"{base.content_hash[:32]}"'
    headers = {"etag": tag, "cache-control": "private, no-cache", "vary": "authorization, cookie"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(_land(base, office), media_type="application/json", headers=headers)


@routes.get("/{proposal}/ground/{office}/areas", dependencies=[may("revision.read")])
def areas(proposal: str, office: str, service: Running) -> AreasNow:
    """Which grid each cell of the office is in, and who has edited."""
    name, version = named(proposal)
    seen = service.revisions.at(name, version)
    cells = ground.cells_of(seen.state.base, office)
    if cells is None:
        raise NotFound
    authors = {edit.author for edit in service.editing.story(name)}
    people = {a.id: a.name for a in book.listed(service.store) if a.id in authors}
    told = ground.areas(seen.state, cells, office)
    return AreasNow(version=seen.version, people=people, **told)


def _land(base: Base, office: str) -> bytes:
    known = _TOLD.setdefault(base, {})
    if office not in known:
        cells = ground.cells_of(base, office)
        if cells is None:
            raise NotFound
        known[office] = json.dumps(ground.land(base, cells), separators=(",", ":")).encode()
    return known[office]
