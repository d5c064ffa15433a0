"""What tests of revisions ask of a state."""

from __future__ import annotations

import numpy as np

from redistrict.revision import (
    Answer,
    Area,
    Event,
    Members,
    Move,
    Refusal,
    State,
    apply,
)
from redistrict.revision.events import AreaLayer


def done(state: State, event: Event) -> tuple[State, Answer]:
    """The event applied; a refusal is a failure."""
    found = apply(state, event)
    assert not isinstance(found, Refusal), found.sentence("en")
    return found


def refused(state: State, event: Event) -> Refusal:
    """The refusal of an event; that it is applied is a failure."""
    found = apply(state, event)
    assert isinstance(found, Refusal)
    return found


def borders(state: State) -> np.ndarray:
    """Edges between two grids of one committee."""
    a, b = state.grid[state.base.a], state.grid[state.base.b]
    return np.flatnonzero((a != b) & (state.committee[a] == state.committee[b]))


def building(state: State, cell: int) -> str:
    return state.base.building.ids[state.base.building.of[cell]]


def grid(state: State, cell: int) -> str:
    return state.grid_ids[state.grid[cell]]


def committee(state: State, cell: int) -> str:
    return state.committee_ids[state.committee[state.grid[cell]]]


def area(layer: AreaLayer, name: str) -> Area:
    return Area(layer, name)


def some_move(state: State, name: str = "m1", pick: int = 0) -> Move:
    """Move the building at a border between two grids of one committee across it."""
    edge = int(borders(state)[pick])
    here, there = int(state.base.a[edge]), int(state.base.b[edge])
    members = Members(buildings=(building(state, here),))
    return Move(id=name, members=members, to=area("service_grids", grid(state, there)))
