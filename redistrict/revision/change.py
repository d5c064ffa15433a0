"""What each event does to a state: one function per event, pure."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from redistrict.atoms import IntArray
from redistrict.model.survey import ID_FIELD
from redistrict.revision.events import (
    Area,
    AreaLayer,
    Batch,
    Edit,
    Lock,
    Members,
    Merge,
    Move,
    Rename,
    Renumber,
    Split,
    Unlock,
)
from redistrict.revision.members import cells_of, longest_border, stranded
from redistrict.revision.refusal import refuse
from redistrict.revision.state import State

LONGEST_ID = 64


def changed(state: State, event: Edit) -> State:
    """The state after ``event``. Raises `Refused`; then nothing has happened."""
    match event:
        case Move():
            return _moved(state, event)
        case Merge():
            return _merged(state, event)
        case Split():
            return _split(state, event)
        case Renumber():
            return _renumbered(state, event)
        case Rename():
            return _renamed(state, event)
        case Lock():
            return _locked(state, event)
        case Unlock():
            return _unlocked(state, event)
        case Batch():
            if not event.events:
                raise refuse("nothing-to-do")
            for one in event.events:
                state = changed(state, one)
            return state


def _number(state: State, area: Area) -> int:
    found = state.find(area)
    if found is None:
        raise refuse("unknown-area", layer=area.layer, id=area.id)
    return found


def _moved(state: State, event: Move) -> State:
    to = _number(state, event.to)
    if event.to.layer == "service_grids":
        cells = cells_of(state, event.members, event.whole_courtyards, event.exact)
        return _into_grid(state, cells, to, event.exact)
    named = event.members.service_grids
    grids = [_number(state, Area("service_grids", name)) for name in named]
    before = state
    for grid in grids:
        state = _grid_into_committee(state, grid, to)
    rest = replace(event.members, service_grids=())
    if rest:
        cells = cells_of(state, rest, event.whole_courtyards, event.exact)
        state = _cells_into_committee(state, cells, to)
    if state is before:
        raise refuse("nothing-to-do")
    return state


def _into_grid(state: State, cells: IntArray, grid: int, exact: bool = False) -> State:
    cells = cells[state.grid[cells] != grid]
    if not len(cells):
        raise refuse("nothing-to-do")
    _guard(state, np.unique(state.grid[cells]), int(state.committee[grid]), grid)
    _offices(state, cells, int(state.committee[grid]))
    if not exact:
        cells = np.union1d(cells, stranded(state, cells, grid))
    return state.with_cells(cells, grid)


def _cells_into_committee(state: State, cells: IntArray, committee: int) -> State:
    """Grids that are moved whole go as they are; other cells join the grid they border most."""
    cells = cells[state.committee[state.grid[cells]] != committee]
    count = np.bincount(state.grid[cells], minlength=len(state.grid_ids))
    whole = np.flatnonzero((count > 0) & (count == state.grid_cells))
    for grid in whole.tolist():
        state = _grid_into_committee(state, grid, committee)
    rest = cells[~np.isin(state.grid[cells], whole)]
    if not len(rest):
        return state
    to = longest_border(state, rest, committee)
    if to is None:
        there = state.grids_of(committee)
        to = int(there[np.argmin(state.grid_households[there])])
    return _into_grid(state, rest, to)


def _grid_into_committee(state: State, grid: int, committee: int) -> State:
    if state.committee[grid] == committee:
        return state
    _guard(state, np.array([grid]), committee, None)
    _offices(state, state.cells_of("service_grids", grid), committee)
    return state.with_committee(np.array([grid]), committee)


def _guard(state: State, sources: IntArray, committee: int, grid: int | None) -> None:
    """Refuse what a lock or a frozen committee stands against; ``grid``: the one that gains."""
    if grid is not None:
        for number in (*sources.tolist(), grid):
            if ("service_grids", number) in state.locked:
                raise refuse("locked", layer="service_grids", id=state.grid_ids[number])
    givers = np.unique(state.committee[sources])
    givers = givers[givers != committee]
    for number in (*givers.tolist(), *([committee] if len(givers) else [])):
        if is_frozen(state, number):
            raise refuse("frozen", "2.2", id=state.committee_ids[number])
        if ("committees", number) in state.locked:
            raise refuse("locked", layer="committees", id=state.committee_ids[number])


def is_frozen(state: State, committee: int) -> bool:
    """True for committees that neither gain nor lose a household (2.2)."""
    return committee < len(state.base.frozen) and bool(state.base.frozen[committee])


def _offices(state: State, cells: IntArray, committee: int) -> None:
    base, office = state.base, int(state.office[committee])
    foreign = cells[base.office.of[cells] != office]
    if not len(foreign):
        return
    for estate in np.unique(base.estate.of[foreign]).tolist():
        name = base.estate.ids[estate] if estate >= 0 else None
        if name is not None and name in base.ruled:
            raise refuse("ruling-held", "5.1(5)", estate=name, office=base.ruled[name])
    raise refuse(
        "other-office",
        "5.1(5)",
        id=base.building.ids[base.building.of[foreign[0]]],
        office=base.office.ids[base.office.of[foreign[0]]],
        to=base.office.ids[office],
    )


def _merged(state: State, event: Merge) -> State:
    into = _number(state, Area(event.layer, event.into))
    others = [_number(state, Area(event.layer, name)) for name in event.areas]
    others = [i for i in dict.fromkeys(others) if i != into]
    if not others:
        raise refuse("nothing-to-do")
    for other in others:
        if event.layer == "service_grids":
            state = _into_grid(state, state.cells_of("service_grids", other), into)
        else:
            for grid in state.grids_of(other).tolist():
                state = _grid_into_committee(state, grid, into)
    return state


def _split(state: State, event: Split) -> State:
    area = _number(state, event.area)
    if not event.parts or not all(event.parts):
        raise refuse("nothing-to-do")
    if event.new_ids and len(event.new_ids) != len(event.parts):
        raise refuse("wrong-members", layer=event.area.layer, id=event.area.id)
    if event.area.layer == "service_grids":
        return _split_grid(state, area, event)
    return _split_committee(state, area, event)


def _split_grid(state: State, grid: int, event: Split) -> State:
    if ("service_grids", grid) in state.locked:
        raise refuse("locked", layer="service_grids", id=state.grid_ids[grid])
    committee = int(state.committee[grid])
    owner = state.committee_ids[committee]
    ids = _new_ids(state, "service_grids", event, f"{owner}-")
    number = len(state.grid_ids)
    state = state.with_grids(ids, committee)
    for i, part in enumerate(event.parts):
        cells = cells_of(state, part, whole_courtyards=False, exact=event.exact)
        if part.service_grids or not len(cells) or (state.grid[cells] != grid).any():
            raise refuse("wrong-members", layer="service_grids", id=event.area.id)
        if not event.exact:
            cells = np.union1d(cells, stranded(state, cells, number + i))
        state = state.with_cells(cells, number + i)
    if not state.grid_cells[grid]:
        raise refuse("nothing-left", layer="service_grids", id=event.area.id)
    return state


def _split_committee(state: State, committee: int, event: Split) -> State:
    if is_frozen(state, committee):
        raise refuse("frozen", "2.2", id=event.area.id)
    if ("committees", committee) in state.locked:
        raise refuse("locked", layer="committees", id=event.area.id)
    office = int(state.office[committee])
    ids = _new_ids(state, "committees", event, f"{state.base.office.ids[office]}-N")
    number = len(state.committee_ids)
    state = state.with_committees(ids, office)
    for i, part in enumerate(event.parts):
        grids = np.array([_number(state, Area("service_grids", n)) for n in part.service_grids])
        if part != Members(service_grids=part.service_grids) or not len(grids):
            raise refuse("wrong-members", layer="committees", id=event.area.id)
        if (state.committee[grids] != committee).any():
            raise refuse("wrong-members", layer="committees", id=event.area.id)
        state = state.with_committee(grids, number + i)
    if not state.committee_grids[committee]:
        raise refuse("nothing-left", layer="committees", id=event.area.id)
    return state


def _new_ids(state: State, layer: AreaLayer, event: Split, stem: str) -> tuple[str, ...]:
    taken = _used(state, layer)
    made: list[str] = []
    for name in event.new_ids:
        _check_id(state, layer, name)
        if name in made:
            raise refuse("id-taken", layer=layer, id=name)
        made.append(name)
    last = 0
    while len(made) < len(event.parts):
        last += 1
        name = f"{stem}{last:02d}"
        if name not in taken and name not in made:
            made.append(name)
    return tuple(made)


def _used(state: State, layer: AreaLayer) -> set[str]:
    """Ids in use now, once in use, and of the present map: none is given to another area."""
    base = state.base
    used = set(state.ids(layer))
    used |= set(base.grid_ids if layer == "service_grids" else base.committee_ids)
    before = base.workings.survey.get(layer)
    if before is not None:
        used |= {str(i) for i in before[ID_FIELD[layer]]}
    return used


def _check_id(state: State, layer: AreaLayer, name: str) -> None:
    if not name.strip() or name != name.strip() or len(name) > LONGEST_ID or not name.isprintable():
        raise refuse("id-not-allowed", longest=LONGEST_ID)
    if name in state.index(layer):
        raise refuse("id-taken", layer=layer, id=name)


def _renumbered(state: State, event: Renumber) -> State:
    layer, number = event.area.layer, _number(state, event.area)
    if layer == "committees" and is_frozen(state, number):
        raise refuse("frozen", "2.2", id=event.area.id)
    if (layer, number) in state.locked:
        raise refuse("locked", layer=layer, id=event.area.id)
    if event.new_id == event.area.id:
        raise refuse("nothing-to-do")
    _check_id(state, layer, event.new_id)
    ids = list(state.ids(layer))
    ids[number] = event.new_id
    if layer == "service_grids":
        return replace(state, grid_ids=tuple(ids))
    return replace(state, committee_ids=tuple(ids))


def _renamed(state: State, event: Rename) -> State:
    number = _number(state, Area("committees", event.committee_id))
    name = event.name.strip()
    if not name or len(name) > 2 * LONGEST_ID or not name.isprintable():
        raise refuse("id-not-allowed", longest=2 * LONGEST_ID)
    if state.committee_names[number] == name:
        raise refuse("nothing-to-do")
    names = list(state.committee_names)
    names[number] = name
    return replace(state, committee_names=tuple(names))


def _locked(state: State, event: Lock) -> State:
    key = (event.area.layer, _number(state, event.area))
    if key in state.locked:
        raise refuse("nothing-to-do")
    return replace(state, locked=state.locked | {key})


def _unlocked(state: State, event: Unlock) -> State:
    key = (event.area.layer, _number(state, event.area))
    if key not in state.locked:
        raise refuse("nothing-to-do")
    return replace(state, locked=state.locked - {key})
