"""Patch: the land of some grids divided anew, its outline and everybody else's land as they were.

The new lines come from the cells, straightened as in `redistrict.shape`; they end on the outline
as it is drawn. Whoever shares the outline gets the vertices that the new lines put on it.
"""

from __future__ import annotations

from typing import Any, cast

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from redistrict import shape
from redistrict.atoms import IntArray, components
from redistrict.model.cells import Cells
from redistrict.planar.crossings import Geometries
from redistrict.planar.shared import shared_segments
from redistrict.revision.members import inner_edges, pieces
from redistrict.revision.state import State

_GRID_M = 0.001
_ON_LINE_M = 0.0015
"""A vertex put on a line and rounded to the millimetre is this near to it."""
_SNAP_M = 0.5
"""A new line that ends so near to a corner of the outline ends in the corner."""

Patched = dict[int, Any]
"""Grid number -> its polygon."""


def patch(state: State, drawn: Geometries, edited: IntArray, straight: bool = True) -> Patched:
    """The polygons of the ``edited`` grids (ascending numbers, all of one street office), and of
    those around them whose lines got a vertex.

    ``drawn`` (g,) polygons before, None where a grid was not there; the edited grids held the same
    cells together before. Nothing says that the result is a coverage: see `fits`.
    """
    old = edited[~shapely.is_missing(drawn[edited])]
    alive = edited[state.grid_cells[edited] > 0]
    land = shapely.coverage_union_all(drawn[old])
    shapely.prepare(land)
    inside = np.flatnonzero(np.isin(state.grid, alive))
    of = np.searchsorted(alive, state.grid[inside])
    if len(alive) == 1:
        return {int(alive[0]): shapely.normalize(land)}
    outline = shapely.boundary(land)
    lines = _inner_lines(state, inside, of, outline, straight)
    noded = shapely.union_all([outline, *lines], grid_size=_GRID_M)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    faces = faces[shapely.contains_properly(land, shapely.point_on_surface(faces))]
    of_face = _held(state, faces, inside, of, len(alive))
    of_face = _gathered(state, faces, of_face, alive)
    made: Patched = {}
    for k, number in enumerate(alive.tolist()):
        made[number] = shapely.normalize(shapely.coverage_union_all(faces[of_face == k]))
    fresh = _fresh(np.array(list(made.values()), dtype=object), drawn[old], outline)
    return made | _beside(drawn, old, land, fresh)


def fits(drawn: Geometries, made: Patched, gone: IntArray) -> bool:
    """Whether ``made`` and what lies around it in ``drawn`` are a coverage of whole areas."""
    new = np.array(list(made.values()), dtype=object)
    whole = ~shapely.is_empty(new) & np.isin(shapely.get_type_id(new), (3, 6))
    if not (whole.all() and shapely.is_valid(new).all()):
        return False
    there = ~shapely.is_missing(drawn)
    there[[*made, *gone.tolist()]] = False
    rest = drawn[there]
    near = np.unique(shapely.STRtree(rest).query(new, predicate="intersects")[1])
    return bool(shapely.coverage_is_valid(np.r_[new, rest[near]]))


def _inner_lines(
    state: State, inside: IntArray, of: IntArray, outline: Any, straight: bool
) -> list[Any]:
    """Lines between the grids, each as far as the outline."""
    committees = np.array(state.committee_ids, dtype=object)[state.committee[state.grid[inside]]]
    found, drawn = shape.boundaries(_part(state, inside), of, committees)
    lines = drawn if straight else found.lines
    inner = (found.left >= 0) & (found.right >= 0)
    rim = {_key(xy) for line in lines[~inner] for xy in _ends(line)}
    kept: list[Any] = list(lines[inner])
    for line in lines[inner]:
        if shapely.is_closed(line):
            continue
        kept += [
            shapely.linestrings(np.vstack([xy, to]))
            for xy in _ends(line)
            if _key(xy) in rim and (to := _landing(xy, outline)) is not None
        ]
    return kept


def _ends(line: Any) -> NDArray[np.float64]:
    return shapely.get_coordinates(line)[[0, -1]]


def _key(xy: NDArray[np.float64]) -> tuple[int, int]:
    x, y = np.rint(xy * 1000.0).astype(np.int64).tolist()
    return x, y


def _landing(xy: NDArray[np.float64], outline: Any) -> NDArray[np.float64] | None:
    """Where a line that ends at ``xy`` meets the outline; None where it lies on it."""
    way = shapely.get_coordinates(shapely.shortest_line(shapely.Point(xy), outline))
    if np.hypot(*(way[1] - way[0])) < _ON_LINE_M:
        return None
    corners = shapely.get_coordinates(outline)
    far = np.hypot(*(corners - way[1]).T)
    nearest = int(np.argmin(far))
    return corners[nearest] if far[nearest] < _SNAP_M else way[1]


def _part(state: State, inside: IntArray) -> Cells:
    """The cells ``inside`` (ascending) by themselves."""
    base, cells = state.base, state.base.workings.cells
    a, b, edge = inner_edges(base, inside)
    frame = cells.frame.iloc[inside].reset_index(drop=True)
    return Cells(
        cast("gpd.GeoDataFrame", frame),
        a.astype(np.int32),
        b.astype(np.int32),
        cells.length[edge],
        cells.barrier[edge],
        cells.loose_barriers,
    )


def _held(state: State, faces: Geometries, inside: IntArray, of: IntArray, count: int) -> IntArray:
    """(f,) the grid whose cells cover most of each face, -1 where none does."""
    cells = np.asarray(state.base.workings.cells.frame.geometry.array, dtype=object)[inside]
    face, cell = shapely.STRtree(cells).query(faces, predicate="intersects")
    share = np.zeros((len(faces), count))
    np.add.at(share, (face, of[cell]), shapely.area(shapely.intersection(faces[face], cells[cell])))
    return np.where(share.max(axis=1) > 0, share.argmax(axis=1), -1)


def _gathered(state: State, faces: Geometries, of: IntArray, alive: IntArray) -> IntArray:
    """Faces that hang on nothing of their grid go to the neighbour they share most line with.

    A grid keeps as many parts as its cells are in, the largest.
    """
    of = of.copy()
    a, b, length, _ = shared_segments(faces).pairs(len(faces))
    for _ in range(len(faces)):
        same = (of[a] == of[b]) & (of[a] >= 0)
        part = components(len(faces), a[same], b[same])
        area = np.bincount(part, shapely.area(faces))
        loose = of < 0
        for k, number in enumerate(alive.tolist()):
            mine = np.unique(part[of == k])
            most = int(pieces(state.base, state.cells_of("service_grids", number)).max()) + 1
            small = mine[np.argsort(-area[mine], kind="stable")][most:]
            loose |= np.isin(part, small)
        if not loose.any():
            break
        for face in np.flatnonzero(loose).tolist():
            border = np.zeros(len(alive))
            for mine, other in ((a, b), (b, a)):
                at = (mine == face) & ~loose[other]
                np.add.at(border, of[other[at]], length[at])
            of[face] = int(border.argmax()) if border.any() else of[face]
            loose[face] = not border.any()
        if loose.all():
            break
    return of


def _fresh(made: Geometries, old: Geometries, outline: Any) -> NDArray[np.float64]:
    """(v, 2) vertices of ``made`` on the outline that it had not."""
    known = {_key(xy) for xy in shapely.get_coordinates(old)}
    new = {_key(xy): xy for xy in shapely.get_coordinates(made)}
    found = np.array([xy for key, xy in new.items() if key not in known]).reshape(-1, 2)
    near = shapely.distance(shapely.points(found), outline) < _ON_LINE_M
    return found[near]


def _beside(drawn: Geometries, old: IntArray, land: Any, fresh: NDArray[np.float64]) -> Patched:
    """The polygons around ``land`` that share a line on which ``fresh`` vertices lie."""
    if not len(fresh):
        return {}
    points = shapely.points(fresh)
    others = np.setdiff1d(np.flatnonzero(~shapely.is_missing(drawn)), old)
    tree = shapely.STRtree(drawn[others])
    point, hit = tree.query(points, predicate="dwithin", distance=_ON_LINE_M)
    return {
        int(others[k]): shapely.normalize(_with_vertices(drawn[others[k]], fresh[point[hit == k]]))
        for k in np.unique(hit).tolist()
    }


def _with_vertices(area: Any, fresh: NDArray[np.float64]) -> Any:
    polygons = [
        shapely.Polygon(
            _ring(polygon.exterior, fresh), [_ring(r, fresh) for r in polygon.interiors]
        )
        for polygon in shapely.get_parts(area)
    ]
    return polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)


def _ring(ring: Any, fresh: NDArray[np.float64]) -> NDArray[np.float64]:
    xy = shapely.get_coordinates(ring)
    start, along = xy[:-1], np.diff(xy, axis=0)
    square = np.maximum((along**2).sum(axis=1), 1e-12)
    placed: list[tuple[int, float, NDArray[np.float64]]] = []
    for point in fresh:
        t = (((point - start) * along).sum(axis=1) / square).clip(0, 1)
        off = np.hypot(*(start + along * t[:, None] - point).T)
        at = int(np.argmin(off))
        if off[at] < _ON_LINE_M and 0 < t[at] < 1:
            placed.append((at, float(t[at]), point))
    placed.sort(key=lambda p: (p[0], p[1]))
    return (
        np.insert(xy, [at + 1 for at, _, _ in placed], [p for _, _, p in placed], axis=0)
        if (placed)
        else xy
    )
