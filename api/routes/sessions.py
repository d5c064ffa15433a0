"""Signing in and out, and the tokens one has."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Request, Response
from pydantic import BaseModel, Field

from api.accounts import proofs
from api.accounts.book import Account
from api.accounts.proofs import Opened
from api.accounts.rights import Scope
from api.errors import Unauthenticated, Unprocessable
from api.identity import COOKIE, SignedIn, may
from api.layers import Role
from api.routing import router
from api.service import Running
from api.store.types import now

routes = router("/api", tags=["session"])


class Credentials(BaseModel):
    """A login and its password."""

    login: Annotated[str, Field(max_length=200)]
    password: Annotated[str, Field(max_length=1000)]


class AccountOut(BaseModel):
    """An account."""

    id: str
    login: str
    name: str
    role: Role
    disabled: bool
    created: datetime
    street_offices: list[str]
    committees: list[str]


class SessionOut(BaseModel):
    """Who is signed in. Changes by cookie send ``csrf`` back as X-CSRF-Token."""

    account: AccountOut
    csrf: str | None


class TokenIn(BaseModel):
    """A token wanted."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=10)]
    expires: datetime | None = None


class TokenOut(BaseModel):
    """A token; its secret only in the answer that makes it."""

    id: str
    name: str
    scopes: list[str]
    created: datetime
    expires: datetime | None
    secret: str | None = None


def account_out(account: Account) -> AccountOut:
    """An account as the API shows it."""
    return AccountOut(
        id=account.id,
        login=account.login,
        name=account.name,
        role=account.role,
        disabled=account.disabled,
        created=account.created,
        street_offices=sorted(account.street_offices),
        committees=sorted(account.committees),
    )


def set_session(response: Response, opened: Opened, service: Running) -> None:
    """The browser is signed in from now on."""
    response.set_cookie(
        COOKIE,
        opened.secret,
        max_age=int(proofs.SESSION.total_seconds()),
        httponly=True,
        samesite="strict",
        secure=service.settings.secure_cookies,
    )


@routes.post("/session", status_code=201, dependencies=[may("session.open")])
def sign_in(
    body: Credentials, request: Request, response: Response, service: Running
) -> SessionOut:
    """Sign in: sets the session's cookie. Failures are counted per login and per address."""
    keys = [f"login:{body.login}", f"from:{request.client.host if request.client else ''}"]
    for key in keys:
        service.throttle.check(key)
    try:
        opened = proofs.open_session(service.store, body.login, body.password)
    except Unauthenticated:
        for key in keys:
            service.throttle.failed(key)
        raise
    set_session(response, opened, service)
    return SessionOut(account=account_out(opened.account), csrf=opened.csrf)


@routes.get("/session", dependencies=[may("session.own")])
def session(known: SignedIn) -> SessionOut:
    """Who is signed in."""
    return SessionOut(account=account_out(known.account), csrf=known.csrf)


@routes.delete("/session", status_code=204, dependencies=[may("session.own")])
def sign_out(known: SignedIn, request: Request, response: Response, service: Running) -> None:
    """Sign out: the cookie is worth nothing from now on."""
    del known
    cookie = request.cookies.get(COOKIE)
    if cookie is not None:
        proofs.close_session(service.store, cookie)
    response.delete_cookie(COOKIE)


@routes.get("/tokens", dependencies=[may("token.own")])
def tokens(known: SignedIn, service: Running) -> list[TokenOut]:
    """The tokens one has."""
    return [_token(t) for t in proofs.tokens_of(service.store, known.account.id)]


@routes.post("/tokens", status_code=201, dependencies=[may("token.own")])
def issue(body: TokenIn, known: SignedIn, service: Running) -> TokenOut:
    """A new token. One made with a token carries no scope that the other has not."""
    if body.expires is not None:
        if body.expires.tzinfo is None:
            raise Unprocessable("invalid-value", where="body/expires")
        if body.expires <= now():
            raise Unprocessable("out-of-range", where="body/expires")
    if known.scopes is not None and not set(body.scopes) <= known.scopes:
        raise Unprocessable("invalid-value", where="body/scopes")
    made, secret = proofs.issue_token(
        service.store, known.account.id, body.name, body.scopes, body.expires
    )
    return _token(made, secret)


@routes.delete("/tokens/{token}", status_code=204, dependencies=[may("token.own")])
def revoke(token: str, known: SignedIn, service: Running) -> None:
    """Revoke a token of one's own."""
    proofs.revoke_token(service.store, known.account.id, token)


def _token(token: proofs.Token, secret: str | None = None) -> TokenOut:
    return TokenOut(
        id=token.id,
        name=token.name,
        scopes=list(token.scopes),
        created=token.created,
        expires=token.expires,
        secret=secret,
    )
