"""Proofs of who one is: sessions (a cookie) and API tokens; only their digests are kept."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from api.accounts import book, passwords
from api.accounts.book import Account
from api.errors import NotFound, Unauthenticated
from api.store import Store
from api.store.audit import record
from api.store.moment import Since
from api.store.tables import accounts, sessions, tokens
from api.store.types import now

SESSION = timedelta(hours=12)
PREFIX = "rd_"


@dataclass(frozen=True, slots=True)
class Opened:
    """A session just opened; ``secret`` goes into the cookie and is kept nowhere."""

    account: Account
    secret: str
    csrf: str
    expires: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """Who came, and with what. ``csrf`` is None for a token, ``scopes`` None for a session."""

    account: Account
    csrf: str | None = None
    scopes: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Token:
    """An API token, without its secret."""

    id: str
    name: str
    scopes: tuple[str, ...]
    created: datetime
    expires: datetime | None


def open_session(store: Store, login: str, password: str) -> Opened:
    """Sign in. Raises Unauthenticated (login-refused), the same for whatever was wrong."""
    with store.read() as connection:
        row = connection.execute(sa.select(accounts).where(accounts.c.login == login)).one_or_none()
    good = passwords.matches(password, None if row is None else row.password_hash)
    if row is None or not good or row.disabled:
        raise Unauthenticated("login-refused")
    if passwords.outdated(row.password_hash):
        renewed = passwords.hashed(password)
        with store.write() as connection:
            connection.execute(
                accounts.update().where(accounts.c.id == row.id).values(password_hash=renewed)
            )
    return open_for(store, row.id)


def open_for(store: Store, number: str, how: Mapping[str, Any] | None = None) -> Opened:
    """A session of an account whose holder has proved it; ``how`` goes into the audit.

    Raises Unauthenticated (login-refused) where the account may not come in any more.
    """
    secret, csrf, expires = secrets.token_urlsafe(32), secrets.token_urlsafe(24), now() + SESSION
    with store.write() as connection:
        account = book.find(connection, number)
        if account is None or account.disabled:
            raise Unauthenticated("login-refused")
        connection.execute(sessions.delete().where(sessions.c.expires < now()))
        connection.execute(
            sessions.insert().values(
                digest=_digest(secret), account=number, csrf=csrf, created=now(), expires=expires
            )
        )
        record(connection, number, "session.open", number, how)
    return Opened(account, secret, csrf, expires)


def close_session(store: Store, secret: str) -> None:
    """Sign out; the cookie is worth nothing from now on."""
    with store.write() as connection:
        query = sa.select(sessions.c.account).where(sessions.c.digest == _digest(secret))
        account = connection.execute(query).scalar_one_or_none()
        if account is not None:
            connection.execute(sessions.delete().where(sessions.c.digest == _digest(secret)))
            record(connection, account, "session.close", account)


def by_session(store: Store, secret: str) -> tuple[Known, datetime] | None:
    """Who holds this cookie, and until when; None where it is not, or no longer, good."""
    with store.read() as connection:
        row = connection.execute(
            sa.select(sessions).where(sessions.c.digest == _digest(secret))
        ).one_or_none()
        if row is None:
            return None
        account = book.find(connection, row.account)
    if account is None or account.disabled:
        return None
    return Known(account, csrf=row.csrf), row.expires


def by_token(store: Store, secret: str) -> tuple[Known, datetime | None] | None:
    """Who holds this token, and until when; None where it is not, or no longer, good."""
    with store.read() as connection:
        row = connection.execute(
            sa.select(tokens).where(tokens.c.digest == _digest(secret))
        ).one_or_none()
        if row is None or row.revoked is not None:
            return None
        account = book.find(connection, row.account)
    if account is None or account.disabled:
        return None
    return Known(account, scopes=frozenset(row.scopes)), row.expires


class Proofs:
    """Who comes with what, as long as nothing has happened since (`api.store.moment`)."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._since = Since(store)

    def session(self, secret: str) -> Known | None:
        """Who holds this cookie now."""
        return _still(self._since.get(("session", secret), lambda: by_session(self._store, secret)))

    def token(self, secret: str) -> Known | None:
        """Who holds this token now."""
        return _still(self._since.get(("token", secret), lambda: by_token(self._store, secret)))


def _still(found: tuple[Known, datetime | None] | None) -> Known | None:
    if found is None or (found[1] is not None and found[1] <= now()):
        return None
    return found[0]


def issue_token(
    store: Store, account: str, name: str, scopes: Sequence[str], expires: datetime | None
) -> tuple[Token, str]:
    """A new token and its secret, shown this once."""
    secret = PREFIX + secrets.token_urlsafe(32)
    made = Token(secrets.token_hex(8), name, tuple(sorted(set(scopes))), now(), expires)
    with store.write() as connection:
        connection.execute(
            tokens.insert().values(
                id=made.id,
                digest=_digest(secret),
                account=account,
                name=name,
                scopes=list(made.scopes),
                created=made.created,
                expires=expires,
            )
        )
        body = {"name": name, "scopes": list(made.scopes)}
        record(connection, account, "token.issue", made.id, body)
    return made, secret


def tokens_of(store: Store, account: str) -> list[Token]:
    """The account's tokens that have not been revoked, oldest first."""
    held = (tokens.c.account == account) & tokens.c.revoked.is_(None)
    with store.read() as connection:
        rows = connection.execute(sa.select(tokens).where(held).order_by(tokens.c.created)).all()
    return [Token(r.id, r.name, tuple(r.scopes), r.created, r.expires) for r in rows]


def revoke_token(store: Store, account: str, number: str) -> None:
    """Revoke one of the account's own. Raises NotFound for anybody else's."""
    held = (tokens.c.account == account) & (tokens.c.id == number) & tokens.c.revoked.is_(None)
    with store.write() as connection:
        done = connection.execute(tokens.update().where(held).values(revoked=now()))
        if done.rowcount == 0:
            raise NotFound
        record(connection, account, "token.revoke", number)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
