"""Every test of the service runs on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.api import postgres
from tests.api.editing import kept
from tests.api.shown import shown, shown_folders, source
from tests.api.world import World, made

__all__ = ["shown", "shown_folders", "source"]

_NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a PostgreSQL server that lives as long as the tests."""
    if postgres.available() is None:
        pytest.fail(
            "no PostgreSQL here: the service is not tested on the database it is run with. "
            "Install it (Debian: apt-get install postgresql)."
        )
    with postgres.server() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str | None:
    """None for SQLite in the data folder, else the address of an empty PostgreSQL database."""
    if request.param == "sqlite":
        return None
    server = request.getfixturevalue("postgres_server")
    name = f"test_{next(_NUMBERS)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return server.replace("/postgres?", f"/{name}?")


@pytest.fixture
def world(tmp_path: Path, database_url: str | None) -> Iterator[World]:
    """A service on either database, with an account of every role."""
    with made(tmp_path / "data", database_url) as one:
        yield one


@pytest.fixture
def folder(shown_folders: dict[str, Path]) -> Path:
    """The proposal of a small city as `redistrict run` writes it."""
    return shown_folders["city"]


@pytest.fixture
def proposal(world: World, folder: Path) -> str:
    """That proposal, kept by the service."""
    return kept(world, folder)
