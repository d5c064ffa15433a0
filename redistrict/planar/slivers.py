"""What is a sliver: a piece too narrow to be land of its own."""

from __future__ import annotations

import shapely
from shapely.geometry.base import BaseGeometry

SLIVER_WIDTH_M = 10.0
"""Gaps and fragments whose largest inscribed circle is no wider are drawing noise, not places.

Hand-traced office lines (Beijing, 343 offices) leave gaps up to 7 m wide; the narrowest thing a
map of offices shows on purpose, a lane or a canal, is wider than 10 m between its outer edges.
"""


SPECK_WIDTH_M = 1.0
"""Land no wider than this holds no building: what a digitiser's slip leaves beside an area."""


def width(piece: BaseGeometry) -> float:
    """Diameter of the largest circle inside ``piece`` (metres), to about 1 %."""
    area, length = piece.area, piece.length
    if length == 0.0 or area == 0.0:
        return 0.0
    mean = 2.0 * area / length  # a lower bound: area <= inradius x perimeter
    if mean > SLIVER_WIDTH_M:
        return mean
    widest = 0.0
    for part in shapely.get_parts(piece):
        radius = shapely.maximum_inscribed_circle(part, tolerance=max(0.01 * mean, 1e-4))
        widest = max(widest, 2.0 * radius.length)
    return widest


def is_sliver(piece: BaseGeometry) -> bool:
    """True where no circle wider than `SLIVER_WIDTH_M` fits inside."""
    return width(piece) <= SLIVER_WIDTH_M
