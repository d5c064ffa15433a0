"""The application: wiring only."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from api import handlers
from api.accounts.throttle import Throttle
from api.downloads import routes as downloads
from api.front import Front
from api.identity import Identity
from api.observing import Metrics
from api.ogc import routes as ogc
from api.oidc.flow import SigningIn
from api.proposals.editing import Editing
from api.proposals.offers import Offers
from api.proposals.revisions import Revisions
from api.proposals.shelf import Proposals
from api.routes import (
    accounts,
    alternatives,
    attachments,
    committees,
    edits,
    feedback,
    ground,
    health,
    looking,
    notice_answers,
    notices,
    oidc,
    profiles,
    proposals,
    public_comments,
    review,
    rulings,
    runs,
    sessions,
    summaries,
    surveys,
)
from api.runs.durable import Durable, Jobs, Waiting, system_url
from api.runs.supervise import Supervisor
from api.service import Service
from api.settings import Settings
from api.store import Artifacts, Store
from api.store.migrate import migrate
from api.surveys.shelf import Shelf
from api.tiles import routes as tiles
from api.web import routes as web
from redistrict import __version__

FORM = 64 * 1024
"""What a form has beside its files, bytes."""


def create_app(settings: Settings) -> FastAPI:
    """The service for ``settings``, its database migrated, ready to be served."""
    store = Store.open(settings.data, settings.database_url)
    migrate(store.engine)
    artifacts = Artifacts(settings.data / "artifacts")
    shelf = Shelf(store, artifacts, settings.limits)
    jobs = _jobs(settings, store, artifacts, shelf)
    revisions = Revisions(store, artifacts, settings.data / "bases")
    kept = Proposals(store, artifacts, revisions)
    service = Service(
        settings=settings,
        store=store,
        artifacts=artifacts,
        metrics=Metrics(),
        throttle=Throttle(),
        signing_in=SigningIn(settings.providers),
        comments=Throttle(settings.limits.comments, 3600.0),
        surveys=shelf,
        jobs=jobs,
        proposals=kept,
        revisions=revisions,
        editing=Editing(store, revisions),
        offers=Offers(revisions),
    )

    @asynccontextmanager
    async def running(app: FastAPI) -> AsyncGenerator[None]:
        del app
        await run_in_threadpool(jobs.launch)
        yield
        service.ending.set()
        await run_in_threadpool(jobs.close)
        store.close()

    app = FastAPI(
        title="redistrict",
        version=__version__,
        lifespan=running,
        openapi_url=None,  # `api.routes.health` answers it, with rights like every route
        docs_url=None,  # FastAPI's page fetches its script from elsewhere
        redoc_url=None,
    )
    app.state.settings = settings
    app.state.service = service
    app.state.layers = kept
    handlers.install(app)
    app.add_middleware(Identity, store=store, limits=settings.limits)
    app.add_middleware(
        Front,
        limits=settings.limits,
        metrics=service.metrics,
        sizes={
            "/api/surveys": settings.limits.upload,
            "/api/files": settings.limits.attachment + FORM,
            "/api/notices": settings.limits.attachment * public_comments.MOST_PICTURES + FORM,
        },
        secure=settings.secure_cookies,
    )
    people = (health, sessions, oidc, accounts, attachments)
    looks = (proposals, summaries, looking, edits, ground)
    parts = (surveys, profiles, rulings, runs, alternatives, *looks, review)
    said = (committees, notices, notice_answers, public_comments, feedback)
    # Addresses are looked for in this order: first what is asked for hundreds of times a second.
    for module in (tiles, ogc, downloads):
        app.include_router(module.router)
    for module in (*people, *parts, *said, web):
        app.include_router(module.routes)
    return app


def _jobs(settings: Settings, store: Store, artifacts: Artifacts, shelf: Shelf) -> Jobs:
    if not settings.works:
        return Waiting()
    supervisor = Supervisor(store, artifacts, shelf, settings.data / "runs")
    return Durable(store, supervisor, system_url(settings.data, settings.database_url))
