"""One layer's frame: canonical columns, working CRS, geometry of the right kind."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from redistrict.model.finding import Finding
from redistrict.survey import crs as crs_
from redistrict.survey.columns import choose
from redistrict.survey.fields import FIELDS
from redistrict.survey.sandbox import Geometries, SafeLayer, refusal, shapes_in
from redistrict.survey.values import canonical, missing

_POINTS, _LINES, _POLYGONS = (0, 4), (1, 5), (3, 6)
_ALLOWED: dict[str, tuple[int, ...]] = {
    "buildings": (*_POLYGONS, *_POINTS),
    "street_offices": _POLYGONS,
    "committees": _POLYGONS,
    "estates": _POLYGONS,
    "service_grids": _POLYGONS,
    "barriers": (*_LINES, *_POLYGONS),
    "premises": (*_POINTS, *_POLYGONS),
}
_KINDS = ("Point", "LineString", "LinearRing", "Polygon", "MultiPoint", "MultiLineString",
          "MultiPolygon", "GeometryCollection")  # fmt: skip


def table_of(
    safe: SafeLayer, stated: Mapping[str, str], quiet: bool = False
) -> tuple[pd.DataFrame, dict[str, str], list[Finding]]:
    """The canonical columns of a layer (without geometry), the mapping chosen, the findings.

    Raises SurveyError ``text-not-allowed``, ``id-not-text``, ``settings-invalid``.
    """
    names = safe.columns.schema.names
    mapping, findings = choose(names, safe.layer, stated, safe.file, quiet)
    for field, column in mapping.items():
        if column in safe.forbidden_text:
            row = safe.forbidden_text[column]
            refused = refusal("text-not-allowed", safe.file, safe.layer, column=column, row=row,
                              field=field)  # fmt: skip
            raise refused
    data: dict[str, pd.Series] = {}
    for field in FIELDS[safe.layer]:
        column = mapping.get(field.name)
        if column is None and field.extra:
            continue
        if column is None:
            data[field.name] = missing(field, safe.rows)
        else:
            cells = safe.columns.column(column)
            data[field.name], noticed = canonical(cells, field, safe.layer, safe.file)
            findings += noticed
    return pd.DataFrame(data, index=pd.RangeIndex(safe.rows)), mapping, findings


def shapes_of(
    safe: SafeLayer, located: crs_.Located, working: str
) -> tuple[Geometries, list[Finding]]:
    """The shapes in the working CRS; raises ``geometry-type`` where the layer cannot have them."""
    shapes = shapes_in(safe)
    kind = shapely.get_type_id(shapes)
    wrong = ~np.isin(kind, (-1, *_ALLOWED[safe.layer]))
    if wrong.any():
        row = int(np.argmax(wrong))
        raise refusal(
            "geometry-type", safe.file, safe.layer, feature=f"row:{row}", type=_KINDS[kind[row]]
        )
    findings: list[Finding] = []
    if safe.layer == "buildings" and np.isin(kind, _POINTS).any():
        params = {"file": safe.file, "count": int(np.isin(kind, _POINTS).sum())}
        findings.append(
            Finding("buildings-as-points", "warning", "buildings", params=params, rows=0)
        )
    moved = crs_.move(shapes, located.crs, working)
    return moved, findings


def frame_of(table: pd.DataFrame, shapes: Geometries, working: str) -> gpd.GeoDataFrame:
    """Table and shapes as one frame with a RangeIndex."""
    return gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(shapes, crs=working), crs=working)
