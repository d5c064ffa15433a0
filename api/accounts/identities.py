"""Who somebody is elsewhere: an issuer and its name for them, tied to an account of ours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from api.accounts import book, proofs
from api.accounts.proofs import Opened
from api.errors import Conflict, Forbidden, NotFound
from api.store import Store
from api.store.audit import record
from api.store.tables import account_identities, sessions
from api.store.types import new_id, now


@dataclass(frozen=True, slots=True)
class Identity:
    """What a provider calls the holder of an account."""

    id: str
    issuer: str
    subject: str
    created: datetime


def listed(store: Store, account: str) -> list[Identity]:
    """The identities of an account, oldest first. Raises NotFound."""
    with store.read() as connection:
        if book.find(connection, account) is None:
            raise NotFound
        at = account_identities.c.account == account
        query = sa.select(account_identities).where(at).order_by(account_identities.c.created)
        rows = connection.execute(query).all()
    return [Identity(r.id, r.issuer, r.subject, r.created) for r in rows]


def add(store: Store, by: str, account: str, issuer: str, subject: str) -> Identity:
    """Tie an identity to an account. Raises NotFound, Conflict (identity-taken)."""
    made = Identity(new_id(), issuer, subject, now())
    try:
        with store.write() as connection:
            if book.find(connection, account) is None:
                raise NotFound
            values = {"id": made.id, "account": account, "issuer": issuer, "subject": subject}
            connection.execute(account_identities.insert().values(**values, created=made.created))
            body = {"identity": made.id, "issuer": issuer, "subject": subject}
            record(connection, by, "identity.add", account, body)
    except IntegrityError as error:
        raise Conflict("identity-taken", subject=subject) from error
    return made


def remove(store: Store, by: str, account: str, number: str) -> None:
    """Untie an identity and end the account's sessions. Raises NotFound."""
    with store.write() as connection:
        at = (account_identities.c.account == account) & (account_identities.c.id == number)
        if connection.execute(account_identities.delete().where(at)).rowcount == 0:
            raise NotFound
        connection.execute(sessions.delete().where(sessions.c.account == account))
        record(connection, by, "identity.remove", account, {"identity": number})


def open_session(store: Store, issuer: str, subject: str) -> Opened:
    """Sign in whoever the issuer says has come.

    Raises Forbidden (identity-unknown): the administrator has to tie it to an account first.
    """
    at = (account_identities.c.issuer == issuer) & (account_identities.c.subject == subject)
    with store.read() as connection:
        query = sa.select(account_identities.c.account).where(at)
        number = connection.execute(query).scalar_one_or_none()
        account = None if number is None else book.find(connection, number)
    if account is None or account.disabled:
        raise Forbidden("identity-unknown", subject=subject)
    return proofs.open_for(store, account.id, {"issuer": issuer})
