"""Who asks: a session's cookie, a token in the header, or (for desktops) in the query."""

from __future__ import annotations

import hmac
from typing import Annotated, Any, cast

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from api import handlers
from api.accounts import proofs, rights
from api.accounts.proofs import Known
from api.errors import Forbidden, Problem, Unauthenticated
from api.layers import PUBLIC, Viewer, viewer_of
from api.outside import UNREACHABLE
from api.rates import Rates, cost
from api.settings import Limits
from api.store import Store
from api.store.moment import one_moment

COOKIE = "redistrict_session"
CSRF = "x-csrf-token"
SAFE = ("GET", "HEAD", "OPTIONS")
QUERY_TOKEN = ("/ogc", "/tiles", "/downloads")
"""Where ``?token=`` is taken: QGIS cannot always send a header. Reading only."""


class Identity:
    """ASGI middleware: puts the `Viewer` and the token's scopes into the request's state."""

    def __init__(self, app: ASGIApp, store: Store, limits: Limits) -> None:
        self._app = app
        self._proofs = proofs.Proofs(store)
        self._limits = limits
        self._rates = Rates()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Find out who asks, then go on; a proof that is not good is refused, not ignored."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["method"] in SAFE:
            with one_moment():
                await self._ask(scope, receive, send)
        else:
            await self._ask(scope, receive, send)

    async def _ask(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        try:
            known = await self._known(request)
            self._spend(request, known)
        except Problem as refused:
            await handlers.answer(request, refused)(scope, receive, send)
            return
        except UNREACHABLE as error:  # we are outside of what FastAPI's handlers see
            await handlers.unreachable(request, error)(scope, receive, send)
            return
        request.state.viewer = PUBLIC if known is None else known.account.viewer
        request.state.scopes = None if known is None else known.scopes
        request.state.known = known
        await self._app(scope, receive, send)

    def _spend(self, request: Request, known: Known | None) -> None:
        """Raise TooManyRequests where the account, or the address, has used up its budget."""
        units = cost(request.method, request.url.path)
        if known is not None:
            self._rates.spend(f"account:{known.account.id}", units, self._limits.account_rate)
            return
        address = request.client.host if request.client else ""
        self._rates.spend(f"address:{address}", units, self._limits.address_rate)

    async def _known(self, request: Request) -> Known | None:
        secret = _token(request)
        if secret is not None:
            known = await run_in_threadpool(self._proofs.token, secret)
            if known is None:
                raise Unauthenticated("token-refused")
            return known
        cookie = request.cookies.get(COOKIE)
        if cookie is None:
            return None
        known = await run_in_threadpool(self._proofs.session, cookie)
        if known is None or request.method in SAFE:
            return known  # an old cookie is no more than none
        stated = request.headers.get(CSRF, "")
        if not hmac.compare_digest(stated.encode(), (known.csrf or "").encode()):
            raise Forbidden("csrf")
        return known


def _token(request: HTTPConnection) -> str | None:
    kind, _, secret = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return secret.strip()
    if request.scope["method"] in SAFE and request.url.path.startswith(QUERY_TOKEN):
        return request.query_params.get("token")
    return None


def may(name: str) -> Any:
    """The dependency of a route that does the act ``name``; every route has exactly one."""

    async def check(request: Request) -> Viewer:  # nothing to wait for: no thread of its own
        viewer = viewer_of(request)
        rights.insist(viewer, name, scopes_of(request))
        return viewer

    check.act = name  # type: ignore[attr-defined]
    return Depends(check)


def may_in(name: str) -> Any:
    """`may`, in the street office that the path names as ``{office}``.

    Which areas are one's own is a matter of the account; the path only says which is meant.
    """

    async def check(office: str, request: Request) -> Viewer:
        viewer = viewer_of(request)
        rights.insist(viewer, name, scopes_of(request))
        rights.insist_area(viewer, name, office)
        return viewer

    check.act = name  # type: ignore[attr-defined]
    return Depends(check)


def scopes_of(request: Request) -> frozenset[str] | None:
    """The scopes of the token that the request came with; None where it came without one."""
    return cast("frozenset[str] | None", getattr(request.state, "scopes", None))


def known_of(request: Request) -> Known | None:
    """The account behind the request with what it came with; None for the public."""
    return cast("Known | None", getattr(request.state, "known", None))


def signed_in(request: Request) -> Known:
    """The same, for routes that need somebody. Raises Unauthenticated."""
    known = known_of(request)
    if known is None:
        raise Unauthenticated
    return known


async def _signed_in(request: Request) -> Known:
    return signed_in(request)


SignedIn = Annotated[Known, Depends(_signed_in)]
