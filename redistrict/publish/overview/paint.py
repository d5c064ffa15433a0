"""Shapes on a matplotlib axes: fills, edges, hatches, in as few artists as possible."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.path import Path as Outline

from redistrict.publish.geometry import Shapes

BATCH = 500
"""Polygons in one path: few paths draw fast, but matplotlib walks a lonely one point by point."""


def areas(
    axes: Axes,
    geometry: Shapes,
    fills: str | Sequence[str],
    edge: str = "none",
    width: float = 0.0,
    alpha: float = 1.0,
    order: float = 1.0,
) -> None:
    """Polygons with their holes, in one colour or one each; ``width`` of the edge in points."""
    each = np.array([fills] * len(geometry) if isinstance(fills, str) else list(fills), dtype=str)
    paths = [
        (str(colour), _outlines(some))
        for colour in np.unique(each)
        for some in np.array_split(geometry[each == colour], 1 + len(geometry) // BATCH)
    ]
    axes.add_collection(
        PathCollection(
            [path for _, path in paths],
            facecolors=[colour for colour, _ in paths],
            edgecolors=edge,
            linewidths=width,
            alpha=alpha,
            zorder=order,
            joinstyle="round",
        ),
        autolim=False,
    )


def lines(
    axes: Axes,
    geometry: Shapes,
    colour: str,
    width: float,
    style: Any = "solid",
    order: float = 2.0,
    casing: float = 0.0,
) -> None:
    """Lines, or the boundaries of polygons; ``casing``: a white line beneath, so much wider."""
    segments = _segments(geometry)
    for paint, thick, dash, level in (
        ("white", width + casing, "solid", order - 0.01),
        (colour, width, style, order),
    ):
        if paint == "white" and not casing:
            continue
        axes.add_collection(
            LineCollection(
                segments,
                colors=paint,
                linewidths=thick,
                linestyles=dash,
                zorder=level,
                capstyle="round",
                joinstyle="round",
            ),
            autolim=False,
        )


def hatched(
    axes: Axes, geometry: Shapes, colour: str, spacing: float, width: float, order: float
) -> None:
    """Diagonals through polygons, ``spacing`` in data units: seen in grey as well."""
    drawn = [hatching(g, spacing) for g in geometry if g is not None and not g.is_empty]
    if drawn:
        lines(axes, np.array(drawn, dtype=object), colour, width, order=order)


def hatching(area: Any, spacing: float) -> Any:
    """The part inside ``area`` of lines at 45 degrees, ``spacing`` apart, on one common lattice."""
    west, south, east, north = area.bounds
    first = int(np.floor((south - east) / spacing / np.sqrt(2)))
    last = int(np.ceil((north - west) / spacing / np.sqrt(2)))
    offsets = np.arange(first, last + 1) * spacing * np.sqrt(2)
    ends = np.stack(
        [
            np.column_stack([np.full(len(offsets), west), west + offsets]),
            np.column_stack([np.full(len(offsets), east), east + offsets]),
        ],
        axis=1,
    )
    return shapely.intersection(
        shapely.multilinestrings(np.asarray(shapely.linestrings(ends))), area
    )


def _outlines(geometry: Shapes) -> Outline:
    """All polygons as one path: shells and holes run in opposite senses, so holes stay open."""
    there = geometry[~(shapely.is_missing(geometry) | shapely.is_empty(geometry))]
    rings = shapely.get_rings(shapely.get_parts(shapely.orient_polygons(there)))
    points, ring = shapely.get_coordinates(rings, return_index=True)
    codes = np.full(len(points), Outline.LINETO, dtype=np.uint8)
    first = np.diff(ring, prepend=-1) != 0
    codes[first] = Outline.MOVETO
    codes[np.roll(first, -1)] = Outline.CLOSEPOLY
    return Outline(points, codes)


def _segments(geometry: Shapes) -> list[Any]:
    shapes = np.array([g for g in geometry if g is not None and not g.is_empty], dtype=object)
    polygonal = np.isin(shapely.get_type_id(shapes), (3, 6))
    shapes[polygonal] = shapely.boundary(shapes[polygonal])
    parts = shapely.get_parts(shapely.get_parts(shapes))
    parts = parts[np.isin(shapely.get_type_id(parts), (1, 2))]
    points, line = shapely.get_coordinates(parts, return_index=True)
    return cast("list[Any]", np.split(points, np.flatnonzero(np.diff(line)) + 1))
