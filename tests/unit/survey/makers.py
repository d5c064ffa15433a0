"""Small surveys and hostile files, made where they are needed."""

from __future__ import annotations

import json
import sqlite3
import struct
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely
from shapely.geometry import box

LON, LAT = 117.15, 35.09
STEP = 0.001


def house(i: int) -> shapely.Polygon:
    """A footprint of about 45 m x 55 m; houses stand in a row."""
    return box(LON + i * STEP, LAT, LON + i * STEP + STEP / 2, LAT + STEP / 2)


def office() -> shapely.Polygon:
    return box(LON - 0.01, LAT - 0.01, LON + 0.05, LAT + 0.02)


def frame(rows: Sequence[Mapping[str, Any]], shapes: Sequence[Any], crs: str | None = "EPSG:4490"):
    return gpd.GeoDataFrame(list(rows), geometry=list(shapes), crs=crs)


def buildings(n: int = 4, **columns: Any) -> gpd.GeoDataFrame:
    rows = [{"building_id": f"B{i}", "households": 20 + i} for i in range(n)]
    made = frame(rows, [house(i) for i in range(n)])
    return made.assign(**columns) if columns else made


def offices() -> gpd.GeoDataFrame:
    return frame([{"street_office_id": "S1", "name": "荆河街道"}], [office()])


def feature(
    coordinates: Any, kind: str = "Polygon", properties: Any = None, **extra: Any
) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {"building_id": "B0", "households": 20} if properties is None else properties,
        "geometry": {"type": kind, "coordinates": coordinates},
        **extra,
    }


def ring(i: int = 0) -> list[list[float]]:
    return [list(p) for p in house(i).exterior.coords]


def collection(*features: Any, **extra: Any) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features), **extra}


def write_offices(folder: Path) -> None:
    offices().to_file(folder / "street_offices.geojson", driver="GeoJSON", engine="pyogrio")


def survey_with(folder: Path, name: str, content: bytes | str | dict[str, Any]) -> Path:
    """A survey whose buildings are the given file beside good street offices."""
    folder.mkdir(parents=True, exist_ok=True)
    write_offices(folder)
    if isinstance(content, dict):
        content = json.dumps(content, ensure_ascii=False)
    if isinstance(content, str):
        content = content.encode("utf-8", "surrogatepass")
    (folder / name).write_bytes(content)
    return folder


def good_survey(folder: Path, suffix: str = "geojson", **extra: gpd.GeoDataFrame) -> Path:
    """Buildings, street offices and more in one format."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, layer in {"buildings": buildings(), "street_offices": offices(), **extra}.items():
        write(layer, folder / f"{name}.{suffix}")
    return folder


def write(made: gpd.GeoDataFrame, path: Path, **options: Any) -> None:
    drivers = {".geojson": "GeoJSON", ".gpkg": "GPKG", ".shp": "ESRI Shapefile",
               ".fgb": "FlatGeobuf", ".kml": "KML"}  # fmt: skip
    if path.suffix == ".parquet":
        made.to_parquet(path, schema_version="1.1.0", write_covering_bbox=True)
    else:
        if path.suffix == ".fgb":
            options["SPATIAL_INDEX"] = "NO"  # with one, rows are put into its order
        made.to_file(path, driver=drivers[path.suffix], engine="pyogrio", **options)


def zip_of(path: Path, members: Mapping[str, bytes], **options: Any) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def dbf(
    fields: Sequence[tuple[bytes, str, int]],
    rows: Sequence[Sequence[bytes]],
    language: int = 0,
    count: int | None = None,
) -> bytes:
    """A dBASE III table, byte for byte."""
    width = 1 + sum(w for _, _, w in fields)
    head = struct.pack("<4BIHH16xBB2x", 3, 126, 1, 1, len(rows) if count is None else count,
                       32 + 32 * len(fields) + 1, width, 0, language)  # fmt: skip
    for name, kind, length in fields:
        head += struct.pack("<11sc4xBB14x", name[:10], kind.encode(), length, 0)
    body = b"".join(
        b" " + b"".join(c.ljust(w)[:w] for c, (_, _, w) in zip(r, fields, strict=True))
        for r in rows
    )
    return head + b"\r" + body + b"\x1a"


def shapefile(folder: Path, layer: gpd.GeoDataFrame | None = None, stem: str = "buildings") -> Path:
    """A good shapefile of buildings beside good offices; tests spoil it."""
    folder.mkdir(parents=True, exist_ok=True)
    write_offices(folder)
    write(buildings() if layer is None else layer, folder / f"{stem}.shp", encoding="UTF-8")
    return folder


def wkb_nested(depth: int) -> bytes:
    """Geometry collections inside one another."""
    return b"\x01\x07\x00\x00\x00\x01\x00\x00\x00" * depth + b"\x01\x01\x00\x00\x00" + bytes(16)


def geopackage(folder: Path, **layers: gpd.GeoDataFrame) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "survey.gpkg"
    for name, layer in (layers or {"buildings": buildings(), "street_offices": offices()}).items():
        write(layer, path, layer=name)
    return path


def with_sql(path: Path, *statements: str, blob: bytes | None = None) -> Path:
    db = sqlite3.connect(path)
    if blob is not None:
        # the usual triggers call functions that plain SQLite lacks
        for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type='trigger'").fetchall():
            db.execute(f'DROP TRIGGER "{name}"')
        db.execute("UPDATE buildings SET geom = ? WHERE fid = 1", (blob,))
    for statement in statements:
        db.execute(statement)
    db.commit()
    db.close()
    return path


def gp_blob(wkb: bytes) -> bytes:
    return b"GP\x00\x01" + struct.pack("<i", 4490) + wkb
