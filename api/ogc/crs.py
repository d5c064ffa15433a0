"""Coordinate reference systems by their OGC address, with the axis order that each demands.

Source: OGC 18-058r1, API - Features Part 2. GeoJSON in CRS84 has longitude first; in an EPSG
system coordinates come in the order of its definition: latitude first in 4326 and 4490, northing
first in the CGCS2000 zones, easting first in 3857.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray
from pyproj.exceptions import CRSError

from api.errors import BadRequest
from api.projections import bounds, change

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
ALWAYS = (4490, 4326, 3857)
"""Besides CRS84 and the survey's own, every collection is offered in these."""

_STEPS = 40
"""Pieces into which an edge as long as the layer is cut before it is transformed."""


@dataclass(frozen=True)
class Crs:
    """``code`` what pyproj reads; ``swapped``: the second axis points east."""

    uri: str
    code: str
    swapped: bool
    geographic: bool

    @property
    def decimals(self) -> int:
        """A centimetre."""
        return 7 if self.geographic else 2


@cache
def crs84() -> Crs:
    """Longitude, latitude on WGS84."""
    return Crs(CRS84, "OGC:CRS84", swapped=False, geographic=True)


@cache
def epsg(code: int) -> Crs:
    """A system of the EPSG register."""
    known = pyproj.CRS.from_epsg(code)
    first = known.axis_info[0].direction.lower() if known.axis_info else "east"
    return Crs(f"{EPSG}{code}", f"EPSG:{code}", first in ("north", "south"), known.is_geographic)


@cache
def storage(text: str) -> Crs | None:
    """The survey's own system, if the register has it."""
    try:
        known = pyproj.CRS.from_user_input(text)
    except CRSError:
        return None
    if known.to_authority(min_confidence=90) == ("OGC", "CRS84"):
        return crs84()
    code = known.to_epsg(min_confidence=90)
    return epsg(code) if code else None


def offered(own: str) -> tuple[Crs, ...]:
    """What a collection of a survey in ``own`` may be asked in; the default first."""
    mine = storage(own)
    found = [crs84(), *([mine] if mine else []), *(epsg(c) for c in ALWAYS)]
    return tuple(dict.fromkeys(found))


def chosen(uri: str | None, name: str, among: Sequence[Crs]) -> Crs:
    """The system that parameter ``name`` asks for; raises BadRequest (unknown-crs)."""
    if uri is None:
        return among[0]
    wanted = uri.strip().removeprefix("<").removesuffix(">")
    for one in among:
        if wanted in (one.uri, _safe_curie(one)):
            return one
    known = ", ".join(c.uri for c in among)
    raise BadRequest("unknown-crs", name=name, known=known)


def _safe_curie(one: Crs) -> str:
    return f"[{one.code}]"


def moved(shapes: NDArray[Any], own: str, target: Crs) -> NDArray[Any]:
    """(n,) shapes in ``own`` (x, y) as an answer in ``target`` has them: rounded, axes in order.

    Shells run counter-clockwise in x, y (RFC 7946).
    """
    flat = shapely.force_2d(shapes)
    if not _same(own, target.code):
        to = change(own, target.code)
        flat = shapely.transform(flat, lambda a: np.column_stack(to.transform(a[:, 0], a[:, 1])))
    flat = shapely.orient_polygons(flat, exterior_cw=False)
    rounded = shapely.transform(flat, lambda a: np.round(a, target.decimals) + 0.0)
    # What a centimetre breaks (slivers of older maps) is given to a tenth of a millimetre.
    broken = ~shapely.is_valid(rounded)
    if broken.any():
        rounded[broken] = shapely.transform(
            flat[broken], lambda a: np.round(a, target.decimals + 2) + 0.0
        )
    return shapely.transform(rounded, lambda a: a[:, ::-1]) if target.swapped else rounded


def brought(shape: Any, source: Crs, own: str, extent: Sequence[float]) -> Any:
    """A shape of a request (axes in the order of ``source``) in ``own`` (x, y).

    ``extent`` (west, south, east, north in ``own``) is that of the layer: what lies far from it
    is cut off before the transformation, which need not exist there.
    """
    if source.swapped:
        shape = shapely.transform(shape, lambda a: a[:, ::-1])
    if _same(own, source.code):
        return shape
    near = _near(extent, own, source.code)
    if near is None:
        return shapely.Point()
    if not near.contains(shape):
        shape = shapely.intersection(shape, near)
    west, south, east, north = near.bounds
    shape = shapely.segmentize(shape, max(east - west, north - south) / _STEPS)
    to = change(source.code, own)
    return shapely.transform(shape, lambda a: np.column_stack(to.transform(a[:, 0], a[:, 1])))


def _near(extent: Sequence[float], own: str, source: str) -> Any:
    """The layer's surroundings in the system of a request: twice its size, None if it has none."""
    if not np.isfinite(extent).all():
        return None
    box = bounds(change(own, source), extent)
    if not np.isfinite(box).all():
        return None
    west, south, east, north = box
    margin = max(east - west, north - south, 1e-3) / 2
    return shapely.box(west - margin, south - margin, east + margin, north + margin)


@cache
def _same(one: str, other: str) -> bool:
    return pyproj.CRS.from_user_input(one).equals(
        pyproj.CRS.from_user_input(other), ignore_axis_order=True
    )
