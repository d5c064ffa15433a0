"""`redistrict partition GRAPH.json`: the engine by itself, on any graph."""

from __future__ import annotations

import os
import time
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from redistrict.cli.errors import language

LONGEST_START = 30.0
"""Seconds a process may have taken to get here; an older one did not begin with this command."""


class Minimize(StrEnum):
    """What the cut between parts costs."""

    cut_edges = "cut-edges"
    shared_perimeter = "shared-perimeter"


def partition(
    graph: Annotated[
        Path, typer.Argument(help="networkx adjacency 或 node-link JSON 图 / graph in JSON")
    ],
    weight: Annotated[str, typer.Option(help="节点权重字段 / node field with the weight")],
    lower: Annotated[str, typer.Option(help="每部分权重下限 / least weight of a part")],
    upper: Annotated[str, typer.Option(help="每部分权重上限 / greatest weight of a part")],
    parts: Annotated[
        int | None, typer.Option(help="部分数；不给则自由 / number of parts; free if not given")
    ] = None,
    minimize: Annotated[Minimize | None, typer.Option(help="最小化目标 / what to minimise")] = None,
    edge_length: Annotated[
        str | None, typer.Option(help="边长字段 / edge field with the shared length")
    ] = None,
    enumerate_: Annotated[
        bool, typer.Option("--enumerate", help="精确计数所有可行划分 / count all such partitions")
    ] = False,
    time_limit: Annotated[
        float | None, typer.Option(help="时限（秒）/ wall-clock limit in seconds")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="随机种子 / random seed")] = 0,
    alternatives: Annotated[
        int,
        typer.Option(
            help="另给几个不同方案（最多 3 个）/ other plans to give beside it, at most 3"
        ),
    ] = 0,
    out: Annotated[Path | None, typer.Option(help="输出文件 / file to write")] = None,
    lang: Annotated[str | None, typer.Option(help="zh | en")] = None,
) -> None:
    """把一个图划分为权重在 [L, U] 内的连通部分 / connected parts of a graph, weight in [L, U]."""
    began = time.monotonic() - _age()
    from redistrict.districting.standalone import Request, answer, write

    speak = language(lang)
    request = Request(
        graph=graph,
        weight=weight,
        lower=_decimal("lower", lower),
        upper=_decimal("upper", upper),
        parts=parts,
        minimize=None if minimize is None else minimize.value,
        edge_length=edge_length,
        enumerate=enumerate_,
        seconds=time_limit,
        seed=seed,
        alternatives=alternatives,
    )
    write(answer(request, speak, began), out)


def _age() -> float:
    """Seconds since this process began, so that loading counts towards the time limit; 0 where
    the platform does not say or the process does other things as well."""
    try:
        fields = Path("/proc/self/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        born = int(fields[19]) / os.sysconf("SC_CLK_TCK")
        age = time.clock_gettime(time.CLOCK_BOOTTIME) - born
    except (OSError, ValueError, IndexError, AttributeError):
        return 0.0
    return age if 0 <= age < LONGEST_START else 0.0


def _decimal(option: str, stated: str) -> Decimal:
    from redistrict.districting.graph_json import refuse

    try:
        value = Decimal(stated)
    except InvalidOperation:
        refuse("partition-not-a-number", option=option, value=stated)
    if not value.is_finite():
        refuse("partition-not-a-number", option=option, value=stated)
    return value
