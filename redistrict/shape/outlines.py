"""The boundaries between areas as lines from junction to junction."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from redistrict.model.cells import UNCROSSABLE, Cells
from redistrict.planar.crossings import Geometries
from redistrict.planar.shared import shared_segments

Ints = NDArray[np.int64]
FREE, BARRIER, LEGAL = 0, 1, 2
_MM = 1000.0


@dataclass(frozen=True)
class Outlines:
    """c lines (c,), each between two junctions (or closed) with one area on either side.

    ``left``/``right`` (c,): the areas on either side of the line as it runs, -1 outside the city;
    ``kind`` (c,): ``LEGAL`` for office lines and frozen boundaries, ``BARRIER`` where an
    uncrossable barrier runs, else ``FREE``.
    """

    lines: Geometries
    left: Ints
    right: Ints
    kind: Ints


def outlines(cells: Cells, area: Ints, fixed: Ints) -> Outlines:
    """Lines between areas; ``area`` (n,) of each cell, ``fixed`` (n,): borders between cells that
    differ in it are legal lines."""
    shapes = np.asarray(cells.frame.geometry.array, dtype=object)
    shared = shared_segments(shapes)
    inner = area[shared.first] != area[shared.second]
    p, q = shared.first[inner], shared.second[inner]
    n = len(cells)
    closed = cells.a.astype(np.int64) * n + cells.b
    closed = np.sort(closed[cells.barrier == UNCROSSABLE])
    asked = p * n + q
    at = np.minimum(np.searchsorted(closed, asked), max(len(closed) - 1, 0))
    kind = np.where(closed[at] == asked, BARRIER, FREE) if len(closed) else np.zeros(len(p), int)
    kind = np.where(fixed[p] != fixed[q], LEGAL, kind)
    ahead = shared.ahead[inner]
    ends = np.vstack([shared.xy[inner], shared.outer])
    left = np.r_[np.where(ahead, area[p], area[q]), area[shared.outer_of]]
    right = np.r_[np.where(ahead, area[q], area[p]), np.full(len(shared.outer), -1)]
    kind = np.r_[kind, np.full(len(shared.outer), LEGAL)]
    return _traced(ends, left, right, kind)


def _traced(ends: NDArray[np.float64], left: Ints, right: Ints, kind: Ints) -> Outlines:
    """Join segments (s, 4) into lines through vertices where exactly two alike segments meet."""
    s = len(ends)
    whole = np.rint(ends * _MM).astype(np.int64)
    points, number = np.unique(np.vstack([whole[:, :2], whole[:, 2:]]), axis=0, return_inverse=True)
    number = number.ravel()
    at = np.argsort(number, kind="stable")
    start = np.searchsorted(number[at], np.arange(len(points) + 1))
    segment = at % s
    sides = np.column_stack([np.minimum(left, right), np.maximum(left, right), kind])
    label = np.unique(sides, axis=0, return_inverse=True)[1].ravel()
    two = np.diff(start) == 2
    one, other = segment[start[:-1][two]], segment[start[:-1][two] + 1]
    through = np.zeros(len(points), dtype=bool)
    through[two] = label[one] == label[other]
    a, b = number[:s].tolist(), number[s:].tolist()
    around = [segment[start[i] : start[i + 1]].tolist() for i in range(len(points))]
    passing = through.tolist()
    seen = [False] * s
    chains: list[list[int]] = []
    of: list[int] = []
    along: list[bool] = []
    loops = [k for k in range(s) if passing[a[k]] and passing[b[k]]]
    ends_first = [k for k in range(s) if not (passing[a[k]] and passing[b[k]])]
    for k in ends_first + loops:
        if seen[k]:
            continue
        seen[k] = True
        first = b[k] if passing[a[k]] and not passing[b[k]] else a[k]
        last = a[k] + b[k] - first
        chain = [first, last]
        along.append(first == a[k])
        while passing[last] and last != first:
            step = [e for e in around[last] if not seen[e]]
            if not step:
                break
            seen[step[0]] = True
            last = a[step[0]] + b[step[0]] - last
            chain.append(last)
        chains.append(chain)
        of.append(k)
    count = np.array([len(c) for c in chains])
    flat = points[np.concatenate([np.array(c, dtype=np.int64) for c in chains])] / _MM
    owner = np.repeat(np.arange(len(chains)), count)
    lines = np.asarray(shapely.linestrings(flat, indices=owner), dtype=object)
    picked = np.array(of, dtype=np.int64)
    ahead = np.array(along, dtype=bool)
    return Outlines(
        lines,
        np.where(ahead, left[picked], right[picked]),
        np.where(ahead, right[picked], left[picked]),
        kind[picked],
    )
