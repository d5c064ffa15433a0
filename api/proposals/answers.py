"""Questions about proposals: what lies at a point, who moves between two of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

import geopandas as gpd
import pandas as pd
import shapely
from pyproj import Transformer

from redistrict.model.survey import ID_FIELD

LONLAT = "EPSG:4326"
AREAS = ("service_grid_id", "committee_id", "street_office_id")


@dataclass(frozen=True)
class Moves:
    """Households and buildings that have another area in the second proposal."""

    before: str
    after: str
    households: int
    buildings: int


@dataclass(frozen=True, slots=True)
class Mover:
    """A building, or the share of a divided one, that is elsewhere; areas as in `AREAS`."""

    building_id: str
    part: int | None
    households: int
    before: tuple[str, str, str]
    after: tuple[str, str, str]


def geojson(frame: gpd.GeoDataFrame) -> str:
    """A layer as RFC 7946 has it."""
    if frame.empty:
        return json.dumps({"type": "FeatureCollection", "features": []})
    return frame.to_crs(LONLAT).to_json(drop_id=True, to_wgs84=False)


def at_point(frames: dict[str, gpd.GeoDataFrame], lon: float, lat: float) -> dict[str, str | None]:
    """Layer's id field -> the area that covers the point (WGS84 degrees), None where none does."""
    found: dict[str, str | None] = {}
    for layer, frame in frames.items():
        change = Transformer.from_crs(LONLAT, frame.crs, always_xy=True)
        point = shapely.Point(*change.transform(lon, lat))
        key = ID_FIELD[layer]
        hits = frame.iloc[frame.sindex.query(point, predicate="intersects")]
        found[key] = min((str(one) for one in hits[key]), default=None)
    return found


def movers(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> list[Mover]:
    """Every building that is in another service grid, committee or street office in ``after``.

    A building divided otherwise in the two is laid along its stairwells: what lies in another
    area than before has moved. Buildings that only one of the two has are nobody's move.
    """
    left, right = _by_building(before), _by_building(after)
    found: list[Mover] = []
    for name, rows in right.items():
        for part, households, here, there in _paired(left.get(name, []), rows):
            if here != there:
                found.append(Mover(name, part, households, here, there))
    return found


def moves(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame, area: str) -> list[Moves]:
    """Who moves from which area to which, most households first; ``area``: one of `AREAS`."""
    return grouped(movers(before, after), area)


def grouped(moved: Sequence[Mover], area: str) -> list[Moves]:
    """The same, of movers that are known."""
    at = AREAS.index(area)
    pairs: dict[tuple[str, str], tuple[int, set[str]]] = {}
    for one in moved:
        if one.before[at] != one.after[at]:
            households, names = pairs.get((one.before[at], one.after[at]), (0, set[str]()))
            names.add(one.building_id)
            pairs[one.before[at], one.after[at]] = households + one.households, names
    made = [Moves(old, new, h, len(names)) for (old, new), (h, names) in pairs.items()]
    return sorted(made, key=lambda m: (-m.households, m.before, m.after))


def only_in(one: gpd.GeoDataFrame, other: gpd.GeoDataFrame) -> list[str]:
    """Buildings that ``other`` does not have."""
    return sorted({str(i) for i in one["building_id"]} - {str(i) for i in other["building_id"]})


_Areas = tuple[str, str, str]
_Row = tuple[int | None, int, _Areas]


def _by_building(frame: gpd.GeoDataFrame) -> dict[str, list[_Row]]:
    columns = ["building_id", "part", "households", *AREAS]
    rows = pd.DataFrame(frame[columns]).sort_values(["building_id", "part"], kind="stable")
    told = zip(*(cast("list[Any]", rows[c].tolist()) for c in columns), strict=True)
    found: dict[str, list[_Row]] = {}
    for name, part, households, grid, committee, office in told:
        number = None if pd.isna(part) else int(part)
        row = (number, int(households), (str(grid), str(committee), str(office)))
        found.setdefault(str(name), []).append(row)
    return found


def _paired(old: list[_Row], new: list[_Row]) -> Iterator[tuple[int | None, int, _Areas, _Areas]]:
    """Part (of the second), households, area before, area after, along a building's stairwells."""
    if len(old) == len(new):
        for (_, _, here), (part, households, there) in zip(old, new, strict=True):
            yield part, households, here, there
        return
    waiting = [[households, here] for _, households, here in old]
    for part, households, there in new:
        while households > 0 and waiting:
            taken = min(households, cast("int", waiting[0][0]))
            if taken:
                yield part, taken, cast("_Areas", waiting[0][1]), there
            households -= taken
            waiting[0][0] = cast("int", waiting[0][0]) - taken
            if not waiting[0][0]:
                waiting.pop(0)
