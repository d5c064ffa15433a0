"""Ground: the land of one street office as an editor on the other side of the line needs it.

What never changes (`land`: who lives where, which cells border) is apart from what edits change
(`areas`: the grid of each cell). Both come by column, cells in the order of the workings.
"""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from redistrict.atoms import IntArray
from redistrict.revision import Base, State
from redistrict.revision.change import is_frozen

FINE = 1_000_000
"""Steps of a degree in which vertices are told: a ninth of a metre."""
LOOSE_M = 0.3
"""Metres that a drawn border may leave the true one by."""


def cells_of(base: Base, office: str) -> IntArray | None:
    """The cells of a street office, ascending; None where there is no such office."""
    label = base.office.index.get(office)
    return None if label is None else base.office.cells(label)


def land(base: Base, cells: IntArray) -> dict[str, Any]:
    """Buildings, households and neighbours of ``cells`` (k,), and their outlines.

    ``courtyard``, ``estate``, ``ground``, ``piece`` number what cells share (-1: nothing);
    ``edges`` are pairs of positions in ``cells``, flat; ``closed`` the edges, by number, that lie
    on an uncrossable barrier; ``outlines[i]`` the rings of cell i, each a flat list of steps of
    1/`FINE` degree (longitude, latitude), the first from the corner ``origin``, each later vertex
    from the one before; ``at`` the middle of each footprint, from ``origin``.
    """
    inside = np.isin(base.a, cells) & np.isin(base.b, cells)
    edges = np.searchsorted(cells, np.column_stack([base.a[inside], base.b[inside]]))
    frame = base.workings.cells.frame.iloc[cells]
    to_lonlat = pyproj.Transformer.from_crs(base.workings.working_crs, 4326, always_xy=True)
    shapes = shapely.coverage_simplify(np.asarray(frame.geometry.array, dtype=object), LOOSE_M)
    middles = shapely.point_on_surface(np.asarray(frame["footprint"], dtype=object))
    lon, lat = to_lonlat.transform(*np.round(shapely.get_coordinates(middles), 3).T)
    origin = (int(np.floor(lon.min() * FINE)), int(np.floor(lat.min() * FINE)))
    buildings = [base.building.ids[i] for i in base.building.of[cells].tolist()]
    return {
        "origin": origin,
        "buildings": buildings,
        "parts": base.part[cells].tolist(),
        "households": base.households[cells].tolist(),
        "courtyard": base.courtyard.of[cells].tolist(),
        "estate": base.estate.of[cells].tolist(),
        "ground": base.ground[cells].tolist(),
        "piece": base.land[cells].tolist(),
        "edges": edges.ravel().tolist(),
        "closed": np.flatnonzero(~base.open[inside]).tolist(),
        "at": _steps(np.column_stack([lon, lat]), origin).ravel().tolist(),
        "outlines": _outlines(shapes, to_lonlat, origin),
    }


def areas(state: State, cells: IntArray, office: str) -> dict[str, Any]:
    """The grid of each of ``cells``, now and in the base (positions in ``service_grids``), the
    office's grids and committees that are not dissolved, and which are locked or frozen."""
    base = state.base
    label = base.office.index[office]
    committees = np.flatnonzero((state.office == label) & (state.committee_grids > 0))
    alive = np.isin(state.committee, committees) & (state.grid_cells > 0)
    # grids of the base that are dissolved are listed after the others: what moved is still told
    gone = np.setdiff1d(np.unique(base.grid[cells]), np.flatnonzero(alive))
    grids = np.r_[np.flatnonzero(alive), gone]
    place = np.full(len(state.grid_ids), -1, dtype=np.int64)
    place[grids] = np.arange(len(grids))
    at = {int(c): i for i, c in enumerate(committees)}
    return {
        "service_grids": [
            {
                "id": state.grid_ids[g],
                "committee": at.get(int(state.committee[g]), -1),
                "locked": ("service_grids", g) in state.locked,
            }
            for g in grids.tolist()
        ],
        "committees": [
            {
                "id": state.committee_ids[c],
                "name": state.committee_names[c],
                "locked": ("committees", c) in state.locked,
                "frozen": is_frozen(state, c),
            }
            for c in committees.tolist()
        ],
        "grid": place[state.grid[cells]].tolist(),
        "base_grid": place[base.grid[cells]].tolist(),
    }


def _outlines(
    shapes: NDArray[np.object_], to_lonlat: pyproj.Transformer, origin: tuple[int, int]
) -> list[list[list[int]]]:
    polygons, owner = shapely.get_parts(shapes, return_index=True)
    rings, polygon = cast("Any", shapely.get_rings(polygons, return_index=True))
    points, ring = shapely.get_coordinates(rings, return_index=True)
    # neighbours have the same vertices: rounded before they are transformed, they stay the same
    lon, lat = to_lonlat.transform(*np.round(points, 3).T)
    steps = _steps(np.column_stack([lon, lat]), origin)
    found: list[list[list[int]]] = [[] for _ in shapes]
    ends = np.searchsorted(ring, np.arange(len(rings) + 1))
    for i, cell in enumerate(owner[polygon].tolist()):
        one = steps[ends[i] : ends[i + 1] - 1]  # the closing vertex is not told
        found[cell].append(np.diff(one, axis=0, prepend=0).ravel().tolist())
    return found


def _steps(lonlat: NDArray[np.float64], origin: tuple[int, int]) -> NDArray[np.int64]:
    return np.rint(lonlat * FINE).astype(np.int64) - np.asarray(origin)
