"""Events applied: totals, refusals, undo and redo."""

from __future__ import annotations

import json
from pathlib import Path

import networkx as nx
import numpy as np
import pytest

from redistrict.model.errors import InputError, ProposalError
from redistrict.revision import (
    Base,
    Batch,
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
    as_dict,
    breaches,
    fold,
    from_json,
    load,
    start,
    to_json,
    totals,
)
from tests.unit.revision.asking import (
    area,
    borders,
    building,
    committee,
    done,
    grid,
    refused,
    some_move,
)


def test_the_base_says_what_the_published_layers_say(folder: Path, base: Base) -> None:
    told = json.loads((folder / "service_grids.geojson").read_text(encoding="utf-8"))
    published = {f["properties"]["service_grid_id"]: f["properties"] for f in told["features"]}
    state = start(base)
    assert set(published) == set(state.index("service_grids"))
    for name, number in state.index("service_grids").items():
        assert published[name]["households"] == state.grid_households[number]
        owner = state.committee_ids[state.committee[number]]
        assert published[name]["committee_id"] == owner
    outside = {name for name, p in published.items() if not p["within_window"]}
    assert {b.id for b in breaches(state) if b.code == "window"} == outside


def test_a_move_is_counted_in_both_grids_and_nowhere_else(state: State) -> None:
    event = some_move(state)
    after, answer = done(state, event)
    moved = answer.households
    grids = {c.after.id: c for c in answer.changes if c.layer == "service_grids" and c.after}
    gains = [
        c.after.households - c.before.households for c in grids.values() if c.before and c.after
    ]
    assert sorted(gains) == [-moved, moved]
    assert after.households == state.households
    others = np.setdiff1d(np.arange(state.base.n), answer.changed_cells)
    assert (after.grid[others] == state.grid[others]).all()
    assert totals(after).moved_from_grid == moved
    assert totals(after).moved_from_committee == 0
    json.dumps(as_dict(answer))


def test_pieces_are_those_networkx_counts(state: State) -> None:
    for pick in range(0, len(borders(state)), 7):
        after, answer = done(state, some_move(state, pick=pick))
        for change in answer.changes:
            if change.layer == "service_grids" and change.after is not None:
                number = after.index("service_grids")[change.after.id]
                cells = set(after.cells_of("service_grids", number).tolist())
                graph = nx.Graph()
                graph.add_nodes_from(cells)
                pairs = zip(state.base.a.tolist(), state.base.b.tolist(), strict=True)
                graph.add_edges_from((i, j) for i, j in pairs if {i, j} <= cells)
                assert nx.number_connected_components(graph) == change.after.pieces


def test_a_courtyard_goes_whole_unless_it_is_asked_otherwise(state: State) -> None:
    base = state.base
    for label in range(len(base.courtyard)):
        cells = base.courtyard.cells(label)
        names = {building(state, c) for c in cells.tolist()}
        here = np.unique(state.grid[cells])
        others = state.grids_of(int(state.committee[here[0]]))
        if len(names) < 2 or len(here) > 1 or len(others) < 2:
            continue
        to = next(state.grid_ids[g] for g in others.tolist() if g != here[0])
        event = Move(
            id="m",
            members=Members(buildings=(building(state, int(cells[0])),)),
            to=area("service_grids", to),
        )
        after, answer = done(state, event)
        assert len(np.unique(after.grid[cells])) == 1
        assert not [b for b in answer.breaks if b.code == "courtyard"]
        single = Move(id="m", members=event.members, to=event.to, whole_courtyards=False)
        cut, answer = done(state, single)
        if len(np.unique(cut.grid[cells])) > 1:
            assert [b.clause for b in answer.breaks if b.code == "courtyard"] == ["6.5"]
            return
    pytest.fail("no courtyard of two buildings in the test city")


def test_a_grid_goes_to_another_committee_as_it_is(state: State) -> None:
    base = state.base
    a, b = state.grid[base.a], state.grid[base.b]
    free = ~base.frozen[state.committee[a]] & ~base.frozen[state.committee[b]]
    edge = int(np.flatnonzero((state.committee[a] != state.committee[b]) & free)[0])
    here, there = int(base.a[edge]), int(base.b[edge])
    name, to = grid(state, here), committee(state, there)
    event = Move(id="m", members=Members(service_grids=(name,)), to=area("committees", to))
    after, answer = done(state, event)
    assert committee(after, here) == to
    assert (after.grid == state.grid).all()
    assert totals(after).moved_from_committee == answer.households


def test_merge_dissolves_and_split_makes_an_area(state: State) -> None:
    edge = int(borders(state)[0])
    here, there = int(state.base.a[edge]), int(state.base.b[edge])
    gone, kept = grid(state, here), grid(state, there)
    event = Merge(id="m", layer="service_grids", areas=(gone,), into=kept)
    after, answer = done(state, event)
    assert gone not in after.index("service_grids")
    assert [c.before.id for c in answer.changes if c.after is None and c.before] == [gone]
    whole = state.cells_of("service_grids", state.index("service_grids")[gone])
    names = tuple(dict.fromkeys(building(state, c) for c in whole.tolist()))
    back, answer = done(
        after, Split(id="s", area=area("service_grids", kept), parts=(Members(buildings=names),))
    )
    made = [c.after.id for c in answer.changes if c.before is None and c.after]
    assert len(made) == 1
    assert made[0] not in (gone, kept)
    new = back.cells_of("service_grids", back.index("service_grids")[made[0]])
    assert set(whole.tolist()) <= set(new.tolist())


def test_committees_split_by_grid(state: State) -> None:
    owner = next(
        c
        for c in state.index("committees").values()
        if len(state.grids_of(c)) > 1 and not state.base.frozen[c]
    )
    name = state.committee_ids[owner]
    first = state.grid_ids[int(state.grids_of(owner)[0])]
    parts = (Members(service_grids=(first,)),)
    after, _ = done(state, Split(id="s", area=area("committees", name), parts=parts))
    made = set(after.index("committees")) - set(state.index("committees"))
    assert len(made) == 1
    assert len(after.grids_of(after.index("committees")[made.pop()])) == 1
    every = tuple(state.grid_ids[g] for g in state.grids_of(owner).tolist())
    parts = (Members(service_grids=every),)
    event = Split(id="s", area=area("committees", name), parts=parts)
    assert refused(state, event).code == "nothing-left"


def test_names_and_numbers(state: State) -> None:
    name, other = list(state.index("service_grids"))[:2]
    taken = Renumber(id="r", area=area("service_grids", name), new_id=other)
    assert refused(state, taken).code == "id-taken"
    after, _ = done(state, Renumber(id="r", area=area("service_grids", name), new_id="G-新"))
    assert "G-新" in after.index("service_grids")
    assert name not in after.index("service_grids")
    blank = Renumber(id="r", area=area("service_grids", name), new_id=" ")
    assert refused(state, blank).code == "id-not-allowed"
    committee_id = next(iter(state.index("committees")))
    renamed, _ = done(state, Rename(id="n", committee_id=committee_id, name="和平社区"))
    assert renamed.committee_names[renamed.index("committees")[committee_id]] == "和平社区"
    assert renamed.digest() != state.digest()


def test_locks_and_frozen_committees_refuse(state: State) -> None:
    event = some_move(state)
    locked, _ = done(state, Lock(id="l", area=event.to))
    assert refused(locked, event).code == "locked"
    opened, _ = done(locked, Unlock(id="u", area=event.to))
    assert opened.digest() == state.digest()
    done(opened, event)
    base = state.base
    a, b = state.committee[state.grid[base.a]], state.committee[state.grid[base.b]]
    crossing = np.flatnonzero(
        (base.frozen[a] ^ base.frozen[b]) & (state.office[a] == state.office[b])
    )
    assert len(crossing), "the test city has a frozen committee with neighbours"
    for edge in crossing[:5].tolist():
        for x, y in ((base.a, base.b), (base.b, base.a)):
            members = Members(buildings=(building(state, int(x[edge])),))
            to = area("service_grids", grid(state, int(y[edge])))
            refusal = refused(state, Move(id="m", members=members, to=to))
            assert (refusal.code, refusal.clause) == ("frozen", "2.2")


def test_what_is_unknown_or_another_offices_is_refused(state: State) -> None:
    known = some_move(state)
    nobody = Move(id="m", members=Members(buildings=("nobody",)), to=known.to)
    assert refused(state, nobody).code == "unknown-member"
    nowhere = Move(id="m", members=known.members, to=area("service_grids", "nowhere"))
    assert refused(state, nowhere).code == "unknown-area"
    offices = state.base.office.of
    here = 0
    there = int(np.flatnonzero(offices != offices[here])[0])
    members = Members(buildings=(building(state, here),))
    event = Move(id="m", members=members, to=area("service_grids", grid(state, there)))
    assert refused(state, event).code in ("other-office", "ruling-held", "frozen")
    for code in ("unknown-member", "other-office"):
        assert Refusal(
            code, {"id": "x", "layer": "y", "count": 1, "office": "o", "to": "p"}
        ).sentence()
    done_already = Move(id="m", members=known.members, to=area("service_grids", "nowhere"))
    assert refused(state, done_already).sentence("en").startswith("There is no area")


def test_undo_and_redo_in_any_order(state: State) -> None:
    first = some_move(state, "e1", 0)
    one, _ = done(state, first)
    two, _ = done(one, some_move(one, "e2", len(borders(one)) // 2))
    back, _ = done(two, Undo(id="u1", target="e2"))
    assert back.digest() == one.digest()
    assert back.grid.tobytes() == one.grid.tobytes()
    empty, _ = done(back, Undo(id="u2", target="e1"))
    assert empty.digest() == state.digest()
    again, _ = done(empty, Redo(id="r1", target="e1"))
    assert again.digest() == one.digest()
    both, _ = done(again, Redo(id="r2", target="e2"))
    assert both.digest() == two.digest()
    middle, _ = done(both, Undo(id="u3", target="e1"))
    only, _ = done(state, two.effective[1])
    assert middle.digest() == only.digest()
    assert refused(middle, Undo(id="u4", target="e1")).code == "not-undoable"
    assert refused(middle, Redo(id="r3", target="e2")).code == "not-redoable"
    assert refused(middle, Undo(id="u4", target="never")).code == "unknown-event"
    replayed = fold(state.base, middle.log)
    assert not isinstance(replayed, Refusal)
    assert replayed.digest() == middle.digest()


def test_an_event_others_depend_on_is_not_undone(state: State) -> None:
    name = next(iter(state.index("service_grids")))
    one, _ = done(state, Renumber(id="r", area=area("service_grids", name), new_id="X"))
    two, _ = done(one, Lock(id="l", area=area("service_grids", "X")))
    refusal = refused(two, Undo(id="u", target="r"))
    assert refusal.code == "depends"
    assert refusal.params["event"] == "l"


def test_a_batch_holds_whole_or_not_at_all(state: State) -> None:
    good = some_move(state)
    bad = Move(id="x", members=Members(buildings=("nobody",)), to=good.to)
    assert refused(state, Batch(id="b", events=(good, bad))).code == "unknown-member"
    after, _ = done(state, Batch(id="b", events=(good,)))
    back, _ = done(after, Undo(id="u", target="b"))
    assert back.digest() == state.digest()


def test_events_go_through_json_and_the_malformed_say_where(state: State) -> None:
    event = Batch(
        id="b",
        by="甲",
        events=(
            some_move(state),
            Split(
                id="s",
                area=area("service_grids", "g"),
                parts=(Members(stairwells=(("b", 2),)),),
                new_ids=("n",),
            ),
            Lock(id="l", area=area("committees", "c")),
        ),
    )
    assert from_json(json.loads(json.dumps(to_json(event)))) == event
    for change, where in (
        ({"type": "no"}, "type"),
        ({"version": 2}, "version"),
        ({"to": 1}, "to"),
        ({"to": {"layer": "x", "id": "y"}}, "to.layer"),
        ({"extra": 1}, "extra"),
        ({"members": {"stairwells": [["b", True]]}}, "members.stairwells"),
        ({"whole_courtyards": 1}, "whole_courtyards"),
    ):
        with pytest.raises(InputError) as caught:
            from_json({**to_json(some_move(state)), **change})
        assert caught.value.findings[0].params["where"] == where


def test_a_proposal_without_workings_says_what_to_do(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ProposalError) as caught:
        load(tmp_path)
    assert caught.value.findings[0].code == "proposal-manifest"
    manifest = (folder / "proposal.json").read_bytes()
    (tmp_path / "proposal.json").write_bytes(manifest)
    with pytest.raises(ProposalError) as caught:
        load(tmp_path)
    assert caught.value.findings[0].code == "workings-missing"
    content = bytearray((folder / "workings.redistrict").read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "workings.redistrict").write_bytes(bytes(content))
    with pytest.raises(ProposalError) as caught:
        load(tmp_path)
    assert caught.value.findings[0].code == "workings-altered"
