"""What is said about, and decided on, a street office's part, over HTTP."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from pydantic import BaseModel, Field

from api.errors import NotFound
from api.identity import SignedIn, may_in
from api.proposals import review
from api.proposals.review import Said
from api.routing import router
from api.service import Running

routes = router("/api/proposals", tags=["review"])


class ReviewIn(BaseModel):
    """Something to say or decide; ``lon``, ``lat``: a place it is about."""

    act: review.Kind
    text: Annotated[str | None, Field(max_length=10_000)] = None
    effective: dt.date | None = None
    lon: Annotated[float | None, Field(ge=-180, le=180)] = None
    lat: Annotated[float | None, Field(ge=-90, le=90)] = None


class SaidOut(BaseModel):
    """An entry of the story."""

    seq: int
    act: review.Kind
    author: str
    at: dt.datetime
    text: str | None = None
    effective: dt.date | None = None
    lon: float | None = None
    lat: float | None = None


class ReviewOut(BaseModel):
    """Where a street office's part stands, and how it came there."""

    street_office: str
    stage: review.Stage
    story: list[SaidOut]


@routes.get("/{proposal}/offices/{office}/review", dependencies=[may_in("review.read")])
def reviewed(proposal: str, office: str, service: Running) -> ReviewOut:
    """Where the office's part stands, and everything said about it."""
    _insist_office(service, proposal, office)
    return _review(service, proposal, office)


@routes.post(
    "/{proposal}/offices/{office}/review",
    status_code=201,
    dependencies=[may_in("review.say")],
)
def say(proposal: str, office: str, body: ReviewIn, known: SignedIn, service: Running) -> ReviewOut:
    """Comment, request a change, submit, approve, return, adopt."""
    _insist_office(service, proposal, office)
    review.insist_act(known.account.viewer, body.act)
    said = body.model_dump(mode="json", exclude={"act"}, exclude_none=True)
    review.say(service.store, proposal, office, known.account.id, body.act, said)
    return _review(service, proposal, office)


def _insist_office(service: Running, proposal: str, office: str) -> None:
    offices = service.proposals.whole(proposal, "street_offices")["street_office_id"]
    if office not in set(offices):
        raise NotFound


def _review(service: Running, proposal: str, office: str) -> ReviewOut:
    entries = review.story(service.store, proposal, office)
    return ReviewOut(
        street_office=office, stage=review.stage(entries), story=[_said(e) for e in entries]
    )


def _said(entry: Said) -> SaidOut:
    body: dict[str, Any] = dict(entry.body)
    return SaidOut(seq=entry.seq, act=entry.kind, author=entry.author, at=entry.at, **body)
