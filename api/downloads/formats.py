"""Each download format: one file made of all layers of a proposal."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from api.downloads.shapefile import Encoding, write_shapefiles
from redistrict.i18n import Lang
from redistrict.publish.geojson import write_geojson
from redistrict.publish.geometry import shapes
from redistrict.publish.geopackage import flat, write_geopackage
from redistrict.publish.tables import write_csv, write_xlsx

Layers = Mapping[str, gpd.GeoDataFrame]
_GDAL = Lock()
"""The date stamp of a GeoPackage is set for the whole process while one is written."""


@dataclass(frozen=True)
class Wanted:
    """``crs``: the survey's; ``encoding`` of a Shapefile's texts."""

    crs: str
    encoding: Encoding
    lang: Lang


@dataclass(frozen=True)
class Format:
    """``make`` writes into an empty folder; what lies there is zipped unless it is one file."""

    suffix: str
    media_type: str
    make: Callable[[Layers, Path, Wanted], None]
    zipped: bool = True


def _geopackage(layers: Layers, folder: Path, wanted: Wanted) -> None:
    with _GDAL:
        write_geopackage(layers, {}, wanted.crs, wanted.crs, folder / "proposal.gpkg", wanted.lang)


def _geojson(layers: Layers, folder: Path, wanted: Wanted) -> None:
    write_geojson(layers, wanted.crs, folder)


def _shapefile(layers: Layers, folder: Path, wanted: Wanted) -> None:
    write_shapefiles(layers, folder, wanted.encoding, wanted.lang)


def _flatgeobuf(layers: Layers, folder: Path, wanted: Wanted) -> None:
    del wanted
    for name, frame in layers.items():
        placed = ~(shapely.is_missing(shapes(frame)) | shapely.is_empty(shapes(frame)))
        index = "YES" if len(frame) and bool(np.all(placed)) else "NO"
        kinds = set(shapely.get_type_id(shapes(frame)).tolist())
        pyogrio.write_dataframe(
            flat(frame),
            folder / f"{name}.fgb",
            driver="FlatGeobuf",
            geometry_type=None if len(kinds) == 1 and kinds != {-1} else "Unknown",
            layer_options={"SPATIAL_INDEX": index},
        )


def _tables(layers: Layers) -> dict[str, pd.DataFrame]:
    return {n: pd.DataFrame(f.drop(columns=f.geometry.name)) for n, f in layers.items()}


def _xlsx(layers: Layers, folder: Path, wanted: Wanted) -> None:
    write_xlsx(_tables(layers), folder / "proposal.xlsx", wanted.lang)


def _csv(layers: Layers, folder: Path, wanted: Wanted) -> None:
    del wanted
    for name, table in _tables(layers).items():
        write_csv(table, folder / f"{name}.csv")


ZIP = "application/zip"
FORMATS: Mapping[str, Format] = {
    "gpkg": Format("gpkg", "application/geopackage+sqlite3", _geopackage, zipped=False),
    "geojson": Format("geojson.zip", ZIP, _geojson),
    "shapefile": Format("shp.zip", ZIP, _shapefile),
    "flatgeobuf": Format("fgb.zip", ZIP, _flatgeobuf),
    "xlsx": Format(
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        _xlsx,
        zipped=False,
    ),
    "csv": Format("csv.zip", ZIP, _csv),
}


def made(name: str, layers: Layers, folder: Path, wanted: Wanted) -> Path:
    """The file of format ``name``, in ``folder`` (empty before)."""
    kind = FORMATS[name]
    inner = folder / "inner"
    inner.mkdir()
    kind.make(layers, inner, wanted)
    if not kind.zipped:
        (only,) = inner.iterdir()
        return only
    out = folder / f"download.{kind.suffix}"
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as packed:
        for path in sorted(inner.iterdir()):
            # One time stamp: the same rows give the same bytes.
            entry = zipfile.ZipInfo(path.name, (2000, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(entry, path.read_bytes())
    return out
