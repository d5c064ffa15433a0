"""The clause as arithmetic."""

from __future__ import annotations

import pytest

from redistrict.rulings.decide import Decision, decide
from redistrict.rulings.measure import Land

A, B, C, D = 0, 1, 2, 3


@pytest.mark.parametrize(
    ("parts", "decision"),
    [
        ({A: 6_000, B: 4_000}, Decision(A, "more-land")),
        ({A: 4_000, B: 6_000}, Decision(B, "more-land")),
        ({A: 5_000, B: 5_000}, Decision(None, "tie")),
        ({A: 5_025, B: 4_975}, Decision(None, "tie")),  # apart by exactly the tolerance
        ({A: 5_026, B: 4_974}, Decision(A, "more-land")),
        ({A: 4_974, B: 5_026}, Decision(B, "more-land")),
        ({A: 5_100, B: 2_500, C: 2_400}, Decision(A, "over-half")),
        ({A: 5_000, B: 2_600, C: 2_400}, Decision(None, "three-way")),
        ({A: 4_900, B: 2_600, C: 2_500}, Decision(None, "three-way")),
        ({A: 1_000, B: 1_000, C: 1_000, D: 7_000}, Decision(D, "over-half")),
        ({A: 6_000, B: 3_995, C: 5}, Decision(A, "more-land")),  # C's part is noise
    ],
)
def test_rule(parts: dict[int, float], decision: Decision) -> None:
    assert decide(Land(10_000.0, parts), 0.005) == decision


def test_tolerance_zero_still_refers_equal_parts() -> None:
    assert decide(Land(10.0, {A: 5.0, B: 5.0}), 0.0) == Decision(None, "tie")


def test_land_outside_every_office_counts_for_half_but_is_nobodys_part() -> None:
    assert decide(Land(10_000.0, {A: 4_900, B: 100, C: 100}), 0.005).office is None
