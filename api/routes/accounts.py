"""The accounts, for administrators, and the audit."""

from __future__ import annotations

import datetime as dt
import json
from typing import Annotated, Any, Literal

import sqlalchemy as sa
from fastapi import Query
from pydantic import BaseModel, Field

from api.accounts import book, identities
from api.accounts.identities import Identity
from api.errors import Unprocessable
from api.identity import SignedIn, may
from api.routes.sessions import AccountOut, account_out
from api.routing import router
from api.service import Running
from api.store.tables import audit

routes = router("/api", tags=["accounts"])
Name = Annotated[str, Field(min_length=1, max_length=200)]
Areas = Annotated[list[Name], Field(max_length=2000)]
MadeRole = Literal["city_bureau", "street_office", "committee", "planner", "administrator"]


class AccountIn(BaseModel):
    """An account to be made; without a password it comes in by an identity elsewhere."""

    login: Name
    name: Name
    role: MadeRole
    password: Annotated[str | None, Field(max_length=1000)] = None
    street_offices: Areas = []
    committees: Areas = []


class AccountChange(BaseModel):
    """What is to be different; what is left out stays. Ends the account's sessions."""

    role: MadeRole | None = None
    disabled: bool | None = None
    password: Annotated[str | None, Field(max_length=1000)] = None
    street_offices: Areas | None = None
    committees: Areas | None = None


class Entry(BaseModel):
    """An act; ``hash`` covers everything else here."""

    seq: int
    at: str
    account: str | None
    act: str
    subject: str
    body: Any
    previous: str
    hash: str


@routes.get("/accounts", dependencies=[may("account.manage")])
def accounts(service: Running) -> list[AccountOut]:
    """Every account."""
    return [account_out(account) for account in book.listed(service.store)]


@routes.post("/accounts", status_code=201, dependencies=[may("account.manage")])
def create(body: AccountIn, known: SignedIn, service: Running) -> AccountOut:
    """Make an account; its areas are what it is responsible for."""
    wanted = book.Wanted(
        body.login,
        body.name,
        body.role,
        body.password,
        tuple(body.street_offices),
        tuple(body.committees),
    )
    return account_out(book.create(service.store, known.account.id, wanted))


@routes.patch("/accounts/{account}", dependencies=[may("account.manage")])
def change(account: str, body: AccountChange, known: SignedIn, service: Running) -> AccountOut:
    """Change role, areas, password, or whether it may come in at all."""
    changed = book.change(
        service.store,
        known.account.id,
        account,
        role=body.role,
        disabled=body.disabled,
        street_offices=body.street_offices,
        committees=body.committees,
        password=body.password,
    )
    return account_out(changed)


class IdentityIn(BaseModel):
    """Who the account's holder is at a provider; ``subject``: the provider's name for them."""

    provider: Name
    subject: Annotated[str, Field(min_length=1, max_length=255)]


class IdentityOut(BaseModel):
    """An identity elsewhere."""

    id: str
    issuer: str
    subject: str
    created: dt.datetime


@routes.get("/accounts/{account}/identities", dependencies=[may("account.manage")])
def identities_of(account: str, service: Running) -> list[IdentityOut]:
    """Who the account's holder is elsewhere."""
    return [_identity(one) for one in identities.listed(service.store, account)]


@routes.post(
    "/accounts/{account}/identities", status_code=201, dependencies=[may("account.manage")]
)
def identify(account: str, body: IdentityIn, known: SignedIn, service: Running) -> IdentityOut:
    """Let somebody who signs in at a provider in as this account."""
    held = {p.id: p.issuer for p in service.signing_in.providers}
    if body.provider not in held:
        raise Unprocessable("provider-unknown", provider=body.provider)
    by, issuer = known.account.id, held[body.provider]
    return _identity(identities.add(service.store, by, account, issuer, body.subject))


@routes.delete(
    "/accounts/{account}/identities/{identity}",
    status_code=204,
    dependencies=[may("account.manage")],
)
def forget(account: str, identity: str, known: SignedIn, service: Running) -> None:
    """Take an identity from an account; its sessions end."""
    identities.remove(service.store, known.account.id, account, identity)


def _identity(one: Identity) -> IdentityOut:
    return IdentityOut(id=one.id, issuer=one.issuer, subject=one.subject, created=one.created)


@routes.get("/audit", dependencies=[may("audit.read")])
def acts(
    service: Running,
    subject: Annotated[str | None, Query(max_length=200)] = None,
    after: Annotated[int, Query(ge=0, le=2**62)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> list[Entry]:
    """The acts in their order, from the one after ``after`` on."""
    query = sa.select(audit).where(audit.c.seq > after).order_by(audit.c.seq).limit(limit)
    if subject is not None:
        query = query.where(audit.c.subject == subject)
    with service.store.read() as connection:
        rows = connection.execute(query).all()
    return [
        Entry(
            seq=row.seq,
            at=row.at,
            account=row.account,
            act=row.act,
            subject=row.subject,
            body=json.loads(row.body),
            previous=row.previous,
            hash=row.hash,
        )
        for row in rows
    ]
