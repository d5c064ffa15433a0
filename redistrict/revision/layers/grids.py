"""The service grids of a revision: columns and polygons by number, followed edit by edit."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from redistrict.assembly.areas import geodesic_areas
from redistrict.assembly.naming import grid_code
from redistrict.atoms import IntArray
from redistrict.i18n import Lang
from redistrict.model.plan import AreaReason
from redistrict.planar.crossings import Geometries
from redistrict.planar.frames import column
from redistrict.publish.reasons import worded
from redistrict.revision.layers.colours import recoloured
from redistrict.revision.layers.table import by_number, cast_like, extended, layer
from redistrict.revision.reasons import (
    Touched,
    reasons_of,
    stated,
    whole_offices,
)
from redistrict.revision.redraw import Drawing
from redistrict.revision.rules import limits
from redistrict.revision.state import State

FIELD = "service_grid_id"
_CODE = re.compile(r"(.*\D)?(\d+)(\d{3})-(\d+)")


@dataclass(frozen=True, eq=False)
class GridTable:
    """``columns``, ``shapes`` (g,) in the survey's CRS, by number; ``like``: the base's layer."""

    columns: Mapping[str, list[Any]]
    shapes: Geometries
    like: gpd.GeoDataFrame

    @property
    def colours(self) -> IntArray:
        """(g,) fills."""
        told = self.columns.get("colour", [0] * len(self.shapes))
        return np.array([0 if c is None else int(c) for c in told], dtype=np.int64)


def base_grids(frame: gpd.GeoDataFrame, ids: tuple[str, ...]) -> GridTable:
    """Those of the frozen layer ``frame``."""
    shapes = dict(zip(frame[FIELD], np.asarray(frame.geometry.array, dtype=object), strict=True))
    there = np.array([*(shapes[i] for i in ids), None], dtype=object)[:-1]
    return GridTable(by_number(frame, FIELD, ids), there, frame)


def next_grids(
    before: GridTable, drawing: Drawing, step: Touched, differs: Touched, to_survey: Any
) -> GridTable:
    """Those of ``drawing``; ``step``: what differs from the state before, ``differs``: from the
    base; ``to_survey`` transforms shapes of the working CRS."""
    state, changed = drawing.state, drawing.changed
    count = len(state.grid_ids)
    columns = extended(before.columns, count)
    shapes = np.r_[before.shapes, np.full(count - len(before.shapes), None, dtype=object)]
    if len(changed):
        shapes[changed] = to_survey(drawing.shapes[changed])
        places = gpd.GeoDataFrame(geometry=shapes[changed], crs=before.like.crs)
        _put(columns, "area_m2", changed, geodesic_areas(places).tolist())
    touched = _numbers(state, step)
    lower, upper, _ = limits(state, "service_grids")
    households = state.grid_households
    columns[FIELD] = list(state.grid_ids)
    _all(columns, "committee_id", [state.committee_ids[c] for c in state.committee])
    offices = state.base.office.ids
    _all(columns, "street_office_id", [offices[state.office[c]] for c in state.committee])
    _all(columns, "households", households.tolist())
    _all(columns, "within_window", ((households >= lower) & (households <= upper)).tolist())
    here = np.flatnonzero(np.isin(state.grid, touched))
    pairs = np.unique(np.column_stack([state.grid[here], state.base.building.of[here]]), axis=0)
    buildings = np.bincount(pairs[:, 0], minlength=count)
    _put(columns, "buildings", touched, buildings[touched].tolist())
    _put(columns, "priority", touched, _priority(state, touched))
    _reasons(columns, shapes, state, touched, differs)
    _codes(columns, state)
    if "colour" in columns:
        edited = np.union1d(changed, touched)
        columns["colour"] = recoloured(state, "service_grids", columns["colour"], edited)
    return GridTable(columns, shapes, before.like)


def grid_layer(table: GridTable, state: State, lang: Lang) -> gpd.GeoDataFrame:
    """The layer, as it is published."""
    alive = np.flatnonzero(state.grid_cells > 0)
    made = layer(table.columns, table.shapes, alive, FIELD, table.like)
    return said(made, state, lang, table.like)


def said(
    frame: gpd.GeoDataFrame, state: State, lang: Lang, like: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """``frame`` with its reasons as sentences, in the kind of ``like``."""
    if not {"reason", "reason_code", "reason_params"} <= set(frame.columns):
        return frame
    told = stated(worded(frame, lang), state, lang)
    kept = cast_like(told["reason"].tolist(), column(like, "reason"))
    return gpd.GeoDataFrame(told.assign(reason=kept))


def _numbers(state: State, step: Touched) -> IntArray:
    """The grids of the committees that the step touched, alive ones; of whole street offices
    where their grids were drawn together."""
    whole = whole_offices(state)
    near = {int(state.office[c]) for c in step.committees} & whole
    mine = np.isin(state.committee, sorted(step.committees))
    mine |= np.isin(state.office[state.committee], sorted(near))
    return np.flatnonzero(mine & (state.grid_cells > 0))


def _priority(state: State, numbers: IntArray) -> list[int]:
    """6.5, as `redistrict.assembly.proposal` ranks grids."""
    base = state.base
    here = np.flatnonzero(np.isin(state.grid, numbers))
    frame = base.workings.cells.frame
    unmanaged = (frame["property_managed"].iloc[here] != "yes").to_numpy(dtype=bool)
    lived = base.households[here]
    without = np.bincount(state.grid[here], lived * unmanaged, len(state.grid_ids))[numbers]
    total = state.grid_households[numbers]
    rank = np.where(without * 2 >= total, 1, np.where(without > 0, 2, 3))
    return rank.astype(int).tolist()


def _reasons(
    columns: dict[str, list[Any]],
    shapes: Geometries,
    state: State,
    numbers: IntArray,
    differs: Touched,
) -> None:
    if "reason_code" not in columns:
        return
    why = reasons_of(state, "service_grids", differs, numbers.tolist())
    for n in numbers.tolist():
        parts = int(shapely.get_num_geometries(shapes[n]))
        put_reason(columns, n, why.get(n), parts, bool(columns["within_window"][n]))


def put_reason(
    columns: dict[str, list[Any]], n: int, why: AreaReason | None, parts: int, within: bool
) -> None:
    """The reason of area ``n``: what is known, else that it is in pieces, else the search."""
    if why is None and parts > 1:
        why = AreaReason("island", {"pieces": parts})
    if why is None and not within:
        why = AreaReason("search-limit", {})
    same = why is not None and columns["reason_code"][n] == why.code
    params = None if why is None else json.dumps(dict(why.params), sort_keys=True)
    if not same or columns["reason_params"][n] != params:
        columns["reason"][n] = None  # worded anew
    columns["reason_code"][n] = None if why is None else why.code
    columns["reason_params"][n] = params


def _codes(columns: dict[str, list[Any]], state: State) -> None:
    """A provisional code for grids that edits made: the next free number in their committee."""
    if "code" not in columns:
        return
    codes = columns["code"]
    for n, code in enumerate(codes):
        if isinstance(code, str):
            continue
        committee = int(state.committee[n])
        mates = [codes[m] for m in np.flatnonzero(state.committee == committee).tolist()]
        known = [m for c in mates if isinstance(c, str) and (m := _CODE.fullmatch(c))]
        if known:
            office, number = known[0][2], int(known[0][3])
        else:
            office, number = _fresh_committee(codes, state, committee)
        taken = {
            int(m[4])
            for c in codes
            if isinstance(c, str)
            and (m := _CODE.fullmatch(c))
            and (m[2], int(m[3])) == (office, number)
        }
        codes[n] = grid_code(office, number, max(taken, default=0) + 1)


def _fresh_committee(codes: list[Any], state: State, committee: int) -> tuple[str, int]:
    """The office's digits, and a number that no committee of it has."""
    mates = np.flatnonzero(state.office[state.committee] == state.office[committee]).tolist()
    known = [m for n in mates if isinstance(codes[n], str) and (m := _CODE.fullmatch(codes[n]))]
    if not known:
        return "", 1
    return known[0][2], max(int(m[3]) for m in known) + 1


def _put(columns: dict[str, list[Any]], name: str, at: IntArray, values: list[Any]) -> None:
    if name in columns:
        for n, value in zip(at.tolist(), values, strict=True):
            columns[name][n] = value


def _all(columns: dict[str, list[Any]], name: str, values: list[Any]) -> None:
    if name in columns:
        columns[name] = values
