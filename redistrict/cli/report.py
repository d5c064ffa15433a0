"""The verifier's report, for people (a table per invariant) and for programs (JSON)."""

from __future__ import annotations

import json
from typing import Any

import shapely
import typer
from pyproj import Transformer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from redistrict.i18n import Lang, catalogue, text
from redistrict.model.finding import Finding
from redistrict.model.profile import Profile
from redistrict.verify import Check, Report

SHOWN = 5
"""Findings printed per check; ``--json`` has them all up to the report's own limit."""

_STYLE = {"pass": "green", "fail": "bold red", "refer": "yellow"}


def print_report(report: Report, profile: Profile, origin: str, lang: Lang) -> None:
    """Tables and findings to standard output."""
    console = Console()
    name = profile.title_zh if lang == "zh" else profile.title_en
    console.print(
        text(f"check.profile.{origin}", lang, name=f"{name} [{profile.name}]"), markup=False
    )
    for invariant in sorted({c.invariant for c in report.checks}):
        mine = [c for c in report.checks if c.invariant == invariant]
        console.print(_table(invariant, mine, lang))
        for check in mine:
            _print_findings(console, check, lang)
    for note in report.notes:
        console.print(f"· {sentence(note, lang)}", markup=False, highlight=False)
    referred = sum(c.outcome == "refer" for c in report.checks)
    if report.ok:
        console.print(text("check.summary.ok", lang), style="bold green")
    else:
        failed = text("check.summary.failed", lang, count=len(report.failed))
        console.print(failed, style="bold red")
    if referred:
        console.print(text("check.summary.referred", lang, count=referred), style="yellow")


def _table(invariant: int, checks: list[Check], lang: Lang) -> Table:
    table = Table(
        title=text(f"check.invariant.{invariant}", lang), title_justify="left", expand=False
    )
    for column, justify in (
        ("statement", "left"),
        ("outcome", "left"),
        ("count", "right"),
        ("failures", "right"),
    ):
        right = justify == "right"
        table.add_column(
            text(f"check.column.{column}", lang),
            justify="right" if right else "left",
            no_wrap=column != "statement",
        )
    for check in checks:
        style = _STYLE[check.outcome]
        said = text(f"check.outcome.{check.outcome}", lang)
        table.add_row(
            escape(text(f"check.{check.name}", lang)),
            f"[{style}]{said}[/]",
            str(check.count),
            str(check.failures) if check.failures else "",
        )
    return table


def _print_findings(console: Console, check: Check, lang: Lang) -> None:
    for finding in check.findings[:SHOWN]:
        line = f"  · {sentence(finding, lang)}"
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    more = max(len(check.findings), check.failures) - SHOWN
    if more > 0:
        console.print(f"  {text('check.summary.more', lang, count=more)}", markup=False)


def sentence(finding: Finding, lang: Lang) -> str:
    """Where, what, and what to do."""
    where = " ".join(str(w) for w in (finding.layer, finding.feature_id) if w)
    said = text(f"finding.{finding.code}", lang, **finding.params)
    key = f"remedy.{finding.code}"
    remedy = text(key, lang, **finding.params) if key in catalogue(lang) else ""
    joined = f"{said}。{remedy}" if lang == "zh" and remedy else f"{said}. {remedy}".strip()
    return f"[{finding.code}] {where}: {joined if remedy else said}"


def print_json(report: Report, profile: Profile, origin: str, crs: str, lang: Lang) -> None:
    """The same as one JSON object; places are lon/lat points inside what a finding is about."""
    move = Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    answer: dict[str, Any] = {
        "ok": report.ok,
        "profile": profile.name,
        "profile_origin": origin,
        "checks": [
            {
                "name": c.name,
                "invariant": c.invariant,
                "outcome": c.outcome,
                "count": c.count,
                "failures": c.failures,
                "findings": [_plain(f, move, lang) for f in c.findings],
            }
            for c in report.checks
        ],
        "notes": [_plain(f, move, lang) for f in report.notes],
    }
    typer.echo(json.dumps(answer, ensure_ascii=False, indent=1))


def _plain(finding: Finding, move: Transformer, lang: Lang) -> dict[str, Any]:
    shape = finding.geometry
    place: list[float] | None = None
    if shape is not None and not shape.is_empty:
        point = shapely.point_on_surface(shape)
        lon, lat = move.transform(point.x, point.y)
        place = [round(lon, 7), round(lat, 7)]
    return {
        "code": finding.code,
        "layer": finding.layer,
        "feature_id": finding.feature_id,
        "clause": finding.clause,
        "outcome": finding.outcome,
        "params": dict(finding.params),
        "message": sentence(finding, lang),
        "place": place,
    }
