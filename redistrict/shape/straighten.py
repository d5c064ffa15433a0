"""Lines between areas drawn straighter, as a planner would, without moving a building.

Each line is simplified by itself between its junctions (Douglas-Peucker), so both sides see the
same vertices. A line that would then meet another one, or run through a footprint that it went
around, is given a smaller tolerance until it does neither; with tolerance zero it is the line it
was.
"""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from redistrict.planar.crossings import Geometries
from redistrict.shape.outlines import BARRIER, LEGAL, Outlines

Floats = NDArray[np.float64]
LEGAL_M = 0.0015
"""Only vertices that rounding to the millimetre explains leave a legal line."""
BARRIER_M = 0.5
"""Along rivers and railways the line follows them closely."""
_THROUGH_M = 0.3
_HALVINGS = 5


def straighten(found: Outlines, footprints: Geometries, tolerance_m: float) -> Geometries:
    """(c,) the lines, simplified within ``tolerance_m``; ends stay, rings stay rings."""
    tolerance = np.full(len(found.lines), tolerance_m)
    tolerance[found.kind == BARRIER] = min(BARRIER_M, tolerance_m)
    tolerance[found.kind == LEGAL] = min(LEGAL_M, tolerance_m)
    tree = shapely.STRtree(footprints)
    passed = _through(found.lines, tree, footprints)
    lines = found.lines.copy()
    todo = np.arange(len(lines))
    for attempt in range(_HALVINGS + 1):
        lines[todo] = _simplified(found.lines[todo], tolerance[todo])
        bad = _collapsed(lines) | _meeting(lines)
        if attempt < _HALVINGS:
            bad[todo] |= _running_through(lines[todo], todo, tree, footprints, passed)
        bad &= tolerance > 0
        if not bad.any():
            break
        todo = np.flatnonzero(bad)
        tolerance[todo] = np.where(
            (tolerance[todo] < 0.1) | (attempt >= _HALVINGS - 1), 0.0, tolerance[todo] / 2
        )
    return lines


def _simplified(lines: Geometries, tolerance: Floats) -> Geometries:
    simple = shapely.simplify(lines, tolerance, preserve_topology=False)
    keep = (tolerance <= 0) | shapely.is_empty(simple)
    simple[keep] = lines[keep]
    return simple


def _collapsed(lines: Geometries) -> NDArray[np.bool_]:
    """Rings without area, and lines that meet themselves."""
    closed = shapely.is_closed(lines)
    flat = closed & (shapely.get_num_coordinates(lines) < 4)
    return flat | ~shapely.is_simple(lines)


def _meeting(lines: Geometries) -> NDArray[np.bool_]:
    """(c,) lines that meet another anywhere but in a junction of both."""
    a, b = shapely.STRtree(lines).query(lines, predicate="intersects")
    pair = a < b
    a, b = a[pair], b[pair]
    common = shapely.intersection(lines[a], lines[b])
    ends = [shapely.get_coordinates(shapely.get_point(lines, k)).round(3) for k in (0, -1)]
    points, owner = shapely.get_coordinates(common, return_index=True)
    points = points.round(3)
    at_end = np.zeros((2, len(points)), dtype=bool)
    for side, index in enumerate((a, b)):
        for end in ends:
            at_end[side] |= (end[index[owner]] == points).all(axis=1)
    wrong = owner[~(at_end[0] & at_end[1])]
    # two lines between the same junctions may fall together: then they share length
    wrong = np.r_[wrong, np.flatnonzero(shapely.length(common) > 0)]
    out = np.zeros(len(lines), dtype=bool)
    out[a[wrong]] = True
    out[b[wrong]] = True
    return out


def _through(
    lines: Geometries, tree: shapely.STRtree, footprints: Geometries
) -> dict[tuple[int, int], float]:
    """(line, footprint) -> metres of the line inside the footprint, where it is inside at all."""
    line, foot = tree.query(lines, predicate="intersects")
    inside = shapely.length(shapely.intersection(lines[line], footprints[foot]))
    real = inside > 0
    keys = zip(line[real].tolist(), foot[real].tolist(), strict=True)
    return dict(zip(keys, inside[real].tolist(), strict=True))


def _running_through(
    lines: Geometries,
    number: NDArray[np.int64],
    tree: shapely.STRtree,
    footprints: Geometries,
    before: dict[tuple[int, int], float],
) -> NDArray[np.bool_]:
    """(k,) lines that now run through a footprint further than they did."""
    out = np.zeros(len(lines), dtype=bool)
    for (i, foot), inside in _through(lines, tree, footprints).items():
        if inside > before.get((int(number[i]), foot), 0.0) * 1.2 + _THROUGH_M:
            out[i] = True
    return out
