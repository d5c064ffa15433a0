"""Clauses 2.4 and 6.2: members of the committees and of their labour stations."""

from __future__ import annotations

from typing import Any

from redistrict.consequences.context import Context, Result
from redistrict.consequences.registry import consequence
from redistrict.model.finding import Finding
from redistrict.model.profile import StaffRule


def members(households: int, rule: StaffRule) -> int:
    """``max(minimum, round(households / households_per_member))`` before any cap, exactly."""
    per = rule.households_per_member
    if rule.rounding == "up":
        rounded = -(-households // per)
    elif rule.rounding == "down":
        rounded = households // per
    else:
        rounded = (2 * households + per) // (2 * per)
    return max(rule.minimum, rounded)


def capped(households: int, rule: StaffRule) -> int:
    """`members` with the profile's cap, if it has one."""
    needed = members(households, rule)
    return needed if rule.cap is None else min(needed, rule.cap)


@consequence("staff", "2.4", 1)
def staff_required(context: Context) -> Result:
    """Members per committee, households per member, and vacancy or excess where staff is known.

    Columns ``staff_required``, ``staff_uncapped``, ``households_per_member``, ``staff_present``
    and ``staff_vacancy`` (negative: excess; both None where present staff is not known).
    """
    rule = context.profile.staff
    columns: dict[str, dict[str, Any]] = {}
    findings: list[Finding] = []
    for committee_id, households in context.households().items():
        needed, allowed = members(households, rule), capped(households, rule)
        present = context.present_staff.get(committee_id)
        columns[committee_id] = {
            "staff_required": allowed,
            "staff_uncapped": needed,
            "households_per_member": round(households / allowed, 1) if allowed else None,
            "staff_present": present,
            "staff_vacancy": None if present is None else allowed - present,
        }
        params = {"households": households, "needed": needed, "allowed": allowed}
        if allowed < needed:
            findings.append(_about("staff-capped", committee_id, "warning", params))
        if present is not None and present != allowed:
            kind = "staff-vacancy" if present < allowed else "staff-excess"
            difference = {"present": present, "difference": abs(allowed - present)}
            findings.append(_about(kind, committee_id, "info", {**params, **difference}))
    required = sum(c["staff_required"] for c in columns.values())
    known = [c["staff_present"] for c in columns.values() if c["staff_present"] is not None]
    values = {
        "staff": {
            "required": required,
            "uncapped": sum(c["staff_uncapped"] for c in columns.values()),
            "present": sum(known) if known else None,
            "committees_with_known_staff": len(known),
            "rounding": rule.rounding,
            "cap": rule.cap,
        }
    }
    return Result(values, columns, findings=tuple(findings))


def _about(code: str, committee_id: str, severity: Any, params: dict[str, Any]) -> Finding:
    return Finding(
        code,
        severity,
        "committees",
        committee_id,
        clause="2.4",
        outcome="refer" if code == "staff-capped" else None,
        params=params,
    )


@consequence("labour_station", "6.2", 1)
def labour_station(context: Context) -> Result:
    """One or two full-time staff in each committee's labour and social-security station."""
    rule = context.profile.staff
    low, high = rule.labour_station_minimum, rule.labour_station_maximum
    ids = list(context.households())
    findings = tuple(
        Finding(
            "labour-station-staff",
            "warning",
            "committees",
            committee_id,
            clause="6.2",
            outcome="fail",
            params={"present": present, "minimum": low, "maximum": high},
        )
        for committee_id in ids
        if (present := context.labour_staff.get(committee_id)) is not None
        and not low <= present <= high
    )
    values = {
        "labour_station": {
            "stations": len(ids),
            "staff_minimum": low * len(ids),
            "staff_maximum": high * len(ids),
            "checked": sum(i in context.labour_staff for i in ids),
            "outside": len(findings),
        }
    }
    return Result(values, findings=findings)
