"""Shapefiles: field names within 10 bytes, texts within 254, one kind of shape a file.

What does not fit is cut and said: ``fields.csv`` tells the whole name of every field,
``shortened.csv`` every value that was cut or holds characters that the encoding has not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from redistrict.i18n import Lang
from redistrict.publish.geometry import shapes, where
from redistrict.publish.geopackage import flat
from redistrict.publish.rows import KEYS
from redistrict.publish.styles import field_title
from redistrict.publish.tables import write_csv

Encoding = Literal["utf-8", "gbk"]
NAME, TEXT = 10, 254
"""Bytes of a field name and of a text in a DBF."""

SHORT: Mapping[str, str] = {
    "service_grid_id": "grid_id",
    "committee_id": "commit_id",
    "street_office_id": "office_id",
    "previous_committee_id": "prev_comm",
    "previous_service_grid_id": "prev_grid",
    "within_window": "in_window",
    "premises_required_m2": "prem_req",
    "premises_present_m2": "prem_has",
    "premises_short_m2": "prem_short",
    "premises_required_by_stage": "prem_stage",
    "staff_required": "staff_req",
    "service_grids": "grids",
    "reason_params": "reason_par",
    "reason_code": "reason_cod",
    "building_id": "build_id",
    "courtyard_id": "court_id",
}
"""Names that stay readable; any other is cut to what fits, with a number where that is taken."""

_FAMILIES = {
    "": ("Polygon", (3, 6)),
    "_lines": ("LineString", (1, 5)),
    "_points": ("MultiPoint", (4,)),
    "_point": ("Point", (0,)),
}


def write_shapefiles(
    layers: Mapping[str, gpd.GeoDataFrame], folder: Path, encoding: Encoding, lang: Lang
) -> None:
    """``<layer>.shp`` with its companions for each layer, and what was shortened."""
    named: list[dict[str, str]] = []
    cut: list[dict[str, str]] = []
    for layer, frame in layers.items():
        fields = [str(c) for c in frame.columns if c != frame.geometry.name]
        short = short_names(fields, encoding)
        named += [
            {"layer": layer, "field": s, "name": f, "title": field_title(layer, f, lang) or f}
            for f, s in short.items()
        ]
        fitted, said = _fitted(layer, flat(frame), encoding)
        cut += said
        frame_ = cast("gpd.GeoDataFrame", cast("gpd.GeoDataFrame", fitted).rename(columns=short))
        for suffix, (kind, rows) in _split(frame_).items():
            pyogrio.write_dataframe(
                rows,
                folder / f"{layer}{suffix}.shp",
                driver="ESRI Shapefile",
                encoding=encoding.upper(),
                geometry_type=kind,
            )
    write_csv(pd.DataFrame(named), folder / "fields.csv")
    if cut:
        write_csv(pd.DataFrame(cut), folder / "shortened.csv")


def short_names(fields: Sequence[str], encoding: Encoding) -> dict[str, str]:
    """Field -> its name in the DBF: at most `NAME` bytes, none twice whatever the case."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for field in fields:
        wanted = _bytes_cut(SHORT.get(field, field), NAME, encoding)
        number = 0
        while not wanted or wanted.upper() in taken:
            number += 1
            tail = f"_{number}"
            wanted = _bytes_cut(SHORT.get(field, field), NAME - len(tail), encoding) + tail
        taken.add(wanted.upper())
        found[field] = wanted
    return found


def _bytes_cut(text: str, most: int, encoding: Encoding) -> str:
    """As many whole characters of ``text`` as fit, those that the encoding has."""
    return text.encode(encoding, "ignore")[:most].decode(encoding, "ignore")


def _fitted(
    layer: str, frame: pd.DataFrame, encoding: Encoding
) -> tuple[pd.DataFrame, list[dict[str, str]]]:
    """Texts that the DBF can hold, and those that had to change."""
    geometry = frame.geometry.name if isinstance(frame, gpd.GeoDataFrame) else None
    keys = [k for k in KEYS.get(layer, ()) if k in frame.columns]
    said: list[dict[str, str]] = []
    for name in frame.columns:
        if name == geometry or not _holds_text(frame[name].dtype):
            continue
        values: list[object] = frame[name].astype(object).tolist()
        kept: list[str | None] = []
        for row, value in enumerate(values):
            fits = None
            if isinstance(value, str):
                fits = value.encode(encoding, "replace")[:TEXT].decode(encoding, "ignore")
            if isinstance(value, str) and fits != value:
                at = ":".join(str(frame[k].iloc[row]) for k in keys) or str(row)
                said.append({"layer": layer, "feature": at, "field": str(name), "text": value})
            kept.append(fits)
        frame[name] = np.array(kept, dtype=object)
    return frame, said


def _holds_text(dtype: object) -> bool:
    return pd.api.types.is_object_dtype(dtype) or pd.api.types.is_string_dtype(dtype)


def _split(frame: gpd.GeoDataFrame) -> dict[str, tuple[str, gpd.GeoDataFrame]]:
    """The rows by kind of shape; rows without a shape go with the first."""
    kind = shapely.get_type_id(shapes(frame))
    there = {s: np.isin(kind, ids) for s, (_, ids) in _FAMILIES.items()}
    used = [s for s, mask in there.items() if mask.any()] or [""]
    found: dict[str, tuple[str, gpd.GeoDataFrame]] = {}
    for first, suffix in enumerate(used):
        mask = there[suffix] if first else there[suffix] | (kind < 0)
        name = suffix if first else ""
        found[name] = (_FAMILIES[suffix][0], where(frame, mask))
    return found
