"""Why the areas of a revision are as they are, and which certificates of the run still hold."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

import geopandas as gpd
import numpy as np
import pandas as pd

from redistrict.i18n import Lang, text
from redistrict.model.plan import AreaReason
from redistrict.planar.frames import geographic
from redistrict.revision.answer import changed_cells
from redistrict.revision.events import AREA_LAYERS, AreaLayer
from redistrict.revision.members import pieces
from redistrict.revision.rules import fits, limits
from redistrict.revision.state import State, start

EDITED = "edited"
"""The reason of an area that an edit left outside: a person's, and only people can judge it."""
_COUNTED: Mapping[AreaLayer, tuple[str, ...]] = {
    "service_grids": ("oversized", "planned", "island", "barrier"),
    "committees": ("frozen", "standalone", "planned", "oversized", "small-office"),
}
"""Reasons about the area alone: true as long as it is what it was."""


@dataclass(frozen=True)
class Touched:
    """What differs from the base, by number: ``areas`` of each layer that hold other cells than
    before, ``scopes``: committees whose grids, and offices whose committees, were redrawn."""

    areas: Mapping[AreaLayer, frozenset[int]]
    committees: frozenset[int]
    offices: frozenset[int]


def touched(state: State, before: State | None = None) -> Touched:
    """Compare ``state`` with ``before``: its base, or an earlier state that edits made it of."""
    before = before or start(state.base)
    cells = changed_cells(before, state)
    grids = np.union1d(before.grid[cells], state.grid[cells])
    owner_before, owner = before.committee[before.grid], state.committee[state.grid]
    owners = np.union1d(owner_before[cells], owner[cells])
    moved = np.flatnonzero(owner_before != owner)
    members = np.union1d(owner_before[moved], owner[moved])
    return Touched(
        {"service_grids": frozenset(grids.tolist()), "committees": frozenset(members.tolist())},
        frozenset(owners.tolist()),
        frozenset(state.base.office.of[moved].tolist()),
    )


def reasons(state: State, differs: Touched) -> dict[AreaLayer, dict[int, AreaReason]]:
    """By number, the reason of every area that needs one (pieces of islands are told elsewhere)."""
    return {
        layer: reasons_of(state, layer, differs, state.index(layer).values())
        for layer in AREA_LAYERS
    }


def reasons_of(
    state: State, layer: AreaLayer, differs: Touched, numbers: Iterable[int]
) -> dict[int, AreaReason]:
    """`reasons` of the areas ``numbers`` of one layer."""
    given = _given(state.base.workings.layers[layer], state.base.grid_ids, layer, state)
    households = state.grid_households if layer == "service_grids" else state.committee_households
    lower, upper, _ = limits(state, layer)
    found: dict[int, AreaReason] = {}
    for number in numbers:
        total = int(households[number])
        outside = not lower <= total <= upper
        why = given.get(number)
        if _in_touched_scope(state, layer, number, differs) and not _holds(
            state, layer, number, why, differs
        ):
            why = AreaReason(EDITED, {"lower": lower, "upper": upper}) if outside else None
            if why is None and layer == "service_grids":
                why = _across(state, number)
        if why is not None:
            found[number] = why
    return found


def _given(
    frame: pd.DataFrame, grids: Iterable[str], layer: AreaLayer, state: State
) -> dict[int, AreaReason]:
    """The base's reasons by number of the area."""
    ids = tuple(grids) if layer == "service_grids" else state.base.committee_ids
    number = {name: i for i, name in enumerate(ids)}
    field = "service_grid_id" if layer == "service_grids" else "committee_id"
    rows = zip(frame[field], frame["reason_code"], frame["reason_params"], strict=True)
    return {
        number[str(name)]: AreaReason(code, json.loads(params) if isinstance(params, str) else {})
        for name, code, params in rows
        if isinstance(code, str)
    }


def stated(frame: gpd.GeoDataFrame, state: State, lang: Lang) -> gpd.GeoDataFrame:
    """What the last edit with a note says of the areas that edits left outside."""
    note = next((e.note for e in reversed(state.effective) if e.note), None)
    key = "reason.edited.noted" if note else "reason.edited"
    rows = zip(frame["reason"], frame["reason_code"], frame["households"], strict=True)
    said = [
        text(key, lang, households=int(h), note=note) if code == EDITED else reason
        for reason, code, h in rows
    ]
    return geographic(frame.assign(reason=pd.Series(said, index=frame.index, dtype=object)))


def _in_touched_scope(state: State, layer: AreaLayer, number: int, differs: Touched) -> bool:
    if layer == "committees":
        return int(state.office[number]) in differs.offices
    committee = int(state.committee[number])
    drawn_whole = int(state.office[committee]) in whole_offices(state)
    near = {int(state.office[c]) for c in differs.committees}
    return committee in differs.committees or (drawn_whole and int(state.office[committee]) in near)


def whole_offices(state: State) -> set[int]:
    """Offices whose grids were drawn before their committees: one certificate for all of them."""
    rows = cast("list[dict[str, Any]]", state.base.manifest["solver"]["service_grids"])
    number = state.base.office.index
    return {number[str(r["street_office_id"])] for r in rows if "committee_id" not in r}


def _holds(
    state: State, layer: AreaLayer, number: int, why: AreaReason | None, differs: Touched
) -> bool:
    """True of a reason that is as true as it was, though its surroundings were redrawn."""
    if why is None or number in differs.areas[layer]:
        return False
    if why.code == "arithmetic":
        return _arithmetic(state, layer, number, why)
    if layer == "service_grids" and why.code == "frozen":
        return int(state.committee[number]) not in differs.areas["committees"]
    return why.code in _COUNTED[layer]


def _arithmetic(state: State, layer: AreaLayer, number: int, why: AreaReason) -> bool:
    """No whole number of areas fits the households of the committee, or of the office."""
    lower, upper, _ = limits(state, layer)
    if layer == "service_grids":
        total = int(state.committee_households[state.committee[number]])
    else:
        total = int(state.committee_households[state.office == state.office[number]].sum())
    return why.params.get("total") == total and not fits(total, lower, upper)


def _across(state: State, grid: int) -> AreaReason | None:
    """A grid on both sides of a barrier, because one side cannot stand alone."""
    base = state.base
    cells = state.cells_of("service_grids", grid)
    if pieces(base, cells, open_only=True).max() == pieces(base, cells).max():
        return None
    around = state.cells_of("committees", int(state.committee[grid]))
    side = pieces(base, around, open_only=True)
    total = np.bincount(side, base.households[around]).astype(np.int64)
    lower, upper, _ = limits(state, "service_grids")
    on = [int(t) for t in total[np.unique(side[np.searchsorted(around, cells)])]]
    weak = [t for t in on if not fits(t, lower, upper)]
    return (
        AreaReason("barrier", {"total": min(weak), "lower": lower, "upper": upper})
        if weak
        else None
    )


def solver(state: State, differs: Touched) -> dict[str, list[dict[str, Any]]]:
    """The base's certificates; those of redrawn scopes say that people drew them, and claim no
    bound and no proof."""
    told = cast("dict[str, list[dict[str, Any]]]", state.base.manifest["solver"])
    known = {name: i for i, name in enumerate(state.base.committee_ids)}
    offices = state.base.office.ids
    near = {offices[state.office[c]] for c in differs.committees}
    grids: list[dict[str, Any]] = []
    for row in told["service_grids"]:
        if "committee_id" not in row:
            if str(row["street_office_id"]) not in near:
                grids.append(row)
        elif (number := known[str(row["committee_id"])]) not in differs.committees:
            grids.append({**row, "committee_id": state.committee_ids[number]})
    whole = whole_offices(state)
    for office in sorted({int(state.office[c]) for c in differs.committees} & whole):
        scope = {"street_office_id": offices[office]}
        grids.append(_drawn(state, "service_grids", np.flatnonzero(state.office == office), scope))
    for number in sorted(differs.committees):
        office = int(state.office[number])
        if state.committee_grids[number] and office not in whole:
            scope = {
                "street_office_id": offices[office],
                "committee_id": state.committee_ids[number],
            }
            grids.append(_drawn(state, "service_grids", np.array([number]), scope))
    redrawn = {offices[o] for o in differs.offices}
    committees = [r for r in told["committees"] if str(r["street_office_id"]) not in redrawn]
    for office in sorted(differs.offices):
        scope = {"street_office_id": offices[office]}
        mates = np.flatnonzero((state.office == office) & (state.committee_grids > 0))
        committees.append(_drawn(state, "committees", mates, scope))
    return {
        "committees": sorted(committees, key=lambda c: str(c["street_office_id"])),
        "service_grids": sorted(
            grids, key=lambda c: (c["street_office_id"], c.get("committee_id", ""))
        ),
    }


def _drawn(
    state: State, layer: AreaLayer, committees: np.ndarray, scope: Mapping[str, str]
) -> dict[str, Any]:
    """The certificate of what people drew: the households outside, no bound."""
    lower, upper, _ = limits(state, layer)
    if layer == "service_grids":
        mine = np.isin(state.committee, committees) & (state.grid_cells > 0)
        households = state.grid_households[mine]
    else:
        households = state.committee_households[committees]
    outside = int(households[(households < lower) | (households > upper)].sum())
    term = {"name": "outside", "value": outside, "bound": None, "gap": None, "proven": False}
    return {
        **scope,
        "status": "unknown" if outside else "feasible",
        "note": EDITED,
        "units": 0,
        "parts": len(households),
        "terms": [term],
        "work": 0,
        "method": EDITED,
        "seconds": 0.0,
    }
