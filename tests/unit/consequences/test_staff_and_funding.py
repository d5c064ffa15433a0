"""Clauses 2.4, 6.2 and 4.2: members, stations, funds and subsidies."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redistrict import profiles
from redistrict.consequences import Context, evaluate
from redistrict.consequences.funding import share_exactly
from redistrict.consequences.staff import members
from redistrict.model.profile import StaffRule
from tests.proposals import draw

BASE = profiles.load()[0]


def context(totals: list[int], **rules: Any) -> Context:
    """One committee C<i> per total."""
    letters = [chr(97 + i) for i in range(len(totals))]
    paper = draw(
        ["".join(letters)],
        [totals],
        {letter: f"C{i}" for i, letter in enumerate(letters)},
        {f"C{i}": "S1" for i in range(len(totals))},
    )
    return Context(paper.layers, replace(BASE, **rules))


@pytest.mark.parametrize(
    ("households", "rounding", "expected"),
    [
        (0, "half_up", 5),
        (1649, "half_up", 5),
        (1650, "half_up", 6),
        (3000, "half_up", 10),
        (3149, "half_up", 10),
        (3150, "half_up", 11),
        (3001, "up", 11),
        (3299, "down", 10),
    ],
)
def test_members(households: int, rounding: Any, expected: int) -> None:
    assert members(households, StaffRule(rounding=rounding)) == expected


def test_a_cap_is_never_silent() -> None:
    found = evaluate(context([4500, 3000], staff=StaffRule(cap=12)))
    assert found.columns["C0"]["staff_required"] == 12
    assert found.columns["C0"]["staff_uncapped"] == 15
    assert found.columns["C1"]["staff_required"] == 10
    assert [(f.code, f.feature_id) for f in found.findings if f.clause == "2.4"] == [
        ("staff-capped", "C0")
    ]
    assert found.values["staff"]["required"] == 22


def test_vacancy_and_excess() -> None:
    told = replace(context([3000, 3000, 3000]), present_staff={"C0": 8, "C1": 11, "C2": 10})
    found = evaluate(told)
    assert [found.columns[c]["staff_vacancy"] for c in ("C0", "C1", "C2")] == [2, -1, 0]
    codes = {(f.code, f.feature_id) for f in found.findings if f.clause == "2.4"}
    assert codes == {("staff-vacancy", "C0"), ("staff-excess", "C1")}


def test_staff_unknown_is_not_zero() -> None:
    found = evaluate(context([3000]))
    assert found.columns["C0"]["staff_vacancy"] is None
    assert found.values["staff"]["present"] is None


@pytest.mark.parametrize(("present", "codes"), [(0, 1), (1, 0), (2, 0), (3, 1)])
def test_labour_stations(present: int, codes: int) -> None:
    found = evaluate(replace(context([3000]), labour_staff={"C0": present}))
    assert sum(f.code == "labour-station-staff" for f in found.findings) == codes


def test_the_rate_is_never_invented() -> None:
    found = evaluate(context([3000]))
    assert found.values["working_funds"]["total_cents"] is None
    assert found.columns["C0"]["working_funds_cents"] is None
    assert found.values["subsidies"]["status"] == "open"
    codes = {f.code for f in found.findings}
    assert {"funding-rate-open", "subsidy-rate-open"} <= codes


@pytest.mark.parametrize(
    ("method", "expected"), [("proportional", [3330000, 2510000]), ("stepped", [4000000, 3000000])]
)
def test_working_funds(method: Any, expected: list[int]) -> None:
    rule = replace(BASE.funding, rate_per_1000_cents=1_000_000, method=method)
    found = evaluate(context([3330, 2510], funding=rule))
    assert [found.columns[c]["working_funds_cents"] for c in ("C0", "C1")] == expected
    assert found.values["working_funds"]["total_cents"] == sum(expected)


def test_subsidies_are_exact_in_cents() -> None:
    rule = replace(BASE.funding, subsidy_per_member_cents=100_001)
    found = evaluate(context([3000, 1500], funding=rule))
    row = found.columns["C1"]
    assert row["subsidy_cents"] == 500_005
    levels = ("prefecture", "city", "street_office")
    # 250002.5, 100001 and 150001.5: the cent over goes to the prefecture, first among equals.
    assert [row[f"subsidy_{level}_cents"] for level in levels] == [250_003, 100_001, 150_001]
    total = found.values["subsidies"]
    assert sum(total[level] for level in levels) == total["total_cents"] == 1_500_015


@given(st.integers(0, 10**12), st.lists(st.integers(0, 1000), min_size=1, max_size=9))
def test_shares_sum_and_are_fair(total: int, weights: list[int]) -> None:
    shares = share_exactly(total, weights)
    whole = sum(weights)
    assert sum(shares) == (total if whole else 0)
    if whole:
        for share, weight in zip(shares, weights, strict=True):
            assert total * weight // whole <= share <= total * weight // whole + 1
