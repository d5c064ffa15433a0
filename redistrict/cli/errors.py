"""Errors as sentences and exit codes: 2 for what the user can mend, 3 for our own faults."""

from __future__ import annotations

import functools
import os
import sys
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar, cast

import typer

from redistrict import wording
from redistrict.i18n import LANGS, Lang
from redistrict.model.errors import Cancelled, InternalError, RedistrictError
from redistrict.model.finding import Finding

EXIT_INPUT, EXIT_INTERNAL, EXIT_CANCELLED = 2, 3, 130

TRACE = "REDISTRICT_TRACE"
"""Set to anything, this environment variable shows the traceback of a fault of ours."""

F = TypeVar("F", bound=Callable[..., Any])


def language(stated: str | None = None) -> Lang:
    """``--lang`` (BadParameter if it is another), else REDISTRICT_LANG, else Chinese."""
    if stated is not None and stated not in LANGS:
        raise typer.BadParameter(f"{stated}: zh | en", param_hint="--lang")
    wanted = stated or os.environ.get("REDISTRICT_LANG", "zh")
    return wanted if wanted in LANGS else "zh"


def sentence(finding: Finding, lang: Lang) -> str:
    """What is wrong, where, and what to do, on one line."""
    where = " / ".join(str(w) for w in (finding.layer, finding.feature_id) if w)
    said = (wording.sentence(kind, finding.code, finding, lang) for kind in ("finding", "remedy"))
    parts = [f"[{finding.code}]", f"{where}:" if where else "", *_stopped(said, lang)]
    return " ".join(p for p in parts if p)


def _stopped(said: Iterable[str | None], lang: Lang) -> list[str]:
    """Each sentence with a stop at its end, so that two of them do not run together."""
    stop = "。" if lang == "zh" else "."
    return [s if s.endswith((".", "。", "!", "?", "！", "？")) else s + stop for s in said if s]


def tell(findings: Iterable[Finding], lang: Lang) -> None:
    """Print the findings that stop the command to standard error."""
    for finding in findings:
        typer.echo(sentence(finding, lang), err=True)


def _fault(error: Exception) -> Finding:
    """What nobody thought of: a defect of ours, said in one sentence with the place."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(last.filename).name}:{last.lineno}"
    params = {"kind": type(error).__name__, "place": place, "variable": TRACE}
    return Finding("fault", "error", params=params)


def guarded(command: F) -> F:
    """``command`` with every error of the library turned into sentences and an exit code."""

    @functools.wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        lang = language(kwargs.get("lang"))
        try:
            return command(*args, **kwargs)
        except Cancelled:
            raise typer.Exit(EXIT_CANCELLED) from None
        except InternalError as error:
            tell(error.findings, lang)
            raise typer.Exit(EXIT_INTERNAL) from None
        except RedistrictError as error:
            tell(error.findings, lang)
            raise typer.Exit(EXIT_INPUT) from None
        except KeyboardInterrupt:
            raise typer.Exit(EXIT_CANCELLED) from None
        except BrokenPipeError:
            # Whoever read our output has gone; nothing is left to say to them.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(EXIT_CANCELLED) from None
        except (typer.Exit, typer.Abort, typer.TyperException):
            raise  # how a command ends, or that it was misused
        except Exception as error:
            if os.environ.get(TRACE):
                raise
            tell([_fault(error)], lang)
            raise typer.Exit(EXIT_INTERNAL) from None

    return cast("F", run)
