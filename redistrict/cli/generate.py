"""`redistrict generate --out DIR`: a made-up city of any size."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from redistrict.cli.errors import language


class FormatChoice(StrEnum):
    """How the survey is written."""

    geojson = "geojson"
    gpkg = "gpkg"
    parquet = "parquet"
    shp = "shp"


def generate(
    out: Annotated[Path, typer.Option("--out", help="输出文件夹 / folder to write the survey to")],
    households: Annotated[
        int | None, typer.Option(help="约多少户（默认 60000） / about how many households")
    ] = None,
    buildings: Annotated[
        int | None, typer.Option(help="约多少栋楼（代替户数） / about how many buildings instead")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="随机种子 / random seed")] = 0,
    features: Annotated[
        str,
        typer.Option(help="all、none，或逗号分隔的内容清单 / all, none or a list with commas"),
    ] = "all",
    fmt: Annotated[
        FormatChoice, typer.Option("--format", help="文件格式 / file format")
    ] = FormatChoice.geojson,
    crs: Annotated[
        str, typer.Option(help="EPSG:4490、EPSG:4548 或 EPSG:4527 / coordinate system")
    ] = "EPSG:4490",
    lang: Annotated[str | None, typer.Option(help="zh | en")] = None,
) -> None:
    """生成一座虚构的城市，作演示与测试之用 / make up a city to try things on."""
    import numpy as np

    from redistrict.i18n import text
    from redistrict.synthetic import ALL, CitySpec, generate_city, write_city

    wanted = frozenset(f.strip() for f in features.split(",") if f.strip())
    if features in ("all", "none"):
        wanted = ALL if features == "all" else frozenset()
    if households is None and buildings is None:
        households = 60_000
    spec = CitySpec(seed, households, buildings, wanted, crs)
    city = generate_city(spec)
    write_city(city, out, fmt.value)
    made = city.layers["buildings"]
    typer.echo(
        text(
            "generate.done",
            language(lang),
            city=city.name,
            buildings=len(made),
            households=int(np.asarray(made["households"]).sum()),
            out=str(out),
        )
    )
