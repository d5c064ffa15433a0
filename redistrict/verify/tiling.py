"""Invariant 2: grids tile their committee, committees their street office; polygons are clean.

Tolerances. Neighbours of one level must have *identical* vertices on their shared boundary: no
tolerance, since the same numbers stay the same through any file format and transformation. Between
levels the outlines are compared as areas: a difference counts where it is wider than `WIDTH_M` on
average. GeoJSON rounds to 1e-9 degree (0.1 mm), and a straight line of 1 km in degrees bends by
about 1.4 cm in a projected system; anything wider than 2 cm is a real gap or overlap.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from redistrict.model.finding import Finding
from redistrict.verify.city import Areas, City, Integers, Objects
from redistrict.verify.report import Check, failure, judged

WIDTH_M = 0.02
"""Gaps and overlaps between levels narrower than this on average are rounding."""
AREA_M2 = 0.01
"""... and so are those smaller than this."""
SLIVER_M = 1.0
"""A polygon in which no circle of this diameter fits is no place anybody lives or walks."""
THREAD_M = 0.1
"""A spike or thread is narrower than this ..."""
THREAD_LENGTH_M = 10.0
"""... over at least this length."""
SEAM_M = 2.5 * WIDTH_M
"""Neighbours nowhere further apart than this that do not meet were meant to meet: a seam that is
open by less is no gap between levels (`WIDTH_M`, on average), but its vertices are not the same."""
HAIR_M = 1e-5
"""A seam is wider than this on average; less is the arithmetic of overlays."""


def checks(city: City) -> list[Check]:
    """The checks of invariant 2 that need the polygons only."""
    levels = (city.grids, city.committees, city.offices)
    n = sum(map(len, levels))
    return [
        judged("area-geometry", 2, n, _geometry(levels)),
        judged("shared-vertices", 2, n, _coverage(levels)),
        judged("grids-tile-committee", 2, len(city.committees), _grids(city)),
        judged("committees-tile-office", 2, len(city.offices), _committees(city)),
        judged("one-polygon", 2, len(city.grids) + len(city.committees), _pieces(city)),
        judged("no-slivers", 2, n, _slivers(levels)),
    ]


def polygonal(geometry: Objects) -> np.ndarray:
    """(n,) True for valid polygons and multipolygons that are not empty."""
    kind = shapely.get_type_id(geometry)
    return np.isin(kind, (3, 6)) & ~shapely.is_empty(geometry) & shapely.is_valid(geometry)


def _geometry(levels: tuple[Areas, ...]) -> Iterator[Finding]:
    for area in levels:
        for i in np.flatnonzero(~polygonal(area.geometry)).tolist():
            shape = area.geometry[i]
            kind = "none" if shape is None else str(shape.geom_type)
            why = "" if shape is None else str(shapely.is_valid_reason(shape))
            yield failure("check-not-a-polygon", area.layer, area.ids[i], shape, kind=kind, why=why)


def _coverage(levels: tuple[Areas, ...]) -> Iterator[Finding]:
    """Overlaps, and boundaries that two neighbours do not share vertex by vertex."""
    for area in levels:
        good = np.flatnonzero(polygonal(area.geometry))
        shapes = area.geometry[good]
        edges = shapely.coverage_invalid_edges(shapes)
        bad = np.flatnonzero(~shapely.is_empty(edges) & (edges != None))  # noqa: E711
        overlapping = set[int]()
        for i, j, common in _overlaps(shapes, bad):
            overlapping |= {i, j}
            yield failure(
                "check-overlap",
                area.layer,
                area.ids[good[i]],
                common,
                other=str(area.ids[good[j]]),
                area_m2=round(float(common.area), 3),
            )
        for i in bad.tolist():
            if i not in overlapping:
                yield failure(
                    "check-vertices-differ",
                    area.layer,
                    area.ids[good[i]],
                    edges[i],
                    length_m=round(float(shapely.length(edges[i])), 2),
                )
        for i, seam in _seams(shapes, levels[-1].geometry) if area is not levels[-1] else ():
            yield failure(
                "check-vertices-differ",
                area.layer,
                area.ids[good[i]],
                seam,
                length_m=round(float(shapely.length(seam)), 2),
            )


def _seams(shapes: Objects, land: Objects) -> Iterator[tuple[int, BaseGeometry]]:
    """Boundaries along which some of ``land`` belongs to nobody, however little.

    Notches in one outline, and inlets of land outside, are as narrow and are no seams.
    """
    edges = shapely.coverage_invalid_edges(shapes, gap_width=SEAM_M)
    sound = land[polygonal(land)]
    offices, mine = shapely.STRtree(sound), shapely.STRtree(shapes)
    for i in np.flatnonzero(~shapely.is_empty(edges) & (edges != None)).tolist():  # noqa: E711
        near = shapely.buffer(edges[i], SEAM_M)
        here = shapely.intersection(shapely.union_all(sound[offices.query(near)]), near)
        bare = shapely.difference(here, shapely.union_all(shapes[mine.query(near)]))
        if bare.area > HAIR_M * shapely.length(edges[i]):
            yield i, edges[i]


def _overlaps(shapes: Objects, bad: Integers) -> Iterator[tuple[int, int, BaseGeometry]]:
    """Pairs of ``bad`` shapes that overlap by more than rounding."""
    if not len(bad):
        return
    tree = shapely.STRtree(shapes[bad])
    left, right = tree.query(shapes[bad], predicate="intersects")
    for i, j in sorted(zip(bad[left].tolist(), bad[right].tolist(), strict=True)):
        if i < j:
            common: Any = shapely.intersection(shapes[i], shapes[j])
            if real(common):
                yield i, j, common


def real(difference: BaseGeometry) -> bool:
    """True if any piece of an areal difference is more than rounding."""
    return bool(len(_real_parts(difference)))


def _real_parts(difference: BaseGeometry) -> Objects:
    parts = shapely.get_parts(difference)
    if len(parts) and (shapely.get_type_id(parts) == 7).any():
        parts = shapely.get_parts(parts)
    area, length = shapely.area(parts), np.maximum(shapely.length(parts), 1e-12)
    return parts[(area > AREA_M2) & (2 * area / length > WIDTH_M)]


def _grids(city: City) -> Iterator[Finding]:
    yield from _tiles(city.committees, city.grids, city.committee_of)


def _committees(city: City) -> Iterator[Finding]:
    yield from _tiles(city.offices, city.committees, city.office_of)


def _tiles(parents: Areas, children: Areas, parent_of: Integers) -> Iterator[Finding]:
    good = polygonal(children.geometry)
    order = np.argsort(parent_of, kind="stable")
    bounds = np.searchsorted(parent_of[order], np.arange(len(parents) + 1))
    outline = polygonal(parents.geometry)
    for p in range(len(parents)):
        mine = order[bounds[p] : bounds[p + 1]]
        mine = mine[good[mine]]
        parent = parents.geometry[p]
        if not outline[p]:
            continue  # reported by `area-geometry`
        if not len(mine):
            yield failure("check-area-empty", parents.layer, parents.ids[p], parent)
            continue
        union = _union(children.geometry[mine])
        if shapely.equals_exact(union, parent, 0.0, normalize=True):
            continue
        for code, part in (
            ("check-gap", shapely.difference(parent, union)),
            ("check-outside-parent", shapely.difference(union, parent)),
        ):
            for piece in _real_parts(part).tolist():
                yield failure(
                    code, parents.layer, parents.ids[p], piece, area_m2=round(piece.area, 3)
                )


def _union(shapes: Objects) -> BaseGeometry:
    if shapely.coverage_is_valid(shapes):
        return shapely.coverage_union_all(shapes)
    return shapely.union_all(shapes)


def _pieces(city: City) -> Iterator[Finding]:
    """Several polygons only where the office's own land is in pieces, and with the reason."""
    grid_office = np.where(
        city.committee_of >= 0,
        city.office_of[np.where(city.committee_of >= 0, city.committee_of, 0)],
        -1,
    )
    for area, office_of in ((city.grids, grid_office), (city.committees, city.office_of)):
        many = polygonal(area.geometry) & (shapely.get_num_geometries(area.geometry) > 1)
        for i in np.flatnonzero(many).tolist():
            parts = shapely.get_parts(area.geometry[i])
            office = city.offices.geometry[office_of[i]] if office_of[i] >= 0 else None
            land = shapely.get_parts(office) if office is not None else np.array([], dtype=object)
            inside = [
                int(np.argmax(shapely.area(shapely.intersection(land, part)))) if len(land) else 0
                for part in parts
            ]
            if len(set(inside)) < len(parts):
                yield failure(
                    "check-in-pieces",
                    area.layer,
                    area.ids[i],
                    area.geometry[i],
                    pieces=len(parts),
                    land=len(land),
                )
            elif area.reason[i] is None and area.code[i] is None:
                yield failure(
                    "check-pieces-without-reason",
                    area.layer,
                    area.ids[i],
                    area.geometry[i],
                    pieces=len(parts),
                )


def _slivers(levels: tuple[Areas, ...]) -> Iterator[Finding]:
    for area in levels:
        good = np.flatnonzero(polygonal(area.geometry))
        parts, owner = shapely.get_parts(area.geometry[good], return_index=True)
        mean = 2 * shapely.area(parts) / np.maximum(shapely.length(parts), 1e-12)
        for k in np.flatnonzero(mean < SLIVER_M).tolist():
            # The mean width bounds the widest circle from below, so only these can be slivers.
            circle = shapely.maximum_inscribed_circle(parts[k], tolerance=0.01)
            if 2 * shapely.length(circle) < SLIVER_M:
                width = round(2 * float(shapely.length(circle)), 3)
                yield failure(
                    "check-sliver", area.layer, area.ids[good[owner[k]]], parts[k], width_m=width
                )
        for k, thread in _threads(parts):
            length = round(float(shapely.length(thread)) / 2, 1)
            yield failure(
                "check-thread", area.layer, area.ids[good[owner[k]]], thread, length_m=length
            )


def _threads(parts: Objects) -> Iterator[tuple[int, BaseGeometry]]:
    """What morphological opening removes and is long: spikes, threads and necks (Serra 1982)."""
    half = THREAD_M / 2
    eroded = shapely.buffer(parts, -half, join_style="mitre")
    # Dilated a little more than eroded, so that what stays is more than the rounding of corners.
    opened = shapely.buffer(eroded, half * 1.01, join_style="mitre")
    rest = shapely.difference(parts, opened)
    for k in np.flatnonzero(shapely.length(rest) / 2 > THREAD_LENGTH_M).tolist():
        for piece in shapely.get_parts(rest[k]):
            if shapely.length(piece) / 2 > THREAD_LENGTH_M:
                yield k, piece
