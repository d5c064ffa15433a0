"""The land cut into tiles, each with the row (building, slice, plot) it goes to.

Land around buildings is divided by the field of its stands; land without buildings (rivers,
strips between tracks, islands) by the field of its banks, so that a river is shared to about its
midline. What the outline of the land cuts off from its building goes to a neighbour.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from redistrict.planar.shared import SharedSegments, shared_segments
from redistrict.planar.threads import by_rows, mapped
from redistrict.units.banks import afloat, bank_fields
from redistrict.units.field import Field, field, sample_outlines
from redistrict.units.flood import flood
from redistrict.units.footprints import Stands, inset
from redistrict.units.land import GRID_M, Geometries, Ints, Land, meeting, near_lines

_CRUMB_M2 = 0.01
ON_LINE_M = 0.005
"""Noded lines lie on the millimetre grid: this near a barrier, a border lies on it."""


@dataclass(frozen=True)
class Tiles:
    """t tiles: ``polygons`` (t,), the ``piece`` of land (t,) each lies on and the ``row`` (t,) it
    goes to; ``shared``: the segments between them; ``far`` (t,): True where a tile touches no
    other land of its row's domain and went to the nearest row."""

    polygons: Geometries
    piece: Ints
    row: Ints
    shared: SharedSegments
    far: NDArray[np.bool_]


def tile(
    stands: Stands, land: Land, domain: Ints, footprints: Geometries, threads: int = 1
) -> Tiles:
    """Tile all land of every domain that has a stand; ``domain``, ``footprints`` (n,) of the
    stands' rows. The answer is the same whatever the number of ``threads``."""
    shapes = by_rows(inset, stands.shape, threads)
    fields = land_fields(shapes, stands.land, threads)
    fields |= bank_fields(fields, land, afloat(footprints, domain, land))
    far, near = _borders(fields, land, threads)
    polygons = _polygonize(far, near, land)
    at = shapely.get_coordinates(shapely.point_on_surface(polygons))
    piece = land.at(at)
    kept = piece >= 0
    polygons, at, piece = polygons[kept], at[kept], piece[kept]
    wanted = _wanted(fields, at, piece, threads)
    wanted[shapely.area(polygons) < _CRUMB_M2] = -1
    polygons, piece, wanted, home = _homes(polygons, piece, wanted, shapes, stands.land)
    shared = shared_segments(polygons)
    barred = near_lines(shared.middle(), land.dangles, ON_LINE_M)
    row, lost = flood(polygons, piece, wanted, home, domain, land, shared, barred)
    return Tiles(polygons, piece, row, shared, lost)


def land_fields(shapes: Geometries, piece: Ints, threads: int = 1) -> dict[int, Field | int]:
    """The field of each piece of land with stands; just the row where there is only one."""

    def of(rows: Ints) -> Field | int:
        return int(rows[0]) if len(rows) == 1 else field(sample_outlines(shapes[rows], rows))

    groups = by_number(piece)
    keys = [int(piece[rows[0]]) for rows in groups]
    return dict(zip(keys, mapped(of, groups, threads), strict=True))


def by_number(number: Ints) -> list[Ints]:
    """The places (t,) of each number, from the smallest number to the largest."""
    order = np.argsort(number, kind="stable")
    cuts = np.flatnonzero(np.diff(number[order])) + 1
    return np.split(order, cuts) if len(order) else []


def _borders(
    fields: dict[int, Field | int], land: Land, threads: int
) -> tuple[Geometries, Geometries]:
    """Lines well inside their piece of land, and lines clipped to it that meet its outline."""

    def of(given: tuple[int, Field]) -> tuple[Geometries, Geometries]:
        polygon = land.polygons[given[0]]
        lines = given[1].borders()
        shapely.prepare(polygon)
        inside = shapely.contains_properly(polygon, lines)
        # A barrier that ends in the land cuts nothing but the tiles it runs through.
        inside &= ~meeting(lines, land.dangles)
        rest = lines[~inside]
        rest = rest[shapely.intersects(polygon, rest)]
        return lines[inside], shapely.get_parts(shapely.intersection(rest, polygon))

    divided = [(key, one) for key, one in sorted(fields.items()) if not isinstance(one, int)]
    found = mapped(of, divided, threads)
    none = np.zeros(0, dtype=object)
    lines = np.concatenate([none, *(near for _, near in found)])
    far = np.concatenate([none, *(far for far, _ in found)])
    return far, lines[shapely.get_type_id(lines) == 1]


def _polygonize(far: Geometries, near: Geometries, land: Land) -> Geometries:
    cuts = np.r_[near, land.lines, land.dangles]
    noded = shapely.get_parts(shapely.union_all(cuts, grid_size=GRID_M))
    tiles = shapely.get_parts(shapely.polygonize(np.r_[far, noded]))
    order = np.lexsort((shapely.area(tiles), *shapely.bounds(tiles).T))
    return tiles[order]


def _wanted(
    fields: dict[int, Field | int], at: NDArray[np.float64], piece: Ints, threads: int
) -> Ints:
    """(t,) the row each tile belongs to by the field of its piece of land, or -1."""
    wanted = np.full(len(piece), -1, dtype=np.int64)

    def fill(mine: Ints) -> None:
        one = fields.get(int(piece[mine[0]]))
        if isinstance(one, int):
            wanted[mine] = one
        elif one is not None:
            wanted[mine] = one.locate(at[mine])

    mapped(fill, by_number(piece), threads)
    return wanted


def _homes(
    polygons: Geometries, piece: Ints, wanted: Ints, shapes: Geometries, stand: Ints
) -> tuple[Geometries, Ints, Ints, Ints]:
    """The tile each row's stand lies on, its own: (n,) tile numbers; ``wanted`` agrees with it.

    Where two stands ended on one tile (overlaps finer than the samples), the later one's ground
    is carved out of it.
    """
    inner = shapely.point_on_surface(shapes)
    point, on = shapely.STRtree(polygons).query(inner, predicate="intersects")
    right = piece[on] == stand[point]
    point, on = point[right], on[right]
    agrees = wanted[on] == point
    order = np.lexsort((on, ~agrees, point))
    first = order[np.unique(point[order], return_index=True)[1]]
    home = np.full(len(shapes), -1, dtype=np.int64)
    home[point[first]] = on[first]
    taken: dict[int, int] = {}
    # those the field agrees with come first; the rest must not take their tiles
    agreed = (home >= 0) & (wanted[home] == np.arange(len(home)))
    extra: list[BaseGeometry] = []
    extra_piece: list[int] = []
    for r in np.lexsort((np.arange(len(home)), ~agreed)).tolist():
        t = int(home[r])
        if t not in taken:
            taken[t] = r
            continue
        stand_shape: Any = shapes[r]
        ground = shapely.set_precision(stand_shape, GRID_M)
        polygons[t] = shapely.difference(polygons[t], ground)
        home[r] = len(polygons) + len(extra)
        extra.append(ground)
        extra_piece.append(int(stand[r]))
    if extra:
        polygons = np.r_[polygons, np.array(extra, dtype=object)]
        piece = np.r_[piece, extra_piece]
        wanted = np.r_[wanted, np.full(len(extra), -1, np.int64)]
    wanted[home] = np.arange(len(home))
    return polygons, piece, wanted, home
