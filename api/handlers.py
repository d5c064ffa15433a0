"""Whatever is raised becomes an ``application/problem+json`` answer."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from api.errors import TYPE, Problem, StorageFull, Unavailable, Unprocessable, detail
from api.languages import language
from api.outside import FULL, UNREACHABLE
from redistrict.i18n import text
from redistrict.model.errors import InputError

MEDIA_TYPE = "application/problem+json"
_LOG = logging.getLogger("api")

OF_STATUS: Mapping[int, str] = {
    400: "malformed-request",
    401: "unauthenticated",
    403: "forbidden",
    404: "not-found",
    405: "method-not-allowed",
    406: "not-acceptable",
    413: "too-large",
    415: "unsupported-format",
}
RANGES = ("greater_than", "greater_than_equal", "less_than", "less_than_equal", "int_parsing_size")


def install(app: FastAPI) -> None:
    """Register the handlers."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(InputError, _input)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(OSError, _system)
    for gone in UNREACHABLE:
        app.add_exception_handler(gone, unreachable)
    app.add_exception_handler(Exception, _unknown)


def answer(request: Request, problem: Problem) -> JSONResponse:
    """The response for ``problem`` in the language of the request."""
    body = detail(problem, language(request), _instance(request))
    return JSONResponse(body, problem.status, problem.headers, MEDIA_TYPE)


def _instance(request: Request) -> str | None:
    number = getattr(request.state, "request_id", None)
    return f"urn:uuid:{number}" if number else None


def _problem(request: Request, error: Exception) -> JSONResponse:
    return answer(request, cast("Problem", error))


def _input(request: Request, error: Exception) -> JSONResponse:
    """The library refuses an input: the finding's code is the problem type."""
    findings = cast("InputError", error).findings
    code = findings[0].code if findings else "invalid-value"
    return answer(request, Unprocessable(code, findings))


def _invalid(request: Request, error: Exception) -> JSONResponse:
    """Values that do not fit the schema: which, where and why; what was sent is not repeated."""
    faults: list[dict[str, Any]] = [
        {"at": "/".join(str(p) for p in fault["loc"]), "kind": str(fault["type"])}
        for fault in cast("RequestValidationError", error).errors()[:20]
    ]
    kinds = {fault["kind"] for fault in faults}
    code = "out-of-range" if kinds and kinds <= set(RANGES) else "invalid-value"
    return answer(request, Unprocessable(code, faults=faults, where=faults[0]["at"]))


def _http(request: Request, error: Exception) -> JSONResponse:
    refused = cast("HTTPException", error)
    if isinstance(error.__cause__, Problem):  # raised while FastAPI read the body
        return answer(request, error.__cause__)
    code = OF_STATUS.get(refused.status_code, "invalid-value")
    lang = language(request)
    body = {
        "type": TYPE + code,
        "title": text(f"problem.{code}", lang),
        "status": refused.status_code,
        "code": code,
        "instance": _instance(request),
    }
    return JSONResponse(body, refused.status_code, refused.headers, MEDIA_TYPE)


def _system(request: Request, error: Exception) -> JSONResponse:
    """A disk that is full, wherever that was found out; anything else is ours."""
    if cast("OSError", error).errno in FULL:
        return answer(request, StorageFull("storage-full"))
    return _unknown(request, error)


def unreachable(request: Request, error: Exception) -> JSONResponse:
    """The database does not answer; another time it may."""
    _LOG.error("database: %s", type(error).__name__, extra={"request_id": _instance(request)})
    return answer(request, Unavailable("unavailable", headers={"Retry-After": "5"}))


def _unknown(request: Request, error: Exception) -> JSONResponse:
    """Our fault: opaque to the client, whole in the log under the request's number."""
    _LOG.error("internal error", exc_info=error, extra={"request_id": _instance(request)})
    lang = language(request)
    body = {
        "type": TYPE + "internal",
        "title": text("problem.internal", lang),
        "status": 500,
        "code": "internal",
        "instance": _instance(request),
    }
    return JSONResponse(body, 500, media_type=MEDIA_TYPE)
