"""`redistrict serve`: the service, needing nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TextIO

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
    lang: Annotated[str | None, typer.Option(help="zh | en")] = None,
) -> None:
    """启动服务；首次启动建立管理员 / start the service; the first start makes an administrator."""
    import socket

    import uvicorn

    from api.accounts.book import first_administrator
    from api.main import create_app
    from api.observing import log_to_stderr
    from api.service import Service
    from api.settings import Settings
    from redistrict.model.errors import OutputError
    from redistrict.model.finding import Finding

    speak = language(lang)
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        params = {"host": host, "port": port, "reason": error.strerror or str(error)}
        raise OutputError(Finding("address-taken", "error", params=params)) from None
    log_to_stderr()
    alone = _alone(data)
    app = create_app(Settings(data.resolve(), database_url, host, port, https))
    service: Service = app.state.service
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{listening.getsockname()[1]}/"
    typer.echo(text("serve.at", speak, address=address, data=str(data)))
    made = first_administrator(service.store)
    if made is not None:
        typer.echo(text("serve.first", speak, login=made[0], password=made[1]))
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE,
        timeout_keep_alive=30,
    )
    try:
        uvicorn.Server(config).run(sockets=[listening])
    finally:
        listening.close()
        alone.close()


def _alone(data: Path) -> TextIO:
    """The lock of the data folder: two services on one folder would work on the same runs."""
    import fcntl

    from redistrict.model.errors import OutputError
    from redistrict.model.finding import Finding

    try:
        data.mkdir(parents=True, exist_ok=True)
        held = (data / "serve.lock").open("w")
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise OutputError(Finding("data-in-use", "error", params={"data": str(data)})) from None
    except OSError as error:
        params = {"data": str(data), "reason": error.strerror or str(error)}
        raise OutputError(Finding("data-not-writable", "error", params=params)) from None
    return held
