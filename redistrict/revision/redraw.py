"""Redraw: polygons of what an edit touched, fitting the rest vertex by vertex."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from redistrict import shape
from redistrict.atoms import IntArray
from redistrict.planar.crossings import Geometries
from redistrict.revision.base import Base
from redistrict.revision.patch import Patched, fits, patch
from redistrict.revision.state import State, start


@dataclass(frozen=True, eq=False)
class Drawing:
    """A state with a polygon for every grid, working CRS.

    ``shapes`` (g,) by number, None where the grid is dissolved: one valid coverage. ``changed``:
    grids whose polygon is another than in the drawing before (that of the base, of the first one).
    ``local``: False where the whole city had to be drawn again.
    """

    state: State
    shapes: Geometries
    changed: IntArray
    local: bool = True

    def then(self, state: State) -> Drawing:
        """``state``, which edits made of this drawing's: only what differs is drawn again.

        Threads are left for `redistrict.revision.freeze` to tidy.
        """
        before = self.state
        differs = np.flatnonzero(before.grid != state.grid)
        more = len(state.grid_ids) - len(self.shapes)
        shapes = np.r_[self.shapes, np.full(more, None, dtype=object)]
        if not len(differs):
            return Drawing(state, shapes, np.zeros(0, dtype=np.int64))
        edited = np.union1d(before.grid[differs], state.grid[differs]).astype(np.int64)
        gone = edited[state.grid_cells[edited] == 0]
        made = _patched(state, shapes, edited, gone)
        new = _everywhere(state) if made is None else made
        changed = [i for i, polygon in new.items() if not _same(polygon, shapes[i])]
        shapes[gone] = None
        for number in changed:
            shapes[number] = new[number]
        return Drawing(state, shapes, np.array(sorted(changed), dtype=np.int64), made is not None)


def first_drawing(base: Base) -> Drawing:
    """The base as the run drew it."""
    layer = base.workings.layers["service_grids"]
    known = dict(zip(layer["service_grid_id"], np.asarray(layer.geometry.array), strict=True))
    shapes = np.array([known[name] for name in base.grid_ids], dtype=object)
    return Drawing(start(base), shapes, np.zeros(0, dtype=np.int64))


@dataclass(frozen=True)
class Redrawn:
    """Areas whose polygon differs from the base's, in the working CRS.

    ``service_grids``: ``service_grid_id``, ``committee_id``; ``committees``: ``committee_id``; each
    with geometry. Neighbours of what was touched are among them where a line they share got a
    vertex. ``gone``: base grids that are dissolved. ``local``: False where the whole city had to be
    drawn again. With the base's other polygons they are one valid coverage.
    """

    service_grids: gpd.GeoDataFrame
    committees: gpd.GeoDataFrame
    gone: tuple[str, ...]
    local: bool


def redraw(state: State) -> Redrawn:
    """What looks different from the base. Threads are left for `freeze` to tidy."""
    base = state.base
    made = first_drawing(base).then(state)
    ids = np.array(state.grid_ids, dtype=object)
    owners = np.array(state.committee_ids, dtype=object)[state.committee]
    committees = _touched_committees(state, made.changed)
    crs = base.workings.working_crs
    return Redrawn(
        gpd.GeoDataFrame(
            {"service_grid_id": ids[made.changed], "committee_id": owners[made.changed]},
            geometry=made.shapes[made.changed],
            crs=crs,
        ),
        gpd.GeoDataFrame(
            {"committee_id": np.array(state.committee_ids, dtype=object)[committees]},
            geometry=committee_shapes(made, committees),
            crs=crs,
        ),
        tuple(name for g, name in enumerate(base.grid_ids) if not state.grid_cells[g]),
        made.local,
    )


def committee_shapes(drawing: Drawing, numbers: IntArray) -> Geometries:
    """(k,) polygons of the committees ``numbers``: the unions of their grids."""
    state = drawing.state
    joined = [
        shapely.normalize(shapely.coverage_union_all(drawing.shapes[state.grids_of(c)]))
        for c in numbers.tolist()
    ]
    return np.array([*joined, None], dtype=object)[:-1]


def _touched_committees(state: State, changed: IntArray) -> IntArray:
    """Committees of the changed grids and those whose grids are others than in the base."""
    base = state.base
    g = len(base.grid_committee)
    moved = np.flatnonzero(base.grid_committee != state.committee[:g])
    numbers = np.unique(
        np.concatenate(
            [state.committee[changed], state.committee[moved], base.grid_committee[moved]]
        )
    )
    return numbers[state.committee_grids[numbers] > 0].astype(np.int64)


def _same(a: Any, b: Any) -> bool:
    return b is not None and bool(shapely.equals_exact(a, b, 0.0, normalize=True))


def _patched(state: State, drawn: Geometries, edited: IntArray, gone: IntArray) -> Patched | None:
    """The edited grids, street office by street office; None where they do not fit the rest."""
    owner = _offices(state, edited)
    for straight in (True, False):
        made: Patched = {}
        now = drawn.copy()
        for office in np.unique(owner).tolist():
            found = patch(state, now, edited[owner == office], straight)
            made |= found
            for number, polygon in found.items():
                now[number] = polygon
        if fits(drawn, made, gone):
            return made
    return None


def _offices(state: State, edited: IntArray) -> IntArray:
    """(k,) street office of each edited grid; a grid stays in its office, dissolved or not."""
    return state.office[state.committee[edited]].astype(np.int64)


def _everywhere(state: State) -> Patched:
    """Every grid of the city, drawn as `freeze` would."""
    grid, grids = pd.factorize(state.grid)
    committees = np.array(state.committee_ids, dtype=object)[state.committee[state.grid]]
    shapes = shape.dissolve(
        state.base.workings.cells, grid.astype(str).astype(object), committees
    ).service_grids
    rows = zip(shapes["service_grid_id"].astype(int), shapes.geometry, strict=True)
    return {int(grids[i]): polygon for i, polygon in rows}
