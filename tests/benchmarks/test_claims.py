"""A claim is held only if every row holds it; what was not measured stays open."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from benchmarks.engine.claims import claims, faster, never_more, share
from benchmarks.engine.grids import Row, spread, within, worst_gap
from redistrict.model.problem import TermValue

ROW = Row("a-001", "a", 70, 3000, "optimal", [("outside", 0, 0)], 0, 0, 0.0, 1.0, 1.0, 0.1, 0.01,
          "columns")  # fmt: skip


def _beside(ours: int, name: str = "gerrychain", **peer: Any) -> Row:
    return replace(ROW, outside=ours, peers={name: peer})


def test_a_peer_with_fewer_outside_breaks_the_claim() -> None:
    assert never_more([_beside(5, outside=5)]).held is True
    assert never_more([_beside(5, outside=None)]).held is True
    told = never_more([_beside(5, outside=4), _beside(0, outside=0)])
    assert told.held is False
    assert told.found == "1 of 2"
    assert told.missed[0].startswith("a-001 (5 > 4")
    assert never_more([ROW]).held is None


def test_speed_counts_only_where_both_succeed_above_sixty_atoms() -> None:
    quick = _beside(0, outside=0, seconds=2.0)
    slow = _beside(0, outside=0, seconds=0.5)
    small = replace(slow, atoms=60)
    failed = _beside(0, outside=None)
    assert faster([quick, small, failed], "gerrychain", "first").held is True
    assert faster([quick, slow], "gerrychain", "first").held is False
    assert faster([quick], "gerrychain", "window").held is False
    assert faster([small, failed], "gerrychain", "first").held is None


def test_shares_are_compared_with_what_is_wanted() -> None:
    rows = [replace(ROW, name=str(i), gap=0.0 if i < 9 else 0.5) for i in range(10)]
    assert share("", rows, lambda r: within(r.gap, 0.01), 0.9).held is True
    told = share("", rows, lambda r: within(r.gap, 0.01), 0.91)
    assert (told.held, told.missed) == (False, ("9",))
    assert share("", [], lambda _: True, 0.5).held is None


def test_whole_street_offices_are_no_committees() -> None:
    office = replace(ROW, name="vologda-office-000", gap=None, bound=0, outside=9)
    assert all(c.held is not False for c in claims([ROW, office]))


def test_certify_counts_those_certified_already() -> None:
    poor = replace(ROW, gap=0.2, certify={"gap": 0.2})
    by_text = {c.text: c for c in claims([poor])}
    assert next(c for t, c in by_text.items() if "`certify`" in t).held is False
    rich = replace(poor, certify={"gap": 0.01})
    by_text = {c.text: c for c in claims([ROW, rich])}
    assert next(c for t, c in by_text.items() if "`certify`" in t).held is True


def test_the_worst_gap_is_none_without_a_bound() -> None:
    proven = TermValue("outside", 10, 10, True)
    half = TermValue("moved", 10, 5, False)
    bare = TermValue("perimeter", 10, None, False)
    assert worst_gap([proven, half]) == 0.5
    assert worst_gap([proven, half, bare]) is None
    assert worst_gap([]) == 0.0
    assert not within(None, 1.0)


def test_a_sample_is_spread_evenly() -> None:
    assert spread(list(range(10)), 3) == [0, 3, 6]
    assert spread([1, 2], 5) == [1, 2]
    assert spread([1, 2], None) == [1, 2]
