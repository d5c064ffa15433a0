"""Layers as GeoJSON (RFC 7946), one feature a line so that a diff tool can read them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import shapely

from redistrict.publish.geometry import Shapes, shapes
from redistrict.publish.lonlat import decimals_for, rounded, to_lonlat
from redistrict.publish.rows import series, tokens

AREAS = ("service_grids", "committees", "street_offices")
"""Layers that share boundaries with one another: rounded alike."""


def write_geojson(layers: Mapping[str, gpd.GeoDataFrame], crs: str, folder: Path) -> None:
    """``<layer>.geojson`` for every layer (in ``crs``) into ``folder``."""
    moved = {name: to_lonlat(shapes(frame), crs) for name, frame in layers.items()}
    together = decimals_for(*(moved[name] for name in AREAS if name in moved))
    for name, frame in layers.items():
        decimals = together if name in AREAS else decimals_for(moved[name])
        text = feature_collection(frame, rounded(moved[name], decimals))
        (folder / f"{name}.geojson").write_text(text, encoding="utf-8", newline="\n")


def feature_collection(frame: gpd.GeoDataFrame, geometry: Shapes) -> str:
    """The text of a FeatureCollection: properties of ``frame``, shapes of ``geometry``."""
    names = [c for c in frame.columns if c != frame.geometry.name]
    columns = [[f'"{name}":{token}' for token in tokens(series(frame, name))] for name in names]
    drawn = [g or "null" for g in shapely.to_geojson(geometry).tolist()]
    rows = zip(*columns, strict=True) if columns else ((),) * len(frame)
    features = [
        f'{{"type":"Feature","properties":{{{",".join(row)}}},"geometry":{shape}}}'
        for row, shape in zip(rows, drawn, strict=True)
    ]
    return '{"type":"FeatureCollection","features":[\n' + ",\n".join(features) + "\n]}\n"
