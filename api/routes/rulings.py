"""Rulings over HTTP: what waits for the civil affairs bureau, what it decided, what changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import Query, Request
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field

from api.attachments import shelf as attachments
from api.errors import Conflict, NotFound, Unprocessable
from api.identity import SignedIn, may
from api.languages import language
from api.layers import CurrentViewer
from api.proposals import estates
from api.proposals.estates import Estate, Part, Side
from api.proposals.shelf import Kept
from api.routes.attachments import FileOut, file_out
from api.routing import router
from api.rulings import book
from api.rulings.book import Decided, Kind, Ruling
from api.runs import ledger
from api.service import Running, Service
from redistrict.i18n import Lang

routes = router("/api", tags=["rulings"])
Name = Annotated[str, Field(min_length=1, max_length=200)]
Reason = Annotated[str, Field(min_length=1, max_length=10_000, pattern=r"\S")]
Number = Annotated[str, Field(min_length=1, max_length=32)]


class RulingIn(BaseModel):
    """A decision on an estate; ``supersedes``: the ruling in force, where there is one."""

    estate_id: Name
    street_office_id: Name
    basis: Reason
    evidence: Annotated[list[Number], Field(max_length=20)]
    date: dt.date | None = None
    supersedes: Number | None = None


class WithdrawalIn(BaseModel):
    """Why a ruling is to hold no more."""

    reason: Reason


class RulingOut(BaseModel):
    """A record on an estate; a withdrawal names no office, its ``basis`` is the reason."""

    id: str
    survey: str
    estate_id: str
    kind: Kind
    street_office_id: str | None
    basis: str
    date: dt.date
    decided_by: str
    author: str
    at: dt.datetime
    proposal: str
    supersedes: str | None
    in_force: bool
    evidence: list[FileOut]


class PartOut(BaseModel):
    """Its land in one street office; ``geometry`` null where the proposal shows it elsewhere."""

    street_office_id: str
    name: str | None
    area_m2: float
    geometry: dict[str, Any] | None


class EstateOut(BaseModel):
    """A straddling estate; ``ruling``: the one in force; ``areas_m2``: street office -> m2.

    ``parts``: the same areas drawn, most land first.
    """

    estate_id: str
    outcome: estates.Outcome
    why: str
    message: str
    clause: str | None
    areas_m2: dict[str, float]
    street_office_id: str | None
    geometry: dict[str, Any] | None
    parts: list[PartOut]
    ruling: RulingOut | None
    rulings: list[RulingOut]


class WaitingOut(BaseModel):
    """An estate that waits for a ruling, in the newest proposal of its survey."""

    proposal: str
    survey: str
    title: str
    estate: EstateOut


class SideOut(BaseModel):
    """An estate in one proposal; areas with its households in them."""

    proposal: str
    outcome: str | None
    street_office_id: str | None
    decided_by: str | None
    households: int
    street_offices: dict[str, int]
    committees: dict[str, int]
    service_grids: dict[str, int]


class MovedOut(BaseModel):
    """What is in another committee afterwards."""

    households: int
    buildings: int


class EffectOut(BaseModel):
    """An estate before and after."""

    estate_id: str
    before: SideOut
    after: SideOut
    moved: MovedOut


@routes.get("/rulings/queue", dependencies=[may("ruling.record")])
def queue(request: Request, service: Running) -> list[WaitingOut]:
    """Referred estates without a ruling in force, in the newest proposal of every survey."""
    waiting: list[WaitingOut] = []
    for survey, kept in _newest(service):
        waiting += [
            WaitingOut(proposal=kept.id, survey=survey, title=kept.title, estate=estate)
            for estate in _estates(service, kept, survey, language(request))
            if estate.outcome == "refer" and estate.ruling is None
        ]
    return waiting


@routes.get("/proposals/{proposal}/rulings", dependencies=[may("ruling.read")])
def straddling(
    proposal: str, viewer: CurrentViewer, request: Request, service: Running
) -> list[EstateOut]:
    """Every straddling estate of a proposal; to a street office those with land in its own."""
    kept = service.proposals.find(proposal, viewer)
    found = _estates(service, kept, _survey(service, kept), language(request))
    if viewer.role != "street_office":
        return found
    return [e for e in found if viewer.street_offices & e.areas_m2.keys()]


@routes.post("/proposals/{proposal}/rulings", status_code=201, dependencies=[may("ruling.decide")])
def decide(proposal: str, body: RulingIn, known: SignedIn, service: Running) -> RulingOut:
    """Decide which street office governs an estate; the next run honours it."""
    kept = service.proposals.any(proposal)
    found = {e.id: e for e in estates.estates(service.artifacts, kept)}
    if body.estate_id not in found:
        raise Unprocessable("estate-unknown", estate=body.estate_id)
    if found[body.estate_id].areas_m2.get(body.street_office_id, 0.0) <= 0.0:
        raise Unprocessable(
            "office-without-land", estate=body.estate_id, street_office=body.street_office_id
        )
    decided = Decided(
        _survey(service, kept),
        body.estate_id,
        proposal,
        body.street_office_id,
        body.basis,
        body.evidence,
        body.date,
        body.supersedes,
    )
    return _out(book.decide(service.store, known.account.id, decided))


@routes.get("/proposals/{proposal}/rulings/effect", dependencies=[may("ruling.record")])
def effect(
    proposal: str,
    service: Running,
    estate: Annotated[str, Query(min_length=1, max_length=200)],
    other: Annotated[str, Query(min_length=1, max_length=32)],
) -> EffectOut:
    """An estate in this proposal and in a later one of the same survey."""
    sides = [service.proposals.any(one) for one in (proposal, other)]
    if _survey(service, sides[0]) != _survey(service, sides[1]):
        raise Conflict("not-comparable")
    buildings = [service.proposals.whole(kept.id, "buildings") for kept in sides]
    said = [
        estates.side(
            frame,
            service.proposals.whole(kept.id, "rulings") if "rulings" in kept.layers else None,
            estate,
        )
        for kept, frame in zip(sides, buildings, strict=True)
    ]
    if not any(one.households or one.outcome for one in said):
        raise NotFound
    households, moved = estates.moved(buildings[0], buildings[1], estate)
    return EffectOut(
        estate_id=estate,
        before=_side(proposal, said[0]),
        after=_side(other, said[1]),
        moved=MovedOut(households=households, buildings=moved),
    )


@routes.get("/rulings/{ruling}", dependencies=[may("ruling.record")])
def ruling(ruling: str, service: Running) -> RulingOut:
    """One record."""
    return _out(book.find(service.store, ruling))


@routes.post("/rulings/{ruling}/withdrawal", status_code=201, dependencies=[may("ruling.decide")])
def withdraw(ruling: str, body: WithdrawalIn, known: SignedIn, service: Running) -> RulingOut:
    """Withdraw a ruling in force, by a record that says why."""
    return _out(book.withdraw(service.store, known.account.id, ruling, body.reason))


@routes.get(
    "/rulings/{ruling}/evidence/{file}",
    dependencies=[may("ruling.record")],
    response_class=FileResponse,
)
def evidence(ruling: str, file: str, service: Running) -> FileResponse:
    """A file that a ruling rests on, as it was sent."""
    held = book.find(service.store, ruling).evidence
    return attachments.download(service.artifacts, held, file)


def _survey(service: Service, kept: Kept) -> str:
    return ledger.find(service.store, kept.run).asked.survey


def _newest(service: Service) -> Iterator[tuple[str, Kept]]:
    """The newest proposal of every survey."""
    seen: set[str] = set()
    for kept in service.proposals.every():
        survey = _survey(service, kept)
        if survey not in seen:
            seen.add(survey)
            yield survey, kept


def _estates(service: Service, kept: Kept, survey: str, lang: Lang) -> list[EstateOut]:
    records = book.records(service.store, survey)
    offices = service.proposals.whole(kept.id, "street_offices")
    return [
        _estate(
            estate,
            [r for r in records if r.estate == estate.id],
            estates.parts(estate, offices),
            lang,
        )
        for estate in estates.estates(service.artifacts, kept)
    ]


def _estate(estate: Estate, records: list[Ruling], parts: list[Part], lang: Lang) -> EstateOut:
    held = next((r for r in records if r.in_force), None)
    return EstateOut(
        estate_id=estate.id,
        outcome=estate.outcome,
        why=estate.why,
        message=estate.sentence(lang),
        clause=estate.clause,
        areas_m2=dict(estate.areas_m2),
        street_office_id=estate.street_office,
        geometry=None if estate.geometry is None else dict(estate.geometry),
        parts=[
            PartOut(
                street_office_id=part.street_office,
                name=part.name,
                area_m2=part.area_m2,
                geometry=None if part.geometry is None else dict(part.geometry),
            )
            for part in parts
        ],
        ruling=None if held is None else _out(held),
        rulings=[_out(r) for r in records],
    )


def _side(proposal: str, side: Side) -> SideOut:
    return SideOut(
        proposal=proposal,
        outcome=side.outcome,
        street_office_id=side.street_office,
        decided_by=side.decided_by,
        households=side.households,
        street_offices=dict(side.street_offices),
        committees=dict(side.committees),
        service_grids=dict(side.service_grids),
    )


def _out(ruling: Ruling) -> RulingOut:
    return RulingOut(
        id=ruling.id,
        survey=ruling.survey,
        estate_id=ruling.estate,
        kind=ruling.kind,
        street_office_id=ruling.street_office,
        basis=ruling.basis,
        date=ruling.date,
        decided_by=ruling.decided_by,
        author=ruling.author,
        at=ruling.at,
        proposal=ruling.proposal,
        supersedes=ruling.supersedes,
        in_force=ruling.in_force,
        evidence=[file_out(f) for f in ruling.evidence],
    )
