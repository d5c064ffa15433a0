"""Shape: cells become service grids, committees and street offices that share their vertices."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from redistrict.model.cells import Cells
from redistrict.model.errors import InternalError
from redistrict.model.finding import Finding
from redistrict.planar.crossings import Geometries
from redistrict.planar.reading import reading_order
from redistrict.planar.shared import hashed
from redistrict.shape.outlines import Outlines, outlines
from redistrict.shape.straighten import straighten
from redistrict.shape.threads import without_threads

__all__ = ["TOLERANCE_M", "Shapes", "areas_between", "boundaries", "dissolve", "number"]

TOLERANCE_M = 3.0
"""A boundary between buildings may leave the cells' edges by this much to run straight."""

BESIDE_M = 0.5
"""A way round the end of a barrier is left at least so wide."""

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Shapes:
    """Three coverages with common vertices, in the cells' CRS, rows by first cell.

    ``service_grids``: ``service_grid_id``, ``committee_id``, ``street_office_id``;
    ``committees``: ``committee_id``, ``street_office_id``; ``street_offices``:
    ``street_office_id``; each with ``geometry``: a Polygon, or a MultiPolygon where the cells lie
    apart.
    """

    service_grids: gpd.GeoDataFrame
    committees: gpd.GeoDataFrame
    street_offices: gpd.GeoDataFrame


def dissolve(
    cells: Cells,
    service_grid: NDArray[np.object_],
    committee: NDArray[np.object_],
    tolerance_m: float = TOLERANCE_M,
) -> Shapes:
    """Dissolve cells to grids, committees and offices.

    ``service_grid``, ``committee`` (n,): the ids each cell goes to; a grid lies in one committee
    and a committee in one office. Office lines and frozen boundaries keep their course; other
    lines are straightened within ``tolerance_m`` where no building changes sides by it. Raises
    InternalError (``coverage-broken``) should the result not be a valid coverage.
    """
    grid, grid_ids = pd.factorize(np.asarray(service_grid, dtype=object))
    first = np.unique(grid, return_index=True)[1]
    office = cells.frame["street_office_id"].to_numpy(dtype=object)
    grids = gpd.GeoDataFrame(
        {
            "service_grid_id": np.asarray(grid_ids, dtype=object),
            "committee_id": np.asarray(committee, dtype=object)[first],
            "street_office_id": office[first],
        },
        geometry=_grid_shapes(cells, grid.astype(np.int64), committee, tolerance_m),
        crs=cells.frame.crs,
    )
    committees = _union(grids, "committee_id", ["street_office_id"])
    offices = _union(committees, "street_office_id", [])
    for name, frame in (
        ("service_grids", grids),
        ("committees", committees),
        ("street_offices", offices),
    ):
        _insist(name, np.asarray(frame.geometry.array, dtype=object))
    return Shapes(grids, committees, offices)


def number(areas: gpd.GeoDataFrame) -> Ints:
    """(n,) number 1.. of each area inside its parent: west to east, north to south.

    Grids are numbered inside their ``committee_id``, committees inside their
    ``street_office_id``; the rule is `reading_order` on representative points.
    """
    points = areas.geometry.representative_point()
    xy = np.column_stack([points.x.to_numpy(), points.y.to_numpy()])
    out = np.zeros(len(areas), dtype=np.int64)
    field = "committee_id" if "service_grid_id" in areas else "street_office_id"
    parent, _ = pd.factorize(areas[field])
    order = np.argsort(parent, kind="stable")
    for group in np.split(order, np.flatnonzero(np.diff(parent[order])) + 1):
        out[group] = reading_order(xy[group]) + 1
    return out


def boundaries(
    cells: Cells, grid: Ints, committee: NDArray[np.object_], tolerance_m: float = TOLERANCE_M
) -> tuple[Outlines, Geometries]:
    """The lines between grids as the cells have them, and the same lines (c,) straightened.

    ``grid`` (n,) dense number, ``committee`` (n,) id of each cell.
    """
    found = outlines(cells, grid, _legal(cells, committee))
    footprints = np.asarray(cells.frame["footprint"].to_numpy(), dtype=object)
    kept_off = np.r_[footprints, shapely.buffer(cells.loose_barriers, BESIDE_M)]
    return found, straighten(found, kept_off, tolerance_m)


def _grid_shapes(
    cells: Cells, grid: Ints, committee: NDArray[np.object_], tolerance_m: float
) -> Geometries:
    zone = _legal(cells, committee)
    found, straight = boundaries(cells, grid, committee, tolerance_m)
    footprints = np.asarray(cells.frame["footprint"].to_numpy(), dtype=object)
    shapes = areas_between(straight, found.left, found.right, int(grid.max()) + 1)
    if not (shapely.is_valid(shapes).all() and shapely.coverage_is_valid(shapes)):
        # the lines as they were are a coverage whatever straightening did
        shapes = areas_between(found.lines, found.left, found.right, len(shapes))
    first = np.unique(grid, return_index=True)[1]
    parent = pd.factorize(np.asarray(committee, dtype=object))[0].astype(np.int64)
    return without_threads(shapes, zone[first], parent[first], footprints, grid)


def _legal(cells: Cells, committee: NDArray[np.object_]) -> Ints:
    """(n,) borders between cells that differ in this keep their course: offices, frozen areas."""
    office = pd.factorize(cells.frame["street_office_id"])[0].astype(np.int64)
    frozen = cells.frame["frozen"].to_numpy(dtype=bool)
    held = np.where(frozen, pd.factorize(np.asarray(committee, dtype=object))[0] + 1, 0)
    return office * (int(held.max()) + 1) + held


def areas_between(lines: Geometries, left: Ints, right: Ints, count: int) -> Geometries:
    """(count,) the faces between the lines, joined by the area on their side of them."""
    faces = shapely.orient_polygons(shapely.get_parts(shapely.polygonize(lines)))
    xy, line = shapely.get_coordinates(lines, return_index=True)
    same = line[1:] == line[:-1]
    seg, of = np.hstack([xy[:-1][same], xy[1:][same]]), line[1:][same]
    known = hashed(_whole(np.vstack([seg, seg[:, [2, 3, 0, 1]]])))
    side = np.r_[left[of], right[of]]
    order = np.argsort(known, kind="stable")
    shells = shapely.get_exterior_ring(faces)
    ends = [shapely.get_coordinates(shapely.get_point(shells, k)) for k in (0, 1)]
    asked = hashed(_whole(np.hstack(ends)))
    label = side[order[np.searchsorted(known[order], asked)]]
    by = np.argsort(label, kind="stable")
    bounds = np.searchsorted(label[by], np.arange(count + 1))
    return np.array(
        [
            shapely.normalize(shapely.coverage_union_all(faces[by[i:j]]))
            for i, j in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True)
        ],
        dtype=object,
    )


def _whole(xy: NDArray[np.float64]) -> Ints:
    return np.rint(xy * 1000.0).astype(np.int64)


def _union(frame: gpd.GeoDataFrame, field: str, parents: list[str]) -> gpd.GeoDataFrame:
    label, ids = pd.factorize(frame[field])
    first = np.unique(label, return_index=True)[1]
    shapes = np.asarray(frame.geometry.array, dtype=object)
    joined = [
        shapely.normalize(shapely.coverage_union_all(shapes[label == i])) for i in range(len(ids))
    ]
    data = {field: np.asarray(ids, dtype=object)}
    data |= {p: frame[p].to_numpy(dtype=object)[first] for p in parents}
    return gpd.GeoDataFrame(data, geometry=joined, crs=frame.crs)


def _insist(layer: str, shapes: Geometries) -> None:
    if not (shapely.is_valid(shapes).all() and shapely.coverage_is_valid(shapes)):
        raise InternalError(Finding("coverage-broken", "error", layer, params={"layer": layer}))
