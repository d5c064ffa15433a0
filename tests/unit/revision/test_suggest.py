"""What the engine suggests mends, breaks nothing and is an event like any other."""

from __future__ import annotations

import numpy as np

from redistrict.model.problem import Limits
from redistrict.revision import (
    Breach,
    Lock,
    Members,
    Merge,
    Refusal,
    State,
    Suggestion,
    apply,
    divide,
    from_json,
    suggest,
    to_json,
)
from tests.unit.revision.asking import area, borders, building, done, grid, refused, some_move

LIMIT = Limits(effort="quick", work=1000)


def _broken(state: State) -> list[tuple[State, tuple[Breach, ...], np.ndarray]]:
    found: list[tuple[State, tuple[Breach, ...], np.ndarray]] = []
    for pick in range(0, len(borders(state)), 9):
        after, answer = done(state, some_move(state, pick=pick))
        if answer.breaks:
            found.append((after, answer.breaks, answer.changed_cells))
    return found


def test_suggestions_mend_and_never_break(state: State) -> None:
    cases = _broken(state)[:6]
    assert cases
    mended = 0
    for after, broken, cells in cases:
        found = suggest(after, broken, cells, LIMIT)
        if found is None:
            continue
        assert from_json(to_json(found.event)) == found.event
        again, answer = done(after, found.event)
        assert not answer.breaks
        left = {b.key for b in broken} - {b.key for b in answer.mends}
        assert found.mended == (not left)
        mended += found.mended
        if found.held:
            held = np.unique(after.grid[cells])
            assert len(held) == 1
            assert len(np.unique(again.grid[cells])) == 1
    assert mended


def test_a_proven_suggestion_moves_no_more_than_taking_the_edit_back(state: State) -> None:
    proven = 0
    for after, broken, cells in _broken(state)[:6]:
        found = suggest(after, broken, None, LIMIT)
        if found is not None and found.proven and found.mended:
            proven += 1
            assert found.answer.households <= state.base.households[cells].sum()
    assert proven


def test_locked_grids_are_left_alone(state: State) -> None:
    after, broken, cells = _broken(state)[0]
    found = suggest(after, broken, cells, LIMIT)
    assert found is not None
    for change in found.answer.changes:
        if change.layer != "service_grids" or change.before is None:
            continue
        locked, _ = done(after, Lock(id="l", area=area("service_grids", change.before.id)))
        other = suggest(locked, broken, cells, LIMIT)
        if other is not None:
            assert not isinstance(apply(locked, other.event), Refusal)


def test_divide_gives_connected_parts_and_keeps_the_id(state: State) -> None:
    edge = int(borders(state)[0])
    gone, kept = grid(state, int(state.base.a[edge])), grid(state, int(state.base.b[edge]))
    event = Merge(id="m", layer="service_grids", areas=(gone,), into=kept)
    merged, _ = done(state, event)
    found = divide(merged, area("service_grids", kept), 2, LIMIT)
    assert isinstance(found, Suggestion)
    _, answer = done(merged, found.event)
    after = [c.after for c in answer.changes if c.layer == "service_grids" and c.after]
    assert len(after) == 2
    assert kept in {m.id for m in after}
    assert all(m.pieces == 1 for m in after)
    assert sum(m.households for m in after) == sum(
        state.grid_households[state.index("service_grids")[name]] for name in (gone, kept)
    )


def test_divide_a_committee_along_its_grids(state: State) -> None:
    number = max(
        (c for c in state.index("committees").values() if not state.base.frozen[c]),
        key=lambda c: len(state.grids_of(c)),
    )
    name = state.committee_ids[number]
    found = divide(state, area("committees", name), 2, LIMIT)
    assert isinstance(found, Suggestion)
    after, _ = done(state, found.event)
    assert (after.grid == state.grid).all()
    assert len(after.index("committees")) == len(state.index("committees")) + 1


def test_divide_says_why_it_cannot(state: State) -> None:
    single = next(g for g in state.index("service_grids").values() if state.grid_cells[g] >= 2)
    name = state.grid_ids[single]
    found = divide(state, area("service_grids", name), 10_000, LIMIT)
    assert isinstance(found, Refusal)
    assert found.code == "wrong-members"
    nowhere = divide(state, area("service_grids", "nowhere"), 2, LIMIT)
    assert isinstance(nowhere, Refusal)
    assert nowhere.code == "unknown-area"
    cell = int(state.cells_of("service_grids", single)[0])
    merge = Merge(id="m", layer="service_grids", areas=(name,), into=name)
    assert refused(state, merge).code == "nothing-to-do"
    assert Members(buildings=(building(state, cell),))
