"""A grid of a building above the window and others: whether the others could be elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from redistrict.assembly.leftovers import Leftovers
from redistrict.i18n import LANGS, Lang
from redistrict.publish import reason_text
from tests.lattice import lattice


def beside(
    households: Sequence[Sequence[int]],
    grid: Sequence[int],
    walls: Sequence[tuple[int, int]] = (),
    committee: Sequence[int] | None = None,
    **columns: Sequence[Sequence[object]],
) -> dict[str, object]:
    """What is said of the neighbours of the largest building."""
    cells = lattice(households, columns, walls)
    area = np.array(grid)
    told = Leftovers(
        cells, area, np.zeros_like(area) if committee is None else np.array(committee), 250
    )
    return dict(told.beside(int(np.argmax(cells.households))))


def test_nobody_else_lives_there() -> None:
    assert beside([[618, 0, 230]], [0, 0, 1]) == {}


def test_behind_the_building_there_is_no_way_out() -> None:
    assert beside([[66, 618, 230]], [0, 0, 1]) == {"rest_households": 66, "rest": "landlocked"}


def test_a_river_and_another_committee_are_no_way_out() -> None:
    shut = {"rest_households": 66, "rest": "landlocked"}
    assert beside([[618, 66, 100]], [0, 0, 1], walls=[(1, 2)]) == shut
    assert beside([[618, 66, 100]], [0, 0, 1], committee=[0, 0, 1]) == shut


def test_a_neighbour_that_would_be_too_large_is_full() -> None:
    assert beside([[618, 66, 185]], [0, 0, 1]) == {"rest_households": 66, "rest": "full"}


def test_a_neighbour_with_room_is_told_as_such() -> None:
    assert beside([[618, 66, 184]], [0, 0, 1]) == {"rest_households": 66, "rest": "open"}
    # 30 of the 66 would fit in 210.
    assert beside([[618, 36, 30, 210]], [0, 0, 0, 1]) == {"rest_households": 66, "rest": "open"}


def test_a_courtyard_goes_whole_or_not_at_all() -> None:
    told = beside([[618, 36, 30, 210]], [0, 0, 0, 1], courtyard_id=[[None, "K", "K", None]])
    assert told == {"rest_households": 66, "rest": "full"}


def test_one_with_room_is_enough_to_say_so() -> None:
    told = beside([[66, 618, 20, 200]], [0, 0, 0, 1])
    assert told == {"rest_households": 86, "rest": "open"}


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("rest", ["landlocked", "full", "open"])
def test_the_sentence_explains_all_households(lang: Lang, rest: str) -> None:
    facts = {"households": 684, "building_id": "B-9", "building_households": 618, "upper": 250}
    said = reason_text("oversized", {**facts, "rest_households": 66, "rest": rest}, lang)
    for part in ("684", "618", "66", "B-9"):
        assert part in said
    assert "{" not in said
    assert said.count("618") == 1
    alone = reason_text("oversized", {**facts, "households": 618}, lang)
    assert "66" not in alone
