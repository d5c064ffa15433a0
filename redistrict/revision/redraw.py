"""Redraw: polygons of what an edit touched, fitting the rest vertex by vertex."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from redistrict import shape
from redistrict.atoms import IntArray
from redistrict.model.cells import Cells
from redistrict.planar.crossings import Geometries
from redistrict.planar.shared import shared_segments
from redistrict.revision.base import Base
from redistrict.revision.members import inner_edges
from redistrict.revision.state import State


@dataclass(frozen=True)
class Redrawn:
    """Areas whose polygon differs from the base's, in the working CRS.

    ``service_grids``: ``service_grid_id``, ``committee_id``; ``committees``: ``committee_id``; each
    with geometry. Neighbours of what was touched are among them where a line they share moved or
    got a vertex. ``gone``: base grids that are dissolved. ``local``: False where the whole city had
    to be drawn again. With the base's other polygons they are one valid coverage.
    """

    service_grids: gpd.GeoDataFrame
    committees: gpd.GeoDataFrame
    gone: tuple[str, ...]
    local: bool


def redraw(state: State) -> Redrawn:
    """What looks different from the base. Threads are left for `freeze` to tidy."""
    base = state.base
    drawn = _base_shapes(base)
    differs = np.flatnonzero(base.grid != state.grid)
    edited = np.union1d(base.grid[differs], state.grid[differs])
    alive = np.flatnonzero(state.grid_cells > 0)
    shapes = np.full(len(state.grid_ids), None, dtype=object)
    shapes[: len(drawn)] = drawn
    local = True
    if len(differs):
        new = _local(state, drawn, edited)
        local = new is not None
        for number, polygon in (_everywhere(state) if new is None else new).items():
            shapes[number] = polygon
    before = np.full(len(state.grid_ids), None, dtype=object)
    before[: len(drawn)] = drawn
    changed = [i for i in alive.tolist() if not _same(shapes[i], before[i])]
    return Redrawn(
        _grids(state, np.array(changed, dtype=np.int64), shapes),
        _committees(state, np.array(changed, dtype=np.int64), shapes),
        tuple(base.grid_ids[g] for g in range(len(drawn)) if not state.grid_cells[g]),
        local,
    )


def _same(a: Any, b: Any) -> bool:
    return b is not None and bool(shapely.equals_exact(a, b, 0.0, normalize=True))


def _base_shapes(base: Base) -> Geometries:
    """(g,) polygons of the base's grids by number."""
    layer = base.workings.layers["service_grids"]
    known = dict(zip(layer["service_grid_id"], np.asarray(layer.geometry.array), strict=True))
    return np.array([known[name] for name in base.grid_ids], dtype=object)


def _local(state: State, drawn: Geometries, edited: IntArray) -> dict[int, Any] | None:
    """Edited grids and those around them, by number; None where they do not fit the rest."""
    old = edited[edited < len(drawn)]
    tree = shapely.STRtree(drawn)
    around = np.unique(tree.query(drawn[old], predicate="intersects")[1])
    beside = np.setdiff1d(around, edited)
    here = np.concatenate([edited[state.grid_cells[edited] > 0], beside])
    number = np.full(len(state.grid_ids), -1, dtype=np.int64)
    number[here] = np.arange(len(here))
    inside = np.flatnonzero(number[state.grid] >= 0)
    committees = np.array(state.committee_ids, dtype=object)[state.committee[state.grid[inside]]]
    found, straight = shape.boundaries(_part(state, inside), number[state.grid[inside]], committees)
    fresh = len(here) - len(beside)
    mine = (found.left >= 0) & (found.left < fresh) | (found.right >= 0) & (found.right < fresh)
    lines, left, right = _kept(drawn, old, beside, number)
    made = shape.areas_between(
        np.r_[straight[mine], lines],
        np.r_[found.left[mine], left],
        np.r_[found.right[mine], right],
        len(here),
    )
    rim = np.setdiff1d(np.unique(tree.query(drawn[beside], predicate="intersects")[1]), around)
    whole = np.r_[made, drawn[rim]]
    empty = shapely.is_empty(made) | ~np.isin(shapely.get_type_id(made), (3, 6))
    if empty.any() or not (shapely.is_valid(whole).all() and shapely.coverage_is_valid(whole)):
        return None
    return dict(zip(here.tolist(), made.tolist(), strict=True))


def _kept(
    drawn: Geometries, old: IntArray, beside: IntArray, number: IntArray
) -> tuple[Geometries, IntArray, IntArray]:
    """The base's lines around ``beside`` that do not border an edited grid, with their sides."""
    grids = np.concatenate([beside, old])
    shared = shared_segments(drawn[grids])
    k = len(beside)
    both = (shared.first < k) & (shared.second < k)
    first, second = number[grids[shared.first[both]]], number[grids[shared.second[both]]]
    ahead = shared.ahead[both]
    outer = shared.outer_of < k
    ends = np.vstack([shared.xy[both], shared.outer[outer]])
    owner = number[grids[shared.outer_of[outer]]]
    lines = np.asarray(shapely.linestrings(ends.reshape(-1, 2, 2)), dtype=object)
    left = np.r_[np.where(ahead, first, second), owner]
    right = np.r_[np.where(ahead, second, first), np.full(len(owner), -1)]
    return lines, left, right


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


def _everywhere(state: State) -> dict[int, Any]:
    """Every grid of the city, drawn as `freeze` would."""
    grid, grids = pd.factorize(state.grid)
    committees = np.array(state.committee_ids, dtype=object)[state.committee[state.grid]]
    shapes = shape.dissolve(
        state.base.workings.cells, grid.astype(str).astype(object), committees
    ).service_grids
    rows = zip(shapes["service_grid_id"].astype(int), shapes.geometry, strict=True)
    return {int(grids[i]): polygon for i, polygon in rows}


def _grids(state: State, changed: IntArray, shapes: Geometries) -> gpd.GeoDataFrame:
    ids = np.array(state.grid_ids, dtype=object)[changed]
    owners = np.array(state.committee_ids, dtype=object)[state.committee[changed]]
    return gpd.GeoDataFrame(
        {"service_grid_id": ids, "committee_id": owners},
        geometry=shapes[changed],
        crs=state.base.workings.working_crs,
    )


def _committees(state: State, changed: IntArray, shapes: Geometries) -> gpd.GeoDataFrame:
    """Committees of the changed grids and those whose grids are others than in the base."""
    base = state.base
    g = len(base.grid_committee)
    moved = np.flatnonzero(base.grid_committee != state.committee[:g])
    numbers = np.unique(
        np.concatenate(
            [state.committee[changed], state.committee[moved], base.grid_committee[moved]]
        )
    )
    numbers = numbers[state.committee_grids[numbers] > 0]
    joined = [shapely.coverage_union_all(shapes[state.grids_of(c)]) for c in numbers.tolist()]
    return gpd.GeoDataFrame(
        {"committee_id": np.array(state.committee_ids, dtype=object)[numbers]},
        geometry=np.array(joined, dtype=object),
        crs=base.workings.working_crs,
    )
