"""Cutting a polygon into strips across its long axis: stairwells of a slab, shares of a plot."""

from __future__ import annotations

import numpy as np
import shapely
from shapely.affinity import affine_transform
from shapely.geometry.base import BaseGeometry

_STEPS = 40


def axis(polygon: BaseGeometry) -> tuple[float, float]:
    """Unit vector along the long side of the minimum rotated rectangle, west to east (or north
    to south where it runs due south)."""
    frame = shapely.minimum_rotated_rectangle(polygon)
    if frame.geom_type != "Polygon":
        return 1.0, 0.0
    xy = shapely.get_coordinates(frame)
    sides = np.diff(xy[:3], axis=0)
    length = np.round(np.hypot(*sides.T), 3)
    along = sides[0] if length[0] >= length[1] else sides[1]
    size = float(np.hypot(*along))
    if size == 0.0:
        return 1.0, 0.0
    x, y = (along / size).tolist()
    if x < -1e-9 or (abs(x) <= 1e-9 and y > 0):
        x, y = -x, -y
    return x, y


def slices(
    polygon: BaseGeometry, count: int, direction: tuple[float, float] | None = None
) -> list[BaseGeometry]:
    """``count`` strips of equal area across the long axis (or ``direction``), in order along it.

    Strips of an L or a ring may come in several parts; they always have area.
    """
    x, y = direction or axis(polygon)
    turned = affine_transform(polygon, [x, y, -y, x, 0, 0])
    cuts = _equal_areas(turned, count)
    low, high = turned.bounds[1] - 1.0, turned.bounds[3] + 1.0
    return [
        affine_transform(
            _area_of(shapely.intersection(turned, shapely.box(cuts[i], low, cuts[i + 1], high))),
            [x, -y, y, x, 0, 0],
        )
        for i in range(count)
    ]


def _equal_areas(turned: BaseGeometry, count: int) -> list[float]:
    """Abscissae that cut ``turned`` into ``count`` strips of equal area, by bisection."""
    left, low, right, high = turned.bounds
    total = turned.area
    cuts = [left - 1.0]
    for i in range(1, count):
        a, b = left, right
        for _ in range(_STEPS):
            middle = 0.5 * (a + b)
            part = shapely.area(shapely.clip_by_rect(turned, left - 1, low - 1, middle, high + 1))
            if part < total * i / count:
                a = middle
            else:
                b = middle
        cuts.append(0.5 * (a + b))
    return [*cuts, right + 1.0]


def _area_of(shape: BaseGeometry) -> BaseGeometry:
    """Only the polygons of a shape."""
    parts = [p for p in shapely.get_parts(shape) if p.geom_type == "Polygon"]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
