"""Bring a database to the tables of this version."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection, Engine

_LOCK = 7_268_493


def migrate(engine: Engine) -> None:
    """Run every migration that has not run; all of them, or none.

    Services that start together wait for one another (an advisory lock on PostgreSQL, the one
    writer's lock on SQLite).
    """
    with engine.connect() as connection:
        connection.execution_options(immediate=True)
        with connection.begin():
            if engine.dialect.name == "postgresql":
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
            upgrade(connection)


def upgrade(connection: Connection, revision: str = "head") -> None:
    """The migrations up to ``revision``, in the transaction of ``connection``."""
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def head() -> str:
    """The newest revision that this program knows."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def known(revision: str) -> bool:
    """Whether this program knows the revision."""
    every = ScriptDirectory.from_config(_config()).walk_revisions()
    return revision in {script.revision for script in every}


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config
