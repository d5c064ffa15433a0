"""A revision becomes a proposal; what it breaks the verifier finds, and nothing else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from redistrict import verify
from redistrict.cli import build
from redistrict.model.errors import ProposalError
from redistrict.publish import content_hash
from redistrict.revision import (
    Base,
    Merge,
    Rename,
    Renumber,
    State,
    Undo,
    breaches,
    freeze,
    load,
    start,
)
from redistrict.revision.freeze import assembled
from tests.unit.revision.asking import area, borders, done, grid, some_move


def test_what_says_the_same_has_the_same_hash(state: State) -> None:
    moved, _ = done(state, some_move(state))
    back, _ = done(moved, Undo(id="u", target="m1"))
    for same in (state, back):
        assert content_hash(assembled(same)) == state.base.content_hash
    assert content_hash(assembled(moved)) != state.base.content_hash


def test_a_frozen_revision_is_checked_and_edited_in_its_turn(state: State, tmp_path: Path) -> None:
    number = next(g for g in state.index("service_grids").values())
    event = Renumber(id="r", area=area("service_grids", state.grid_ids[number]), new_id="新-01")
    after, _ = done(_harmless(state), event)
    committee = next(
        c for c in after.index("committees") if not after.base.frozen[after.index("committees")[c]]
    )
    after, _ = done(after, Rename(id="n", committee_id=committee, name="和平社区"))
    frozen = freeze(after, tmp_path / "out")
    checked = CliRunner().invoke(build(), ["check", str(tmp_path / "out")])
    assert checked.exit_code == 0, checked.output
    again = load(tmp_path / "out")
    assert again.content_hash == frozen.content_hash != state.base.content_hash
    assert again.manifest["revision"] == {"base": state.base.content_hash}
    fresh = start(again)
    assert fresh.digest() == after.digest()
    assert fresh.committee_names[fresh.index("committees")[committee]] == "和平社区"


def _harmless(state: State) -> State:
    """A state after one move that breaks no contiguity."""
    for pick in range(len(borders(state))):
        after, answer = done(state, some_move(state, pick=pick))
        if not [b for b in answer.breaks if b.code in ("pieces", "barrier")]:
            return after
    pytest.fail("no harmless move in the test city")


def test_what_falls_into_pieces_is_not_published(state: State, tmp_path: Path) -> None:
    """Two grids of a committee that do not touch, merged."""
    base = state.base
    a, b = state.grid[base.a], state.grid[base.b]
    touching = set(zip(a.tolist(), b.tolist(), strict=True))
    touching |= {(j, i) for i, j in touching}
    for committee in state.index("committees").values():
        grids = state.grids_of(committee).tolist()
        apart = [(i, j) for i in grids for j in grids if i < j and (i, j) not in touching]
        land = [len(np.unique(base.land[np.isin(state.grid, pair)])) for pair in apart]
        for (i, j), pieces in zip(apart, land, strict=True):
            if pieces > 1:
                continue
            event = Merge(
                id="m", layer="service_grids", areas=(state.grid_ids[i],), into=state.grid_ids[j]
            )
            after, answer = done(state, event)
            assert [b for b in answer.breaks if b.code == "pieces"]
            with pytest.raises(ProposalError) as caught:
                freeze(after, tmp_path / "out")
            assert caught.value.findings[0].code == "revision-not-verified"
            assert not (tmp_path / "out").exists()
            return
    pytest.fail("no two grids of a committee that do not touch")


@pytest.mark.parametrize("seed", range(4))
def test_verify_fails_where_a_state_says_so_and_nowhere_else(base: Base, seed: int) -> None:
    state = start(base)
    before = {b.key for b in breaches(state)}
    rng = np.random.default_rng(seed)
    for step in range(3):
        pick = int(rng.integers(len(borders(state))))
        if rng.random() < 0.3:
            edge = int(borders(state)[pick])
            here, there = (grid(state, int(base.a[edge])), grid(state, int(base.b[edge])))
            event = Merge(id=f"{step}", layer="service_grids", areas=(here,), into=there)
            state, _ = done(state, event)
        else:
            state, _ = done(state, some_move(state, f"{step}", pick))
    made = assembled(state)
    report = verify.verify(made.layers, made.tables, made.manifest, base.profile)
    hard = [b for b in breaches(state) if b.code in ("pieces", "barrier") and b.key not in before]
    assert report.ok == (not hard), [c.name for c in report.failed]
