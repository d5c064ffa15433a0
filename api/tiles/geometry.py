"""A layer's shapes in web mercator, ready to be cut into tiles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree

from api.tiles.flat import (
    COLLECTION,
    FAMILY,
    LINE,
    POINT,
    POLYGON,
    Flat,
    Shapes,
    flattened,
    highest,
    only,
)
from api.tiles.pyramid import Tile, mercator, unit

COVERAGE_PIXEL = 4.0
"""Tile units (half a pixel of a 512-pixel tile) that simplified shapes may leave the true by."""
PLAIN_ZOOM = 15
"""From this zoom on shapes are drawn as they are: half a pixel is about a metre."""


@dataclass(frozen=True)
class Group:
    """Features of one family: ``ids`` (n,) row numbers of the layer, ascending; see `Flat`."""

    shapes: Shapes
    ids: NDArray[np.int64]
    bounds: NDArray[np.float64]
    flat: Flat
    tree: STRtree


@dataclass(frozen=True)
class Cut:
    """Features to draw: ``chosen`` of ``flat``; feature ``f`` of it is row ``ids[f]``."""

    flat: Flat
    chosen: NDArray[np.int64]
    ids: NDArray[np.int64]


def projected(geometry: Shapes, crs: str) -> Shapes:
    """``geometry`` from ``crs`` in web mercator, without heights; None where it has no place."""
    moved = shapely.transform(shapely.force_2d(geometry), lambda xy: mercator(xy, crs))
    moved[~np.isfinite(shapely.bounds(moved)).all(axis=1)] = None
    return moved


def grouped(geometry: Shapes) -> tuple[Group, ...]:
    """The shapes (web mercator) by family."""
    kind = shapely.get_type_id(geometry)
    if (kind == COLLECTION).any():
        geometry = geometry.copy()
        geometry[kind == COLLECTION] = [highest(g) for g in geometry[kind == COLLECTION]]
        kind = shapely.get_type_id(geometry)
    family = np.array([FAMILY.get(int(k), 0) for k in kind], dtype=np.int64)
    family[shapely.is_empty(geometry) | shapely.is_missing(geometry)] = 0
    found: list[Group] = []
    for name in (POINT, LINE, POLYGON):
        ids = np.flatnonzero(family == name)
        if len(ids):
            mine = geometry[ids]
            flat = flattened(name, mine)
            found.append(Group(mine, ids, shapely.bounds(mine), flat, STRtree(mine)))
    return tuple(found)


def simplified(geometry: Shapes, z: int, coverage: bool) -> Shapes:
    """Shapes with the vertices that zoom ``z`` can show.

    Layers that share boundaries are simplified as a coverage (Visvalingam-Whyatt on shared edges,
    GEOS), so that neighbours still meet; other areas are left to the rounding, ends of lines stay.
    """
    if z >= PLAIN_ZOOM:
        return geometry
    out = geometry.copy()
    kind = shapely.get_type_id(geometry)
    tolerance = COVERAGE_PIXEL * unit(z)
    areas, lines = np.isin(kind, (3, 6)), np.isin(kind, (1, 5))
    if coverage and areas.any():
        out[areas] = shapely.coverage_simplify(geometry[areas], tolerance)
    if lines.any():
        out[lines] = shapely.simplify(geometry[lines], tolerance / 2)
    return out


def cut(group: Group, tile: Tile) -> list[Cut]:
    """The group's features in the tile with its buffer: whole ones, and pieces of the others."""
    west, south, east, north = tile.box()
    hit = np.sort(group.tree.query(shapely.box(west, south, east, north)))
    b = group.bounds[hit]
    inside = (b[:, 0] >= west) & (b[:, 1] >= south) & (b[:, 2] <= east) & (b[:, 3] <= north)
    whole, crossing = hit[inside], hit[~inside]
    found = [Cut(group.flat, whole, group.ids)] if len(whole) else []
    if len(crossing):
        clipped = shapely.clip_by_rect(group.shapes[crossing], west, south, east, north)
        clipped = np.array([only(g, group.flat.family) for g in clipped], dtype=object)
        left = ~(shapely.is_missing(clipped) | shapely.is_empty(clipped))
        if left.any():
            flat = flattened(group.flat.family, clipped[left])
            found.append(Cut(flat, np.arange(int(left.sum())), group.ids[crossing[left]]))
    return found
