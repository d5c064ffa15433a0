"""Runs over HTTP: asked for, watched, cancelled."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from datetime import datetime
from typing import Annotated, Literal

from fastapi import Header, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from api.errors import told
from api.identity import SignedIn, may
from api.languages import language
from api.routes.surveys import FindingOut
from api.routing import router
from api.runs import ledger, rules
from api.runs.ledger import Asked, Run
from api.service import Running, Service
from api.store.once import fingerprint, once
from api.surveys.check import restored
from api.surveys.shelf import insist_confirmed
from redistrict import profiles
from redistrict.i18n import Lang
from redistrict.leaning import STEPS

routes = router("/api/runs", tags=["runs"])
POLL, BEAT = 0.5, 15.0
"""Seconds between looks for news, and between signs of life where there is none."""
Key = Annotated[str | None, Header(alias="Idempotency-Key", min_length=1, max_length=255)]


class RunIn(BaseModel):
    """A run wanted; ``alternatives``: proposals beside the one as asked, at most."""

    survey: Annotated[str, Field(max_length=32)]
    version: Annotated[int | None, Field(ge=1, le=1_000_000)] = None
    profile: Annotated[str, Field(max_length=100)] = profiles.DEFAULT
    seed: Annotated[int, Field(ge=0, le=2**32 - 1)] = 0
    effort: Literal["quick", "standard", "certify"] = "standard"
    alternatives: Annotated[int, Field(ge=0, le=len(STEPS))] = 0


class RunOut(BaseModel):
    """A run as it stands; ``rulings``: those it honours.

    ``proposal`` once it is done, ``findings`` where it was refused.
    """

    id: str
    survey: str
    version: int
    profile: str
    seed: int
    effort: str
    alternatives: int
    state: ledger.State
    owner: str
    attempts: int
    created: datetime
    ended: datetime | None
    rulings: list[str]
    findings: list[FindingOut]
    proposal: str | None


@routes.post("", status_code=202, dependencies=[may("run.start")])
def start(
    body: RunIn,
    response: Response,
    request: Request,
    known: SignedIn,
    service: Running,
    key: Key = None,
) -> RunOut:
    """Ask for a run of a confirmed survey; it waits for its turn."""
    profiles.load(rules.source(service.artifacts, body.profile))
    if body.version is None:
        version = service.surveys.latest(body.survey)
    else:
        version = service.surveys.version(body.survey, body.version)
    insist_confirmed(version)
    asked = Asked(
        body.survey, version.number, body.profile, body.seed, body.effort, body.alternatives
    )
    by = known.account.id
    made = once(
        service.store,
        by,
        key,
        fingerprint("run", body.model_dump()),
        lambda connection: {"id": ledger.ask(connection, by, asked, service.settings.limits.runs)},
    )
    number = str(made["id"])
    service.jobs.enqueue(number)
    response.headers["location"] = f"/api/runs/{number}"
    return _out(ledger.find(service.store, number), language(request))


@routes.get("", dependencies=[may("run.read")])
def runs(request: Request, service: Running) -> list[RunOut]:
    """The newest runs first."""
    return [_out(run, language(request)) for run in ledger.listed(service.store)]


@routes.get("/{run}", dependencies=[may("run.read")])
def run(run: str, request: Request, service: Running) -> RunOut:
    """One run."""
    return _out(ledger.find(service.store, run), language(request))


@routes.post("/{run}/cancellation", status_code=202, dependencies=[may("run.start")])
def cancel(run: str, request: Request, known: SignedIn, service: Running) -> RunOut:
    """Ask for it to stop; its ending is recorded like any other."""
    cancelled = ledger.cancel(service.store, known.account.id, run)
    return _out(cancelled, language(request))


@routes.get(
    "/{run}/events",
    dependencies=[may("run.read")],
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
async def events(
    run: str,
    service: Running,
    after: Annotated[int | None, Header(alias="Last-Event-ID", ge=0, le=2**31 - 1)] = None,
) -> StreamingResponse:
    """What the run tells, as server-sent events, until it has ended."""
    await run_in_threadpool(ledger.find, service.store, run)
    return StreamingResponse(
        _stream(service, run, after or 0),
        media_type="text/event-stream",
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
    )


async def _stream(service: Service, number: str, after: int) -> AsyncGenerator[str]:
    quiet = 0.0
    while not service.ending.is_set():
        news = await run_in_threadpool(ledger.events, service.store, number, after)
        for event in news:
            after, quiet = event.seq, 0.0
            body = json.dumps(event.body, ensure_ascii=False)
            yield f"id: {event.seq}\nevent: {event.kind}\ndata: {body}\n\n"
            if event.kind == "state" and event.body.get("state") not in ledger.OPEN:
                return
        if not news:
            if after and quiet == 0.0 and await run_in_threadpool(_over, service, number):
                return  # the last event was seen before
            quiet += POLL
            if quiet % BEAT < POLL:
                yield ": still here\n\n"
            await asyncio.sleep(POLL)


def _over(service: Service, number: str) -> bool:
    return ledger.find(service.store, number).state not in ledger.OPEN


def _out(run: Run, lang: Lang) -> RunOut:
    return RunOut(
        id=run.id,
        survey=run.asked.survey,
        version=run.asked.version,
        profile=run.asked.profile,
        seed=run.asked.seed,
        effort=run.asked.effort,
        alternatives=run.asked.alternatives,
        state=run.state,
        owner=run.owner,
        attempts=run.attempts,
        created=run.created,
        ended=run.ended,
        rulings=list(run.rulings),
        findings=[FindingOut(**told(restored(f), lang)) for f in run.findings],
        proposal=run.proposal,
    )
