"""Which present area a drawn one continues, and what happened to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from redistrict.atoms import IntArray, codes, components
from redistrict.model.cells import Cells

Action = Literal["keep", "merge", "split", "adjust", "new"]


@dataclass(frozen=True)
class Identity:
    """Per area, in area order: the present area it continues (None: a new one) and the action.

    ``keep``: exactly one present area, whole. ``merge``: several, all whole. ``split``: part of
    one. ``adjust``: anything else that had some. ``new``: nothing was here before.
    """

    continues: tuple[str | None, ...]
    actions: tuple[Action, ...]


def identify(cells: Cells, area: IntArray, column: str) -> Identity:
    """Match areas with the present ones in ``column`` (``committee_id``, ``service_grid_id``).

    A maximum-weight matching, so that the most households keep their area's id; each id is used
    once. ``area`` (n,) is dense.
    """
    frame = cells.frame
    present = codes(cells, column)
    planned = (frame["kind"] == "planned_plot").to_numpy(dtype=bool)
    households = np.where(planned, 0, cells.households)
    count = int(area.max()) + 1
    known = np.flatnonzero(present >= 0)
    if not len(known):
        return Identity((None,) * count, ("new",) * count)
    labels = frame[column].to_numpy(dtype=object)
    _, first = np.unique(present[known], return_index=True)
    names = labels[known][first]
    width = len(names)
    key, inverse = np.unique(area[known] * width + present[known], return_inverse=True)
    # A cell counts for a little even when nobody lives there, so that empty areas match too.
    weight = np.bincount(inverse, households[known] + 1e-6).astype(np.float64)
    rows, columns = key // width, key % width
    matched = _match(rows, columns, weight, count, width)
    pieces = np.bincount(columns, minlength=width)
    broken = np.bincount(rows, pieces[columns] > 1, count) > 0
    several = np.bincount(rows, minlength=count)
    loose = np.bincount(area, (present < 0) & ~planned & (households > 0), count) > 0
    actions: tuple[Action, ...] = tuple(
        _action(int(several[i]), bool(broken[i]), bool(loose[i])) for i in range(count)
    )
    return Identity(tuple(None if j < 0 else str(names[j]) for j in matched.tolist()), actions)


def _match(
    rows: IntArray, columns: IntArray, weight: NDArray[np.float64], count: int, width: int
) -> IntArray:
    """(count,) matched column or -1: optimal within each block of areas sharing present ones."""
    block = components(count + width, rows, count + columns)[rows]
    matched = np.full(count, -1, dtype=np.int64)
    order = np.argsort(block, kind="stable")
    for edges in np.split(order, np.flatnonzero(np.diff(block[order])) + 1):
        r, i = np.unique(rows[edges], return_inverse=True)
        c, j = np.unique(columns[edges], return_inverse=True)
        table = np.zeros((len(r), len(c)))
        table[i, j] = weight[edges]
        for x, y in zip(*linear_sum_assignment(table, maximize=True), strict=True):
            if table[x, y] > 0:
                matched[r[x]] = c[y]
    return matched


def _action(several: int, broken: bool, loose: bool) -> Action:
    if several == 0:
        return "new"
    if not broken and not loose:
        return "keep" if several == 1 else "merge"
    return "split" if several == 1 and not loose else "adjust"
