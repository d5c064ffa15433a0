"""`redistrict run SURVEY --out DIR`: from a survey to a verified proposal."""

from __future__ import annotations

import datetime as dt
import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from redistrict.cli.errors import language


class EffortChoice(StrEnum):
    """How hard to look for better plans and for proofs."""

    quick = "quick"
    standard = "standard"
    certify = "certify"


def run(
    survey: Annotated[Path, typer.Argument(help="调查资料：文件夹、zip 或 GeoPackage / survey")],
    out: Annotated[
        Path, typer.Option("--out", help="方案输出文件夹 / where to write the proposal")
    ],
    profile: Annotated[
        str, typer.Option(help="规则档：名称或 TOML 文件 / rule profile: name or TOML file")
    ] = "tengzhou-2007",
    seed: Annotated[int, typer.Option(min=0, help="随机种子 / random seed")] = 0,
    effort: Annotated[EffortChoice, typer.Option(help="求解力度 / effort")] = EffortChoice.standard,
    workers: Annotated[
        int | None, typer.Option(min=1, max=256, help="进程数，不影响结果 / processes")
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option(help="Dask 调度器地址 / Dask scheduler address")
    ] = None,
    alternatives: Annotated[
        int,
        typer.Option(
            min=0,
            max=2,
            help="另外给出的方案数：最均衡、最紧凑 / plans beside it: best balanced, most compact",
        ),
    ] = 0,
    crs: Annotated[
        str | None, typer.Option(help="资料未注明时的坐标系 / CRS where the survey has none")
    ] = None,
    trusted: Annotated[
        Path | None,
        typer.Option(help="可信参照图层，用于检测 GCJ-02/BD-09 偏移 / trusted reference layer"),
    ] = None,
    lang: Annotated[str | None, typer.Option(help="zh | en")] = None,
) -> None:
    """读取调查资料，划定社区与网格，核验并发布方案 / survey in, verified proposal out."""
    from rich.console import Console

    from redistrict import pipeline, publish
    from redistrict.cli.alternatives import print_alternatives
    from redistrict.cli.progress import progress
    from redistrict.cli.summary import print_summary
    from redistrict.model.errors import InputError
    from redistrict.model.settings import RunSettings
    from redistrict.survey import ReadOptions

    speak = language(lang)
    settings = RunSettings(
        seed=seed,
        effort=effort.value,
        workers=workers or len(os.sched_getaffinity(0)),
        scheduler=scheduler,
        alternatives=alternatives,
    )
    console = Console()
    try:
        with progress(console, speak) as shown:
            result = pipeline.run(
                survey,
                out,
                profile,
                settings,
                speak,
                ReadOptions(crs=crs, trusted=trusted),
                shown,
                dt.date.today(),  # review dates are compared with it; the plan is not
            )
    except InputError as error:
        publish.write_findings(error.findings, out)
        raise
    print_summary(result.proposal, result.out, speak, console)
    if result.alternatives:
        print_alternatives(result.alternatives, result.left_out, speak, console)
