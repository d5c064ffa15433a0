"""Sharing out land that holds no building: rivers, strips between tracks, islands.

Its outline is sampled; each sample speaks for the row that holds the land across it. From bank to
bank the field of these samples then draws the midline.
"""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from redistrict.units.field import MM, SPACING_M, Field, Samples, field
from redistrict.units.land import Geometries, Ints, Land

_STEP_M = (1.0, 10.0)
_ACROSS_M = 0.005
_AROUND_M = 0.1
_CRUMB_M2 = 25.0
_ROUNDS = 50
_AFLOAT_M2 = 5.0


Afloat = dict[int, tuple[Geometries, Ints]]
"""Piece of land -> what stands in it without having its ground there, and the rows of that."""


def afloat(footprints: Geometries, domain: Ints, land: Land) -> Afloat:
    """What of ``footprints`` (n,) reaches out over the water of their ``domain`` (n,)."""
    wet = np.flatnonzero(land.water)
    if not len(wet):
        return {}
    foot, near = shapely.STRtree(land.polygons[wet]).query(footprints, predicate="intersects")
    piece = wet[near]
    own = land.domain[piece] == domain[foot]
    foot, piece = foot[own], piece[own]
    common = shapely.intersection(footprints[foot], land.polygons[piece])
    real = np.isin(shapely.get_type_id(common), (3, 6)) & (shapely.area(common) > _AFLOAT_M2)
    found: Afloat = {}
    for k in np.unique(piece[real]).tolist():
        mine = np.flatnonzero(real & (piece == k))
        found[k] = common[mine], foot[mine]
    return found


def bank_fields(
    known: dict[int, Field | int], land: Land, over_water: Afloat
) -> dict[int, Field | int]:
    """Fields of the pieces of land that are not in ``known``, from their neighbours inwards."""
    fields = dict(known)
    found: dict[int, Field | int] = {}
    waiting = [k for k in range(len(land.polygons)) if k not in fields]
    for _ in range(_ROUNDS):
        new = {
            k: one
            for k in waiting
            if (one := _from_banks(k, fields, land, over_water.get(k))) is not None
        }
        if not new:
            break
        found |= new
        fields |= new
        waiting = [k for k in waiting if k not in new]
    return found


def _from_banks(
    key: int,
    fields: dict[int, Field | int],
    land: Land,
    over_water: tuple[Geometries, Ints] | None,
) -> Field | int | None:
    polygon = land.polygons[key]
    at, normal, line = _outline(polygon)
    row = _across(at, normal, key, fields, land)
    rows = np.unique(row[row >= 0])
    if not len(rows):
        return None
    if (len(rows) == 1 and over_water is None) or polygon.area < _CRUMB_M2:
        return int(np.bincount(row[row >= 0]).argmax())
    at, row = _sharpen(at, normal, line, row, key, fields, land)
    if over_water is not None:
        at, row = _with_floating(at, row, *over_water)
    whole = np.rint(at * MM).astype(np.int64)
    origin = whole.min(axis=0)
    _, first = np.unique(whole, axis=0, return_index=True)
    first = first[row[first] >= 0]
    samples = Samples(origin, whole[first] - origin, row[first], np.zeros((0, 2), np.int64))
    return field(samples)


def _with_floating(
    at: NDArray[np.float64], row: Ints, shapes: Geometries, rows: Ints
) -> tuple[NDArray[np.float64], Ints]:
    """Samples of the bank, and of what stands in the water for the row of its own."""
    xy, owner = shapely.get_coordinates(
        shapely.segmentize(shapely.boundary(shapes), SPACING_M), return_index=True
    )
    return np.vstack([xy, at]), np.r_[rows[owner], row]


def _outline(
    polygon: BaseGeometry,
) -> tuple[NDArray[np.float64], NDArray[np.float64], Ints]:
    """Samples inside the segments of the outline, the direction out of the land there, and the
    ring of each, in order along it."""
    width = 2.0 * polygon.area / polygon.length
    step = float(np.clip(width, *_STEP_M))
    rings = shapely.get_rings(shapely.segmentize(shapely.orient_polygons(polygon), step))
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    same = (ring[1:] == ring[:-1]) & (xy[1:] != xy[:-1]).any(axis=1)
    start, stop = xy[:-1][same], xy[1:][same]
    along = stop - start
    # shells run anticlockwise, holes clockwise: the land is on the left, the outside on the right
    normal = np.column_stack([along[:, 1], -along[:, 0]])
    normal /= np.hypot(*normal.T)[:, None]
    return 0.5 * (start + stop), normal, ring[1:][same]


def _across(
    at: NDArray[np.float64],
    normal: NDArray[np.float64],
    key: int,
    fields: dict[int, Field | int],
    land: Land,
) -> Ints:
    """(k,) the row holding the land across the outline of piece ``key``, -1 for nobody of ours."""
    beyond = at + normal * _ACROSS_M
    piece = land.at(beyond)
    row = np.full(len(at), -1, dtype=np.int64)
    for other in np.unique(piece[piece >= 0]).tolist():
        if other == key or land.domain[other] != land.domain[key] or other not in fields:
            continue
        mine = piece == other
        one = fields[other]
        row[mine] = one if isinstance(one, int) else one.locate(beyond[mine])
    return row


def _sharpen(
    at: NDArray[np.float64],
    normal: NDArray[np.float64],
    line: Ints,
    row: Ints,
    key: int,
    fields: dict[int, Field | int],
    land: Land,
) -> tuple[NDArray[np.float64], Ints]:
    """Samples close to where the row changes along a straight bank, so that lines in the water
    start where the lines on land end."""
    change = np.flatnonzero(
        (row[1:] != row[:-1]) & (row[1:] >= 0) & (row[:-1] >= 0) & (line[1:] == line[:-1])
    )
    low, high = at[change], at[change + 1]
    direction = normal[change]
    first, last = row[change], row[change + 1]
    while len(change) and np.hypot(*(high - low).T).max() > 2 * _AROUND_M:
        middle = 0.5 * (low + high)
        here = _across(middle, direction, key, fields, land)
        lower = here == first
        low = np.where(lower[:, None], middle, low)
        high = np.where(lower[:, None], high, middle)
        last = np.where(lower | (here < 0), last, here)
    return np.vstack([at, low, high]), np.r_[row, first, last]
