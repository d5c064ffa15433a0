"""Locate: which grid, committee and street office a point, a building or an address is in."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

import numpy as np
import shapely

from redistrict.revision.state import State

MOST = 50
"""So many answers to an address at most; who gets as many types more of it."""


@dataclass(frozen=True)
class Place:
    """Where something is. ``building_id``: whose land it is; ``address``: where one was asked."""

    building_id: str
    service_grid_id: str
    committee_id: str
    committee_name: str | None
    street_office_id: str
    address: str | None = None


def at_point(state: State, longitude: float, latitude: float) -> Place | None:
    """The place of a point (WGS84 degrees); None outside the city. On a border, either side."""
    x, y = state.base.to_working.transform(longitude, latitude)
    if not np.isfinite((x, y)).all():
        return None
    found = state.base.tree.query(shapely.Point(x, y), predicate="intersects")
    return _place(state, int(found.min())) if len(found) else None


def of_building(state: State, building_id: str) -> tuple[Place, ...]:
    """The places of a building: one, or one for each grid that its stairwells are in; () where
    there is no such building."""
    groups = state.base.building
    label = groups.index.get(building_id)
    if label is None:
        return ()
    cells = groups.cells(label)
    first = np.sort(np.unique(state.grid[cells], return_index=True)[1])
    return tuple(_place(state, int(c)) for c in cells[first].tolist())


def of_address(state: State, asked: str) -> tuple[Place, ...]:
    """Buildings whose address holds all words of ``asked`` (wide and narrow forms, case and spaces
    make no difference): an equal address first, then the shortest; at most `MOST`."""
    words = _folded(asked).split()
    if not words:
        return ()
    whole = "".join(words)
    found: list[tuple[bool, int, str, str]] = []
    for name, address in state.base.addresses:
        plain = "".join(_folded(address).split())
        if all(word in plain for word in words):
            found.append((plain != whole, len(plain), address, name))
    return tuple(
        Place(**{**vars(place), "address": address})
        for _, _, address, name in sorted(found)[:MOST]
        for place in of_building(state, name)
    )


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _place(state: State, cell: int) -> Place:
    base, grid = state.base, int(state.grid[cell])
    committee = int(state.committee[grid])
    return Place(
        base.building.ids[base.building.of[cell]],
        state.grid_ids[grid],
        state.committee_ids[committee],
        state.committee_names[committee],
        base.office.ids[base.office.of[cell]],
    )
