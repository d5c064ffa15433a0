"""read_proposal: a proposal of ours, or one drawn by hand, for `redistrict check`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from redistrict.model.errors import ProposalError, SurveyError
from redistrict.model.finding import Finding
from redistrict.model.proposal import PROPOSAL_LAYERS, PROPOSAL_TABLES
from redistrict.survey import crs as crs_
from redistrict.survey.frames import frame_of
from redistrict.survey.sandbox import SafeLayer, SafeSurvey, open_sandboxed, refusal, shapes_in
from redistrict.survey.values import clean_text, to_number

_Kind = Literal["text", "integer", "number", "flag", "areas"]

_BESIDE = ("estates", "barriers", "premises")
_FIELDS: dict[str, dict[str, _Kind]] = {
    "buildings": {
        "building_id": "text", "part": "number", "households": "integer",
        "service_grid_id": "text", "committee_id": "text", "street_office_id": "text",
        "estate_id": "text", "previous_committee_id": "text", "kind": "text",
    },
    "service_grids": {
        "service_grid_id": "text", "code": "text", "committee_id": "text",
        "street_office_id": "text", "households": "integer", "buildings": "integer",
        "within_window": "flag", "reason": "text", "priority": "integer", "area_m2": "number",
    },
    "committees": {
        "committee_id": "text", "name": "text", "street_office_id": "text", "action": "text",
        "households": "integer", "service_grids": "integer", "within_band": "flag",
        "reason": "text", "staff_required": "integer", "premises_required_m2": "number",
        "premises_present_m2": "number", "area_m2": "number",
    },
    "street_offices": {
        "street_office_id": "text", "name": "text", "households": "integer",
        "committees": "integer", "area_m2": "number",
    },
    "rulings": {
        "estate_id": "text", "street_office_id": "text", "outcome": "text", "areas_m2": "areas",
        "basis": "text", "decided_by": "text",
    },
    "correspondence": {
        "previous_committee_id": "text", "committee_id": "text", "households": "integer",
        "buildings": "integer", "extent": "text",
    },
    "premises_plan": {
        "premises_id": "text", "previous_committee_id": "text", "committee_id": "text",
        "area_m2": "number", "status": "text", "proposal": "text",
    },
}  # fmt: skip
_ID = {"buildings": "building_id", "service_grids": "service_grid_id",
       "committees": "committee_id", "street_offices": "street_office_id"}  # fmt: skip


@dataclass(frozen=True)
class ProposalFiles:
    """A proposal as read. Frames hold the contract's fields that the files have, typed.

    Text is ``object`` of str or None; counts are int64 (float64 with NaN where a cell is empty or
    no number); flags bool (object with None likewise); ``areas_m2`` a dict. A field that the file
    lacks is absent from the frame. All layers are in ``working_crs`` (metres).
    """

    layers: Mapping[str, gpd.GeoDataFrame]
    tables: Mapping[str, pd.DataFrame]
    manifest: Mapping[str, Any] | None
    crs: str
    working_crs: str
    findings: tuple[Finding, ...] = ()


def read_proposal(path: Path) -> ProposalFiles:
    """A proposal from a folder (``proposal.gpkg``, else ``<layer>.geojson``), a zip or one file.

    Goes through the same sandbox as a survey. Raises ProposalError.
    """
    try:
        wanted = (*PROPOSAL_LAYERS, *_BESIDE, *PROPOSAL_TABLES)
        return _read(open_sandboxed(path, wanted), path.name)
    except SurveyError as error:
        raise ProposalError(error.findings) from error


def _read(safe: SafeSurvey, name: str) -> ProposalFiles:
    spatial = [s for s in safe.layers if s.shapes is not None and s.layer not in PROPOSAL_TABLES]
    ours = {s.layer for s in spatial} & {"buildings", "service_grids", "committees"}
    if not ours:
        found = sorted({s.layer for s in safe.layers})
        raise refusal("layer-missing", name, "service_grids", found=found)
    located = {id(s): crs_.settle(s, None) for s in spatial}
    first = next((s for s in spatial if s.layer in ours and s.rows), spatial[0])
    home = located[id(first)]
    bounds = crs_.bounds_of(first.shapes)
    if bounds is None:
        raise refusal("layer-empty", first.file, first.layer)
    working = crs_.working(home.crs, home.name, bounds)
    findings = list(safe.findings)
    layers: dict[str, gpd.GeoDataFrame] = {}
    for one in spatial:
        shapes = crs_.move(_no_lines(one), located[id(one)].crs, working)
        frame = frame_of(_typed(one), shapes, working)
        if one.layer in layers:
            both = pd.concat([layers[one.layer], frame], ignore_index=True)
            frame = gpd.GeoDataFrame(both, geometry="geometry", crs=working)
        layers[one.layer] = frame
    tables = {
        s.layer: _typed(s)
        for s in safe.layers
        if s.layer in PROPOSAL_TABLES or (s.layer == "rulings" and s.shapes is None)
    }
    manifest = safe.manifest if isinstance(safe.manifest, dict) else None
    return ProposalFiles(layers, tables, manifest, home.name, working, tuple(findings))


def _no_lines(safe: SafeLayer) -> Any:
    """The shapes, where an area layer holds areas only (buildings may be points)."""
    shapes = shapes_in(safe)
    if safe.layer in _ID:
        allowed = (-1, 0, 3, 4, 6) if safe.layer == "buildings" else (-1, 3, 6)
        wrong = ~np.isin(shapely.get_type_id(shapes), allowed)
        if wrong.any():
            row = int(np.argmax(wrong))
            raise refusal("geometry-type", safe.file, safe.layer, feature=f"row:{row}", type="?")
    return shapes


def _typed(safe: SafeLayer) -> pd.DataFrame:
    kinds = _FIELDS.get(safe.layer, {})
    names = {n.casefold(): n for n in safe.columns.schema.names}
    data: dict[str, pd.Series] = {}
    for field, kind in kinds.items():
        if field in names:
            column = names[field]
            if column in safe.forbidden_text:
                raise refusal("text-not-allowed", safe.file, safe.layer, column=column,
                              row=safe.forbidden_text[column], field=field)  # fmt: skip
            data[field] = _column(safe.columns.column(column).to_pylist(), kind)
    for lower, column in names.items():  # extra columns as they are, the contract's first
        if lower not in kinds and column not in safe.forbidden_text:
            data[column] = pd.Series(safe.columns.column(column).to_pylist(), dtype=object)
    return pd.DataFrame(data, index=pd.RangeIndex(safe.rows))


def _column(cells: list[Any], kind: _Kind) -> pd.Series:
    if kind == "text":
        return pd.Series([clean_text(v) for v in cells], dtype=object)
    if kind == "flag":
        flags = [_flag(v) for v in cells]
        known = all(f is not None for f in flags)
        return pd.Series(flags, dtype=bool if known else object)
    if kind == "areas":
        return pd.Series([_areas(v) for v in cells], dtype=object)
    numbers = [to_number(v) for v in cells]
    values = pd.Series([np.nan if n is None else n for n in numbers], dtype=np.float64)
    whole = np.isfinite(values) & (values == np.floor(values)) & (values.abs() < 2.0**53)
    return values.astype(np.int64) if kind == "integer" and whole.all() else values


def _flag(value: Any) -> bool | None:
    word = clean_text(value)
    if word is None:
        return None
    return {"yes": True, "true": True, "1": True, "是": True,
            "no": False, "false": False, "0": False, "否": False}.get(word.casefold())  # fmt: skip


def _areas(value: Any) -> dict[str, float] | None:
    """``areas_m2``: office -> square metres; a GeoPackage holds it as JSON text."""
    try:
        found = json.loads(value) if isinstance(value, str) and len(value) < 65_536 else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    numbers = {str(k): to_number(v) for k, v in found.items()}
    return {k: v for k, v in numbers.items() if v is not None}
