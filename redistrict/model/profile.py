"""Profile: the policy's figures and latitudes as settings, one file per city."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class CommitteeRule:
    """Clause 2.2: about 3,000 households."""

    target: int = 3000
    lower: int = 2500
    upper: int = 3500
    near_target: float = 0.1
    """A committee that differs from the target by at most this share of it is at the target."""
    small_old_town: int = 1500
    """An old-town committee below this many households is small and merged as far as possible."""
    clause: str = "2.2"


@dataclass(frozen=True, slots=True)
class GridRule:
    """Clause 6.5: 200-250 households per worker."""

    lower: int = 200
    upper: int = 250
    assumed_stairwells: int = 0
    """Stairwells assumed for a building above ``upper`` whose stairwells are unknown; 0: none."""
    plot_households: int = 200
    """A planned estate without buildings is laid out as plots of at most this many."""
    clause: str = "6.5"


@dataclass(frozen=True, slots=True)
class StaffRule:
    """Clause 2.4: one per 300 households, at least 5."""

    households_per_member: int = 300
    minimum: int = 5
    rounding: Literal["half_up", "up", "down"] = "half_up"
    cap: int | None = None
    labour_station_minimum: int = 1
    labour_station_maximum: int = 2
    clause: str = "2.4"


@dataclass(frozen=True, slots=True)
class FundingRule:
    """Clause 4.2; the rate is never invented: None leaves the amount open."""

    rate_per_1000_cents: int | None = None
    method: Literal["proportional", "stepped"] = "proportional"
    subsidy_per_member_cents: int | None = None
    """Yearly subsidy of one committee member; None leaves it open."""
    subsidy_shares: tuple[int, int, int] = (5, 2, 3)
    """prefecture : county-level city : street office."""
    clause: str = "4.2"


@dataclass(frozen=True, slots=True)
class PremisesRule:
    """Clause 5.1(1)-(4): least premises in square metres by stage of the estate."""

    built_m2: float = 300.0
    under_construction_m2: float = 400.0
    planned_m2: float = 500.0
    old_town_m2: float = 300.0
    per_100_households_m2: float | None = None
    """Henan 2022: 30 m2 per 100 households, with the stage's figure as the floor."""
    handover_months: int = 1
    clause: str = "5.1"


@dataclass(frozen=True, slots=True)
class RulingRule:
    """Clause 5.1(5): the office holding more of a new estate's land governs it."""

    tolerance: float = 0.005
    """Parts closer than this share of the estate's land are equal (survey tolerance)."""
    new_stages: tuple[str, ...] = ("planned", "under_construction")
    clause: str = "5.1(5)"


@dataclass(frozen=True, slots=True)
class BarrierRule:
    """Which kinds of barrier cannot be crossed when the survey does not say."""

    uncrossable: tuple[str, ...] = ("river", "railway", "motorway")
    snap_m: float = 8.0
    """A cell edge running within this distance of a crossable barrier lies on it."""


@dataclass(frozen=True)
class Profile:
    """The whole rule profile. ``as_dict`` goes into the manifest, so a plan explains itself."""

    name: str
    title_zh: str
    title_en: str
    committee: CommitteeRule = field(default_factory=CommitteeRule)
    grid: GridRule = field(default_factory=GridRule)
    staff: StaffRule = field(default_factory=StaffRule)
    funding: FundingRule = field(default_factory=FundingRule)
    premises: PremisesRule = field(default_factory=PremisesRule)
    ruling: RulingRule = field(default_factory=RulingRule)
    barriers: BarrierRule = field(default_factory=BarrierRule)
    latitude: Mapping[str, str] = field(default_factory=dict)
    """Recorded reason for each latitude used (``committee.upper`` -> why), kept in the manifest."""
    extends: str | None = None
