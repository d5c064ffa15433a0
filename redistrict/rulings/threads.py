"""Threads: strips of the losing office too thin to be land, left between a moved estate's edge
and some other line. They follow the estate, or the map would show hairs along its outline."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from redistrict.planar.geometries import Geometries, common_part

THREAD_M = 3.0
"""Narrower than the narrowest lane; outlines of estates and offices are traced to about a metre."""

_WINDOW_M = 50.0
_OVERDRAW_M = 0.01


def threads(
    estates: Geometries, offices: Geometries, office_of: Mapping[int, int]
) -> tuple[Geometries, NDArray[np.int64], NDArray[np.int64]]:
    """(strips, loser, winner): what each moved estate would leave of a losing office as threads.

    ``office_of``: row of ``estates`` -> row of ``offices`` that governs it. A strip is what a
    morphological opening by `THREAD_M` takes from the losing office beside the estate, at least
    five times as long as wide. It is drawn a centimetre too large, so that no hair of rounding is
    left beside it; only faces of the loser inside it are meant.
    """
    found: list[tuple[BaseGeometry, int, int]] = []
    tree = shapely.STRtree(offices)
    moved = [estates[e] for e in sorted(office_of)]
    for e in sorted(office_of):
        for loser in sorted(tree.query(estates[e], predicate="intersects").tolist()):
            if loser == office_of[e]:
                continue
            gone = common_part(estates[e], offices[loser])
            if gone.area == 0.0:
                continue
            west, south, east, north = shapely.bounds(gone)
            window = shapely.box(
                west - _WINDOW_M, south - _WINDOW_M, east + _WINDOW_M, north + _WINDOW_M
            )
            left = shapely.difference(
                common_part(offices[loser], window), shapely.union_all(_near(moved, window))
            )
            found += [(strip, loser, office_of[e]) for strip in _strips(left, gone)]
    strips = np.empty(len(found), dtype=object)
    strips[:] = [strip for strip, _, _ in found]
    lost = np.array([loser for _, loser, _ in found], dtype=np.int64)
    won = np.array([winner for _, _, winner in found], dtype=np.int64)
    return strips, lost, won


def _near(shapes: list[BaseGeometry], window: BaseGeometry) -> list[BaseGeometry]:
    return [shape for shape in shapes if shapely.intersects(shape, window)]


def _strips(left: BaseGeometry, gone: BaseGeometry) -> list[BaseGeometry]:
    half = THREAD_M / 2
    core = left.buffer(-half, join_style="mitre")
    opened = core.buffer(half * 1.01, join_style="mitre", mitre_limit=5)
    thin = shapely.get_parts(shapely.difference(left, opened))
    return [
        strip.buffer(_OVERDRAW_M, join_style="mitre")
        for strip in thin.tolist()
        if strip.length > 10 * THREAD_M
        and strip.area > 0.0
        and shapely.distance(strip, gone) < _OVERDRAW_M
    ]
