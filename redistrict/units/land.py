"""The land as barriers and boundaries cut it, before any building is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from redistrict.model.survey import Survey

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Geometries = NDArray[Any]
"""One-dimensional object array of shapely geometries."""

GRID_M = 0.001
"""All vertices lie on the millimetre grid, so that equal places have equal coordinates."""
CLOSE_M = 2.0
"""A barrier that ends this near another line is drawn on to it: digitised ends rarely meet."""


@dataclass(frozen=True)
class Domains:
    """Whose land: an office, or a frozen committee inside one. Nothing is shared between them.

    ``office`` (d,): row of the street office; ``frozen`` (d,): row of the frozen committee, or -1.
    """

    office: Ints
    frozen: Ints

    def number(self, office: Ints, frozen: Ints) -> Ints:
        """(n,) domain of each pair, -1 where there is none (a frozen committee elsewhere)."""
        known = {pair: i for i, pair in enumerate(zip(self.office.tolist(), self.frozen.tolist()))}  # noqa: B905
        return np.array(
            [known.get(p, -1) for p in zip(office.tolist(), frozen.tolist(), strict=True)],
            dtype=np.int64,
        )


@dataclass(frozen=True)
class Land:
    """k pieces of land between boundaries and uncrossable barriers.

    ``polygons`` (k,); ``domain`` (k,) >= 0; ``water`` (k,): inside an uncrossable barrier that is
    a polygon; ``lines``: the outlines of the pieces, noded; ``dangles``: barrier lines
    that end in the land and cut nothing; ``domains``.
    """

    polygons: Geometries
    domain: Ints
    water: Bools
    lines: Geometries
    dangles: Geometries
    domains: Domains

    @cached_property
    def tree(self) -> shapely.STRtree:
        return shapely.STRtree(self.polygons)

    @cached_property
    def segments(self) -> Geometries:
        """The cutting lines as single segments: small boxes make small searches."""
        return explode(self.lines)

    @cached_property
    def segment_tree(self) -> shapely.STRtree:
        return shapely.STRtree(self.segments)

    def at(self, xy: NDArray[np.float64]) -> Ints:
        """(n,) the piece of land at each point, -1 outside all; the lowest on a shared line."""
        point, piece = self.tree.query(shapely.points(xy), predicate="intersects")
        out = np.full(len(xy), len(self.polygons), dtype=np.int64)
        np.minimum.at(out, point, piece)
        return np.where(out == len(self.polygons), -1, out)


def explode(lines: Geometries) -> Geometries:
    """Every segment of lines (or of polygon outlines) as a geometry of its own."""
    parts = shapely.get_parts(lines)
    rings = shapely.get_type_id(parts) == 3
    if rings.any():
        parts = np.r_[parts[~rings], shapely.get_rings(parts[rings])]
    parts = parts[np.isin(shapely.get_type_id(parts), (1, 2))]
    xy, line = shapely.get_coordinates(parts, return_index=True)
    same = (line[1:] == line[:-1]) & (xy[1:] != xy[:-1]).any(axis=1)
    return np.asarray(
        shapely.linestrings(np.stack([xy[:-1][same], xy[1:][same]], axis=1)), dtype=object
    )


def survey_land(survey: Survey) -> Land:
    """Cut the street offices' land at frozen committees and uncrossable barriers."""
    offices = _geometries(survey.layers["street_offices"])
    frozen = _frozen(survey)
    committees = survey.layer("committees")
    held = _geometries(committees)[frozen] if committees is not None else np.zeros(0, object)
    lines, water = _barriers(survey, offices)
    outlines = shapely.boundary(np.r_[offices, held])
    cuts = np.r_[shapely.get_parts(outlines), lines]
    cuts = np.r_[cuts, _closing(lines, cuts)]
    noded = shapely.union_all(cuts, grid_size=GRID_M)
    faces, bridges, dangles, _ = shapely.polygonize_full([noded])
    faces = shapely.get_parts(faces)
    inside = shapely.point_on_surface(faces)
    office = _holder(offices, inside)
    own = np.where(office >= 0, _holder(held, inside), -1)
    keep = office >= 0
    faces, office, own = faces[keep], office[keep], own[keep]
    order = np.lexsort((shapely.area(faces), *shapely.bounds(faces).T[::-1]))
    faces, office, own = faces[order], office[order], own[order]
    pairs, domain = np.unique(np.column_stack([office, own]), axis=0, return_inverse=True)
    rows = np.flatnonzero(frozen) if committees is not None else np.zeros(0, np.int64)
    domains = Domains(pairs[:, 0], np.where(pairs[:, 1] >= 0, np.r_[rows, -1][pairs[:, 1]], -1))
    wet = _holder(water, shapely.point_on_surface(faces)) >= 0
    loose = shapely.get_parts(np.array([dangles, bridges], dtype=object))
    return Land(
        polygons=faces,
        domain=domain.ravel().astype(np.int64),
        water=wet,
        lines=shapely.get_parts(shapely.union_all(shapely.boundary(faces))),
        dangles=_only_barriers(loose, lines),
        domains=domains,
    )


def _geometries(frame: gpd.GeoDataFrame) -> Geometries:
    return np.asarray(frame.geometry.array, dtype=object)


def _frozen(survey: Survey) -> Bools:
    committees = survey.layer("committees")
    if committees is None:
        return np.zeros(0, dtype=bool)
    if "frozen_reason" not in committees:
        return np.zeros(len(committees), dtype=bool)
    return committees["frozen_reason"].notna().to_numpy(dtype=bool)


def _holder(polygons: Geometries, points: Geometries) -> Ints:
    """(n,) the first polygon that holds each point, -1 where none does."""
    out = np.full(len(points), len(polygons), dtype=np.int64)
    if len(polygons):
        point, polygon = shapely.STRtree(polygons).query(points, predicate="intersects")
        np.minimum.at(out, point, polygon)
    return np.where(out == len(polygons), -1, out)


def _barriers(survey: Survey, offices: Geometries) -> tuple[Geometries, Geometries]:
    """Lines that cut (barrier lines and shores) and the water between the shores."""
    none = np.zeros(0, dtype=object)
    frame = survey.layer("barriers")
    if frame is None or not len(frame):
        return none, none
    closed = _geometries(frame)[~frame["crossable"].to_numpy(dtype=bool)]
    parts = shapely.get_parts(shapely.get_parts(closed))
    extent = shapely.box(*shapely.total_bounds(offices)).buffer(1.0)
    parts = parts[shapely.intersects(parts, extent)]
    kind = shapely.get_type_id(parts)
    water = none
    if (kind == 3).any():
        joined = shapely.union_all(shapely.make_valid(parts[kind == 3]), grid_size=GRID_M)
        water = shapely.get_parts(shapely.get_parts(joined))
        water = water[shapely.get_type_id(water) == 3]
    lines = shapely.get_parts(shapely.intersection(parts[kind == 1], extent))
    shores = shapely.get_parts(shapely.boundary(water))
    return np.r_[lines[shapely.get_type_id(lines) == 1], shores], water


def _closing(lines: Geometries, others: Geometries) -> Geometries:
    """Short links from the loose ends of ``lines`` to the nearest other line within `CLOSE_M`."""
    lines = lines[~shapely.is_closed(lines)] if len(lines) else lines
    if not len(lines):
        return np.zeros(0, dtype=object)
    ends = np.r_[shapely.get_point(lines, 0), shapely.get_point(lines, -1)]
    own = np.r_[np.arange(len(lines)), np.arange(len(lines))]
    tree = shapely.STRtree(others)
    end, other = tree.query(ends, predicate="dwithin", distance=CLOSE_M)
    apart = ~shapely.equals(others[other], lines[own[end]])
    end, other = end[apart], other[apart]
    distance = shapely.distance(ends[end], others[other])
    met = np.unique(end[distance == 0])
    loose = ~np.isin(end, met)
    end, other, distance = end[loose], other[loose], distance[loose]
    order = np.lexsort((other, distance, end))
    first = order[np.unique(end[order], return_index=True)[1]]
    return shapely.shortest_line(ends[end[first]], others[other[first]])


def _only_barriers(loose: Geometries, lines: Geometries) -> Geometries:
    """The dangling lines that stem from barriers (all do, but for links and rounding)."""
    segments = explode(loose) if len(loose) else np.zeros(0, dtype=object)
    if not len(segments) or not len(lines):
        return np.zeros(0, dtype=object)
    middle = shapely.line_interpolate_point(segments, 0.5, normalized=True)
    near, _ = shapely.STRtree(lines).query(middle, predicate="dwithin", distance=0.01)
    return segments[np.unique(near)]


def near_lines(points: Geometries, lines: Geometries, distance: float) -> Bools:
    """(n,) points within ``distance`` metres of any of ``lines``."""
    out = np.zeros(len(points), dtype=bool)
    if len(lines) and len(points):
        hit, _ = shapely.STRtree(lines).query(points, predicate="dwithin", distance=distance)
        out[np.unique(hit)] = True
    return out


def meeting(lines: Geometries, others: Geometries) -> Bools:
    """(n,) lines that intersect any of ``others``."""
    out = np.zeros(len(lines), dtype=bool)
    if len(others) and len(lines):
        hit, _ = shapely.STRtree(others).query(lines, predicate="intersects")
        out[np.unique(hit)] = True
    return out
