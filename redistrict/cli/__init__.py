"""The command line: `redistrict run | check | partition | generate`.

Other distributions (the service) join by the entry-point group ``redistrict.commands``: each entry
is a typer function that becomes a command of its name.
"""

from __future__ import annotations

import importlib
import sys
from importlib.metadata import entry_points

import typer

from redistrict import __version__
from redistrict.cli.errors import EXIT_CANCELLED, guarded
from redistrict.cli.interrupt import end_promptly

COMMANDS = ("run", "check", "partition", "generate")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


def _root(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="版本 / version"
    ),
) -> None:
    """社区居委会与服务网格划分 / residents' committees and service grids, certified."""
    del version


def build(names: tuple[str, ...] = COMMANDS) -> typer.Typer:
    """The application with the commands ``names`` and those of installed distributions."""
    app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None)
    app.callback()(_root)
    for name in names:
        module = importlib.import_module(f"redistrict.cli.{name}")
        app.command(name)(guarded(getattr(module, name)))
    for entry in sorted(entry_points(group="redistrict.commands"), key=lambda e: e.name):
        app.command(entry.name)(guarded(entry.load()))
    return app


def main() -> None:
    """Entry point. Only the command asked for is imported: `partition` needs no geometry."""
    asked = sys.argv[1] if len(sys.argv) > 1 else ""
    if asked in COMMANDS:  # a service has its own way of ending
        end_promptly()
    try:
        # As click runs it: typer's own call puts an excepthook of its own over ours.
        typer.main.get_command(build((asked,) if asked in COMMANDS else COMMANDS))()
    except KeyboardInterrupt:  # while the command was still being loaded
        sys.exit(EXIT_CANCELLED)
