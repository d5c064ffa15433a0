"""Shapes of one family as plain arrays, the form in which they are cut and encoded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, cast

import numpy as np
import shapely
from numpy.typing import NDArray

Shapes = NDArray[Any]
"""(n,) object array of shapely geometries."""

Family = Literal[1, 2, 3]
"""Point, line, polygon: the numbers of the tile specification's GeomType."""

POINT: Family = 1
LINE: Family = 2
POLYGON: Family = 3

FAMILY: dict[int, Family] = {0: POINT, 1: LINE, 2: LINE, 3: POLYGON, 4: POINT, 5: LINE, 6: POLYGON}
"""shapely type id -> family; collections (7) are taken apart before."""
COLLECTION = 7
MULTI = {POINT: shapely.multipoints, LINE: shapely.multilinestrings, POLYGON: shapely.multipolygons}


@dataclass(frozen=True)
class Flat:
    """Features of one family: coordinates in parts (rings, lines, sets of points).

    ``x``, ``y`` (v,) in web mercator; part ``p`` is ``starts[p]:starts[p + 1]`` of them, rings
    without their closing vertex; feature ``f`` is the parts ``parts[f]:parts[f + 1]``;
    ``outer[p]`` is True for shells. Shells run clockwise (y up), holes the other way.
    """

    family: Family
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    starts: NDArray[np.int64]
    parts: NDArray[np.int64]
    outer: NDArray[np.bool_]


def flattened(family: Family, geometry: Shapes) -> Flat:
    """Shapes of one family, none missing, as arrays."""
    if family == POLYGON:
        geometry = shapely.orient_polygons(geometry, exterior_cw=True)
    pieces, of = shapely.get_parts(geometry, return_index=True)
    multi = cast("Shapes", MULTI[family](pieces, indices=of))
    _, xy, offsets = shapely.to_ragged_array(np.atleast_1d(multi), include_z=False)
    levels = [np.asarray(o, dtype=np.int64) for o in offsets]
    if family == POLYGON:
        rings, polygons, of = levels
        closing = np.ones(len(xy), dtype=bool)
        closing[rings[1:] - 1] = False
        xy = xy[closing]
        starts, parts = rings - np.arange(len(rings)), polygons[of]
        outer = np.zeros(len(rings) - 1, dtype=np.bool_)
        outer[polygons[:-1]] = True
    else:
        starts = levels[0]
        parts = levels[1] if family == LINE else np.arange(len(starts), dtype=np.int64)
        outer = np.ones(len(starts) - 1, dtype=np.bool_)
    x, y = np.ascontiguousarray(xy[:, 0]), np.ascontiguousarray(xy[:, 1])
    return Flat(family, x, y, starts, parts, outer)


def only(shape: Any, family: Family) -> Any:
    """The parts of a clipped shape that are of its family: an edge along the cut is no area."""
    kind = int(shapely.get_type_id(shape))
    if kind != COLLECTION:
        return shape if FAMILY.get(kind) == family else None
    parts = shapely.get_parts(shapely.get_parts(shape))
    mine = [p for p in parts if FAMILY.get(int(shapely.get_type_id(p))) == family]
    return MULTI[family](mine) if mine else None


def highest(shape: Any) -> Any:
    """Of a collection, the parts of the highest dimension."""
    parts = shapely.get_parts(shapely.get_parts(shape))
    dimension = shapely.get_dimensions(parts)
    best = parts[dimension == dimension.max()] if len(parts) else parts
    family = FAMILY.get(int(shapely.get_type_id(best[0]))) if len(best) else None
    return MULTI[family](best) if family else None
