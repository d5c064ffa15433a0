"""Invariant 2, the buildings: each stands in the polygon of its own grid.

A footprint belongs where a point inside it lies, or where most of what lies on the city's land
lies, or, where lines cut it into several, its largest piece: outlines are simplified, footprints
of one survey may overlap each other, and some reach over the city's edge, so that one test alone
would fail maps that nobody would call wrong. Ground that several footprints claim is nobody's
alone: of those the part that is a building's own decides, and where nothing is (`OWN_SHARE`), that
its grid reaches it. A building wholly off the city's land belongs to a
grid no farther from it than the land is (`BESIDE_M`); its inner point may lie `POINT_M`
outside.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from redistrict.model.finding import Finding
from redistrict.verify.city import City, Objects
from redistrict.verify.report import Check, judged
from redistrict.verify.tiling import polygonal

POINT_M = 0.5
"""Outlines are straightened by up to metres, kept off footprints where those do not overlap."""
SHARE = 0.5
OWN_SHARE = 0.1
BESIDE_M = 1.0
"""Outlines are straightened; the nearest grid may be this much farther than the nearest land."""


def check(city: City) -> Check:
    """Buildings stand in their grids."""
    return judged("buildings-inside", 2, len(city.buildings), _outside(city))


def _largest(footprint: BaseGeometry, own: BaseGeometry, others: Objects) -> bool:
    """A building cut into several by railways stands where its largest piece stands."""
    most = float(np.max(shapely.area(shapely.intersection(footprint, others)), initial=0.0))
    return 0 < most <= float(shapely.area(shapely.intersection(footprint, own))) * (1 + 1e-6)


def _own(city: City, i: int, tree: shapely.STRtree) -> BaseGeometry:
    """What of building ``i`` no other footprint covers."""
    b = city.buildings
    near = tree.query(b.geometry[i], predicate="intersects")
    others = b.geometry[near[b.ids[near] != b.ids[i]]]
    sound = others[np.isin(shapely.get_type_id(others), (3, 6)) & shapely.is_valid(others)]
    return shapely.difference(b.geometry[i], shapely.union_all(sound))


def _by_own_ground(city: City, i: int, polygon: BaseGeometry, tree: shapely.STRtree) -> bool:
    """Where footprints overlap: most of what is this building's alone lies in its grid."""
    footprint = city.buildings.geometry[i]
    own = _own(city, i, tree)
    if own.area >= (1 - 1e-6) * footprint.area:
        return False  # nobody contests it
    if own.area < OWN_SHARE * footprint.area:
        return float(shapely.distance(footprint, polygon)) <= POINT_M
    return float(shapely.area(shapely.intersection(own, polygon))) >= SHARE * own.area


def _outside(city: City) -> Iterator[Finding]:
    b, g = city.buildings, city.grids
    missing = (b.geometry == None) | shapely.is_empty(b.geometry)  # noqa: E711
    for i in np.flatnonzero(missing).tolist():
        yield Finding("check-building-nowhere", "error", "buildings", b.ids[i], outcome="fail")
    good = polygonal(g.geometry)
    rows = np.flatnonzero(~missing & (city.grid_of >= 0))
    rows = rows[good[city.grid_of[rows]]]
    polygon = g.geometry[city.grid_of[rows]]
    shapely.prepare(g.geometry)
    x, y = shapely.get_x(b.point[rows]), shapely.get_y(b.point[rows])
    doubt = rows[~shapely.contains_xy(polygon, x, y)]
    if not len(doubt):
        return
    polygon = g.geometry[city.grid_of[doubt]]
    footprint = b.geometry[doubt]
    flat = np.isin(shapely.get_type_id(footprint), (3, 6)) & shapely.is_valid(footprint)
    share = np.zeros(len(doubt))
    land = shapely.union_all(city.offices.geometry[polygonal(city.offices.geometry)])
    whole = np.maximum(shapely.area(shapely.intersection(footprint[flat], land)), 1e-12)
    share[flat] = shapely.area(shapely.intersection(footprint[flat], polygon[flat])) / whole
    away = shapely.distance(b.point[doubt], polygon)
    # A building that stands wholly off the city's land is served by the grid it stands next to.
    beyond = shapely.distance(footprint, land)
    beside = (beyond > 0) & (shapely.distance(footprint, polygon) <= beyond + BESIDE_M)
    sound = g.geometry.copy()
    sound[~good] = None
    tree = shapely.STRtree(sound)
    everywhere = shapely.STRtree(b.geometry)
    for k in np.flatnonzero((share < SHARE) & (away > POINT_M) & ~beside).tolist():
        i = int(doubt[k])
        if flat[k] and _largest(footprint[k], polygon[k], g.geometry[tree.query(footprint[k])]):
            continue
        if flat[k] and _by_own_ground(city, i, polygon[k], everywhere):
            continue
        yield Finding(
            "check-building-outside",
            "error",
            "buildings",
            b.ids[i],
            clause="6.5",
            outcome="fail",
            geometry=b.geometry[i],
            params={
                "service_grid_id": b.grid[i],
                "share": f"{share[k]:.0%}",
                "distance_m": round(float(away[k]), 2),
            },
        )
