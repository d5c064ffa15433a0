"""Clauses 5.2, 3.1 and 7: totals of the three levels reconcile; indicators to export."""

from __future__ import annotations

from typing import Any

from redistrict.consequences.context import Context, Result
from redistrict.consequences.registry import consequence
from redistrict.model.finding import Finding


def _sums(frame: Any, by: str) -> dict[str, int]:
    grouped = frame.groupby(frame[by].astype(str), sort=True)["households"].sum()
    return {str(k): int(v) for k, v in grouped.items()}


@consequence("totals", "5.2", 1)
def totals(context: Context) -> Result:
    """City, street office and community each see totals that add up to the same households."""
    layers = context.layers
    seen = {
        "buildings": _sums(layers["buildings"], "street_office_id"),
        "service_grids": _sums(layers["service_grids"], "street_office_id"),
        "committees": _sums(layers["committees"], "street_office_id"),
        "street_offices": _sums(layers["street_offices"], "street_office_id"),
    }
    wanted = seen["buildings"]
    ids = sorted({i for known in seen.values() for i in known})
    findings = tuple(
        Finding(
            "totals-differ",
            "error",
            "street_offices",
            office,
            clause="5.2",
            outcome="fail",
            params={level: known.get(office, 0) for level, known in seen.items()},
        )
        for office in ids
        if len({known.get(office, 0) for known in seen.values()}) > 1
    )
    values = {
        "totals": {
            "city": sum(wanted.values()),
            "street_offices": wanted,
            "reconciled": not findings,
        }
    }
    return Result(values, findings=findings)


@consequence("indicators", "3.1、7", 1)
def indicators(context: Context) -> Result:
    """Figures for the yearly plan; shares are of households, 0..1, None for an empty city."""
    grids: Any = context.layers["service_grids"]
    committees: Any = context.committees
    households = int(committees["households"].sum())
    window, band = context.profile.grid, context.profile.committee

    def share(frame: Any, lower: int, upper: int) -> float | None:
        inside = int(frame.loc[frame["households"].between(lower, upper), "households"].sum())
        return round(inside / households, 6) if households else None

    count = len(committees)
    value: dict[str, Any] = {
        "street_offices": len(context.layers["street_offices"]),
        "committees": count,
        "service_grids": len(grids),
        "households": households,
        "households_per_committee": round(households / count, 1) if count else None,
        "households_per_service_grid": round(households / len(grids), 1) if len(grids) else None,
        "share_of_households_in_band": share(committees, band.lower, band.upper),
        "share_of_households_in_window": share(grids, window.lower, window.upper),
    }
    return Result({"indicators": value})
