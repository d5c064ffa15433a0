"""Land on the ellipsoid, against areas known in closed form."""

from __future__ import annotations

import math

import numpy as np
import pyproj
import pytest
import shapely

from redistrict.rulings.measure import Ellipsoid, Land, straddling_land

A_CGCS, F_CGCS = 6_378_137.0, 1 / 298.257222101


def zone_area(south: float, north: float, width: float) -> float:
    """Area between two parallels over ``width`` degrees of longitude (Snyder 1987, eq. 3-12)."""
    e = math.sqrt(F_CGCS * (2 - F_CGCS))
    b2 = A_CGCS**2 * (1 - e * e)

    def q(lat: float) -> float:
        s = math.sin(math.radians(lat))
        return s / (1 - e * e * s * s) + math.atanh(e * s) / e

    return math.radians(width) * b2 / 2 * (q(north) - q(south))


def quad(crs: str, west: float, south: float, east: float, north: float) -> shapely.Polygon:
    """The quadrangle between meridians and parallels, in ``crs``, its sides densely drawn."""
    lon, lat = np.linspace(west, east, 400), np.linspace(south, north, 400)
    ring = np.r_[
        np.c_[lon, np.full(400, south)],
        np.c_[np.full(400, east), lat],
        np.c_[lon[::-1], np.full(400, north)],
        np.c_[np.full(400, west), lat[::-1]],
    ]
    to = pyproj.Transformer.from_crs("EPSG:4490", crs, always_xy=True)
    return shapely.Polygon(np.c_[to.transform(*ring.T)])


@pytest.mark.parametrize(
    ("crs", "west", "south", "size"),
    [
        ("EPSG:4548", 117.0, 35.0, 0.01),  # on the central meridian
        ("EPSG:4548", 118.4, 35.0, 0.01),  # at the zone's edge
        ("EPSG:4527", 117.2, 35.1, 0.05),  # zone-prefixed eastings
        ("EPSG:4547", 113.0, 20.0, 0.003),
    ],
)
def test_areas_are_those_of_the_ellipsoid(crs: str, west: float, south: float, size: float) -> None:
    land = quad(crs, west, south, west + size, south + size)
    assert Ellipsoid(crs).area(land) == pytest.approx(
        zone_area(south, south + size, size), rel=1e-6
    )


def test_the_projection_does_not_matter() -> None:
    here = quad("EPSG:4548", 118.2, 35.0, 118.22, 35.01)
    to = pyproj.Transformer.from_crs("EPSG:4548", "EPSG:4549", always_xy=True)
    there = shapely.transform(here, lambda xy: np.c_[to.transform(*xy.T)])
    assert here.area != pytest.approx(there.area, rel=1e-5)
    assert Ellipsoid("EPSG:4548").area(here) == pytest.approx(
        Ellipsoid("EPSG:4549").area(there), rel=1e-9
    )


def test_holes_and_parts_count_and_lines_do_not() -> None:
    outer = quad("EPSG:4548", 117.1, 35.0, 117.12, 35.02)
    inner = quad("EPSG:4548", 117.105, 35.005, 117.11, 35.01)
    ellipsoid = Ellipsoid("EPSG:4548")
    ring = shapely.difference(outer, inner)
    assert ellipsoid.area(ring) == pytest.approx(
        zone_area(35.0, 35.02, 0.02) - zone_area(35.005, 35.01, 0.005), rel=1e-6
    )
    mixed = shapely.GeometryCollection([inner, shapely.LineString([(0, 0), (1, 1)])])
    assert ellipsoid.area(mixed) == pytest.approx(ellipsoid.area(inner), rel=1e-12)
    assert ellipsoid.area(shapely.Polygon()) == 0.0


def test_parts_add_up_to_the_whole() -> None:
    x, y = 500_000.0, 3_880_000.0
    offices = np.array(
        [shapely.box(x, y, x + 500, y + 500), shapely.box(x + 500, y, x + 900, y + 500)]
    )
    turned = shapely.Polygon(
        [(x + 300, y + 100), (x + 700, y + 180), (x + 650, y + 400), (x + 320, y + 300)]
    )
    (land,) = straddling_land(np.array([turned]), offices, Ellipsoid("EPSG:4548"), set()).values()
    assert sum(land.by_office.values()) == pytest.approx(land.whole, rel=1e-9)
    assert land.straddles


@pytest.mark.parametrize(
    ("parts", "straddles"),
    [
        ({0: 9_000.0, 1: 1_000.0}, True),
        ({0: 9_990.0, 1: 10.0}, True),  # exactly a thousandth
        ({0: 9_991.0, 1: 9.0}, False),
        ({0: 10_000.0}, False),
        ({0: 500.0, 1: 0.9}, False),  # below a square metre
    ],
)
def test_noise_along_the_line_is_no_straddling(parts: dict[int, float], straddles: bool) -> None:
    assert Land(sum(parts.values()), parts).straddles is straddles
