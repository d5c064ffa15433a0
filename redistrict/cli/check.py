"""`redistrict check DIR|FILE`: whether a proposal, ours or drawn by hand, holds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from redistrict.cli.errors import language

EXIT_FAILED = 1


def check(
    proposal: Annotated[
        Path, typer.Argument(help="方案文件夹、zip 或 GeoPackage / proposal: folder, zip or file")
    ],
    profile: Annotated[
        str | None,
        typer.Option(
            help="规则档：名称或 TOML 文件；默认采用方案自带的 / rule profile; default: its own"
        ),
    ] = None,
    lang: Annotated[str | None, typer.Option(help="zh | en")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON / print JSON")] = False,
) -> None:
    """核验方案：退出码 0 成立，1 不成立，2 无法读取 / check a proposal: exit 0, 1 or 2."""
    from redistrict import profiles, survey, verify
    from redistrict.cli.report import print_json, print_report

    speak = language(lang)
    files = survey.read_proposal(proposal)
    carried = (files.manifest or {}).get("profile")
    if profile is not None:
        rules, origin = profiles.load(profile)[0], "stated"
    elif isinstance(carried, dict):
        rules, origin = profiles.from_dict(carried), "manifest"
    else:
        rules, origin = profiles.load()[0], "default"
    report = verify.verify(files.layers, files.tables, files.manifest, rules)
    report = replace(report, notes=(*files.findings, *report.notes))
    if as_json:
        print_json(report, rules, origin, files.working_crs, speak)
    else:
        print_report(report, rules, origin, speak)
    if not report.ok:
        raise typer.Exit(EXIT_FAILED)
