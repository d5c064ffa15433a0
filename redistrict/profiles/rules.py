"""What must hold between the figures of a profile."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from redistrict.model.profile import Profile

STAGES = ("planned", "under_construction", "built", "old_town")


def broken(profile: Profile) -> list[tuple[str, str, dict[str, Any]]]:
    """Rules that do not hold: (key, catalogue key ``profile.rule.<...>``, parameters)."""
    wrong: list[tuple[str, str, dict[str, Any]]] = []
    _windows(profile, wrong)
    _counts(profile, wrong)
    _shares(profile, wrong)
    for name in ("built_m2", "under_construction_m2", "planned_m2", "old_town_m2"):
        _at_least(f"premises.{name}", getattr(profile.premises, name), 0, wrong)
    if profile.premises.per_100_households_m2 is not None:
        _at_least(
            "premises.per_100_households_m2", profile.premises.per_100_households_m2, 0, wrong
        )
    if not 0 <= profile.ruling.tolerance < 0.5:
        wrong.append(("ruling.tolerance", "tolerance", {"value": profile.ruling.tolerance}))
    wrong.extend(
        ("ruling.new_stages", "stage", {"value": stage, "known": list(STAGES)})
        for stage in profile.ruling.new_stages
        if stage not in STAGES
    )
    _at_least("barriers.snap_m", profile.barriers.snap_m, 0, wrong)
    return wrong


def _windows(profile: Profile, wrong: list[tuple[str, str, dict[str, Any]]]) -> None:
    for section in ("committee", "grid"):
        rule = getattr(profile, section)
        _at_least(f"{section}.lower", rule.lower, 1, wrong)
        if rule.lower > rule.upper:
            wrong.append(
                (
                    f"{section}.lower",
                    "lower-above-upper",
                    {"lower": rule.lower, "upper": rule.upper},
                )
            )
    band = profile.committee
    if band.lower <= band.upper and not band.lower <= band.target <= band.upper:
        wrong.append(
            (
                "committee.target",
                "target-outside-band",
                {"target": band.target, "lower": band.lower, "upper": band.upper},
            )
        )
    if not 0 <= band.near_target < 1:
        wrong.append(("committee.near_target", "share-of-target", {"value": band.near_target}))
    if not 1 <= profile.grid.plot_households <= max(1, profile.grid.upper):
        wrong.append(
            (
                "grid.plot_households",
                "plot-above-window",
                {"value": profile.grid.plot_households, "upper": profile.grid.upper},
            )
        )


def _counts(profile: Profile, wrong: list[tuple[str, str, dict[str, Any]]]) -> None:
    staff = profile.staff
    _at_least("committee.small_old_town", profile.committee.small_old_town, 0, wrong)
    _at_least("grid.assumed_stairwells", profile.grid.assumed_stairwells, 0, wrong)
    _at_least("staff.households_per_member", staff.households_per_member, 1, wrong)
    _at_least("staff.minimum", staff.minimum, 0, wrong)
    _at_least("staff.labour_station_minimum", staff.labour_station_minimum, 0, wrong)
    _at_least("premises.handover_months", profile.premises.handover_months, 0, wrong)
    if staff.cap is not None:
        _at_least("staff.cap", staff.cap, staff.minimum, wrong)
    _at_least(
        "staff.labour_station_maximum",
        staff.labour_station_maximum,
        staff.labour_station_minimum,
        wrong,
    )


def _shares(profile: Profile, wrong: list[tuple[str, str, dict[str, Any]]]) -> None:
    funding = profile.funding
    shares = funding.subsidy_shares
    # Tenths or per cent: any other sum is a slip of the pen, since the text says 5:2:3.
    if min(shares) < 0 or sum(shares) not in (10, 100):
        wrong.append(
            ("funding.subsidy_shares", "shares", {"value": list(shares), "sum": sum(shares)})
        )
    for name in ("rate_per_1000_cents", "subsidy_per_member_cents"):
        value = getattr(funding, name)
        if value is not None:
            _at_least(f"funding.{name}", value, 0, wrong)


def _at_least(
    key: str, value: float, least: int, wrong: list[tuple[str, str, dict[str, Any]]]
) -> None:
    if value < least:
        wrong.append((key, "at-least", {"value": value, "least": least}))


def as_dict(profile: Profile) -> dict[str, Any]:
    """The whole profile as JSON-ready nested dicts, for the manifest; `from_dict` reads it."""
    return _plain(asdict(profile))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    return value
