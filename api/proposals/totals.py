"""Totals of the three levels (5.2): city, street office and committee add up to the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, cast

import geopandas as gpd
import pandas as pd

from redistrict.publish.rows import plain

Frames = Mapping[str, gpd.GeoDataFrame]
Row = dict[str, Any]
LEVELS = ("street_offices", "committees", "service_grids")
KEYS = {
    "street_offices": "street_office_id",
    "committees": "committee_id",
    "service_grids": "service_grid_id",
    "buildings": "building_id",
}
ADDED = ("staff_required", "premises_present_m2", "premises_short_m2")
"""Measures of committees that add up."""


def totals(frames: Frames) -> dict[str, Any]:
    """Of the areas in ``frames`` (`LEVELS` and ``buildings``), counts as they are.

    ``indicators`` of all together; ``street_offices``, ``committees``: those of each;
    ``differences``: areas whose households are not those of what lies in them, none where the
    levels reconcile.
    """
    rows = {layer: records(frames[layer]) for layer in (*LEVELS, "buildings")}
    told: dict[str, Any] = {"indicators": indicators(rows), "differences": differences(rows)}
    for level in ("street_offices", "committees"):
        inner = {layer: _grouped(rows[layer], KEYS[level]) for layer in rows}
        told[level] = [
            _own(level, row) | indicators({layer: inner[layer][row[KEYS[level]]] for layer in rows})
            for row in rows[level]
        ]
    return told


def indicators(rows: Mapping[str, Sequence[Row]]) -> dict[str, Any]:
    """Figures of some areas together; shares are of households, 0..1, None where nobody lives.

    A figure that the layers do not know (such as staff, in a map drawn by hand) is left out.
    """
    grids, committees = rows["service_grids"], rows["committees"]
    households = sum(int(b["households"]) for b in rows["buildings"])
    made: dict[str, Any] = {
        "households": households,
        "buildings": len({b["building_id"] for b in rows["buildings"]}),
        "service_grids": len(grids),
        "committees": len(committees),
        "households_per_service_grid": _per(households, len(grids)),
        "households_per_committee": _per(households, len(committees)),
    }
    for areas, flag, what in (
        (grids, "within_window", "window"),
        (committees, "within_band", "band"),
    ):
        if all(a.get(flag) is not None for a in areas):
            inside = sum(int(a["households"]) for a in areas if a[flag])
            made[f"households_in_{what}"] = inside
            made[f"share_of_households_in_{what}"] = (
                round(inside / households, 6) if households else None
            )
            made[f"outside_{what}"] = sum(not a[flag] for a in areas)
    for field in ADDED:
        if committees and all(field in c for c in committees):
            known = [c[field] for c in committees if c[field] is not None]
            made[field] = round(sum(known), 2)
    return made


def differences(rows: Mapping[str, Sequence[Row]]) -> list[Row]:
    """Areas whose households are not the sum of those of the levels below."""
    found: list[Row] = []
    for at, level in enumerate(LEVELS):
        for below in (*LEVELS[at + 1 :], "buildings"):
            sums: dict[Any, int] = defaultdict(int)
            for row in rows[below]:
                sums[row.get(KEYS[level])] += int(row["households"])
            found += [
                {
                    "layer": level,
                    "id": row[KEYS[level]],
                    "households": int(row["households"]),
                    "below": below,
                    "sum": sums[row[KEYS[level]]],
                }
                for row in rows[level]
                if sums[row[KEYS[level]]] != int(row["households"])
            ]
    return found


def records(frame: gpd.GeoDataFrame) -> list[Row]:
    """The rows without their shapes, JSON-ready."""
    bare = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    columns = {str(n): [plain(v) for v in cast("list[Any]", bare[n].tolist())] for n in bare}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _grouped(rows: Sequence[Row], key: str) -> dict[Any, list[Row]]:
    found: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.get(key)].append(row)
    return found


def _own(level: str, row: Row) -> Row:
    return {k: row[k] for k in (KEYS[level], "name", "street_office_id", "within_band") if k in row}


def _per(households: int, count: int) -> float | None:
    return round(households / count, 1) if count else None
