"""The accounts: made, changed, disabled; never deleted, for the audit names them."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row
from sqlalchemy.exc import IntegrityError

from api.accounts import passwords
from api.errors import Conflict, NotFound
from api.layers import Role, Viewer
from api.store import Store
from api.store.audit import record
from api.store.tables import account_areas, accounts, sessions
from api.store.types import now


@dataclass(frozen=True, slots=True)
class Account:
    """One account, without anything secret."""

    id: str
    login: str
    name: str
    role: Role
    disabled: bool
    created: datetime
    street_offices: frozenset[str] = field(default_factory=frozenset[str])
    committees: frozenset[str] = field(default_factory=frozenset[str])

    @property
    def viewer(self) -> Viewer:
        """The account as one who asks."""
        return Viewer(self.id, self.role, self.street_offices, self.committees)


@dataclass(frozen=True, slots=True)
class Wanted:
    """An account to be made."""

    login: str
    name: str
    role: Role
    password: str | None
    """None: the way in is an identity elsewhere."""
    street_offices: tuple[str, ...] = ()
    committees: tuple[str, ...] = ()


def create(store: Store, by: str | None, wanted: Wanted) -> Account:
    """Make an account. Raises Conflict (login-taken), Unprocessable (password-weak)."""
    kept = None if wanted.password is None else passwords.hashed(wanted.password)
    number = secrets.token_hex(8)
    try:
        with store.write() as connection:
            connection.execute(
                accounts.insert().values(
                    id=number,
                    login=wanted.login,
                    name=wanted.name,
                    role=wanted.role,
                    password_hash=kept,
                    disabled=False,
                    created=now(),
                )
            )
            _set_areas(connection, number, wanted.street_offices, wanted.committees)
            body = {"login": wanted.login, "role": wanted.role}
            areas = {"street_offices": sorted(wanted.street_offices)}
            areas |= {"committees": sorted(wanted.committees)}
            record(connection, by, "account.create", number, {**body, **areas})
            return _one(connection, number)
    except IntegrityError as error:
        raise Conflict("login-taken", login=wanted.login) from error


def change(
    store: Store,
    by: str,
    number: str,
    *,
    role: Role | None = None,
    disabled: bool | None = None,
    street_offices: Sequence[str] | None = None,
    committees: Sequence[str] | None = None,
    password: str | None = None,
) -> Account:
    """Change what is stated. A new role, area or password ends the account's sessions.

    Raises NotFound; Conflict (last-administrator) where nobody could manage accounts any more.
    """
    kept = None if password is None else passwords.hashed(password)
    with store.write() as connection:
        before = _one(connection, number)
        values = {"role": role, "disabled": disabled, "password_hash": kept}
        stated = {key: value for key, value in values.items() if value is not None}
        if stated:
            connection.execute(accounts.update().where(accounts.c.id == number).values(stated))
        _set_areas(
            connection,
            number,
            before.street_offices if street_offices is None else street_offices,
            before.committees if committees is None else committees,
        )
        connection.execute(sessions.delete().where(sessions.c.account == number))
        if before.role == "administrator" and not _administrators(connection):
            raise Conflict("last-administrator")
        after = _one(connection, number)
        body = {
            "role": after.role,
            "disabled": after.disabled,
            "street_offices": sorted(after.street_offices),
            "committees": sorted(after.committees),
            "password": password is not None,
        }
        record(connection, by, "account.change", number, body)
        return after


def listed(store: Store) -> list[Account]:
    """Every account, oldest first."""
    with store.read() as connection:
        rows = connection.execute(sa.select(accounts).order_by(accounts.c.created, accounts.c.id))
        return [_account(connection, row) for row in rows.all()]


def find(connection: Connection, number: str) -> Account | None:
    """The account of this id, None where there is none."""
    row = connection.execute(sa.select(accounts).where(accounts.c.id == number)).one_or_none()
    return None if row is None else _account(connection, row)


def names(store: Store, numbers: Iterable[str]) -> dict[str, str]:
    """Account -> its name, of those that exist."""
    query = sa.select(accounts.c.id, accounts.c.name).where(accounts.c.id.in_(list(numbers)))
    with store.read() as connection:
        return {row.id: row.name for row in connection.execute(query)}


def first_administrator(store: Store) -> tuple[str, str] | None:
    """Where there is no account at all: make an administrator; its login and password."""
    with store.read() as connection:
        if connection.execute(sa.select(accounts.c.id).limit(1)).first() is not None:
            return None
    password = passwords.made_up()
    try:
        create(store, None, Wanted("admin", "管理员", "administrator", password))
    except Conflict:  # another process of the service was first
        return None
    return "admin", password


def _administrators(connection: Connection) -> int:
    active = (accounts.c.role == "administrator") & accounts.c.disabled.is_(False)
    query = sa.select(sa.func.count()).select_from(accounts).where(active)
    return connection.execute(query).scalar_one()


def _one(connection: Connection, number: str) -> Account:
    found = find(connection, number)
    if found is None:
        raise NotFound
    return found


def _account(connection: Connection, row: Row[tuple[object, ...]]) -> Account:
    areas = connection.execute(
        sa.select(account_areas.c.kind, account_areas.c.area).where(
            account_areas.c.account == row.id
        )
    ).all()
    return Account(
        row.id,
        row.login,
        row.name,
        row.role,
        row.disabled,
        row.created,
        frozenset(area for kind, area in areas if kind == "street_office"),
        frozenset(area for kind, area in areas if kind == "committee"),
    )


def _set_areas(
    connection: Connection,
    number: str,
    street_offices: Sequence[str] | frozenset[str],
    committees: Sequence[str] | frozenset[str],
) -> None:
    connection.execute(account_areas.delete().where(account_areas.c.account == number))
    held = {("street_office", area) for area in street_offices}
    held |= {("committee", area) for area in committees}
    if held:
        rows = [{"account": number, "kind": kind, "area": area} for kind, area in sorted(held)]
        connection.execute(account_areas.insert(), rows)
