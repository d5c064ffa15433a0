"""Ruling: which street office governs an estate that straddles (clause 5.1(5))."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from shapely.geometry.base import BaseGeometry


@dataclass(frozen=True, slots=True)
class Ruling:
    """A decided or referred estate. A referred one names no office and changes no boundary."""

    estate_id: str
    outcome: Literal["decided", "refer"]
    street_office_id: str | None
    areas_m2: Mapping[str, float]
    """street office id -> ellipsoidal area of its part of the estate, square metres."""
    basis: str
    """``more-land``, ``over-half``, ``recorded``, ``tie``, ``three-way``, ``not-new`` ..."""
    decided_by: str | None
    """``rule`` if computed, the recorded author if a recorded ruling, None if referred."""
    clause: str = "5.1(5)"
    evidence: str | None = None
    date: str | None = None
    overrides: str | None = None
    """Where a recorded ruling differs from the computed outcome: the computed street office id."""
    geometry: BaseGeometry | None = None
    params: Mapping[str, object] = field(default_factory=dict)
