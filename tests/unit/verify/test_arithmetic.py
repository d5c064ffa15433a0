"""Small exact arguments, against brute force."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from redistrict.verify.arithmetic import fits, least_outside, some_set_fits


def test_totals_that_no_number_of_grids_fits() -> None:
    """policy.md: 1-199, 251-399, 501-599 and 751-799; from 800 up a count always exists."""
    missing = {t for t in range(1200) if not fits(t, 200, 250)}
    expected = {*range(200), *range(251, 400), *range(501, 600), *range(751, 800)}
    assert missing == expected


def partitions(items: list[int]) -> Iterator[list[list[int]]]:
    """Every way to part ``items`` into groups."""
    if not items:
        yield []
        return
    first, rest = items[0], items[1:]
    for smaller in partitions(rest):
        yield [[first], *smaller]
        for i in range(len(smaller)):
            yield [*smaller[:i], [first, *smaller[i]], *smaller[i + 1 :]]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.integers(1, 30), min_size=1, max_size=7), st.integers(5, 25), st.integers(0, 10))
def test_least_outside_is_the_least_over_all_partitions(
    weights: list[int], lower: int, width: int
) -> None:
    upper = lower + width
    brute = min(
        sum(s for group in p if not lower <= (s := sum(group)) <= upper)
        for p in partitions(weights)
    )
    assert least_outside(weights, lower, upper) == brute


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.integers(1, 30), min_size=1, max_size=8),
    st.integers(1, 60),
    st.integers(0, 20),
    st.integers(0, 7),
)
def test_some_set_fits(weights: list[int], lower: int, width: int, at: int) -> None:
    member = at % len(weights)
    others = [w for i, w in enumerate(weights) if i != member]
    sums = {
        weights[member] + sum(chosen)
        for size in range(len(others) + 1)
        for chosen in combinations(others, size)
    }
    expected = any(lower <= s <= lower + width for s in sums)
    assert some_set_fits(weights, member, lower, lower + width) == expected


def test_too_many_buildings_are_not_tried() -> None:
    with pytest.raises(ValueError, match="13"):
        least_outside([1] * 13, 2, 3)
