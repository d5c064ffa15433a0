"""Public notices over HTTP, for everybody: what is planned, where, until when."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import Path as InPath
from fastapi import Response
from pydantic import BaseModel

from api.errors import NotFound
from api.identity import may
from api.layers import CurrentViewer, Viewer
from api.proposals import answers, carried, notices, public
from api.proposals.notices import Notice
from api.proposals.shelf import EVERYWHERE
from api.routing import router
from api.service import Running, Service

routes = router("/api/notices", tags=["notices"])
GEOJSON = "application/geo+json"
PUBLIC_LAYERS = (*public.COLUMNS, *carried.COLUMNS)
LayerName = Annotated[str, InPath(pattern="^(" + "|".join(PUBLIC_LAYERS) + ")$")]


class NoticeOut(BaseModel):
    """A notice; both days are included. ``reason``: why it ended early."""

    id: str
    proposal: str
    title: str
    street_office_id: str
    name: str | None
    start: dt.date
    end: dt.date
    contact: str
    text: str | None
    state: notices.State
    reason: str | None


@routes.get("", dependencies=[may("notice.read")])
def listed(viewer: CurrentViewer, service: Running) -> list[NoticeOut]:
    """The notices one may see, newest first."""
    return [_out(service, n) for n in notices.every(service.store) if _may_see(viewer, n)]


@routes.get("/{notice}", dependencies=[may("notice.read")])
def one(notice: str, viewer: CurrentViewer, service: Running) -> NoticeOut:
    """One notice."""
    return _out(service, seen(service, viewer, notice))


@routes.get(
    "/{notice}/layers/{layer}",
    dependencies=[may("notice.read")],
    response_class=Response,
    responses={200: {"content": {GEOJSON: {"schema": {"type": "object"}}}}},
)
def layer(notice: str, layer: LayerName, viewer: CurrentViewer, service: Running) -> Response:
    """The part as GeoJSON (WGS84) while the notice is open, and again once it is in force.

    Counts are banded for whoever asks: this is what the public sees.
    """
    held = shown(service, viewer, notice)
    frame = service.proposals.part(held.proposal, layer, held.street_office)
    headers = {"cache-control": "private, no-cache", "vary": "authorization, cookie"}
    return Response(answers.geojson(frame), media_type=GEOJSON, headers=headers)


def _may_see(viewer: Viewer, notice: Notice) -> bool:
    """The public what is or was before it; the office and the city all."""
    if viewer.role in EVERYWHERE or notice.state in notices.PUBLIC:
        return True
    return viewer.role == "street_office" and notice.street_office in viewer.street_offices


def seen(service: Service, viewer: Viewer, number: str) -> Notice:
    """A notice that the viewer may see. Raises NotFound."""
    notice = notices.find(service.store, number)
    if not _may_see(viewer, notice):
        raise NotFound
    return notice


def shown(service: Service, viewer: Viewer, number: str) -> Notice:
    """A notice whose part the viewer may see. Raises NotFound."""
    held = seen(service, viewer, number)
    in_force = held.street_office in service.proposals.adopted(held.proposal)
    if viewer.role == "public" and held.state != "open" and not in_force:
        raise NotFound
    return held


def _out(service: Service, notice: Notice) -> NoticeOut:
    offices = service.proposals.whole(notice.proposal, "street_offices")
    own = offices.loc[offices["street_office_id"] == notice.street_office]
    name = own["name"].iloc[0] if "name" in own else None
    return NoticeOut(
        id=notice.id,
        proposal=notice.proposal,
        title=service.proposals.any(notice.proposal).title,
        street_office_id=notice.street_office,
        name=name if isinstance(name, str) else None,
        start=notice.start,
        end=notice.end,
        contact=notice.contact,
        text=notice.text,
        state=notice.state,
        reason=notice.reason,
    )
