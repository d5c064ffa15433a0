"""What is said about, and decided on, a street office's part, over HTTP."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Annotated, Any, Literal, Self

from fastapi.responses import FileResponse
from pydantic import BaseModel, Field, model_validator

from api.accounts import book
from api.attachments import shelf as attachments
from api.attachments.shelf import Attachment
from api.errors import NotFound, Unprocessable
from api.identity import SignedIn, may, may_in
from api.layers import CurrentViewer
from api.proposals import notices, review, story
from api.proposals.story import Said
from api.routing import router
from api.service import Running, Service
from redistrict.model.survey import ID_FIELD

routes = router("/api/proposals", tags=["review"])
Number = Annotated[str, Field(min_length=1, max_length=32)]
Contact = Annotated[str, Field(max_length=500)]
Longitude = Annotated[float, Field(ge=-180, le=180)]
Latitude = Annotated[float, Field(ge=-90, le=90)]


class AreaIn(BaseModel):
    """An area that is meant."""

    layer: Literal["service_grids", "committees"]
    id: Annotated[str, Field(min_length=1, max_length=200)]


class CommentIn(BaseModel):
    """Something to say; ``lon``, ``lat``: a place it is about, ``files``: sent to /api/files."""

    text: Annotated[str | None, Field(max_length=10_000)] = None
    lon: Longitude | None = None
    lat: Latitude | None = None
    area: AreaIn | None = None
    files: Annotated[list[Number], Field(max_length=20)] = []

    @model_validator(mode="after")
    def _a_place_is_two_numbers(self) -> Self:
        if (self.lon is None) != (self.lat is None):
            raise ValueError("lon and lat")
        return self


class ReviewIn(CommentIn):
    """Something to say or decide; ``start``, ``end``, ``contact``: of a notice."""

    act: story.Kind
    effective: dt.date | None = None
    start: dt.date | None = None
    end: dt.date | None = None
    contact: Contact | None = None

    @model_validator(mode="after")
    def _days_belong_to_a_notice(self) -> Self:
        stated = (self.start, self.end, self.contact)
        if self.act != "notice" and any(one is not None for one in stated):
            raise ValueError("start, end and contact belong to a notice")
        return self


class NamedFile(BaseModel):
    """A file that came with an entry."""

    id: str
    name: str
    type: str
    bytes: int


class SaidOut(BaseModel):
    """An entry of the story; ``name``: its author's, ``committee``: on whose page it was said."""

    seq: int
    act: story.Kind
    author: str
    name: str
    at: dt.datetime
    text: str | None = None
    effective: dt.date | None = None
    lon: float | None = None
    lat: float | None = None
    area: AreaIn | None = None
    files: list[NamedFile] = []
    committee: str | None = None
    notice: str | None = None
    start: dt.date | None = None
    end: dt.date | None = None
    contact: str | None = None


class ReviewOut(BaseModel):
    """Where a street office's part stands, and how it came there."""

    street_office: str
    stage: review.Stage
    story: list[SaidOut]


class PartOut(BaseModel):
    """A street office's part; ``notice``: its newest one, as far as one may see it."""

    street_office_id: str
    stage: review.Stage
    effective: dt.date | None
    in_force: bool
    notice: str | None


class AdoptionOut(BaseModel):
    """How far a city plan has been adopted, part by part (2.2)."""

    offices: list[PartOut]
    adopted: int
    of: int


@routes.get("/{proposal}/adoption", dependencies=[may("proposal.read")])
def adoption(proposal: str, viewer: CurrentViewer, service: Running) -> AdoptionOut:
    """Where every part stands; the public sees those in force."""
    service.proposals.find(proposal, viewer)
    offices = sorted(service.proposals.whole(proposal, "street_offices")["street_office_id"])
    entries = story.told(service.store, proposal)
    in_force = review.adopted_offices(service.store, proposal)
    shown = notices.PUBLIC if viewer.role == "public" else (*notices.PUBLIC, "coming")
    parts = [
        _part(office, [e for e in entries if e.street_office == office], in_force, shown)
        for office in offices
    ]
    return AdoptionOut(
        offices=[p for p in parts if p.in_force or viewer.role != "public"],
        adopted=sum(p.in_force for p in parts),
        of=len(parts),
    )


@routes.get("/{proposal}/offices/{office}/review", dependencies=[may_in("review.read")])
def reviewed(proposal: str, office: str, service: Running) -> ReviewOut:
    """Where the office's part stands, and everything said about it."""
    insist_office(service, proposal, office)
    return _review(service, proposal, office)


@routes.post(
    "/{proposal}/offices/{office}/review",
    status_code=201,
    dependencies=[may_in("review.say")],
)
def say(proposal: str, office: str, body: ReviewIn, known: SignedIn, service: Running) -> ReviewOut:
    """Comment, request a change, submit, approve, return, open or end a notice, adopt."""
    insist_office(service, proposal, office)
    review.insist_act(known.account.viewer, body.act)
    insist_area(service, proposal, body.area, "street_office_id", office)
    said = entered(body, "act")
    review.say(service.store, proposal, office, known.account.id, body.act, said, body.files)
    return _review(service, proposal, office)


@routes.get(
    "/{proposal}/offices/{office}/review/files/{file}",
    dependencies=[may_in("review.read")],
    response_class=FileResponse,
)
def sent(proposal: str, office: str, file: str, service: Running) -> FileResponse:
    """A file of the story."""
    insist_office(service, proposal, office)
    entries = story.told(service.store, proposal, office)
    return attachments.download(service.artifacts, files_of(service, entries), file)


def insist_office(service: Service, proposal: str, office: str) -> None:
    """Raise NotFound where the proposal has no such street office."""
    offices = service.proposals.whole(proposal, "street_offices")["street_office_id"]
    if office not in set(offices):
        raise NotFound


def insist_area(
    service: Service, proposal: str, area: AreaIn | None, key: str, within: str
) -> None:
    """Raise Unprocessable (area-unknown) unless ``area`` lies in ``within``, by column ``key``."""
    if area is None:
        return
    frame = service.proposals.whole(proposal, area.layer)
    if area.id not in set(frame.loc[frame[key] == within, ID_FIELD[area.layer]]):
        raise Unprocessable("area-unknown", area=area.id)


def entered(body: CommentIn, *apart: str) -> dict[str, Any]:
    """What of a statement goes into the story as it is."""
    return body.model_dump(mode="json", exclude={"files", *apart}, exclude_none=True)


def files_of(service: Service, entries: Sequence[Said]) -> list[Attachment]:
    """Every file that the entries name."""
    named = [f["id"] for e in entries for f in e.body.get("files", ())]
    with service.store.read() as connection:
        return list(attachments.find(connection, named).values())


def told(service: Service, entries: Sequence[Said]) -> list[SaidOut]:
    """Entries as the API shows them."""
    held = {one.id: one for one in files_of(service, entries)}
    names = book.names(service.store, {entry.author for entry in entries})
    return [_said(entry, held, names.get(entry.author, entry.author)) for entry in entries]


def _part(
    office: str, entries: Sequence[Said], in_force: frozenset[str], shown: Sequence[notices.State]
) -> PartOut:
    days = [e.body["effective"] for e in entries if e.kind == "adopt"]
    seen = [n.id for n in notices.notices(entries) if n.state in shown]
    return PartOut(
        street_office_id=office,
        stage=review.stage(entries),
        effective=days[-1] if days else None,
        in_force=office in in_force,
        notice=seen[-1] if seen else None,
    )


def _review(service: Service, proposal: str, office: str) -> ReviewOut:
    entries = story.told(service.store, proposal, office)
    return ReviewOut(
        street_office=office, stage=review.stage(entries), story=told(service, entries)
    )


def _said(entry: Said, held: dict[str, Attachment], name: str) -> SaidOut:
    body: dict[str, Any] = dict(entry.body)
    files = [held[f["id"]] for f in body.pop("files", ()) if f["id"] in held]
    shown = [NamedFile(id=f.id, name=f.name, type=f.kind, bytes=f.bytes) for f in files]
    return SaidOut(
        seq=entry.seq,
        act=entry.kind,
        author=entry.author,
        name=name,
        at=entry.at,
        files=shown,
        **body,
    )
