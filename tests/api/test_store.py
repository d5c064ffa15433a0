"""Rows, files and the chain of acts: whole or not at all, on both databases."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy.exc import DBAPIError

from api.errors import NotFound, TooLarge
from api.store import Artifacts, Store
from api.store.audit import faults, record
from api.store.engine import with_driver
from api.store.migrate import migrate
from api.store.tables import METADATA, accounts, audit
from api.store.types import now


@pytest.fixture
def store(tmp_path: Path, database_url: str | None) -> Iterator[Store]:
    made = Store.open(tmp_path, database_url)
    migrate(made.engine)
    yield made
    made.close()


def account(name: str) -> dict[str, object]:
    return {
        "id": name, "login": name, "name": name, "role": "planner",
        "disabled": False, "created": now(),
    }  # fmt: skip


def test_migrations_make_the_tables_of_the_code(store: Store) -> None:
    with store.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []


def test_migrating_again_changes_nothing(store: Store) -> None:
    with store.write() as connection:
        connection.execute(accounts.insert().values(account("a")))
    migrate(store.engine)
    with store.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(accounts)).scalar() == 1


def test_services_that_start_together_migrate_once(
    tmp_path: Path, database_url: str | None
) -> None:
    stores = [Store.open(tmp_path, database_url) for _ in range(4)]
    wrong: list[BaseException] = []

    def start(store: Store) -> None:
        try:
            migrate(store.engine)
        except BaseException as error:  # noqa: BLE001 - told by the assertion
            wrong.append(error)

    threads = [threading.Thread(target=start, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for store in stores:
        store.close()
    assert wrong == []


def test_moments_keep_their_zone(store: Store) -> None:
    with store.write() as connection:
        connection.execute(accounts.insert().values(account("a")))
    with store.read() as connection:
        created = connection.execute(sa.select(accounts.c.created)).scalar_one()
    assert created.tzinfo is not None
    assert abs((now() - created).total_seconds()) < 3600


def test_a_change_that_fails_leaves_nothing(store: Store) -> None:
    def fail() -> None:
        with store.write() as connection:
            connection.execute(accounts.insert().values(account("a")))
            record(connection, "a", "account.create", "a")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with store.read() as connection:
        assert connection.execute(sa.select(accounts)).all() == []
        assert connection.execute(sa.select(audit)).all() == []
        assert list(faults(connection)) == []


def test_acts_of_many_at_once_make_one_chain(store: Store) -> None:
    def act(who: int) -> None:
        for n in range(10):
            with store.write() as connection:
                record(connection, None, "test", f"{who}:{n}", {"户": n})

    threads = [threading.Thread(target=act, args=(who,)) for who in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.read() as connection:
        assert len(connection.execute(sa.select(audit)).all()) == 60
        assert list(faults(connection)) == []


@pytest.mark.parametrize("act", ["UPDATE audit SET act = 'x' WHERE seq = 2", "DELETE FROM audit"])
def test_the_database_refuses_to_change_the_audit(store: Store, act: str) -> None:
    with store.write() as connection:
        for n in range(3):
            record(connection, None, "test", str(n))
    with pytest.raises(DBAPIError), store.write() as connection:
        connection.execute(sa.text(act))


@pytest.mark.parametrize(
    ("act", "reasons"),
    [
        ("UPDATE audit SET body = '{}' WHERE seq = 2", {"hash"}),
        ("DELETE FROM audit WHERE seq = 2", {"gap", "link"}),
        ("DELETE FROM audit WHERE seq = 3", {"head"}),
    ],
)
def test_who_takes_the_triggers_away_is_found_out(
    store: Store, act: str, reasons: set[str]
) -> None:
    with store.write() as connection:
        for n in range(3):
            record(connection, None, "test", str(n), {"n": n})
    with store.write() as connection:
        if store.engine.dialect.name == "sqlite":
            for name in ("audit_no_UPDATE", "audit_no_DELETE"):
                connection.execute(sa.text(f"DROP TRIGGER {name}"))
        else:
            connection.execute(sa.text("DROP TRIGGER audit_append_only ON audit"))
        connection.execute(sa.text(act))
    with store.read() as connection:
        assert {fault.reason for fault in faults(connection)} == reasons


def test_addresses_people_write_name_our_driver() -> None:
    for scheme in ("postgres", "postgresql"):
        assert with_driver(f"{scheme}://a@b/c") == "postgresql+psycopg://a@b/c"
    assert with_driver("postgresql+psycopg://a@b/c") == "postgresql+psycopg://a@b/c"


def test_a_file_is_kept_under_its_hash_once(tmp_path: Path) -> None:
    artifacts = Artifacts(tmp_path)
    name = artifacts.put([b"one ", b"two"])
    assert artifacts.put([b"one two"]) == name
    assert artifacts.read(name) == b"one two"
    assert list(artifacts.names()) == [name]
    assert artifacts.wrong() == []


def test_a_file_too_large_or_cut_off_leaves_nothing(tmp_path: Path) -> None:
    artifacts = Artifacts(tmp_path)
    with pytest.raises(TooLarge):
        artifacts.put([b"x" * 10] * 5, limit=49)

    def cut() -> Iterator[bytes]:
        yield b"x"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        artifacts.put(cut())
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


def test_a_file_that_was_changed_is_found(tmp_path: Path) -> None:
    artifacts = Artifacts(tmp_path)
    name = artifacts.put([b"one"])
    path = artifacts.path(name)
    path.chmod(0o640)
    path.write_bytes(b"two")
    assert artifacts.wrong() == [name]


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "a" * 63, "A" * 64, "a" * 64])
def test_names_that_are_no_hash_are_not_found(tmp_path: Path, name: str) -> None:
    with pytest.raises(NotFound):
        Artifacts(tmp_path).path(name)
