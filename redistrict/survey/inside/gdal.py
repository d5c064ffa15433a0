"""GDAL for the two formats we leave to it: shapefile geometry and FlatGeobuf.

Drivers are an allowlist: all others are skipped before they register. What GDAL has besides is
learnt by importing it once; then the process starts again with the longer list.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from .raw import RawLayer, check_counts
from .refused import Refused

ALLOWED = frozenset(("ESRI Shapefile", "FlatGeobuf"))
_SKIP = "OGR_SKIP"
# the vector drivers of GDAL 3.8-3.12; a newer one is found by `_load`
OTHERS = (
    "MEM,PCIDSK,PDS4,VICAR,PDF,MBTiles,EEDA,OGCAPI,GDALG,MapInfo File,LVBAG,S57,DGN,OGR_VRT,CSV,"
    "GML,GPX,LIBKML,KML,GeoJSON,GeoJSONSeq,ESRIJSON,TopoJSON,OGR_GMT,GPKG,SQLite,WAsP,"
    "OpenFileGDB,DXF,GeoRSS,VFK,PGDUMP,OSM,GPSBabel,OGR_PDS,WFS,OAPIF,EDIGEO,Idrisi,ODS,XLSX,"
    "Elasticsearch,Carto,AmigoCloud,SXF,Selafin,JML,PLSCENES,CSW,VDV,MVT,NGW,MapML,GTFS,PMTiles,"
    "JSONFG,MiraMonVector,ADBC,AVCBin,AVCE00,AIVector,HTTP"
)


def prepare() -> None:
    """Import GDAL with nothing but the allowed drivers; may start this process anew."""
    os.environ.setdefault(_SKIP, OTHERS)
    import pyogrio

    extra = sorted(set(pyogrio.list_drivers()) - ALLOWED)
    if extra:
        if os.environ.get("REDISTRICT_DRIVERS_SKIPPED"):
            raise Refused("unsupported-format", {"found": ", ".join(extra)[:100]})
        os.environ[_SKIP] = ",".join([os.environ[_SKIP], *extra])
        os.environ["REDISTRICT_DRIVERS_SKIPPED"] = "1"
        os.execv(sys.executable, sys.orig_argv)  # noqa: S606


def read_geometries(path: Path, driver: str) -> list[bytes | None]:
    """WKB of every shape, in file order."""
    return _read(path, driver, columns=[])[2]


def read_flatgeobuf(path: Path, name: str) -> RawLayer:
    """One FlatGeobuf layer."""
    meta, columns, wkb = _read(path, "FlatGeobuf", columns=None)
    check_counts(len(wkb), len(columns))
    return RawLayer(file=name, columns=columns, wkb=wkb, rows=len(wkb), crs=meta.get("crs"))


def _read(
    path: Path, driver: str, columns: list[str] | None
) -> tuple[dict[str, Any], dict[str, Any], list[bytes | None]]:
    prepare()
    import pyogrio
    from pyogrio import errors, raw

    try:
        about = pyogrio.read_info(path)
        if about["driver"] != driver:
            raise Refused("unsupported-format", {"found": about["driver"]})
        if about["features"] > 0:
            check_counts(about["features"], len(about["fields"]))
        meta, _, geometry, data = raw.read(path, columns=columns, datetime_as_string=True)
    except (errors.DataSourceError, errors.FeatureError, ValueError) as error:
        raise Refused("file-corrupt", {"reason": driver}) from error
    except errors.DataLayerError as error:
        raise Refused("file-corrupt", {"reason": driver}) from error
    fields = {str(n): _values(v) for n, v in zip(meta["fields"], data, strict=True)}
    return meta, fields, [None if g is None else bytes(g) for g in geometry]


def _values(values: Any) -> list[Any]:
    if values.dtype.kind == "f":
        return [None if v != v else v for v in values.tolist()]
    return values.tolist()
