"""What the public said during a notice, for the office that reads it first."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi.responses import FileResponse
from pydantic import BaseModel, Field

from api.attachments import shelf as attachments
from api.identity import SignedIn, may_in
from api.proposals import feedback
from api.proposals.feedback import Comment
from api.routes.public_comments import PictureOut
from api.routes.review import insist_office
from api.routing import router
from api.service import Running

routes = router("/api/proposals", tags=["notices"])


class DecidedIn(BaseModel):
    """Show a comment, hide it or answer it; hiding and answering take ``text``."""

    act: feedback.Act
    text: Annotated[str | None, Field(max_length=10_000)] = None


class DecidedOut(BaseModel):
    """What somebody made of a comment."""

    act: feedback.Act
    text: str | None
    author: str
    at: dt.datetime


class FeedbackOut(BaseModel):
    """A comment as the office sees it; name and contact go no further."""

    id: str
    notice: str
    at: dt.datetime
    state: feedback.State
    text: str
    name: str | None
    contact: str | None
    lon: float | None
    lat: float | None
    layer: str | None
    area: str | None
    files: list[PictureOut]
    answer: str | None
    decided: list[DecidedOut]


@routes.get("/{proposal}/offices/{office}/comments", dependencies=[may_in("feedback.read")])
def comments(proposal: str, office: str, service: Running) -> list[FeedbackOut]:
    """Every comment of the public on the office's part, newest first."""
    insist_office(service, proposal, office)
    return [_out(c) for c in feedback.of_office(service.store, proposal, office)]


@routes.post(
    "/{proposal}/offices/{office}/comments/{comment}",
    status_code=201,
    dependencies=[may_in("feedback.decide")],
)
def decide(
    proposal: str, office: str, comment: str, body: DecidedIn, known: SignedIn, service: Running
) -> FeedbackOut:
    """Show, hide or answer a comment; nothing is taken out of the record."""
    insist_office(service, proposal, office)
    at = (proposal, office, comment)
    return _out(feedback.decide(service.store, known.account.id, at, body.act, body.text))


@routes.get(
    "/{proposal}/offices/{office}/comments/{comment}/files/{file}",
    dependencies=[may_in("feedback.read")],
    response_class=FileResponse,
)
def picture(proposal: str, office: str, comment: str, file: str, service: Running) -> FileResponse:
    """A picture of a comment, shown or not."""
    insist_office(service, proposal, office)
    every = feedback.of_office(service.store, proposal, office)
    held = [f for c in every if c.id == comment for f in c.files]
    return attachments.download(service.artifacts, held, file)


def _out(comment: Comment) -> FeedbackOut:
    said = {k: comment.body.get(k) for k in ("name", "contact", "lon", "lat", "layer", "area")}
    return FeedbackOut(
        id=comment.id,
        notice=comment.notice,
        at=comment.at,
        state=comment.state,
        text=comment.body["text"],
        files=[PictureOut(id=f.id, type=f.kind) for f in comment.files],
        answer=comment.answer,
        decided=[
            DecidedOut(act=d.act, text=d.text, author=d.author, at=d.at) for d in comment.decided
        ],
        **said,
    )
