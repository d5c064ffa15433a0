"""Routers whose JSON bodies are read strictly: what RFC 8259 leaves open is refused.

Python's own reader takes NaN and infinities, numbers of any length, lone surrogates and any
nesting; each of these has ended in a 500 somewhere further down (CASES.tsv H01-H06).
"""

from __future__ import annotations

import json
import math
from collections.abc import Awaitable, Callable, Sequence
from enum import Enum
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute

from api.errors import BadRequest, Unprocessable

DEPTH = 100
DIGITS = 400
INTEGER = 2**63 - 1


PROBLEM: dict[str, Any] = {
    "description": "A problem detail (RFC 9457)",
    "content": {
        "application/problem+json": {
            "schema": {
                "type": "object",
                "required": ["type", "title", "status", "code"],
                "properties": {
                    "type": {"type": "string"},
                    "title": {"type": "string"},
                    "status": {"type": "integer"},
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                    "instance": {"type": "string"},
                    "params": {"type": "object"},
                    "findings": {"type": "array", "items": {"type": "object"}},
                },
            }
        }
    },
}
PROBLEM_RESPONSES: dict[int | str, dict[str, Any]] = {"4XX": PROBLEM, "5XX": PROBLEM}


class StrictRequest(Request):
    """A request whose `json` is `parsed`."""

    async def json(self) -> Any:
        """The body."""
        return parsed(await self.body())


class StrictRoute(APIRoute):
    """A route that reads its JSON body with `parsed`."""

    def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:  # type: ignore[override]
        """FastAPI's handler on a `StrictRequest`."""
        inner = super().get_route_handler()

        async def handle(request: Request) -> Response:
            return await inner(StrictRequest(request.scope, request.receive))

        return handle


def router(
    prefix: str = "", tags: Sequence[str | Enum] = (), dependencies: Sequence[Any] = ()
) -> APIRouter:
    """A router with strict bodies; every router of the service is made by it.

    ``dependencies``: of every route of it, such as the one act (`api.identity.may`) they all do.
    """
    return APIRouter(
        prefix=prefix,
        tags=list(tags),
        dependencies=list(dependencies),
        route_class=StrictRoute,
        responses=PROBLEM_RESPONSES,
    )


def parsed(body: bytes) -> Any:
    """JSON from UTF-8 bytes.

    Raises BadRequest (malformed-json) for what is not JSON, Unprocessable for numbers that are
    not finite, integers beyond 64 bits and text that cannot be shown or stored.
    """
    try:
        text = body.decode("utf-8", "strict")
    except UnicodeDecodeError:
        raise BadRequest("malformed-json", reason="utf-8") from None
    _check_depth(text)
    try:
        value = json.loads(text, parse_constant=_constant, parse_float=_float, parse_int=_int)
    except (ValueError, RecursionError):
        raise BadRequest("malformed-json", reason="syntax") from None
    _check_text(value)
    return value


def _check_depth(text: str) -> None:
    depth, quoted, escaped = 0, False, False
    for character in text:
        if quoted:
            if escaped:
                escaped = False
            elif character == "\\":
                escaped = True
            elif character == '"':
                quoted = False
        elif character == '"':
            quoted = True
        elif character in "[{":
            depth += 1
            if depth > DEPTH:
                raise BadRequest("malformed-json", reason="depth")
        elif character in "]}":
            depth -= 1


def _constant(name: str) -> float:
    raise Unprocessable("not-finite", value=name)


def _float(digits: str) -> float:
    if len(digits) > DIGITS:
        raise BadRequest("malformed-json", reason="number")
    value = float(digits)
    if not math.isfinite(value):
        raise Unprocessable("not-finite", value=digits)
    return value


def _int(digits: str) -> int:
    if len(digits) > DIGITS:
        raise BadRequest("malformed-json", reason="number")
    value = int(digits)
    if abs(value) > INTEGER:
        raise Unprocessable("out-of-range", where="body", faults=[])
    return value


def _check_text(value: Any) -> None:
    waiting: list[Any] = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            check_string(one)
        elif isinstance(one, dict):
            waiting += one.keys()
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one


BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def check_string(text: str) -> None:
    """Raise Unprocessable (text-not-allowed) for what no name or comment needs.

    U+0000 and lone surrogates cannot be stored; bidirectional overrides make text read other
    than it is.
    """
    for character in text:
        if character == "\0" or "\ud800" <= character <= "\udfff" or character in BIDI:
            raise Unprocessable("text-not-allowed", character=f"U+{ord(character):04X}")
