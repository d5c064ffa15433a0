"""Whatever is done to a revision: households stay, folds agree, undo undoes."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from redistrict.model.problem import Limits
from redistrict.model.proposal import Proposal
from redistrict.publish import write
from redistrict.revision import (
    Area,
    Base,
    Edit,
    Event,
    Lock,
    Members,
    Merge,
    Move,
    Redo,
    Refusal,
    Rename,
    Renumber,
    Split,
    State,
    Undo,
    Unlock,
    apply,
    breaches,
    fold,
    from_json,
    load,
    start,
    suggest,
    to_json,
    totals,
)
from redistrict.revision.answer import answered
from tests.cities import proposed, small


@pytest.fixture(scope="module", params=[22])
def base(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Base:
    made: Proposal = proposed(small(request.param))
    out = tmp_path_factory.mktemp("base") / "proposal"
    write(made, out)
    return load(out)


STEP = st.tuples(st.integers(0, 10), st.integers(0, 10**6), st.integers(0, 10**6), st.booleans())


def _pick(items: list[str], number: int) -> str:
    return items[number % len(items)]


def _event(state: State, step: tuple[int, int, int, bool], name: str) -> Event:
    """An event made from random numbers: mostly at a border, sometimes anywhere."""
    kind, i, j, flag = step
    base = state.base
    across = np.flatnonzero(state.grid[base.a] != state.grid[base.b])
    if flag and len(across):
        edge = int(across[i % len(across)])
        here, there = int(base.a[edge]), int(base.b[edge])
    else:
        here, there = i % base.n, j % base.n
    building = base.building.ids[base.building.of[here]]
    mine, theirs = state.grid_ids[state.grid[here]], state.grid_ids[state.grid[there]]
    owner = state.committee_ids[state.committee[state.grid[there]]]
    known = [e.id for e in state.log if not isinstance(e, Undo | Redo)]
    edits: dict[int, Edit] = {
        0: Move(id=name, members=Members(buildings=(building,)), to=Area("service_grids", theirs)),
        1: Move(id=name, members=Members(buildings=(building,)), to=Area("committees", owner)),
        2: Move(id=name, members=Members(service_grids=(mine,)), to=Area("committees", owner)),
        3: Merge(id=name, layer="service_grids", areas=(mine,), into=theirs),
        4: Split(
            id=name, area=Area("service_grids", mine), parts=(Members(buildings=(building,)),)
        ),
        5: Renumber(id=name, area=Area("service_grids", mine), new_id=f"N{j % 7}"),
        6: Lock(id=name, area=Area("service_grids", mine)),
        7: Unlock(id=name, area=Area("service_grids", mine)),
        8: Rename(id=name, committee_id=owner, name=f"社区{j % 5}"),
    }
    if kind in edits:
        return edits[kind]
    target = _pick(known, j) if known else "none"
    return Undo(id=name, target=target) if kind == 9 else Redo(id=name, target=target)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(STEP, max_size=12))
def test_any_sequence_of_events(base: Base, steps: list[tuple[int, int, int, bool]]) -> None:
    state = start(base)
    for k, step in enumerate(steps):
        event = _event(state, step, f"e{k}")
        assert from_json(json.loads(json.dumps(to_json(event)))) == event
        before = state.digest()
        found = apply(state, event)
        assert state.digest() == before, "a state never changes"
        if isinstance(found, Refusal):
            assert found.sentence("zh") != f"refusal.{found.code}"
            assert found.sentence("en") != f"refusal.{found.code}"
            continue
        after, answer = found
        assert after.households == state.households == int(base.households.sum())
        assert answer.totals == totals(after)
        _counts(after)
        if not isinstance(event, Undo | Redo):
            undone = apply(after, Undo(id="u", target=event.id))
            assert not isinstance(undone, Refusal)
            assert undone[0].digest() == before
            assert undone[0].grid.tobytes() == state.grid.tobytes()
        state = after
    again = fold(base, state.log)
    assert not isinstance(again, Refusal)
    assert again.digest() == state.digest()
    if any(isinstance(e, Renumber) for e in state.effective):
        return  # what is broken goes by another id
    told = answered(start(base), state)
    broken = {b.key: b.amount for b in breaches(state)}
    assert all(broken[b.key] == b.amount for b in (*told.breaks, *told.stands))
    assert not {b.key for b in told.mends} & set(broken)
    fresh = {b.key for b in breaches(start(base))}
    assert set(broken) - fresh <= {b.key for b in told.breaks}


def _counts(state: State) -> None:
    """Totals kept along the way are those counted afresh."""
    base = state.base
    g, c = len(state.grid_ids), len(state.committee_ids)
    np.testing.assert_array_equal(
        state.grid_households, np.bincount(state.grid, base.households, g).astype(np.int64)
    )
    np.testing.assert_array_equal(state.grid_cells, np.bincount(state.grid, minlength=g))
    owner = state.committee[state.grid]
    np.testing.assert_array_equal(
        state.committee_households, np.bincount(owner, base.households, c).astype(np.int64)
    )
    assert (state.office[owner] == base.office.of).all()
    frozen = base.frozen[base.grid_committee[base.grid]]
    now = np.where(owner < len(base.frozen), owner, -1)
    assert (now[frozen] == base.grid_committee[base.grid][frozen]).all()
    assert not base.frozen[now[~frozen & (now >= 0)]].any()


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(step=st.tuples(st.integers(0, 4), st.integers(0, 10**6), st.integers(0, 10**6)))
def test_suggestions_never_break_more(base: Base, step: tuple[int, int, int]) -> None:
    state = start(base)
    found = apply(state, _event(state, (*step, True), "e"))
    if isinstance(found, Refusal) or found[1].ok:
        return
    after, answer = found
    suggested = suggest(
        after, answer.breaks, answer.changed_cells, Limits(effort="quick", work=500)
    )
    if suggested is None:
        return
    mended = apply(after, suggested.event)
    assert not isinstance(mended, Refusal)
    before = {b.key: b.amount for b in breaches(after)}
    now = {b.key: b.amount for b in breaches(mended[0])}
    assert set(now) <= set(before)
    assert all(amount <= before[key] for key, amount in now.items())
    assert sum(now.values()) < sum(before.values())
