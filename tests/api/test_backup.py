"""A backup is the store, or nothing: equal by hash when it is good, refused when it is not."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url
from typer.testing import CliRunner

from api.store import Artifacts, Store, rows, sealing
from api.store.audit import record
from api.store.backup import TRAILER_BYTES, write
from api.store.fsck import check
from api.store.restore import restore
from redistrict.cli import build
from redistrict.model.errors import InputError, OutputError
from tests.api.world import World, made

KEYS = [False, True]


@pytest.fixture(scope="module")
def backups(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path, str]:
    """A plain backup, a sealed one, its key, and the hash of what is in them."""
    folder = tmp_path_factory.mktemp("backups")
    key = folder / "key"
    sealing.new_key(key)
    with made(folder / "data", None) as world:
        assert world.proposal
        plain, content = taken(world, folder / "plain", None)
        sealed, same = taken(world, folder / "sealed", key)
    assert content == same
    return plain, sealed, key, content


def taken(world: World, to: Path, key: Path | None) -> tuple[Path, str]:
    """A backup of the world, and the hash that it says."""
    with to.open("xb") as out, sealing.sealed(out, key) as into:
        about = write(world.service.store, world.service.artifacts, into)
    return to, about.content


@contextmanager
def opened(data: Path, url: str | None = None) -> Iterator[tuple[Store, Artifacts]]:
    store = Store.open(data, url)
    yield store, Artifacts(data / "artifacts")
    store.close()


def another(url: str | None) -> str | None:
    """An empty database on the same server."""
    if url is None:
        return None
    name = f"restored_{abs(hash(url)) % 10**9}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return make_url(url).set(database=name).render_as_string(hide_password=False)


@pytest.mark.parametrize("with_key", KEYS)
def test_a_backup_taken_while_work_goes_on_is_one_moment(
    world: World, tmp_path: Path, with_key: bool
) -> None:
    assert world.proposal
    store, url = world.service.store, world.service.settings.database_url
    key = tmp_path / "key" if with_key else None
    if key is not None:
        sealing.new_key(key)
    stop = threading.Event()

    def work() -> None:
        for n in range(10_000):
            with store.write() as connection:
                record(connection, None, "test", str(n), {"户": n})
            if stop.is_set():
                return

    thread = threading.Thread(target=work)
    thread.start()
    try:
        file, content = taken(world, tmp_path / "backup", key)
    finally:
        stop.set()
        thread.join()
    fresh = another(url)
    restore(file, tmp_path / "new", fresh, key)
    with opened(tmp_path / "new", fresh) as (again, artifacts):
        found = check(again, artifacts)
    assert (found.wrong, found.content) == ((), content)
    before = check(store, world.service.artifacts)
    assert found.files == before.files - before.spare


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_store_moves_from_one_database_to_the_other(
    backups: tuple[Path, Path, Path, str], database_url: str, tmp_path: Path
) -> None:
    plain, _, _, content = backups
    restore(plain, tmp_path / "new", database_url)
    with opened(tmp_path / "new", database_url) as (store, artifacts):
        assert check(store, artifacts).content == content
        file = tmp_path / "back"
        with file.open("wb") as out:
            assert write(store, artifacts, out).content == content
    restore(file, tmp_path / "lite")
    with opened(tmp_path / "lite") as (store, artifacts):
        assert check(store, artifacts).content == content
    with pytest.raises(OutputError, match="restore-not-empty"):
        restore(plain, tmp_path / "more", database_url)
    assert not (tmp_path / "more").exists()


def cut(at: float) -> Callable[[bytes], bytes]:
    return lambda whole: whole[: int(len(whole) * at)]


def flipped(at: float) -> Callable[[bytes], bytes]:
    def flip(whole: bytes) -> bytes:
        place = min(int(len(whole) * at), len(whole) - 1)
        return whole[:place] + bytes([whole[place] ^ 0x10]) + whole[place + 1 :]

    return flip


DAMAGES = [cut(0), cut(0.001), cut(0.5), cut(0.9999), lambda w: w[:-1], lambda w: w + b"?"]
DAMAGES += [flipped(n / 16) for n in range(17)]


@pytest.mark.parametrize("with_key", KEYS)
def test_a_damaged_backup_is_refused_and_changes_nothing(
    backups: tuple[Path, Path, Path, str], with_key: bool, tmp_path: Path
) -> None:
    plain, sealed, key, _ = backups
    whole = (sealed if with_key else plain).read_bytes()
    file = tmp_path / "damaged"
    for number, damage in enumerate(DAMAGES):
        file.write_bytes(damage(whole))
        with pytest.raises(InputError) as caught:
            restore(file, tmp_path / "new", None, key if with_key else None)
        code = caught.value.findings[0].code
        assert code in ("backup-damaged", "backup-key-wrong"), (number, code)
        assert list(tmp_path.iterdir()) == [file], number


def test_a_file_changed_and_sealed_with_its_hash_again_is_found_by_its_name(
    backups: tuple[Path, Path, Path, str], tmp_path: Path
) -> None:
    """Whoever makes the sum anew still meets the hash that each file is named by, and the chain."""
    import hashlib
    import shutil
    import zipfile

    from api.store.backup import TRAILER

    plain, *_ = backups
    forged = tmp_path / "forged"
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(forged, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, content + b" " if name.startswith("artifacts/") else content)
    whole = forged.read_bytes()
    forged.write_bytes(whole + TRAILER + hashlib.sha256(whole).hexdigest().encode())
    with pytest.raises(InputError, match="backup-damaged"):
        restore(forged, tmp_path / "new")
    assert not (tmp_path / "new").exists()
    shutil.copy(plain, forged)
    assert restore(forged, tmp_path / "new").files > 0


def test_another_key_or_none_does_not_open_it(
    backups: tuple[Path, Path, Path, str], tmp_path: Path
) -> None:
    _, sealed, key, content = backups
    other, public = tmp_path / "other", tmp_path / "public"
    sealing.new_key(other)
    public.write_text(next(w for w in key.read_text().split() if w.startswith("age1")))
    wrong = ((None, "backup-needs-key"), (other, "backup-key-wrong"), (public, "backup-key-unus"))
    for one, code in (*wrong, (tmp_path / "none", "backup-key-unus")):
        with pytest.raises(InputError, match=code):
            restore(sealed, tmp_path / "new", None, one)
        assert not (tmp_path / "new").exists()
    assert restore(sealed, tmp_path / "new", None, key).content == content


def test_the_commands_say_what_they_did_and_overwrite_nothing(
    backups: tuple[Path, Path, Path, str], tmp_path: Path
) -> None:
    content = backups[3]
    run = lambda *words: CliRunner().invoke(build(()), [*words, "--lang", "en"])  # noqa: E731
    restored = run("restore", str(backups[0]), "--data", str(tmp_path / "one"))
    assert restored.exit_code == 0, restored.output
    assert content in restored.output
    again = run("restore", str(backups[0]), "--data", str(tmp_path / "one"))
    assert again.exit_code == 2
    file, key = tmp_path / "two", tmp_path / "key"
    words = ("backup", str(file), "--data", str(tmp_path / "one"), "--key", str(key))
    done = run(*words, "--new-key")
    assert done.exit_code == 0, done.output
    assert content in done.output
    assert key.stat().st_mode & 0o777 == 0o600
    assert file.stat().st_mode & 0o777 == 0o600
    before = file.read_bytes()
    assert run(*words).exit_code == 2
    assert file.read_bytes() == before
    looked = run("fsck", "--data", str(tmp_path / "one"))
    assert content in looked.output
    assert run("backup", str(tmp_path / "no" / "where"), "--data", str(tmp_path / "one")).exit_code
    assert sorted(p.name for p in tmp_path.iterdir()) == ["key", "one", "two"]


def test_what_is_damaged_is_not_backed_up(world: World, tmp_path: Path) -> None:
    name = world.service.proposals.any(world.proposal).layers["committees"]
    path = world.service.artifacts.path(name)
    path.chmod(0o640)
    path.write_bytes(b"?")
    with pytest.raises(InputError, match="store-damaged"):
        taken(world, tmp_path / "backup", None)


def test_every_row_that_lasts_has_a_table_in_the_backup(world: World) -> None:
    names = {table.name for table in rows.tables()}
    assert "workers" not in names
    assert {"audit", "audit_head", "accounts", "edits", "rulings", "once"} <= names
    assert TRAILER_BYTES > 64
