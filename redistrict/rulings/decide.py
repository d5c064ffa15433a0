"""Clause 5.1(5) as arithmetic: who holds more of a new estate's land, or that nobody does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from redistrict.rulings.measure import Land

Basis = Literal["more-land", "over-half", "tie", "three-way"]

_ROUNDING = 1e-9


@dataclass(frozen=True)
class Decision:
    """``office``: index of the street office that governs, None where it is referred."""

    office: int | None
    basis: Basis


def decide(land: Land, tolerance: float) -> Decision:
    """The rule for an estate whose land counts in two street offices or more.

    Two: the larger part wins if the parts differ by more than ``tolerance`` x the estate's land,
    else the civil affairs bureau decides (``tie``). Three or more: only an office with more than
    half of the estate's land wins, else referred (``three-way``).
    """
    (first, most), (_, second), *others = land.parts.items()
    if others:
        over_half = most > 0.5 * land.whole * (1 + _ROUNDING)
        return Decision(first, "over-half") if over_half else Decision(None, "three-way")
    if most - second > tolerance * land.whole * (1 + _ROUNDING):
        return Decision(first, "more-land")
    return Decision(None, "tie")
