"""Ids and references: which feature is meant by which text."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from redistrict.model.errors import SurveyError
from redistrict.model.finding import Finding
from redistrict.model.survey import ID_FIELD
from redistrict.survey.fields import ID_FALLBACK, REFERENCES


def same(text: str) -> str:
    """What two ids must differ in to be two: 1 and １ are one id to everybody who reads them."""
    return unicodedata.normalize("NFKC", text)


def borrow_id(
    table: pd.DataFrame, layer: str, mapping: dict[str, str]
) -> tuple[pd.DataFrame, list[Finding]]:
    """Where a layer has no id column, a complete and unique code or name serves as the id."""
    field = ID_FIELD.get(layer)
    if field is None or field in mapping:
        return table, []
    for name in ID_FALLBACK.get(layer, ()):
        values = table[name]
        complete = bool(values.notna().to_numpy().all())
        if name in mapping and len(table) and complete and values.is_unique:
            table = table.assign(**{field: values})
            params = {"field": field, "taken": mapping[name]}
            return table, [Finding("id-from-column", "info", layer, params=params, rows=0)]
    return table, []


def compose_building_ids(
    frame: gpd.GeoDataFrame, mapping: Mapping[str, str]
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """楼号 repeats from estate to estate: estate and number together are then the id.

    Only where the number came from an alias, numbers do repeat, and the pair does not.
    """
    column = mapping.get("building_id", "building_id")
    ids, estates = frame["building_id"], frame["estate_id"]
    blank = bool(ids.isna().to_numpy().any()) or bool(estates.isna().to_numpy().all())
    if column == "building_id" or blank or ids.is_unique:
        return frame, []
    pair = [b if e is None else f"{e}/{b}" for e, b in zip(estates, ids, strict=True)]
    if len(set(map(same, pair))) < len(pair):
        return frame, []
    params = {"field": column, "example": pair[0]}
    out = frame.copy()
    out["building_id"] = pd.Series(pair, index=frame.index, dtype=object)
    return out, [Finding("id-composed", "info", "buildings", params=params, rows=0)]


def refuse_twins(frame: gpd.GeoDataFrame, layer: str, file: str, rename: bool) -> None:
    """Raise ``id-duplicate`` where different features have one id.

    Equal rows (same id, same geometry) are left to repair, which keeps one of them; so are
    different ones where the user asked for them to be renamed. Slices of one building share its id.
    """
    field = ID_FIELD.get(layer)
    if field is None or rename:
        return
    rows: dict[tuple[str, Any], int] = {}
    part = frame["part"].fillna(0).tolist() if "part" in frame else [0] * len(frame)
    geometry = frame.geometry.array
    for row, (name, slice_) in enumerate(zip(frame[field], part, strict=True)):
        if name is None:
            continue
        first = rows.setdefault((same(name), slice_), row)
        if first != row and not (
            frame[field].iloc[first] == name and _equal(geometry[first], geometry[row])
        ):
            other = str(frame[field].iloc[first])
            params = {"file": file, "rows": [first, row], "other": other}
            raise SurveyError(
                Finding("id-duplicate", "error", layer, str(name), params=params, action="refused")
            )


def _equal(a: Any, b: Any) -> bool:
    if a is None or b is None:
        return a is b
    return bool(shapely.equals_exact(a, b, 0.0) or shapely.normalize(a) == shapely.normalize(b))


def resolve_references(
    layers: dict[str, gpd.GeoDataFrame],
) -> tuple[dict[str, gpd.GeoDataFrame], list[Finding]]:
    """Names where ids are meant are replaced by the ids, if a name belongs to one feature only."""
    findings: list[Finding] = []
    for layer, references in REFERENCES.items():
        for field, target in references.items():
            if layer not in layers or target not in layers or field not in layers[layer]:
                continue
            id_of = _names(layers[target], target)
            ids = set(layers[target][ID_FIELD[target]].dropna())
            values = layers[layer][field]
            named = [v is not None and v not in ids and v in id_of for v in values]
            if any(named):
                new = [id_of[v] if n else v for v, n in zip(values, named, strict=True)]
                series = pd.Series(new, index=values.index, dtype=object)
                frame = layers[layer].copy()
                frame[field] = series
                layers[layer] = frame
                params = {"field": field, "count": sum(named), "target": target}
                findings.append(Finding("reference-by-name", "info", layer, params=params, rows=0))
    return layers, findings


def _names(frame: gpd.GeoDataFrame, layer: str) -> dict[str, str]:
    if "name" not in frame:
        return {}
    counts = frame["name"].value_counts()
    pairs = zip(frame["name"], frame[ID_FIELD[layer]], strict=True)
    once = {str(n) for n, count in counts.items() if int(count) == 1}
    return {n: i for n, i in pairs if n is not None and i is not None and n in once}
