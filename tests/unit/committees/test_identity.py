"""Who continues whom."""

from __future__ import annotations

import numpy as np

from redistrict.committees import identify
from tests.lattice import lattice


def cells(ids, households=None):
    row = [households or [10] * len(ids)]
    return lattice(row, {"committee_id": [ids]})


def test_the_larger_keeps_its_id() -> None:
    found = identify(cells(["A", "B"], [10, 30]), np.array([0, 0]), "committee_id")
    assert found.continues == ("B",)
    assert found.actions == ("merge",)


def test_each_id_is_used_once() -> None:
    found = identify(cells(["A", "A", "A"], [10, 10, 30]), np.array([0, 0, 1]), "committee_id")
    assert found.continues == (None, "A")
    assert found.actions == ("split", "split")


def test_matching_beats_greed() -> None:
    # Area 0 holds A:30 and B:29, area 1 holds A:28: greed gives A to 0 and nothing to 1.
    found = identify(cells(["A", "B", "A"], [30, 29, 28]), np.array([0, 0, 1]), "committee_id")
    assert found.continues == ("B", "A")


def test_empty_committees_keep_their_id_too() -> None:
    found = identify(cells(["A"], [0]), np.array([0]), "committee_id")
    assert found.continues == ("A",)
    assert found.actions == ("keep",)


def test_nothing_before_is_new() -> None:
    found = identify(cells([None, None]), np.array([0, 1]), "committee_id")
    assert found.continues == (None, None)
    assert found.actions == ("new", "new")


def test_part_of_one_and_all_of_another_is_adjusted() -> None:
    found = identify(cells(["A", "A", "B"]), np.array([0, 1, 1]), "committee_id")
    assert found.actions == ("split", "adjust")
