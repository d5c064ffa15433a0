"""What anybody says to an open notice: taken in as a form, read once it is shown."""

from __future__ import annotations

import datetime as dt
import ipaddress
import math
from typing import Any, Literal

from fastapi import Request
from fastapi.responses import FileResponse
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile

from api.attachments import kinds
from api.attachments import shelf as attachments
from api.errors import Conflict, Unprocessable, UnsupportedFormat
from api.identity import may
from api.layers import CurrentViewer
from api.multipart import form_of
from api.proposals import feedback, public
from api.proposals.feedback import Sent
from api.proposals.notices import Notice
from api.routes.notices import seen
from api.routing import check_string, router
from api.service import Running, Service
from redistrict.model.survey import ID_FIELD

routes = router("/api/notices", tags=["notices"])
MOST_PICTURES = 3
TEXT = (2, 2000)
"""Characters a comment has."""
FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["text"],
                    "properties": {
                        "text": {"type": "string", "minLength": TEXT[0], "maxLength": TEXT[1]},
                        "name": {"type": "string", "maxLength": 200},
                        "contact": {"type": "string", "maxLength": 200},
                        "lon": {"type": "number", "minimum": -180, "maximum": 180},
                        "lat": {"type": "number", "minimum": -90, "maximum": 90},
                        "layer": {"type": "string", "enum": list(public.COLUMNS)},
                        "area": {"type": "string", "maxLength": 200},
                        "files": {
                            "type": "array",
                            "maxItems": MOST_PICTURES,
                            "items": {"type": "string", "format": "binary"},
                        },
                    },
                }
            }
        },
    }
}


class TakenOut(BaseModel):
    """A comment that was taken in; somebody of the office reads it before others do."""

    id: str
    state: Literal["waiting"]


class PictureOut(BaseModel):
    """A picture of a comment."""

    id: str
    type: str


class ShownOut(BaseModel):
    """A comment that everybody may read; ``layer``, ``area``: what it is about."""

    id: str
    at: dt.datetime
    text: str
    lon: float | None
    lat: float | None
    layer: str | None
    area: str | None
    files: list[PictureOut]
    answer: str | None


@routes.post(
    "/{notice}/comments", status_code=202, dependencies=[may("notice.comment")], openapi_extra=FORM
)
async def comment(
    notice: str, viewer: CurrentViewer, request: Request, service: Running
) -> TakenOut:
    """Say something to an open notice; at most five times an hour from one address."""
    held = await run_in_threadpool(seen, service, viewer, notice)
    if held.state != "open":
        raise Conflict("notice-closed", state=held.state)
    form = await form_of(request, MOST_PICTURES, 10)
    try:
        address = request.client.host if request.client else ""
        number = await run_in_threadpool(_take, service, held, form, address)
    finally:
        await form.close()
    return TakenOut(id=number, state="waiting")


@routes.get("/{notice}/comments", dependencies=[may("notice.read")])
def comments(notice: str, viewer: CurrentViewer, service: Running) -> list[ShownOut]:
    """The comments that are shown, oldest first."""
    seen(service, viewer, notice)
    return [
        ShownOut(
            id=c.id,
            at=c.at,
            text=c.body["text"],
            lon=c.body.get("lon"),
            lat=c.body.get("lat"),
            layer=c.body.get("layer"),
            area=c.body.get("area"),
            files=[PictureOut(id=f.id, type=f.kind) for f in c.files],
            answer=c.answer,
        )
        for c in feedback.shown(service.store, notice)
    ]


@routes.get(
    "/{notice}/comments/{comment}/files/{file}",
    dependencies=[may("notice.read")],
    response_class=FileResponse,
)
def picture(
    notice: str, comment: str, file: str, viewer: CurrentViewer, service: Running
) -> FileResponse:
    """A picture of a comment that is shown."""
    seen(service, viewer, notice)
    held = [f for c in feedback.shown(service.store, notice) if c.id == comment for f in c.files]
    return attachments.download(service.artifacts, held, file)


def _take(service: Service, notice: Notice, form: FormData, address: str) -> str:
    said = _text(form, "text", TEXT[1])
    if said is None or len(said) < TEXT[0]:
        raise Unprocessable("comment-length", least=TEXT[0], most=TEXT[1])
    layer, area = _text(form, "layer", 20), _text(form, "area", 200)
    if (layer is None) != (area is None) or (layer or "committees") not in public.COLUMNS:
        raise Unprocessable("invalid-value", where="form/layer")
    if layer is not None and area is not None:
        frame = service.proposals.part(notice.proposal, layer, notice.street_office)
        if area not in set(frame[ID_FIELD[layer]]):
            raise Unprocessable("area-unknown", area=area)
    lon, lat = _number(form, "lon", 180.0), _number(form, "lat", 90.0)
    if (lon is None) != (lat is None):
        raise Unprocessable("invalid-value", where="form/lon")
    name, contact = _text(form, "name", 200), _text(form, "contact", 200)
    service.comments.spend(_household(address))  # from here on it costs
    sent = Sent(
        text=said,
        name=name,
        contact=contact,
        place=None if lon is None or lat is None else (lon, lat),
        area=None if layer is None or area is None else (layer, area),
        files=[_picture(service, file) for file in form.getlist("files")],
    )
    return feedback.send(service.store, notice, sent)


def _household(address: str) -> str:
    """Who sends from ``address``: with IPv6 a household has 2^64 of them."""
    try:
        return str(ipaddress.ip_network((address, 64), strict=False))
    except ValueError:  # IPv4, or the name of a test's client
        return address


def _picture(service: Service, file: Any) -> attachments.Ready:
    if not isinstance(file, UploadFile):
        raise Unprocessable("invalid-value", where="form/files")
    head = file.file.read(16)
    file.file.seek(0)
    if kinds.kind_of(head) not in kinds.PICTURES:
        raise UnsupportedFormat("attachment-kind", known="JPEG, PNG, WebP")
    limit = service.settings.limits.attachment
    return attachments.take_in(service.artifacts, "", file.file, limit, "comment")


def _text(form: FormData, name: str, most: int) -> str | None:
    value = form.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str) or len(value) > most:
        raise Unprocessable("invalid-value", where=f"form/{name}")
    check_string(value)
    return value.strip() or None


def _number(form: FormData, name: str, most: float) -> float | None:
    stated = _text(form, name, 40)
    if stated is None:
        return None
    try:
        value = float(stated)
    except ValueError:
        value = math.nan
    if not -most <= value <= most:
        raise Unprocessable("invalid-value", where=f"form/{name}")
    return value
