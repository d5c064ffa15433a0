"""Passwords: argon2id; a login nobody has takes as long as a wrong password."""

from __future__ import annotations

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from api.errors import Unprocessable

LEAST, MOST = 10, 200
_HASHER = PasswordHasher()


def hashed(password: str) -> str:
    """The argon2id hash to keep. Raises Unprocessable (password-weak) for one too short or long."""
    if not LEAST <= len(password) <= MOST or len(set(password)) < LEAST // 2:
        raise Unprocessable("password-weak", least=LEAST, most=MOST)
    return _HASHER.hash(password)


def matches(password: str, kept: str | None) -> bool:
    """Whether ``password`` is the one of the hash ``kept``; None takes as long, and never is."""
    try:
        good = _HASHER.verify(kept or _nobodys(), password[:MOST])
    except (VerificationError, InvalidHashError):
        return False
    return good and kept is not None


def outdated(kept: str) -> bool:
    """Whether the hash was made with weaker settings than today's."""
    return _HASHER.check_needs_rehash(kept)


def made_up() -> str:
    """A password for somebody's first way in: 100 bits, easily read out."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(5)) for _ in range(4))


@cache
def _nobodys() -> str:
    return _HASHER.hash(secrets.token_hex(16))
