"""Signing in elsewhere, over HTTP: away to the provider and back."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel

from api.accounts import identities
from api.addresses import segment
from api.errors import Problem, Unprocessable
from api.identity import may
from api.oidc.flow import MINUTES
from api.oidc.page import refusal
from api.oidc.providers import Provider
from api.routes.sessions import set_session
from api.routing import router
from api.service import Running

routes = router("/api/oidc", tags=["session"])
COOKIE = "redistrict_oidc"
PATH = "/api/oidc"


class ProviderOut(BaseModel):
    """A provider that one may sign in at; ``start``: where a browser goes to do so."""

    id: str
    name: str
    start: str


@routes.get("", dependencies=[may("session.open")])
def providers(service: Running) -> list[ProviderOut]:
    """Where else one may sign in."""
    return [
        ProviderOut(id=p.id, name=p.name, start=f"{PATH}/{segment(p.id)}/start")
        for p in service.signing_in.providers
    ]


@routes.get(
    "/{provider}/start",
    status_code=303,
    response_class=RedirectResponse,
    dependencies=[may("session.open")],
)
def start(
    provider: str,
    request: Request,
    service: Running,
    after: Annotated[str, Query(alias="next", max_length=2000)] = "/",
) -> Response:
    """Away to the provider; ``next``: where to be on this site afterwards."""
    if not _ours(after):
        raise Unprocessable("invalid-value", where="query/next")
    held = service.signing_in.provider(provider)
    begun = service.signing_in.begin(provider, _redirect(request, held), after)
    response = RedirectResponse(begun.address, 303)
    response.set_cookie(
        COOKIE,
        begun.cookie,
        max_age=MINUTES * 60,
        path=PATH,
        httponly=True,
        samesite="lax",  # the browser comes back from another site
        secure=service.settings.secure_cookies,
    )
    return response


@routes.get(
    "/{provider}/callback",
    status_code=303,
    response_class=RedirectResponse,
    dependencies=[may("session.open")],
)
def callback(provider: str, request: Request, service: Running) -> Response:
    """Back from the provider, with a code: sets the session's cookie and goes on."""
    answer = dict(request.query_params)
    try:
        arrived = service.signing_in.finish(provider, request.cookies.get(COOKIE), answer)
        opened = identities.open_session(service.store, arrived.issuer, arrived.subject)
    except Problem as why:
        response = refusal(request, why)
    else:
        response = RedirectResponse(arrived.next, 303)
        set_session(response, opened, service)
    response.delete_cookie(COOKIE, path=PATH)
    return response


def _ours(path: str) -> bool:
    """Whether a browser that is sent to ``path`` stays on this site."""
    if not path.startswith("/") or path.startswith(("//", "/\\")):
        return False
    return all(" " < character < "\x7f" and character != "\\" for character in path)


def _redirect(request: Request, provider: Provider) -> str:
    base = provider.public_url or str(request.base_url)
    return f"{base.rstrip('/')}{PATH}/{segment(provider.id)}/callback"
