"""Two proposals, or two revisions, side by side: who moves, which areas and measures change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import pandas as pd

from api.proposals.totals import KEYS, LEVELS
from redistrict.publish.rows import plain

MEASURES = {
    "service_grids": (
        "committee_id",
        "households",
        "buildings",
        "within_window",
        "reason_code",
        "priority",
        "area_m2",
    ),
    "committees": (
        "name",
        "street_office_id",
        "action",
        "households",
        "service_grids",
        "within_band",
        "reason_code",
        "staff_required",
        "premises_required_m2",
        "premises_present_m2",
        "premises_short_m2",
        "area_m2",
    ),
    "street_offices": ("name", "households", "committees", "area_m2"),
}
"""What is compared of an area, as far as both versions have it."""
NEAR = {"area_m2": 0.5}
"""Square metres that a vertex on a line, or the rounding of a CRS, may make."""


def areas(
    before: Mapping[str, gpd.GeoDataFrame], after: Mapping[str, gpd.GeoDataFrame]
) -> dict[str, list[dict[str, Any]]]:
    """Per layer, the areas of which a measure differs: ``id``, ``before`` and ``after``.

    One side is None where there is no such area; else both hold the measures that differ.
    """
    return {layer: _of_layer(before[layer], after[layer], layer) for layer in LEVELS}


def figures(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Name -> ``before``, ``after`` and, of numbers, ``change``."""
    found: dict[str, dict[str, Any]] = {}
    for name in one.keys() & other.keys():
        a, b = one[name], other[name]
        row: dict[str, Any] = {"before": a, "after": b}
        if isinstance(a, int | float) and isinstance(b, int | float):
            row["change"] = round(b - a, 6)
        found[name] = row
    return dict(sorted(found.items()))


def _of_layer(
    before: gpd.GeoDataFrame, after: gpd.GeoDataFrame, layer: str
) -> list[dict[str, Any]]:
    measures = [m for m in MEASURES[layer] if m in before and m in after]
    old, new = (_measured(f, KEYS[layer], measures) for f in (before, after))
    found: list[dict[str, Any]] = []
    for name in sorted(old.keys() | new.keys()):
        one, other = old.get(name), new.get(name)
        if one is not None and other is not None:
            differ = [m for m in measures if not _same(m, one[m], other[m])]
            if not differ:
                continue
            one, other = ({m: side[m] for m in differ} for side in (one, other))
        found.append({"id": name, "before": one, "after": other})
    return found


def _measured(frame: gpd.GeoDataFrame, key: str, names: list[str]) -> dict[str, dict[str, Any]]:
    rows = pd.DataFrame(frame[[key, *names]]).to_dict("records")
    return {str(r[key]): {n: plain(r[n]) for n in names} for r in rows}


def _same(name: str, one: Any, other: Any) -> bool:
    if name in NEAR and one is not None and other is not None:
        return abs(one - other) <= NEAR[name]
    return bool(one == other)
