"""Answer: what an edit did to every area it touched, and to the city."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from redistrict.atoms import IntArray
from redistrict.revision.events import AREA_LAYERS, Area, AreaLayer
from redistrict.revision.rules import Breach, Measure, cuts, limits, measure, standalone
from redistrict.revision.state import State


@dataclass(frozen=True)
class Change:
    """An area before and after; None where it was not yet, or is dissolved."""

    layer: AreaLayer
    before: Measure | None
    after: Measure | None


@dataclass(frozen=True)
class Totals:
    """The city: counts, and households in areas outside their window or band.

    ``moved_from_grid``, ``moved_from_committee``: households elsewhere than in the base proposal.
    """

    households: int
    service_grids: int
    service_grids_outside: int
    households_outside_window: int
    committees: int
    committees_outside: int
    households_outside_band: int
    moved_from_grid: int
    moved_from_committee: int


@dataclass(frozen=True)
class Answer:
    """What an event did. ``breaks``: what it broke or made worse; ``mends``: what no longer is;
    ``stands``: what was so before and still is, in the areas touched."""

    changes: tuple[Change, ...]
    buildings: int
    """Buildings (each once, however many of its stairwells) that changed area."""
    households: int
    """Households that changed service grid or committee."""
    breaks: tuple[Breach, ...]
    mends: tuple[Breach, ...]
    stands: tuple[Breach, ...]
    totals: Totals
    changed_cells: IntArray = field(repr=False, default_factory=lambda: np.zeros(0, np.int64))

    @property
    def ok(self) -> bool:
        """True where nothing is broken that was not before."""
        return not self.breaks


def answered(before: State, after: State) -> Answer:
    """Compare two states of one base, looking at the areas that differ only."""
    cells = changed_cells(before, after)
    base = after.base
    old = _measured(before, cells, before, after)
    new = _measured(after, cells, before, after)
    changes = tuple(
        Change(layer, _of(old, layer, i), _of(new, layer, i))
        for layer in AREA_LAYERS
        for i in sorted({k for at, k in (*old, *new) if at == layer})
    )
    was = {_key(before, b): b for b in _broken(before, old, cells)}
    now = {_key(after, b): b for b in _broken(after, new, cells)}
    return Answer(
        changes,
        len(np.unique(base.building.of[cells])),
        int(base.households[cells].sum()),
        tuple(b for k, b in now.items() if k not in was or b.amount > was[k].amount),
        tuple(b for k, b in was.items() if k not in now),
        tuple(b for k, b in now.items() if k in was and b.amount <= was[k].amount),
        totals(after),
        cells,
    )


def _key(state: State, breach: Breach) -> tuple[str, str, object]:
    """The same trouble has the same key, whatever the area is called meanwhile."""
    for layer in AREA_LAYERS:
        if breach.layer == layer:
            return breach.code, layer, state.find(Area(layer, breach.id))
    return breach.key


def changed_cells(before: State, after: State) -> IntArray:
    """Cells whose grid or committee differs, by number."""
    differs = before.grid != after.grid
    g = min(len(before.committee), len(after.committee))
    moved = np.flatnonzero(before.committee[:g] != after.committee[:g])
    if len(moved):
        differs |= np.isin(after.grid, moved)
    return np.flatnonzero(differs)


_Known = dict[tuple[AreaLayer, int], tuple[Measure, list[Breach]]]


def _measured(state: State, cells: IntArray, before: State, after: State) -> _Known:
    """The areas that hold or held one of ``cells``, as they are in ``state``."""
    touched: dict[AreaLayer, set[int]] = {"service_grids": set(), "committees": set()}
    for one in (before, after):
        grids = np.unique(one.grid[cells])
        touched["service_grids"] |= set(grids.tolist())
        touched["committees"] |= set(one.committee[grids].tolist())
    found: _Known = {}
    for layer in AREA_LAYERS:
        for number in sorted(touched[layer]):
            if number < len(state.ids(layer)):
                told = measure(state, layer, number)
                if told is not None:
                    found[layer, number] = told
    return found


def _of(known: _Known, layer: AreaLayer, number: int) -> Measure | None:
    found = known.get((layer, number))
    return None if found is None else found[0]


def _broken(state: State, known: _Known, cells: IntArray) -> list[Breach]:
    found = [b for _, broken in known.values() for b in broken]
    found += cuts(state, cells)
    return found + standalone(state, [i for layer, i in known if layer == "committees"])


def breaches(state: State) -> tuple[Breach, ...]:
    """Everything the state breaks, in the whole city; takes seconds on a large one."""
    found: list[Breach] = []
    for layer in AREA_LAYERS:
        for number in state.index(layer).values():
            told = measure(state, layer, number)
            found += told[1] if told else []
    committees = list(state.index("committees").values())
    return (*found, *cuts(state, np.arange(state.base.n)), *standalone(state, committees))


def totals(state: State) -> Totals:
    """The figures of the whole city, from the totals of its areas."""
    base = state.base
    lived, size = state.grid_households, state.grid_cells > 0
    lower, upper, _ = limits(state, "service_grids")
    out = size & ((lived < lower) | (lived > upper))
    band_lower, band_upper, _ = limits(state, "committees")
    held, there = state.committee_households, state.committee_grids > 0
    beyond = there & ((held < band_lower) | (held > band_upper))
    elsewhere = base.grid != state.grid
    moved = base.grid_committee[base.grid] != state.committee[state.grid]
    return Totals(
        households=state.households,
        service_grids=int(size.sum()),
        service_grids_outside=int(out.sum()),
        households_outside_window=int(lived[out].sum()),
        committees=int(there.sum()),
        committees_outside=int(beyond.sum()),
        households_outside_band=int(held[beyond].sum()),
        moved_from_grid=int(base.households[elsewhere].sum()),
        moved_from_committee=int(base.households[moved].sum()),
    )


def as_dict(answer: Answer) -> dict[str, Any]:
    """JSON-ready; breaches with code, clause and parameters, not worded."""
    return {
        "changes": [
            {
                "layer": c.layer,
                "before": None if c.before is None else vars(c.before),
                "after": None if c.after is None else vars(c.after),
            }
            for c in answer.changes
        ],
        "buildings": answer.buildings,
        "households": answer.households,
        **{
            name: [{**vars(b), "params": dict(b.params)} for b in getattr(answer, name)]
            for name in ("breaks", "mends", "stands")
        },
        "totals": vars(answer.totals),
    }
