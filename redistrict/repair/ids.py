"""Ids: every row of a layer ends with an id of its own."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from redistrict.model.finding import Finding
from redistrict.model.survey import ID_FIELD
from redistrict.planar.faces import Ints
from redistrict.planar.geometries import Geometries, of_frame, rows_where
from redistrict.planar.shares import place_rank
from redistrict.repair.columns import numbers

MADE_PREFIX = {
    "buildings": "B",
    "street_offices": "S",
    "committees": "C",
    "estates": "E",
    "service_grids": "G",
    "premises": "P",
}
"""Made ids read ``B~1``: the tilde tells them from a city's own."""


def settle_ids(frame: gpd.GeoDataFrame, layer: str) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Ids made where missing, equal rows dropped, ids of different features told apart.

    Equal rows: the same id and the same geometry; the first is kept. The same id on different
    geometry: later ones are renamed ``<id>~2`` ... . Slices of one building (``part``) share
    its id by right.
    """
    field = ID_FIELD.get(layer)
    if field is None:
        return frame, []
    frame = frame.copy()
    ids = [None if pd.isna(v) or str(v) == "" else str(v) for v in frame[field]]
    findings: list[Finding] = []
    _make_missing(frame, ids, layer, findings)
    keep = np.ones(len(frame), dtype=bool)
    part = _parts(frame)
    seen = pd.Series(ids, dtype=object).groupby([ids, part], sort=False).cumcount().to_numpy()
    repeated = {ids[i] for i in np.flatnonzero(seen)}
    if repeated:
        _tell_apart(frame, ids, part, repeated, keep, layer, findings)
    frame[field] = pd.Series(ids, index=frame.index, dtype=object)
    return rows_where(frame, keep), findings


def _parts(frame: gpd.GeoDataFrame) -> Ints:
    if "part" not in frame:
        return np.zeros(len(frame), dtype=np.int64)
    return np.nan_to_num(numbers(frame, "part")).astype(np.int64)


def _make_missing(
    frame: gpd.GeoDataFrame, ids: list[str | None], layer: str, findings: list[Finding]
) -> None:
    missing = np.flatnonzero([i is None for i in ids])
    if len(missing) == 0:
        return
    geometry = of_frame(frame)[missing]
    taken = {i for i in ids if i is not None}
    number = 0
    # numbered by place, so that the same feature gets the same id whatever the row order
    for row in missing[np.argsort(_rank(geometry), kind="stable")].tolist():
        number += 1
        while f"{MADE_PREFIX[layer]}~{number}" in taken:
            number += 1
        ids[row] = f"{MADE_PREFIX[layer]}~{number}"
    findings.append(
        Finding(
            "id-missing",
            "warning",
            layer,
            f"row:{missing[0]}" if len(missing) == 1 else None,
            params={"count": len(missing), "rows": [int(r) for r in missing[:20]]},
            action="id-made",
            rows=0,
        )
    )


def _rank(geometry: Geometries) -> Ints:
    rank = place_rank(geometry)
    rank[shapely.is_missing(geometry)] = len(geometry)
    return rank


def _tell_apart(
    frame: gpd.GeoDataFrame,
    ids: list[str | None],
    part: Ints,
    repeated: set[str | None],
    keep: NDArray[np.bool_],
    layer: str,
    findings: list[Finding],
) -> None:
    geometry = of_frame(frame)
    rows_of: dict[tuple[str | None, int], list[int]] = {}
    for row, (name, slice_) in enumerate(zip(ids, part, strict=True)):
        if name in repeated:
            rows_of.setdefault((name, int(slice_)), []).append(row)
    taken = set(ids)
    for (name, _), rows in rows_of.items():
        forms: dict[bytes, int] = {}
        for row in rows:
            form = shapely.to_wkb(shapely.normalize(geometry[row])) if geometry[row] else b""
            forms.setdefault(form, row)
            if forms[form] != row:
                keep[row] = False
        dropped = len(rows) - len(forms)
        if dropped:
            findings.append(
                Finding(
                    "row-duplicate",
                    "warning",
                    layer,
                    name,
                    params={"count": dropped},
                    action="kept-first",
                    geometry=geometry[rows[0]],
                    rows=dropped,
                )
            )
        # the one further west keeps the name, whatever the row order
        different = np.array(list(forms.values()), dtype=np.int64)
        different = different[np.argsort(_rank(geometry[different]), kind="stable")]
        suffix = 2
        for row in different[1:].tolist():
            while f"{name}~{suffix}" in taken:
                suffix += 1
            ids[row] = f"{name}~{suffix}"
            taken.add(ids[row])
            findings.append(
                Finding(
                    "id-renamed",
                    "error",
                    layer,
                    name,
                    params={"renamed": ids[row]},
                    action="renamed",
                    geometry=frame.geometry.iloc[row],
                    rows=0,
                )
            )
