"""`redistrict serve`: the service, needing nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from redistrict.cli.errors import language
from redistrict.i18n import text

DEFAULT_DATA = Path("redistrict-data")
GRACE = 20
"""Seconds that requests under way have after SIGTERM."""


def serve(
    data: Annotated[Path, typer.Option(help="数据文件夹 / data folder")] = DEFAULT_DATA,
    database_url: Annotated[
        str | None,
        typer.Option(help="PostgreSQL 地址；默认 SQLite / postgresql://…; default: SQLite"),
    ] = None,
    host: Annotated[str, typer.Option(help="监听地址 / address to listen on")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="端口，0 为任选 / port; 0: any free one")
    ] = 8000,
    https: Annotated[
        bool, typer.Option("--https", help="经 HTTPS 访问 / reached by HTTPS (secure cookies)")
    ] = False,
    oidc: Annotated[
        Path | None,
        typer.Option(help="统一身份认证（TOML）/ OpenID Connect providers (docs/service.md)"),
    ] = None,
    account_gb: Annotated[
        int,
        typer.Option(min=1, help="每账户调查数据上限（GB）/ surveys of one account, GB"),
    ] = 20,
    lang: Annotated[str | None, typer.Option(help="zh | en")] = None,
) -> None:
    """启动服务；首次启动建立管理员 / start the service; the first start makes an administrator."""
    import socket
    import tempfile

    from api.accounts.book import first_administrator
    from api.commands.database import told
    from api.commands.ending import Server
    from api.commands.folder import cleared, taken
    from api.main import create_app
    from api.observing import log_to_stderr
    from api.oidc import providers
    from api.service import Service
    from api.settings import MEGABYTE, Limits, Settings
    from redistrict.model.errors import OutputError
    from redistrict.model.finding import Finding

    speak = language(lang)
    elsewhere = () if oidc is None else providers.read(oidc)
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        params = {"host": host, "port": port, "reason": error.strerror or str(error)}
        raise OutputError(Finding("address-taken", "error", params=params)) from None
    log_to_stderr()
    lock = taken(data, shared=database_url is not None)
    # What is being received and looked at lies beside what is kept: the same disk, ours to clear.
    tempfile.tempdir = str(cleared(data.resolve()))
    with told():
        settings = Settings(
            data.resolve(),
            database_url,
            host,
            port,
            https,
            providers=elsewhere,
            limits=Limits(survey_bytes=account_gb * 1024 * MEGABYTE),
        )
        app = create_app(settings)
    service: Service = app.state.service
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{listening.getsockname()[1]}/"
    typer.echo(text("serve.at", speak, address=address, data=str(data)))
    made = first_administrator(service.store)
    if made is not None:
        typer.echo(text("serve.first", speak, login=made[0], password=made[1]))
    try:
        Server(app, service.ending, GRACE).run(sockets=[listening])
    finally:
        listening.close()
        lock.close()
