"""The rows of `Cells.frame` before they have land: buildings, stairwell slices, planned plots."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from redistrict.model.finding import Finding
from redistrict.model.profile import Profile
from redistrict.model.survey import Survey
from redistrict.planar.frames import column
from redistrict.units.land import Ints
from redistrict.units.slices import slices

COLUMNS = (
    "building_id",
    "part",
    "kind",
    "households",
    "street_office_id",
    "committee_id",
    "service_grid_id",
    "estate_id",
    "courtyard_id",
    "stairwells",
    "footprint",
)
PLOT_PREFIX = "plan:"


def share_evenly(total: int, count: int) -> list[int]:
    """``total`` in ``count`` whole shares that differ by at most one, the larger ones first."""
    base, rest = divmod(total, count)
    return [base + (i < rest) for i in range(count)]


def share_by(total: int, weights: Iterable[float]) -> list[int]:
    """``total`` in whole shares in proportion to ``weights`` (largest remainder, first wins)."""
    exact = np.array(list(weights), dtype=float)
    exact = exact / exact.sum() * total
    whole = np.floor(exact).astype(np.int64)
    remainder = np.round(exact - whole, 9)
    for i in np.argsort(-remainder, kind="stable")[: total - int(whole.sum())].tolist():
        whole[i] += 1
    return whole.tolist()


def building_rows(survey: Survey) -> pd.DataFrame:
    """One row per building of the survey, with every column of `COLUMNS`."""
    frame = survey.layers["buildings"]
    n = len(frame)
    data: dict[str, Any] = {}
    for name in COLUMNS:
        values = list(frame[name]) if name in frame else [None] * n
        data[name] = np.array(
            [None if v is None or v is pd.NA or v != v else v for v in values], dtype=object
        )
    ids = np.array([str(i) for i in frame["building_id"]], dtype=object)
    plot = np.array([i.startswith(PLOT_PREFIX) for i in ids], dtype=bool)
    data["building_id"] = ids
    data["part"] = whole_numbers(data["part"])
    data["kind"] = np.where(plot, "planned_plot", "surveyed").astype(object)
    data["households"] = whole_numbers(data["households"])
    stairs = whole_numbers(data["stairwells"], missing=-1)
    data["stairwells"] = pd.array(stairs, dtype="Int64")
    data["stairwells"][stairs < 0] = pd.NA
    data["footprint"] = np.asarray(frame.geometry.array, dtype=object)
    return pd.DataFrame(data)


def whole_numbers(values: Any, missing: int = 0) -> Ints:
    """(n,) numbers as int64; ``missing`` where there is none."""
    told = np.asarray(pd.to_numeric(pd.Series(list(values), dtype=object), errors="coerce"), float)
    return np.where(np.isnan(told), missing, told).astype(np.int64)


def cut_stairwells(rows: pd.DataFrame, profile: Profile) -> tuple[pd.DataFrame, list[Finding]]:
    """A slice per stairwell of every undivided building above the window (clause 6.5).

    Where the stairwells are not known the profile may assume a number; otherwise the building
    cannot be divided and stays one row.
    """
    rule = profile.grid
    large = (
        (column(rows, "households") > rule.upper)
        & (column(rows, "part") == 0)
        & (column(rows, "kind") == "surveyed")
    ).to_numpy(dtype=bool)
    found: list[Finding] = []
    made: list[pd.DataFrame] = []
    dropped: list[int] = []
    for at in rows.index[large].tolist():
        row = rows.loc[at]
        known = row["stairwells"]
        assumed = bool(pd.isna(known))
        count = rule.assumed_stairwells if assumed else int(known)
        params = {
            "building": row["building_id"],
            "households": int(row["households"]),
            "upper": rule.upper,
        }
        if count < 2:
            code = "building-above-window" if assumed else "building-one-stairwell"
            found.append(_about(code, row, params, "info"))
            continue
        if assumed:
            found.append(
                _about("stairwells-assumed", row, params | {"stairwells": count}, "warning")
            )
        many = rows.loc[[at] * count].copy()
        many["part"] = np.arange(1, count + 1)
        many["households"] = share_evenly(int(row["households"]), count)
        many["footprint"] = slices(row["footprint"], count)
        made.append(many)
        dropped.append(at)
    if not made:
        return rows, found
    rest = rows.drop(index=dropped)
    return pd.concat([rest, *made], ignore_index=True), found


def _about(code: str, row: pd.Series, params: Mapping[str, Any], severity: Any) -> Finding:
    return Finding(
        code,
        severity,
        "buildings",
        str(row["building_id"]),
        clause="6.5",
        params=params,
        geometry=cast(BaseGeometry, row["footprint"]),
        rows=0,
    )


def with_estates(rows: pd.DataFrame, survey: Survey) -> pd.DataFrame:
    """Add what the estate and the present committee of each row say."""
    rows = rows.copy()
    estates = _by_id(survey.layer("estates"), "estate_id")
    committees = _by_id(survey.layer("committees"), "committee_id")
    stage = _looked_up(column(rows, "estate_id"), estates, "stage")
    rows["stage"] = stage
    rows["property_managed"] = _looked_up(column(rows, "estate_id"), estates, "property_managed")
    reason = _looked_up(column(rows, "estate_id"), estates, "standalone_reason")
    rows["standalone"] = reason.notna().to_numpy(dtype=bool)
    old = _looked_up(column(rows, "committee_id"), committees, "old_town")
    rows["old_town"] = (old.eq(True) | stage.eq("old_town")).to_numpy(dtype=bool)
    held = _looked_up(column(rows, "committee_id"), committees, "frozen_reason")
    rows["frozen"] = held.notna().to_numpy(dtype=bool)
    return rows


def _by_id(frame: gpd.GeoDataFrame | None, field: str) -> pd.DataFrame | None:
    if frame is None:
        return None
    return pd.DataFrame(frame.drop(columns=frame.geometry.name)).set_index(field)


def _looked_up(ids: pd.Series, known: pd.DataFrame | None, column: str) -> pd.Series:
    if known is None or column not in known:
        return pd.Series([None] * len(ids), index=ids.index, dtype=object)
    told = {k: v for k, v in zip(known.index, known[column], strict=True) if not pd.isna(v)}
    return pd.Series([told.get(i) for i in ids], index=ids.index, dtype=object)


def by_place(rows: pd.DataFrame, office: Ints) -> pd.DataFrame:
    """Rows by office, then by where the building lies, then by part: names decide nothing.

    ``office`` (n,): the rank of each row's street office. The parts of a building stay together,
    at the place of the westernmost.
    """
    shapes = rows["footprint"].to_numpy(dtype=object)
    bounds = np.round(shapely.bounds(shapes), 3)
    building, _ = pd.factorize(rows["building_id"])
    corner = np.column_stack([bounds, np.round(shapely.area(shapes), 3)])
    first = np.lexsort((rows["part"].to_numpy(), *corner.T[::-1], building))
    lead = np.empty((len(rows), corner.shape[1]))
    starts = np.flatnonzero(np.diff(building[first], prepend=-1))
    run = np.cumsum(np.diff(building[first], prepend=-1) != 0) - 1
    lead[first] = corner[first[starts[run]]]
    ids = rows["building_id"].to_numpy(dtype=str)
    order = np.lexsort((*corner.T[::-1], rows["part"].to_numpy(), ids, *lead.T[::-1], office))
    return rows.iloc[order].reset_index(drop=True)
