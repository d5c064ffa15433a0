"""What whoever starts the service may choose; nothing is read from the environment elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from api.oidc.providers import Provider

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Quotas. Sizes in bytes, times in seconds."""

    body: int = 1 * MEGABYTE
    """A JSON body."""
    upload: int = 256 * MEGABYTE
    """One survey, all of its files together."""
    survey_bytes: int = 20_480 * MEGABYTE
    """All surveys that one account has sent; files of the same content count once."""
    survey_versions: int = 2_000
    """Versions of surveys that one account has sent."""
    attachment: int = 10 * MEGABYTE
    """One file that a person sends along."""
    runs: int = 5
    """Runs of one account that have not ended."""
    account_rate: float = 10_000.0
    """Units a second for an account (`api.rates.cost`)."""
    address_rate: float = 600.0
    """Units a second for an address where nobody is signed in."""
    comments: int = 5
    """Comments of the public from one address in an hour."""
    body_seconds: float = 60.0
    """How long a body may take to arrive."""


@dataclass(frozen=True, slots=True)
class Settings:
    """One service. ``database_url`` None: SQLite in the data folder."""

    data: Path
    database_url: str | None = None
    host: str = "127.0.0.1"
    port: int = 8000
    secure_cookies: bool = False
    """True where the service is reached by HTTPS: cookies then refuse to travel without it."""
    works: bool = True
    """False: runs wait for another process of the service to work on them."""
    providers: tuple[Provider, ...] = ()
    """Where else people may sign in."""
    limits: Limits = field(default_factory=Limits)
