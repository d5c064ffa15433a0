"""Findings for what the coverage rules decided: large ones one by one, small ones counted."""

from __future__ import annotations

from collections.abc import Sequence

from shapely.geometry.base import BaseGeometry

from redistrict.model.finding import Finding, Severity
from redistrict.planar.coverage import Change, Kind
from redistrict.planar.faces import GRID_M

SMALL_M2 = 10.0
"""Changes below this area (a few floor tiles along a kilometre of line) are counted, not listed."""

_HOW: dict[Kind, tuple[Severity, str]] = {
    "overlap": ("warning", "given-to-one"),
    "gap": ("info", "filled"),
    "hole": ("info", "left"),
    "fragment": ("info", "given-to-neighbour"),
}


def is_rounding(piece: BaseGeometry) -> bool:
    """True of a thread no wider than the grid on which boundaries are laid together.

    A vertex of one area on the straight line of its neighbour moves by up to half a millimetre
    when both are rounded, and opens or covers such a thread (0.02 square metres along 40 m). It
    is closed again by the same rules, and is no change to what was handed in.
    """
    return piece.length == 0.0 or 2.0 * piece.area / piece.length <= GRID_M


def report_changes(
    changes: Sequence[Change], layer: str, ids: Sequence[str], offices: Sequence[str] = ()
) -> list[Finding]:
    """One finding per change of `SMALL_M2` or more, one per kind with count and area below.

    What rounding alone made and closed is left out.
    """
    findings: list[Finding] = []
    changes = [c for c in changes if not is_rounding(c.geometry)]
    for kind, (severity, action) in _HOW.items():
        all_of_kind = [c for c in changes if c.kind == kind]
        large = [c for c in all_of_kind if c.area >= SMALL_M2]
        findings += [
            _one(change, layer, ids, offices, severity, action)
            for change in sorted(large, key=lambda c: -round(c.area, 3))
        ]
        small = [c for c in all_of_kind if c.area < SMALL_M2]
        if small:
            area = round(sum(c.area for c in small), 3)
            findings.append(
                Finding(
                    f"{_code(kind, layer)}-small",
                    "info",
                    layer,
                    params={"count": len(small), "area_m2": area, "below_m2": SMALL_M2},
                    action=action,
                    rows=0,
                )
            )
    return findings


def _code(kind: Kind, layer: str) -> str:
    if kind == "hole" and layer == "committees":
        return "office-land-without-committee"
    return f"topology-{kind}"


def _one(
    change: Change,
    layer: str,
    ids: Sequence[str],
    offices: Sequence[str],
    severity: Severity,
    action: str,
) -> Finding:
    code = _code(change.kind, layer)
    between = [ids[c] for c in change.claimants]
    receiver = None if change.given_to is None else ids[change.given_to]
    params = {"area_m2": round(change.area, 2), "between": between, "given_to": receiver}
    if code == "office-land-without-committee":
        layer, receiver = "street_offices", offices[change.domain]
        params = {"area_m2": round(change.area, 2), "street_office_id": receiver}
    return Finding(
        code,
        severity,
        layer,
        receiver or (between[0] if between else None),
        params=params,
        action=action,
        geometry=change.geometry,
        rows=0,
    )
