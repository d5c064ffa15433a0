"""Land without any building still has to be somebody's: a cell of its own, reported."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import shapely

from redistrict.model.finding import Finding
from redistrict.model.survey import Survey
from redistrict.units.land import Land
from redistrict.units.rows import COLUMNS

LAND_PREFIX = "land:"


def land_rows(rows: pd.DataFrame, survey: Survey, land: Land) -> tuple[pd.DataFrame, list[Finding]]:
    """A row ``land:<id>`` of kind ``land`` for each office (or frozen committee, or part of its
    office that a frozen one cuts off) that has no building, with a small spot as its footprint."""
    offices = survey.layers["street_offices"]["street_office_id"].to_numpy(dtype=object)
    committees = survey.layer("committees")
    ids = (
        committees["committee_id"].to_numpy(dtype=object)
        if committees is not None
        else np.zeros(0, dtype=object)
    )
    domains = land.domains
    held_by = _held(rows, ids, domains.frozen)
    places = shapely.point_on_surface(rows["footprint"].to_numpy(dtype=object))
    of_office = rows["street_office_id"].to_numpy(dtype=object)
    bare: list[tuple[int, str, Any]] = []
    for d in range(len(domains.office)):
        office, held = offices[domains.office[d]], int(domains.frozen[d])
        mine = places[(of_office == office) & (np.array(held_by) == held)]
        own = np.flatnonzero(land.domain == d)
        bare += [
            (d, f"-{k + 1}" if k else "", polygon)
            for k, polygon in enumerate(_uninhabited(land, own, mine))
        ]
    made: list[dict[str, Any]] = []
    found: list[Finding] = []
    for d, number, polygon in bare:
        office, held = offices[domains.office[d]], int(domains.frozen[d])
        spot = shapely.buffer(shapely.point_on_surface(polygon), 1.0, quad_segs=2)
        name = office if held < 0 else ids[held]
        made.append(
            dict[str, Any].fromkeys(COLUMNS)
            | {
                "building_id": f"{LAND_PREFIX}{name}{number}",
                "part": 0,
                "kind": "land",
                "households": 0,
                "street_office_id": office,
                "committee_id": None if held < 0 else ids[held],
                "footprint": spot,
            }
        )
        layer = "street_offices" if held < 0 else "committees"
        found.append(
            Finding(
                "land-without-building",
                "warning",
                layer,
                str(name),
                clause="6.5",
                params={"layer": layer, "id": name},
                action="land-cell",
                geometry=polygon,
                rows=0,
            )
        )
    frame = pd.DataFrame(made, columns=list(COLUMNS))
    frame["stairwells"] = pd.array([pd.NA] * len(frame), dtype="Int64")
    return frame.astype({"part": "int64", "households": "int64"}), found


def _uninhabited(land: Land, own: np.ndarray, places: np.ndarray) -> list[Any]:
    """A polygon for each land row a domain needs: none of ``places`` is on it.

    Without any building, one. Else one for each part that a frozen committee cuts off from the
    rest; what water cuts off (an island) or a barrier does goes to the nearest cell.
    """
    if len(places) == 0:
        return [_largest(land, own)]
    whole = shapely.get_parts(shapely.union_all(land.polygons[own]))
    if len(whole) < 2:
        return []
    lived = np.zeros(len(whole), dtype=bool)
    lived[shapely.STRtree(whole).nearest(places)] = True
    others = np.setdiff1d(np.arange(len(land.polygons)), own)
    beside = others[
        land.domains.office[land.domain[others]] == land.domains.office[land.domain[own[0]]]
    ]
    out: list[Any] = []
    for part in whole[~lived]:
        border = shapely.intersection(shapely.boundary(part), land.polygons[beside])
        if len(beside) and shapely.length(border).any():
            inside = own[shapely.intersects(shapely.point_on_surface(land.polygons[own]), part)]
            out.append(_largest(land, inside))
    return out


def _largest(land: Land, own: np.ndarray) -> Any:
    own = own[~land.water[own]] if (~land.water[own]).any() else own
    return land.polygons[own[np.argmax(np.round(shapely.area(land.polygons[own]), 3))]]


def _held(rows: pd.DataFrame, ids: np.ndarray, frozen: np.ndarray) -> list[int]:
    """Row of the frozen committee of each row, -1 where its committee is free."""
    number = {ids[c]: int(c) for c in frozen.tolist() if c >= 0}
    return [number.get(c, -1) for c in rows["committee_id"]]
