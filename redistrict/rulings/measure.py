"""How much of an estate's land lies in each street office, on the ellipsoid (clause 5.1(5))."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from redistrict.planar.geometries import Geometries, common_part
from redistrict.planar.shares import shares

NOISE_M2 = 1.0
NOISE_SHARE = 0.001
"""A part below 1 m2 or a thousandth of the estate's land is tracing noise: the estate's outline
was drawn along the office line, not across it. It is neither weighed nor moved."""

_STEP_M = 50.0
"""Edges are densified to this length before leaving the projection: a 50 m edge then strays
from the ellipsoid's own straight line by well under 0.1 mm."""


class Ellipsoid:
    """Areas on the ellipsoid of a projected CRS (Karney's geodesic polygons, by pyproj.Geod)."""

    def __init__(self, working_crs: str) -> None:
        crs = pyproj.CRS.from_user_input(working_crs)
        geodetic = crs.geodetic_crs or pyproj.CRS.from_epsg(4326)
        self._transformer = pyproj.Transformer.from_crs(crs, geodetic, always_xy=True)
        geod = geodetic.get_geod()
        self._geod = pyproj.Geod(ellps="WGS84") if geod is None else geod

    def area(self, geometry: BaseGeometry | None) -> float:
        """Square metres on the ellipsoid of the polygons in ``geometry`` (working CRS)."""
        if geometry is None or geometry.is_empty:
            return 0.0
        total = 0.0
        for part in shapely.get_parts(shapely.get_parts(geometry)):
            if shapely.get_type_id(part) != _POLYGON:
                continue  # the two share a line or a point beside their common land
            rings = shapely.get_rings(shapely.segmentize(part, _STEP_M))
            sizes = [self._ring(ring) for ring in rings]
            total += sizes[0] - sum(sizes[1:])
        return total

    def _ring(self, ring: BaseGeometry) -> float:
        x, y = shapely.get_coordinates(ring).T
        lon, lat = self._transformer.transform(x, y)
        return abs(self._geod.polygon_area_perimeter(lon, lat)[0])


_POLYGON = 3


@dataclass(frozen=True)
class Land:
    """An estate's land: whole, and by street office index (every part of positive area)."""

    whole: float
    by_office: dict[int, float]

    @cached_property
    def parts(self) -> dict[int, float]:
        """The parts that count: above the noise threshold, largest first."""
        least = max(NOISE_M2, NOISE_SHARE * self.whole)
        counted = [(k, v) for k, v in self.by_office.items() if v >= least]
        return dict(sorted(counted, key=lambda kv: (-kv[1], kv[0])))

    @property
    def straddles(self) -> bool:
        """True where more than one street office holds a part that counts."""
        return len(self.parts) > 1


def straddling_land(
    estates: Geometries, offices: Geometries, ellipsoid: Ellipsoid, always: set[int]
) -> dict[int, Land]:
    """Estate index -> its land, for estates with land in two offices or more, and ``always``.

    Areas are of the estate as surveyed, before any rounding of coordinates.
    """
    held = shares(estates, offices)
    wanted = np.flatnonzero(held.touched() > 1)
    result: dict[int, Land] = {}
    for e in sorted({*wanted.tolist(), *always}):
        touching = held.polygon[held.group == e]
        by_office = {int(k): ellipsoid.area(common_part(estates[e], offices[k])) for k in touching}
        result[e] = Land(ellipsoid.area(estates[e]), by_office)
    return result
