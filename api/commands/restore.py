"""`redistrict restore`: a backup becomes a store again; what is kept somewhere is not touched."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.commands.serve import DEFAULT_DATA
from redistrict.cli.errors import language
from redistrict.i18n import text


def restore(
    source: Annotated[Path, typer.Argument(help="备份文件 / the backup")],
    data: Annotated[
        Path, typer.Option(help="数据文件夹，须为空 / data folder, empty as yet")
    ] = DEFAULT_DATA,
    database_url: Annotated[
        str | None,
        typer.Option(help="PostgreSQL 地址，须为空库 / postgresql://…, an empty database"),
    ] = None,
    key: Annotated[Path | None, typer.Option(help="密钥文件 / key file of a sealed backup")] = None,
    lang: Annotated[str | None, typer.Option(help="zh | en")] = None,
) -> None:
    """从备份恢复；备份有损则原样不动 / restore a backup; a damaged one changes nothing."""
    from api.commands.database import told
    from api.store import restore as stores

    speak = language(lang)
    with told():
        about = stores.restore(source, data, database_url, key)
    counts = {"rows": sum(about.rows.values()), "files": about.files, "content": about.content}
    typer.echo(text("restore.done", speak, data=str(data), taken=about.taken, **counts))
