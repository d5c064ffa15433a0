"""The proposal as arrays, whatever it was read from: the only thing the checks look at."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from redistrict.model.errors import ProposalError
from redistrict.model.finding import Finding
from redistrict.model.profile import Profile

Objects = NDArray[np.object_]
Integers = NDArray[np.int64]

REQUIRED: Mapping[str, tuple[str, ...]] = {
    "buildings": ("building_id", "households", "service_grid_id"),
    "service_grids": ("service_grid_id", "committee_id"),
    "committees": ("committee_id", "street_office_id"),
    "street_offices": ("street_office_id",),
}
"""Without these nothing can be checked; every other field of the contract may be missing."""

EXPECTED: Mapping[str, tuple[str, ...]] = {
    "buildings": ("part", "committee_id", "street_office_id", "previous_committee_id"),
    "service_grids": ("street_office_id", "households", "within_window", "reason"),
    "committees": ("households", "within_band", "reason"),
    "street_offices": ("households",),
}
"""Fields whose absence is told, because something could then not be looked at."""

NOT_STATED = -1
"""A count or a number of households that the proposal does not state."""


@dataclass(frozen=True)
class Areas:
    """One layer of areas; all arrays are (n,)."""

    layer: str
    ids: Objects
    geometry: Objects
    committee: Objects
    office: Objects
    households: Integers
    """As stated; `NOT_STATED` where the layer does not say."""
    inside: Objects
    """``within_window`` / ``within_band`` as stated: True, False or None."""
    reason: Objects
    code: Objects
    params: tuple[Mapping[str, Any], ...]
    frozen: Objects
    """``frozen_reason`` or None."""
    stated_count: Integers
    """``buildings`` of grids, ``service_grids`` of committees, ``committees`` of offices."""

    def __len__(self) -> int:
        return len(self.ids)

    def row_of(self, ids: Objects) -> Integers:
        """Row of each id, -1 where there is no such area."""
        return pd.Index(self.ids).get_indexer_for(ids) if self.unique else _first(self.ids, ids)

    @property
    def unique(self) -> bool:
        """True if no id occurs twice."""
        return len(set(self.ids.tolist())) == len(self.ids)


def _first(known: Objects, wanted: Objects) -> Integers:
    where: dict[Any, int] = {}
    for i, name in enumerate(known.tolist()):
        where.setdefault(name, i)
    return np.array([where.get(w, -1) for w in wanted.tolist()], dtype=np.int64)


@dataclass(frozen=True)
class Buildings:
    """One row per building or part; all arrays are (n,)."""

    ids: Objects
    part: Integers
    """0 for a whole building, else its number."""
    households: Integers
    grid: Objects
    committee: Objects
    office: Objects
    estate: Objects
    previous: Objects
    planned: NDArray[np.bool_]
    stairwells: Integers
    geometry: Objects
    point: Objects
    """A point inside each footprint."""

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True)
class City:
    """A proposal ready to be checked."""

    buildings: Buildings
    grids: Areas
    committees: Areas
    offices: Areas
    profile: Profile
    frames: Mapping[str, gpd.GeoDataFrame]
    tables: Mapping[str, pd.DataFrame]
    manifest: Mapping[str, Any]
    survey: Mapping[str, gpd.GeoDataFrame]
    grid_of: Integers
    """(buildings,) row of the grid, -1 where there is none."""
    committee_of: Integers
    """(grids,) row of the committee, -1 where there is none."""
    office_of: Integers
    """(committees,) row of the street office, -1 where there is none."""
    lacks: tuple[Finding, ...] = field(default_factory=tuple)

    @property
    def rulings(self) -> Any:
        """The rulings as a frame (with geometry) or a table (without), or None."""
        return self.frames.get("rulings", self.tables.get("rulings"))

    def has(self, layer: str, name: str) -> bool:
        """True if the layer states the field."""
        return name in self.frames[layer].columns


def city(
    layers: Mapping[str, gpd.GeoDataFrame],
    tables: Mapping[str, pd.DataFrame],
    manifest: Mapping[str, Any] | None,
    profile: Profile,
    survey: Mapping[str, gpd.GeoDataFrame] | None,
) -> City:
    """Arrays of the proposal. Raises `ProposalError` where a layer, field or number is missing."""
    _demand(layers)
    buildings, grids, committees, offices = (layers[name] for name in REQUIRED)
    area = {
        "service_grids": _areas("service_grids", grids, "service_grid_id", "within_window"),
        "committees": _areas("committees", committees, "committee_id", "within_band"),
        "street_offices": _areas("street_offices", offices, "street_office_id", ""),
    }
    rows = _buildings(buildings)
    lacks = tuple(
        Finding(
            "check-field-missing",
            "info",
            layer,
            outcome="refer",
            params={"layer": layer, "field": name},
        )
        for layer, names in EXPECTED.items()
        for name in names
        if name not in layers[layer].columns
    )
    return City(
        rows,
        area["service_grids"],
        area["committees"],
        area["street_offices"],
        profile,
        dict(layers),
        dict(tables),
        manifest or {},
        survey or {},
        area["service_grids"].row_of(rows.grid),
        area["committees"].row_of(area["service_grids"].committee),
        area["street_offices"].row_of(area["committees"].office),
        lacks,
    )


def _demand(layers: Mapping[str, gpd.GeoDataFrame]) -> None:
    faults = [
        Finding("check-layer-missing", "error", layer, params={"layer": layer})
        for layer in REQUIRED
        if layer not in layers
    ]
    faults += [
        Finding(
            "check-required-field-missing", "error", layer, params={"layer": layer, "field": name}
        )
        for layer, names in REQUIRED.items()
        if layer in layers
        for name in names
        if name not in layers[layer].columns
    ]
    faults += [
        Finding("check-layer-empty", "error", layer, params={"layer": layer})
        for layer in REQUIRED
        if layer in layers and not len(layers[layer])
    ]
    if faults:
        raise ProposalError(faults)


def texts(frame: Any, name: str) -> Objects:
    """(n,) a column as text, None where missing or blank; 12.0 reads as ``12``."""
    out = np.full(len(frame), None, dtype=object)
    if name in frame.columns:
        values = frame[name].tolist()
        # Nearly every column is text already; asking each value what it is takes seconds.
        plain = {type(v) for v in values} <= {str, type(None)}
        out[:] = [v and (v.strip() or None) for v in values] if plain else [*map(_text, values)]
    return out


def _text(value: Any) -> str | None:
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip() or None


def integers(frame: Any, name: str, layer: str, missing: int | None) -> Integers:
    """(n,) a column as whole numbers. ``missing`` None: a value that is none is an error."""
    if name not in frame.columns:
        return np.full(len(frame), NOT_STATED if missing is None else missing, dtype=np.int64)
    column: Any = frame[name]
    if column.dtype == np.int64 and (column >= 0).all():
        return np.asarray(column.to_numpy(), dtype=np.int64)
    values = pd.Series(pd.to_numeric(column, errors="coerce")).to_numpy(float, na_value=np.nan)
    blank = column.isna().to_numpy(dtype=bool) | (column.astype(str).str.strip() == "").to_numpy()
    whole = np.isfinite(values) & (values == np.floor(values)) & (values >= 0) & (values < 1e12)
    bad = ~whole if missing is None else ~whole & ~blank
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        raise ProposalError(
            Finding(
                "check-not-a-count",
                "error",
                layer,
                f"row:{row}",
                params={
                    "layer": layer,
                    "field": name,
                    "row": row,
                    "value": str(frame[name].tolist()[row])[:40],
                    "count": int(bad.sum()),
                },
            )
        )
    return np.where(whole, np.nan_to_num(values, posinf=0, neginf=0), missing or 0).astype(np.int64)


def _geometry(frame: Any) -> Objects:
    return shapely.force_2d(np.asarray(frame.geometry.to_numpy(), dtype=object))


def _flags(frame: Any, name: str) -> Objects:
    out = np.full(len(frame), None, dtype=object)
    if name in frame.columns:
        known = {"true": True, "1": True, "false": False, "0": False}
        out[:] = [known.get(str(_text(v)).lower()) for v in frame[name].tolist()]
    return out


def _params(values: Objects) -> tuple[Mapping[str, Any], ...]:
    return tuple(_parsed(v) for v in values.tolist())


def _parsed(value: str | None) -> Mapping[str, Any]:
    try:
        parsed = json.loads(value) if value else {}
    except (ValueError, RecursionError):
        return {}
    return parsed if isinstance(parsed, dict) else {}


def _areas(layer: str, frame: Any, field_id: str, flag: str) -> Areas:
    counted = {"service_grids": "buildings", "committees": "service_grids"}
    return Areas(
        layer=layer,
        ids=texts(frame, field_id),
        geometry=_geometry(frame),
        committee=texts(frame, "committee_id"),
        office=texts(frame, "street_office_id"),
        households=integers(frame, "households", layer, NOT_STATED),
        inside=_flags(frame, flag),
        reason=texts(frame, "reason"),
        code=texts(frame, "reason_code"),
        params=_params(texts(frame, "reason_params")),
        frozen=texts(frame, "frozen_reason"),
        stated_count=integers(frame, counted.get(layer, "committees"), layer, NOT_STATED),
    )


def _buildings(frame: Any) -> Buildings:
    geometry = _geometry(frame)
    return Buildings(
        ids=texts(frame, "building_id"),
        part=integers(frame, "part", "buildings", 0),
        households=integers(frame, "households", "buildings", None),
        grid=texts(frame, "service_grid_id"),
        committee=texts(frame, "committee_id"),
        office=texts(frame, "street_office_id"),
        estate=texts(frame, "estate_id"),
        previous=texts(frame, "previous_committee_id"),
        planned=texts(frame, "kind") == "planned_plot",
        stairwells=integers(frame, "stairwells", "buildings", 0),
        geometry=geometry,
        point=shapely.point_on_surface(geometry),
    )
