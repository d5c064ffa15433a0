"""What a committee says about its own area, and what it is answered: part of the office's story."""

from __future__ import annotations

from typing import Any

from fastapi import Depends, Request
from fastapi.responses import FileResponse

from api.accounts import rights
from api.attachments import shelf as attachments
from api.errors import Forbidden, NotFound
from api.identity import SignedIn, scopes_of
from api.layers import viewer_of
from api.proposals import review, story
from api.proposals.story import Said
from api.routes.review import CommentIn, SaidOut, entered, files_of, insist_area, told
from api.routing import router
from api.service import Running, Service, service_of

routes = router("/api/proposals", tags=["review"])


def may_in_committee(name: str) -> Any:
    """`api.identity.may`, in the committee that the path names.

    A committee's own is what its account is responsible for; a street office's own is what lies in
    its land in this proposal.
    """

    def check(proposal: str, committee: str, request: Request) -> None:
        viewer = viewer_of(request)
        if rights.insist(viewer, name, scopes_of(request)) == "all":
            return
        held = committee in viewer.committees
        if viewer.role == "street_office":
            held = _office(service_of(request), proposal, committee) in viewer.street_offices
        if not held:
            raise Forbidden(act=name)

    check.act = name  # type: ignore[attr-defined]
    return Depends(check)


@routes.get(
    "/{proposal}/committees/{committee}/comments", dependencies=[may_in_committee("committee.read")]
)
def comments(proposal: str, committee: str, service: Running) -> list[SaidOut]:
    """What was said about a committee by itself and to it, oldest first."""
    return told(service, _entries(service, proposal, committee))


@routes.post(
    "/{proposal}/committees/{committee}/comments",
    status_code=201,
    dependencies=[may_in_committee("committee.say")],
)
def say(
    proposal: str, committee: str, body: CommentIn, known: SignedIn, service: Running
) -> list[SaidOut]:
    """Say something about a committee, or to it."""
    office = _insist(service, proposal, committee)
    insist_area(service, proposal, body.area, "committee_id", committee)
    said = {**entered(body), "committee": committee}
    review.say(service.store, proposal, office, known.account.id, "comment", said, body.files)
    return told(service, _entries(service, proposal, committee))


@routes.get(
    "/{proposal}/committees/{committee}/comments/files/{file}",
    dependencies=[may_in_committee("committee.read")],
    response_class=FileResponse,
)
def sent(proposal: str, committee: str, file: str, service: Running) -> FileResponse:
    """A file that came with a comment."""
    held = files_of(service, _entries(service, proposal, committee))
    return attachments.download(service.artifacts, held, file)


def _entries(service: Service, proposal: str, committee: str) -> list[Said]:
    office = _insist(service, proposal, committee)
    entries = story.told(service.store, proposal, office)
    return [e for e in entries if e.body.get("committee") == committee]


def _insist(service: Service, proposal: str, committee: str) -> str:
    office = _office(service, proposal, committee)
    if office is None:
        raise NotFound
    return office


def _office(service: Service, proposal: str, committee: str) -> str | None:
    """The street office that a committee belongs to in a proposal."""
    frame = service.proposals.whole(proposal, "committees")
    found = frame.loc[frame["committee_id"] == committee, "street_office_id"]
    return None if found.empty else str(found.iloc[0])
