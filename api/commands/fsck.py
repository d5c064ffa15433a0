"""`redistrict fsck`: whether everything the service keeps is what it was."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.commands.serve import DEFAULT_DATA
from redistrict.cli.errors import language
from redistrict.i18n import text

EXIT_WRONG = 1


def fsck(
    data: Annotated[Path, typer.Option(help="数据文件夹 / data folder")] = DEFAULT_DATA,
    database_url: Annotated[
        str | None,
        typer.Option(help="PostgreSQL 地址；默认 SQLite / postgresql://…; default: SQLite"),
    ] = None,
    lang: Annotated[str | None, typer.Option(help="zh | en")] = None,
) -> None:
    """核对所存内容：退出码 0 完好，1 有损 / check what is kept: exit 0 whole, 1 not."""
    from api.commands.database import reached
    from api.proposals.replay import replayed
    from api.store import Artifacts
    from api.store.fsck import check
    from redistrict.model.errors import InputError
    from redistrict.model.finding import Finding

    speak = language(lang)
    if not (data / "artifacts").is_dir():
        raise InputError(Finding("data-missing", "error", params={"data": str(data)}))
    with reached(data, database_url) as store:
        artifacts = Artifacts(data / "artifacts")
        found = check(store, artifacts)
        all_wrong = (*found.wrong, *replayed(store, artifacts))
    for wrong in all_wrong:
        params = {"subject": wrong.subject, "reason": wrong.reason}
        typer.echo(text(f"fsck.{wrong.code}", speak, **params))
    said = "fsck.wrong" if all_wrong else "fsck.whole"
    counts = {"wrong": len(all_wrong), "files": found.files, "spare": found.spare}
    typer.echo(text(said, speak, **counts))
    typer.echo(text("fsck.content", speak, content=found.content))
    if all_wrong:
        raise typer.Exit(EXIT_WRONG)
