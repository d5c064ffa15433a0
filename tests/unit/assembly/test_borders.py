"""Borders move a little where that brings more households into the window than it moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from redistrict import grids
from redistrict.assembly.borders import settle
from redistrict.model.cells import Cells
from redistrict.model.profile import CommitteeRule, Profile
from redistrict.model.settings import RunSettings
from redistrict.parallel import Workers
from tests.lattice import lattice

BAND = CommitteeRule(lower=300, upper=700, target=450)
PROFILE = replace(Profile("test", "测试", "test"), committee=BAND)
TOWN = [100, 100, 100, 97, 3, 100, 110, 110, 125]
HALVES = [0, 0, 0, 0, 1, 1, 1, 1, 1]


def settled(
    cells: Cells, committee: Sequence[int], tied: Sequence[int] = (), profile: Profile = PROFILE
) -> tuple[list[int], int, int]:
    """The committees afterwards, and households outside before and after."""
    area = np.array(committee, dtype=np.int64)
    movable = np.ones(len(cells), dtype=bool)
    movable[list(tied)] = False
    how = RunSettings()
    with Workers(how) as workers:
        laid = grids.lay(cells, area, profile, how, workers)
        new, again = settle(cells, area, laid, movable, profile, how, workers)
    for key, one in again.items():
        assert (new[one.graph.cells] == key).all()
    assert sum(len(one.graph.cells) for one in again.values()) == len(cells)
    before, after = (sum(one.outside for one in x.values()) for x in (laid, again))
    return new.tolist(), before, after


def test_three_households_across_the_border_make_a_grid() -> None:
    after, outside, left = settled(lattice([TOWN]), HALVES)
    assert (outside, left) == (197, 0)
    assert after == [0, 0, 0, 0, 0, 1, 1, 1, 1]


def test_what_is_tied_stays() -> None:
    after, outside, left = settled(lattice([TOWN]), HALVES, tied=[4])
    assert (after, left) == (HALVES, outside)


def test_a_band_is_not_left_for_the_sake_of_a_grid() -> None:
    narrow = replace(PROFILE, committee=replace(BAND, lower=447, upper=450, target=448))
    after, outside, left = settled(lattice([TOWN]), HALVES, profile=narrow)
    assert (after, left) == (HALVES, outside)


def test_more_moved_than_gained_is_not_worth_it() -> None:
    # 60 households fill no grid by themselves; 140 would have to come over.
    town = [[100, 100, 60, 140, 100, 100, 100, 100]]
    after, outside, left = settled(lattice(town), [0, 0, 0, 1, 1, 1, 1, 1])
    assert after == [0, 0, 0, 1, 1, 1, 1, 1]
    assert left == outside


def test_an_estate_is_not_divided_for_it() -> None:
    estates = [[None, None, None, None, "E", "E", None, None, None]]
    after, outside, left = settled(lattice([TOWN], {"estate_id": estates}), HALVES)
    assert (after, left) == (HALVES, outside)


def test_a_piece_that_fits_no_number_of_grids_is_helped_wherever_its_border_is() -> None:
    town = [[10, 20, 110, 110, 10, 100], [100, 110, 40, 20, 40, 125]]
    after, outside, left = settled(lattice(town), [0, 0, 0, 1, 1, 1] * 2)
    assert (outside, left) == (305, 150)
    assert after == [0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 1, 1]


def test_a_tie_is_not_worth_it() -> None:
    town = [[125, 125, 125, 125, 5, 100, 110, 120, 110]]
    after, outside, left = settled(lattice(town), [0, 0, 0, 0, 0, 1, 1, 1, 1])
    assert after == [0, 0, 0, 0, 0, 1, 1, 1, 1]
    assert (outside, left) == (5, 5)


def test_a_committee_is_not_torn_apart_for_it() -> None:
    # The three households are all that joins the two grids of the other committee.
    town = [[100, 100, 100, 97, 3, 200], [500, 0, 0, 0, 210, 0]]
    gone = [6, 7, 8, 9, 11]
    after, outside, left = settled(lattice(town, gone=gone), [0, 0, 0, 0, 1, 1, 1])
    assert (outside, left) == (197, 197)
    assert after == [0, 0, 0, 0, 1, 1, 1]


@pytest.mark.parametrize("wall", [(3, 4)])
def test_nothing_comes_over_a_barrier(wall: tuple[int, int]) -> None:
    after, outside, left = settled(lattice([TOWN], walls=[wall]), HALVES)
    assert (after, left) == (HALVES, outside)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.integers(1, 130), min_size=16, max_size=16),
    st.lists(st.booleans(), min_size=16, max_size=16),
)
def test_what_moves_is_less_than_what_is_gained(flat: list[int], free: list[bool]) -> None:
    cells = lattice([flat[:8], flat[8:]])
    halves = [0, 0, 0, 0, 1, 1, 1, 1] * 2
    tied = [i for i, f in enumerate(free) if not f]
    after, outside, left = settled(cells, halves, tied)
    moved = [i for i in range(16) if after[i] != halves[i]]
    assert not set(moved) & set(tied)
    if moved:
        assert sum(flat[i] for i in moved) < outside - left
        for committee in (0, 1):
            total = sum(h for h, c in zip(flat, after, strict=True) if c == committee)
            assert BAND.lower <= total <= BAND.upper
