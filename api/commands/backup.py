"""`redistrict backup`: everything the service keeps in one file, while it runs."""

from __future__ import annotations

import os
import secrets
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from api.commands.serve import DEFAULT_DATA
from redistrict.cli.errors import language
from redistrict.i18n import text


def backup(
    to: Annotated[Path, typer.Argument(help="备份文件 / the file to write")],
    data: Annotated[Path, typer.Option(help="数据文件夹 / data folder")] = DEFAULT_DATA,
    database_url: Annotated[
        str | None,
        typer.Option(help="PostgreSQL 地址；默认 SQLite / postgresql://…; default: SQLite"),
    ] = None,
    key: Annotated[
        Path | None,
        typer.Option(help="密钥文件（age），加密备份 / key file (age): seal the backup"),
    ] = None,
    new_key: Annotated[
        bool, typer.Option("--new-key", help="先生成该密钥文件 / make the key file first")
    ] = False,
    lang: Annotated[str | None, typer.Option(help="zh | en")] = None,
) -> None:
    """备份全部内容，服务不必停 / back up everything; the service may run meanwhile."""
    from api.commands.database import reached
    from api.store import Artifacts
    from api.store.backup import write
    from api.store.sealing import new_key as made_key
    from api.store.sealing import sealed
    from redistrict.model.errors import InputError
    from redistrict.model.finding import Finding

    speak = language(lang)
    if not (data / "artifacts").is_dir():
        raise InputError(Finding("data-missing", "error", params={"data": str(data)}))
    if new_key:
        if key is None:
            raise InputError(Finding("backup-key-unnamed", "error"))
        typer.echo(text("backup.key", speak, file=str(key), public=made_key(key)))
    with reached(data, database_url) as store, _whole_file(to) as out, sealed(out, key) as into:
        about = write(store, Artifacts(data / "artifacts"), into)
    counts = {"rows": sum(about.rows.values()), "files": about.files, "content": about.content}
    typer.echo(text("backup.done", speak, file=str(to), **counts))


@contextmanager
def _whole_file(to: Path) -> Generator[BinaryIO]:
    """``to``, there when it is whole and on the disk; never over something else."""
    from redistrict.model.errors import OutputError
    from redistrict.model.finding import Finding

    aside = to.with_name(f".{to.name}.{secrets.token_hex(8)}")
    if to.exists():
        raise OutputError(Finding("backup-exists", "error", params={"file": str(to)}))
    try:
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        aside.rename(to)
    except OSError as error:
        params = {"file": str(to), "reason": error.strerror or str(error)}
        raise OutputError(Finding("backup-not-writable", "error", params=params)) from None
    finally:
        with suppress(OSError):
            aside.unlink()
