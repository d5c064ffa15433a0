"""Land: what is connected once no uncrossable barrier may be crossed; and who lives on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import shapely

from redistrict.model.finding import Finding
from redistrict.verify.arithmetic import fits
from redistrict.verify.city import City, Integers, Objects, texts
from redistrict.verify.report import Check, judged
from redistrict.verify.tiling import polygonal

HALF_WIDTH_M = 0.01
"""Barrier lines are given this width on either side, so that a polygon can be cut along them."""
GAP_M = 2.0
"""Land that hangs together only where barriers leave a gap this narrow does not hang together:
digitised lines rarely meet."""


@dataclass(frozen=True)
class Pieces:
    """The land of some areas, cut at uncrossable barriers."""

    of_building: Integers
    """(buildings,) piece each building stands on; -1: its area has no valid polygon."""
    households: Integers
    """(pieces,) of the buildings clear of every barrier."""
    doubtful: Integers
    """(pieces,) of buildings on a barrier: they may count here or on the other side."""
    geometry: Objects
    polygon: Integers
    """(pieces,) which polygon of its area a piece was cut from (a running number)."""
    area: Integers
    """(pieces,) row of the area."""


def barrier_shapes(city: City, half_width_m: float = HALF_WIDTH_M) -> Objects:
    """Uncrossable barriers as thin polygons; none where the proposal has no barriers layer."""
    frame = city.frames.get("barriers")
    if frame is None or not len(frame):
        return np.array([], dtype=object)
    kind = texts(frame, "kind")
    stated = texts(frame, "crossable")
    by_kind = np.isin(kind.astype(str), city.profile.barriers.uncrossable)
    known = np.array([None if s is None else s.lower() in ("true", "1") for s in stated])
    closed = np.array(
        [bool(k) if s is None else not s for s, k in zip(known, by_kind, strict=True)], dtype=bool
    )
    shapes = shapely.force_2d(frame.geometry.to_numpy())[closed]
    shapes = shapes[[s is not None and not s.is_empty for s in shapes]]
    if half_width_m > HALF_WIDTH_M:
        return shapely.buffer(shapes, half_width_m, quad_segs=2)
    return shapely.buffer(shapes, half_width_m, cap_style="flat", join_style="mitre")


def on_barrier(city: City, barriers: Objects) -> np.ndarray:
    """(buildings,) True where the footprint touches a barrier: on neither side for certain."""
    touched = np.zeros(len(city.buildings), dtype=bool)
    if len(barriers):
        touched[
            np.unique(shapely.STRtree(city.buildings.geometry).query(barriers, "intersects")[1])
        ] = True
    return touched


def pieces(
    areas: Objects, area_of: Integers, city: City, barriers: Objects, touched: np.ndarray
) -> Pieces:
    """Cut ``areas`` at ``barriers``; ``area_of`` (buildings,) is the area each building is in."""
    good = np.flatnonzero(polygonal(areas))
    polygons, owner = shapely.get_parts(areas[good], return_index=True)
    land = polygons.copy()
    if len(barriers):
        hit, wall = shapely.STRtree(barriers).query(polygons, predicate="intersects")
        for k in np.unique(hit).tolist():
            land[k] = shapely.difference(polygons[k], shapely.union_all(barriers[wall[hit == k]]))
    part, polygon = shapely.get_parts(land, return_index=True)
    solid = shapely.get_type_id(part) == 3
    part, polygon = part[solid], polygon[solid]
    area = good[owner[polygon]]
    of_building = _locate(city.buildings.point, area_of, part, area)
    b = city.buildings
    placed = of_building >= 0

    def total(rows: np.ndarray) -> Integers:
        return np.bincount(of_building[rows], b.households[rows], len(part)).astype(np.int64)

    return Pieces(
        of_building, total(placed & ~touched), total(placed & touched), part, polygon, area
    )


def _locate(point: Objects, area_of: Integers, part: Objects, area: Integers) -> Integers:
    """(buildings,) the part of its own area a building stands on, else the nearest part of it."""
    where = np.full(len(point), -1, dtype=np.int64)
    order = np.argsort(area, kind="stable")
    first = np.searchsorted(area[order], np.arange(area.max(initial=0) + 2))
    count = np.diff(first)
    known = (area_of >= 0) & (area_of < len(count))
    rows = np.flatnonzero(known)
    only = rows[count[area_of[rows]] == 1]
    where[only] = order[first[area_of[only]]]
    for a in np.unique(area_of[rows[count[area_of[rows]] > 1]]).tolist():
        mine = np.flatnonzero(area_of == a)
        candidates = order[first[a] : first[a + 1]]
        nearest = shapely.STRtree(part[candidates]).nearest(point[mine])
        where[mine] = candidates[nearest]
    return where


def crossings(city: City, committee_land: Pieces, barriers: Objects, touched: np.ndarray) -> Check:
    """Grids with households on both sides of an uncrossable barrier: only with a true reason."""
    return judged(
        "barriers-respected",
        2,
        len(city.grids),
        _crossings(city, committee_land, barriers, touched),
    )


def _crossings(
    city: City, committee_land: Pieces, barriers: Objects, touched: np.ndarray
) -> Iterator[Finding]:
    if "barriers" not in city.frames:
        yield Finding("check-no-barriers", "info", "barriers", outcome="refer")
        return
    if not len(barriers):
        return
    grid = pieces(city.grids.geometry, city.grid_of, city, barriers, touched)
    inhabited = np.flatnonzero(grid.households > 0)
    sides: dict[int, list[int]] = {}
    for k in inhabited.tolist():
        sides.setdefault(int(grid.polygon[k]), []).append(k)
    for cut in sides.values():
        if len(cut) > 1:
            g = int(grid.area[cut[0]])
            touches = np.isin(grid.of_building, cut) & ~touched
            on = np.unique(committee_land.of_building[touches])
            finding = _judge(city, g, [int(p) for p in on if p >= 0], committee_land)
            if finding is not None:
                yield finding


def _judge(city: City, g: int, on: list[int], land: Pieces) -> Finding | None:
    """A crossing is lawful if some side of it could not have stood alone, and the map says so."""
    rule = city.profile.grid
    params: dict[str, object] = {
        "households": "、".join(str(int(land.households[p])) for p in on),
        "lower": rule.lower,
        "upper": rule.upper,
    }
    alone = [stands_alone(land, p, rule.lower, rule.upper) for p in on]
    code = None
    if len(on) < 2 or all(a is True for a in alone):
        code = "check-barrier-crossed"
    elif city.grids.reason[g] is None and city.grids.code[g] is None:
        code = "check-barrier-without-reason"
    if code is None:
        return None
    return Finding(
        code,
        "error",
        "service_grids",
        city.grids.ids[g],
        clause="6.5",
        outcome="fail",
        params=params,
        geometry=city.grids.geometry[g],
    )


def stands_alone(land: Pieces, piece: int, lower: int, upper: int) -> bool | None:
    """Whether a whole number of areas fits the piece; None where buildings on a barrier decide."""
    sure = int(land.households[piece])
    answers = {fits(sure + extra, lower, upper) for extra in {0, int(land.doubtful[piece])}}
    return answers.pop() if len(answers) == 1 else None


def totals_by_area(land: Pieces) -> Mapping[int, list[int]]:
    """Area row -> its pieces."""
    found: dict[int, list[int]] = {}
    for k, a in enumerate(land.area.tolist()):
        found.setdefault(int(a), []).append(k)
    return found
