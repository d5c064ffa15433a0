"""The front door, before any route: numbers, limits, headers, one log line."""

from __future__ import annotations

import asyncio
import logging
import re
import time
import uuid
from collections.abc import Mapping

from fastapi import Request
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import handlers
from api.errors import BadRequest, Problem, Timeout, TooLarge
from api.observing import Metrics
from api.settings import Limits

_LOG = logging.getLogger("api.request")
_LENGTH = re.compile(r"[0-9]{1,18}")

SECURITY = {
    "content-security-policy": (
        "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; "
        "worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "x-frame-options": "DENY",
}


class Front:
    """ASGI middleware around the whole application."""

    def __init__(
        self, app: ASGIApp, limits: Limits, metrics: Metrics, sizes: Mapping[str, int], secure: bool
    ) -> None:
        """``sizes``: what a body below a path may have, bytes; ``secure``: HTTPS only."""
        self._app = app
        self._limits = limits
        self._metrics = metrics
        self._sizes = sizes
        headers = dict(SECURITY)
        if secure:
            headers["strict-transport-security"] = "max-age=31536000"
        self._headers = [(k.encode(), v.encode()) for k, v in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        number = str(uuid.uuid4())
        scope.setdefault("state", {})["request_id"] = number
        started, status = time.perf_counter(), 500

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                given = {name for name, _ in message["headers"]}
                extra = [(n, v) for n, v in self._headers if n not in given]
                message["headers"] = [
                    *message["headers"],
                    *extra,
                    (b"x-request-id", number.encode()),
                ]
            await send(message)

        self._metrics.running.inc()
        try:
            limit = self._limit(scope)
            refused = _stated_length(scope, limit)
            if refused is not None:
                await handlers.answer(Request(scope), refused)(scope, receive, sending)
                return
            guarded = _Guarded(receive, limit, self._limits.body_seconds)
            await self._app(scope, guarded, sending)
        finally:
            self._metrics.running.dec()
            self._tell(scope, number, status, time.perf_counter() - started)

    def _limit(self, scope: Scope) -> int:
        path = str(scope["path"])
        held = (size for start, size in self._sizes.items() if path.startswith(start))
        return next(held, self._limits.body)

    def _tell(self, scope: Scope, number: str, status: int, seconds: float) -> None:
        route = scope.get("route")
        pattern = route.path if isinstance(route, Route) else "-"
        self._metrics.answered(scope["method"], pattern, status, seconds)
        viewer = scope["state"].get("viewer")
        _LOG.info(
            "answered",
            extra={
                "request_id": number,
                "method": scope["method"],
                "route": pattern,
                "status": status,
                "milliseconds": round(seconds * 1000, 1),
                "account": getattr(viewer, "account", None),
            },
        )


def _stated_length(scope: Scope, limit: int) -> Problem | None:
    """What is wrong with Content-Length, before a byte of the body is read."""
    for name, value in scope["headers"]:
        if name == b"content-length":
            if not _LENGTH.fullmatch(value.decode("latin-1")):
                return BadRequest("malformed-request", reason="content-length")
            if int(value) > limit:
                return TooLarge("too-large", limit=limit)
    return None


class _Guarded:
    """``receive`` that counts bytes and time; raises inside whoever reads the body."""

    def __init__(self, receive: Receive, limit: int, seconds: float) -> None:
        self._receive = receive
        self._limit = limit
        self._seconds = seconds
        self._deadline: float | None = None
        self._got = 0
        self._whole = False

    async def __call__(self) -> Message:
        if self._whole:  # whoever waits now waits for the client to go away
            return await self._receive()
        loop = asyncio.get_running_loop()
        if self._deadline is None:
            self._deadline = loop.time() + self._seconds
        try:
            message = await asyncio.wait_for(self._receive(), self._deadline - loop.time())
        except TimeoutError:
            raise Timeout("timeout", seconds=int(self._seconds)) from None
        if message["type"] == "http.request":
            self._got += len(message.get("body", b""))
            self._whole = not message.get("more_body", False)
            if self._got > self._limit:
                raise TooLarge("too-large", limit=self._limit)
        return message
