"""Column types that mean the same on SQLite and on PostgreSQL."""

from __future__ import annotations

import secrets
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

_CHINA = timezone(timedelta(hours=8))


class UtcTime(sa.TypeDecorator[datetime]):
    """A moment in UTC, to the microsecond. SQLite has no time zones: they are put back."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """UTC, whatever zone the caller's moment has; a moment without one is refused."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        """With its time zone, always."""
        if value is None:
            return None
        if value.tzinfo is None:
            return value.replace(tzinfo=UTC)
        return value.astimezone(UTC)


def now() -> datetime:
    """This moment in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The day it is in China, where notices begin and adoptions come into force."""
    return day(now())


def day(moment: datetime) -> date:
    """The day of a moment in China."""
    return moment.astimezone(_CHINA).date()


def new_id() -> str:
    """An id nobody can guess: 80 random bits in hex."""
    return secrets.token_hex(10)
