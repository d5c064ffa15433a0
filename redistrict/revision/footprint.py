"""Footprint: which areas an edit touched, so that edits of other areas need not wait for it."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from redistrict.revision.events import AREA_LAYERS, Area, AreaLayer
from redistrict.revision.state import State


def footprint(before: State, after: State) -> frozenset[Area]:
    """Areas, by the ids they had before and have after, that the two states do not have alike.

    A service grid is touched where it gains or loses a cell, or changes committee, id or lock; a
    committee where it gains or loses a cell, or changes id, name or lock. A committee whose
    households stay, whatever its grids do among themselves, is not.
    """
    if before is after:
        return frozenset()
    owner, owner_after = before.committee[before.grid], after.committee[after.grid]
    elsewhere = owner != owner_after
    moved = np.flatnonzero((before.grid != after.grid) | elsewhere)
    crossed = np.flatnonzero(elsewhere)
    numbers: dict[AreaLayer, tuple[Iterable[int], Iterable[int]]] = {
        "service_grids": (_of(before.grid, moved), _of(after.grid, moved)),
        "committees": (_of(owner, crossed), _of(owner_after, crossed)),
    }
    found: set[Area] = set()
    for layer in AREA_LAYERS:
        ids, now = before.ids(layer), after.ids(layer)
        old, new = numbers[layer]
        found |= {Area(layer, ids[i]) for i in old} | {Area(layer, now[i]) for i in new}
        found |= _renamed(before, after, layer)
    return frozenset(found)


def _of(label: np.ndarray, cells: np.ndarray) -> list[int]:
    return np.unique(label[cells]).tolist()


def _renamed(before: State, after: State, layer: AreaLayer) -> set[Area]:
    """Areas of one number with other ids, names or locks."""
    ids, now = before.ids(layer), after.ids(layer)
    differ = [i for i, (a, b) in enumerate(zip(ids, now, strict=False)) if a != b]
    if layer == "committees":
        names = zip(before.committee_names, after.committee_names, strict=False)
        differ += [i for i, (a, b) in enumerate(names) if a != b]
    found = {Area(layer, known[i]) for i in differ for known in (ids, now)}
    locks = {ids[i] for at, i in before.locked if at == layer}
    locks ^= {now[i] for at, i in after.locked if at == layer}
    return found | {Area(layer, name) for name in locks}
