"""Proposals over HTTP: read by layer, asked about."""

from __future__ import annotations

import datetime as dt
import gzip
from typing import Annotated, Literal

from fastapi import Path as InPath
from fastapi import Query, Request, Response
from pydantic import BaseModel

from api.errors import Conflict, NotFound
from api.identity import may
from api.layers import CurrentViewer
from api.proposals import answers
from api.proposals.points import points
from api.routing import router
from api.service import Running
from redistrict.model.proposal import CARRIED_LAYERS, PROPOSAL_LAYERS
from redistrict.model.survey import ID_FIELD

routes = router("/api/proposals", tags=["proposals"])
GEOJSON = "application/geo+json"
WORTH_ZIPPING = 1000
AREA_LAYERS = ("service_grids", "committees", "street_offices")
LAYERS = (*PROPOSAL_LAYERS, *CARRIED_LAYERS)
LayerName = Annotated[str, InPath(pattern="^(" + "|".join(LAYERS) + ")$")]
AreaField = Annotated[str, Query(pattern="^(" + "|".join(answers.AREAS) + ")$")]


class ProposalOut(BaseModel):
    """A proposal; ``version``: its edits so far; ``layers``: name -> rows this viewer may read."""

    id: str
    title: str
    created: dt.datetime
    adopted: bool
    crs: str
    version: int
    layers: dict[str, int]


class PlaceOut(BaseModel):
    """What covers a point; None where nothing does."""

    service_grid_id: str | None
    committee_id: str | None
    street_office_id: str | None


class MovesOut(BaseModel):
    """Who moves from one area to another."""

    before: str
    after: str
    households: int
    buildings: int


@routes.get("", dependencies=[may("proposal.read")])
def proposals(viewer: CurrentViewer, service: Running) -> list[ProposalOut]:
    """Those one may see, newest first; the public sees what has been adopted."""
    return [
        ProposalOut(
            id=ref.id,
            title=ref.title,
            created=ref.created,
            adopted=ref.adopted,
            crs=ref.crs,
            version=ref.version,
            layers=dict(ref.layers),
        )
        for ref in service.proposals.proposals(viewer)
    ]


@routes.get(
    "/{proposal}/layers/{layer}",
    dependencies=[may("proposal.read")],
    response_class=Response,
    responses={200: {"content": {GEOJSON: {"schema": {"type": "object"}}}}},
)
def layer(
    proposal: str,
    layer: LayerName,
    viewer: CurrentViewer,
    request: Request,
    service: Running,
    street_office: Annotated[str | None, Query(max_length=200)] = None,
    committee: Annotated[str | None, Query(max_length=200)] = None,
    service_grid: Annotated[str | None, Query(max_length=200)] = None,
    shapes: Literal["whole", "points"] = "whole",
) -> Response:
    """A layer as GeoJSON (WGS84), whole or of one street office, committee or service grid.

    With an ETag. ``shapes=points``: of layers of areas, a point inside each and its bbox.
    """
    if shapes == "points" and layer not in AREA_LAYERS:
        raise NotFound
    frame = service.proposals.frame(proposal, layer, viewer)
    tag = f'"{service.proposals.revision(proposal)}"'
    headers = {
        "etag": tag,
        "cache-control": "private, no-cache",
        "vary": "authorization, cookie, accept-encoding",
    }
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    asked = (
        ("street_office_id", street_office),
        ("committee_id", committee),
        ("service_grid_id", service_grid),
    )
    for column, wanted in asked:
        if wanted is not None:
            if column not in frame:
                raise NotFound
            frame = frame.loc[frame[column] == wanted]
    if shapes == "whole":
        content = answers.geojson(frame).encode()
    elif any(wanted is not None for _, wanted in asked):
        content = points(frame).encode()
    else:
        content = service.proposals.points(proposal, layer, viewer).encode()
    if "gzip" in request.headers.get("accept-encoding", "") and len(content) > WORTH_ZIPPING:
        content = gzip.compress(content, 1, mtime=0)
        headers["content-encoding"] = "gzip"
    return Response(content, media_type=GEOJSON, headers=headers)


@routes.get("/{proposal}/place", dependencies=[may("proposal.read")])
def place(
    proposal: str,
    viewer: CurrentViewer,
    service: Running,
    lon: Annotated[float, Query(ge=-180, le=180)],
    lat: Annotated[float, Query(ge=-90, le=90)],
) -> PlaceOut:
    """Which service grid, committee and street office a point lies in."""
    frames = {name: service.proposals.frame(proposal, name, viewer) for name in AREA_LAYERS}
    found = answers.at_point(frames, lon, lat)
    return PlaceOut(**{ID_FIELD[name]: found[ID_FIELD[name]] for name in AREA_LAYERS})


@routes.get("/{proposal}/moves/{other}", dependencies=[may("proposal.compare")])
def moves(
    proposal: str,
    other: str,
    viewer: CurrentViewer,
    service: Running,
    area: AreaField = "committee_id",
) -> list[MovesOut]:
    """Who is in another area in ``other``, most households first."""
    before = service.proposals.frame(proposal, "buildings", viewer)
    after = service.proposals.frame(other, "buildings", viewer)
    if service.proposals.any(proposal).crs != service.proposals.any(other).crs:
        raise Conflict("not-comparable")
    return [
        MovesOut(before=m.before, after=m.after, households=m.households, buildings=m.buildings)
        for m in answers.moves(before, after, area)
    ]
