"""The committees of a revision: columns and polygons by number, followed edit by edit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from redistrict import consequences
from redistrict.assembly.areas import geodesic_areas
from redistrict.atoms import IntArray
from redistrict.committees.identity import identify
from redistrict.i18n import Lang, text
from redistrict.planar.crossings import Geometries
from redistrict.planar.frames import geographic
from redistrict.revision.layers.colours import recoloured
from redistrict.revision.layers.grids import put_reason, said
from redistrict.revision.layers.table import by_number, extended, layer
from redistrict.revision.reasons import Touched, reasons_of
from redistrict.revision.redraw import Drawing, committee_shapes
from redistrict.revision.rules import limits
from redistrict.revision.state import State

FIELD = "committee_id"
CITYWIDE = ("staff", "working_funds", "subsidies")


@dataclass(frozen=True, eq=False)
class CommitteeTable:
    """``columns``, ``shapes`` (c,) in the survey's CRS, by number; ``like``: the base's layer."""

    columns: Mapping[str, list[Any]]
    shapes: Geometries
    like: gpd.GeoDataFrame


def base_committees(frame: gpd.GeoDataFrame, ids: tuple[str, ...]) -> CommitteeTable:
    """Those of the frozen layer ``frame``."""
    shapes = dict(zip(frame[FIELD], np.asarray(frame.geometry.array, dtype=object), strict=True))
    there = np.array([*(shapes[i] for i in ids), None], dtype=object)[:-1]
    return CommitteeTable(by_number(frame, FIELD, ids), there, frame)


def next_committees(
    before: CommitteeTable,
    drawing: Drawing,
    step: Touched,
    differs: Touched,
    buildings: gpd.GeoDataFrame,
    to_survey: Any,
) -> CommitteeTable:
    """Those of ``drawing``; see `redistrict.revision.layers.grids.next_grids`."""
    state, count = drawing.state, len(drawing.state.committee_ids)
    columns = extended(before.columns, count)
    shapes = np.r_[before.shapes, np.full(count - len(before.shapes), None, dtype=object)]
    alive = state.committee_grids > 0
    mine = set(state.committee[drawing.changed].tolist()) | step.areas["committees"]
    redrawn = np.array(sorted(c for c in mine if alive[c]), dtype=np.int64)
    drawn = committee_shapes(drawing, redrawn)
    if len(redrawn):
        shapes[redrawn] = to_survey(drawn)
        areas = geodesic_areas(gpd.GeoDataFrame(geometry=shapes[redrawn], crs=before.like.crs))
        for n, area in zip(redrawn.tolist(), areas.tolist(), strict=True):
            columns["area_m2"][n] = area
    lower, upper, _ = limits(state, "committees")
    households, offices = state.committee_households, state.base.office.ids
    columns[FIELD] = list(state.committee_ids)
    columns["street_office_id"] = [offices[o] for o in state.office]
    columns["households"] = households.tolist()
    columns["service_grids"] = state.committee_grids.tolist()
    columns["within_band"] = ((households >= lower) & (households <= upper)).tolist()
    columns["name"] = [_name(state, n, columns["name"][n]) for n in range(count)]
    near = np.flatnonzero(alive & np.isin(state.office, sorted(step.offices)))
    if "reason_code" in columns:
        why = reasons_of(state, "committees", differs, near.tolist())
        for n in near.tolist():
            parts = int(shapely.get_num_geometries(shapes[n]))
            put_reason(columns, n, why.get(n), parts, bool(columns["within_band"][n]))
    if step.offices:
        _actions(columns, state)
        _carried(columns, state)
    touched = np.array(sorted(c for c in step.committees if alive[c]), dtype=np.int64)
    _follow(columns, drawing, touched, buildings)
    if "colour" in columns:
        columns["colour"] = recoloured(state, "committees", columns["colour"], redrawn)
    return CommitteeTable(columns, shapes, before.like)


def committee_layer(table: CommitteeTable, state: State, lang: Lang) -> gpd.GeoDataFrame:
    """The layer, as it is published."""
    alive = np.flatnonzero(state.committee_grids > 0)
    made = layer(table.columns, table.shapes, alive, FIELD, table.like)
    return said(made, state, lang, table.like)


def _name(state: State, n: int, told: Any) -> str | None:
    """As the state has it, else as it was published; a new committee's is provisional."""
    if state.committee_names[n]:
        return state.committee_names[n]
    if isinstance(told, str) or n < len(state.base.committee_ids):
        return told
    office = state.base.office.ids[state.office[n]]
    frame = state.base.workings.survey["street_offices"].set_index("street_office_id")
    called = frame["name"].get(office)
    return text(
        "committee.provisional-name",
        "zh",  # a name is data, not interface
        office=called if isinstance(called, str) else office,
        number=state.committee_ids[n].rsplit("N", 1)[-1],
    )


def _actions(columns: dict[str, list[Any]], state: State) -> None:
    area, known = pd.factorize(state.committee[state.grid])
    found = identify(state.base.workings.cells, area.astype(np.int64), FIELD)
    for n, action in zip(np.asarray(known).tolist(), found.actions, strict=True):
        columns["action"][n] = action


def _carried(columns: dict[str, list[Any]], state: State) -> None:
    """What is known of the present committee whose id an area has."""
    present = state.base.workings.survey.get("committees")
    for name in ("old_town", "frozen_reason", "frozen_until"):
        if name not in columns:
            continue
        known: dict[str, Any] = {}
        if present is not None and name in present:
            known = dict(zip(present[FIELD].tolist(), present[name].tolist(), strict=True))
        for n, area in enumerate(state.committee_ids):
            if columns[name][n] is None:
                columns[name][n] = known.get(area)


def _follow(
    columns: dict[str, list[Any]],
    drawing: Drawing,
    touched: IntArray,
    buildings: gpd.GeoDataFrame,
) -> None:
    """Staff, funds and subsidies of all committees, premises of those that were touched."""
    state, base = drawing.state, drawing.state.base
    alive = np.flatnonzero(state.committee_grids > 0)
    survey = base.workings.survey
    plain = gpd.GeoDataFrame(
        {
            FIELD: [columns[FIELD][n] for n in alive],
            "households": state.committee_households[alive],
        },
        geometry=np.full(len(alive), None, dtype=object),
    )
    everywhere = consequences.Context({"committees": plain}, base.profile, survey)
    told = consequences.committee_columns(everywhere, CITYWIDE)
    if len(touched):
        ids = [columns[FIELD][n] for n in touched]
        flagged = columns.get("old_town", [None] * len(columns[FIELD]))
        areas = gpd.GeoDataFrame(
            {
                FIELD: ids,
                "households": state.committee_households[touched],
                "old_town": [flagged[n] for n in touched],
            },
            geometry=committee_shapes(drawing, touched),
            crs=base.workings.working_crs,
        )
        mine = geographic(buildings[buildings[FIELD].isin(ids)])
        here = consequences.Context({"committees": areas, "buildings": mine}, base.profile, survey)
        for name, fields in consequences.committee_columns(here, ("premises",)).items():
            told[name] |= fields
    number = {columns[FIELD][n]: int(n) for n in alive}
    for name, fields in told.items():
        for field, value in fields.items():
            if field in columns:
                columns[field][number[name]] = value
