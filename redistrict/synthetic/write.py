"""Writing a city: a file per layer (or one GeoPackage) and survey.toml, always the same bytes."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, get_args

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from redistrict.model.errors import OutputError
from redistrict.model.finding import Finding
from redistrict.synthetic.city import City

Format = Literal["geojson", "gpkg", "parquet", "shp"]
FORMATS: tuple[Format, ...] = get_args(Format)

_DATE = "2026-01-01T00:00:00.000Z"
_SHORT = {
    # a DBF field name ends after 10 bytes, which in GBK is five Chinese characters
    "building_id": "楼栋号", "households": "户数", "estate_id": "小区编号",
    "courtyard_id": "楼院编号", "stairwells": "单元数", "floors": "层数", "use": "用途",
    "address": "地址", "street_office_id": "街道编号", "name": "名称", "code": "代码",
    "committee_id": "社区编号", "old_town": "老城区", "frozen_reason": "冻结原因",
    "frozen_until": "冻结至", "stage": "建设状态", "property_managed": "物业类型",
    "planned_households": "规划户数", "standalone_reason": "单设原因", "keep_with": "同组",
    "keep_apart": "分开", "service_grid_id": "网格编号", "worker": "网格员", "kind": "类型",
    "crossable": "可通行", "premises_id": "用房编号", "area_m2": "面积", "title": "产权",
}  # fmt: skip


def write_city(city: City, out: Path, fmt: Format = "geojson") -> list[Path]:
    """Write every layer of ``city`` and ``survey.toml`` into the folder ``out``.

    ``geojson``: one feature per line; ``gpkg``: one ``survey.gpkg``; ``shp``: GBK with Chinese
    field names, as surveys come. The same city gives the same bytes. Files are made aside and
    moved in when all are complete. Raises `OutputError` (``synthetic-out-taken``) where ``out``
    is a file, cannot be written, or holds anything this function did not write.
    """
    if out.exists() and (not out.is_dir() or not _ours(out, city)):
        raise OutputError(
            Finding("synthetic-out-taken", "error", str(out), params={"out": str(out)})
        )
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    except OSError as error:
        raise OutputError(
            Finding("synthetic-out-taken", "error", str(out), params={"out": str(out)})
        ) from error
    try:
        _write_all(city, aside, fmt)
        names = sorted(p.name for p in aside.iterdir())
        out.mkdir(exist_ok=True)
        for old in sorted(out.iterdir()):
            if old.name not in names and old.name != "README.md":
                old.unlink()
        for name in names:
            (aside / name).replace(out / name)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return [out / name for name in names]


def _ours(out: Path, city: City) -> bool:
    known = {*city.layers, "buildings", "street_offices", "committees", "estates", "barriers",
             "premises", "service_grids", "river", "railway", "road", "survey",
             "README"}  # fmt: skip
    return all(p.is_file() and p.name.split(".")[0] in known for p in out.iterdir())


def _write_all(city: City, folder: Path, fmt: Format) -> None:
    for name in sorted(city.layers):
        frame = city.layers[name]
        if fmt == "geojson":
            _geojson(frame, name, city.crs, folder / f"{name}.geojson")
        elif fmt == "parquet":
            frame.to_parquet(folder / f"{name}.parquet", index=False, compression="zstd")
        elif fmt == "gpkg":
            with _fixed_date():
                pyogrio.write_dataframe(
                    _plain(frame), folder / "survey.gpkg", layer=name, driver="GPKG",
                    layer_options={"IDENTIFIER": name},
                )  # fmt: skip
        else:
            for stem, part in _shapefiles(name, frame):
                pyogrio.write_dataframe(
                    part, folder / f"{stem}.shp", driver="ESRI Shapefile", encoding="GB18030",
                    layer_options={"DBF_DATE_LAST_UPDATE": _DATE[:10]},
                )  # fmt: skip
    (folder / "survey.toml").write_text(_survey_toml(city), encoding="utf-8")


def _shapefiles(name: str, frame: gpd.GeoDataFrame) -> list[tuple[str, gpd.GeoDataFrame]]:
    """A Shapefile holds one kind of geometry: rivers, railways and roads go apart."""
    short = gpd.GeoDataFrame(_plain(frame).rename(columns=_SHORT))
    if name != "barriers":
        return [(name, short)]
    kind = np.asarray(frame["kind"], dtype=str)
    return [
        (str(k), gpd.GeoDataFrame(short.iloc[np.flatnonzero(kind == k)])) for k in np.unique(kind)
    ]


def _plain(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Without pandas' nullable integers, which not every driver knows."""
    plain = frame.copy()
    for column in plain.columns:
        if str(plain[column].dtype) == "Int64":
            plain[column] = plain[column].astype("float64")
    return plain


@contextmanager
def _fixed_date() -> Generator[None]:
    """GeoPackage stamps its contents; the stamp must not be the time of day."""
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _DATE})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def _geojson(frame: gpd.GeoDataFrame, name: str, crs: str, path: Path) -> None:
    """One feature per line, so that a change to one building is a change to one line."""
    urn = f"urn:ogc:def:crs:EPSG::{crs.removeprefix('EPSG:')}"
    head = {"type": "name", "properties": {"name": urn}}
    columns = [c for c in frame.columns if c != frame.geometry.name]
    values = [[_json_value(v) for v in frame[c].tolist()] for c in columns]
    geometries = shapely.to_geojson(np.asarray(frame.geometry))
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        stream.write(f'{{"type":"FeatureCollection","name":"{name}","crs":{_json(head)},\n')
        stream.write('"features":[\n')
        last = len(frame) - 1
        for i, geometry in enumerate(geometries):
            properties = _json({c: v[i] for c, v in zip(columns, values, strict=True)})
            end = "\n" if i == last else ",\n"
            stream.write(
                f'{{"type":"Feature","properties":{properties},"geometry":{geometry}}}{end}'
            )
        stream.write("]}\n")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _json_value(value: object) -> object:
    return None if value is None or value is pd.NA or value != value else value


def _survey_toml(city: City) -> str:
    spec = city.spec
    size = f"buildings = {spec.buildings}" if spec.buildings else f"households = {spec.households}"
    lines = [
        f"# {city.name}：虚构城市，由 redistrict generate 生成，与任何真实地方无关。",
        f"# {city.name}: an invented city made by `redistrict generate`; no real place.",
        f'title = "{city.name}"',
        f'basis = "{city.basis}"',
        f'crs = "{city.crs}"',
        "",
        "[generated]",
        f"seed = {spec.seed}",
        size,
        f"features = {_json(sorted(spec.features))}",
    ]
    return "\n".join(lines) + "\n"
