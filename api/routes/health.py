"""Whether the service lives, is ready, and what it counts; what a problem type means."""

from __future__ import annotations

import sqlalchemy as sa
from fastapi import Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel
from sqlalchemy.exc import SQLAlchemyError

from api.errors import TYPE, NotFound, Unavailable
from api.identity import may
from api.languages import language
from api.reading.page import page
from api.routing import router
from api.service import Running
from redistrict import __version__
from redistrict.i18n import catalogue, text

routes = router(tags=["service"])


class State(BaseModel):
    """A word and the version that says it."""

    status: str
    version: str


class ProblemType(BaseModel):
    """What a problem type means."""

    type: str
    title: str


@routes.get("/healthz", dependencies=[may("service.read")])
def healthz() -> State:
    """The process answers."""
    return State(status="alive", version=__version__)


@routes.get("/readyz", dependencies=[may("service.read")])
def readyz(service: Running) -> State:
    """The database answers, what is sent can be kept, and the service is not about to end."""
    if service.ending.is_set():
        raise Unavailable("unavailable")
    try:
        with service.store.read() as connection:
            connection.execute(sa.select(1))
        service.artifacts.probe()
    except (SQLAlchemyError, OSError) as error:
        raise Unavailable("unavailable") from error
    return State(status="ready", version=__version__)


@routes.get("/metrics", dependencies=[may("metrics.read")], response_class=Response)
def metrics(service: Running) -> Response:
    """Counters in the text format of Prometheus."""
    return Response(service.metrics.text(), media_type=service.metrics.content_type)


@routes.get("/openapi.json", dependencies=[may("service.read")], include_in_schema=False)
def openapi(request: Request) -> JSONResponse:
    """The API, as a document."""
    return JSONResponse(request.app.openapi())


@routes.get("/docs", dependencies=[may("service.read")], include_in_schema=False)
def docs(request: Request) -> HTMLResponse:
    """The same document, to be read: one page, nothing fetched, nothing executed."""
    return HTMLResponse(page(request.app.openapi(), language(request)))


@routes.get("/problems/{code}", dependencies=[may("service.read")])
def problem(code: str, request: Request) -> ProblemType:
    """The sentence of a problem type; the ``type`` of every refusal leads here."""
    lang = language(request)
    for key in (f"problem.{code}", f"finding.{code}"):
        if key in catalogue(lang):
            return ProblemType(type=TYPE + code, title=text(key, lang))
    raise NotFound
