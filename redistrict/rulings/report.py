"""Findings that tell each ruling, and each straddling estate left alone."""

from __future__ import annotations

from collections.abc import Mapping

from shapely.geometry.base import BaseGeometry

from redistrict.model.finding import Finding
from redistrict.model.profile import RulingRule
from redistrict.model.ruling import Ruling
from redistrict.rulings.recorded import BY_RULE


def tell_ruling(ruling: Ruling, rule: RulingRule) -> Finding:
    """The finding for a ruling: decided, recorded, overriding, or referred with its reason."""
    referred = ruling.outcome == "refer"
    if referred:
        code = f"ruling-refer-{ruling.basis}"
    elif ruling.overrides is not None:
        code = "ruling-overrides"
    else:
        code = "ruling-decided" if ruling.decided_by == BY_RULE else "ruling-recorded"
    return Finding(
        code,
        "warning" if referred or ruling.overrides is not None else "info",
        "estates",
        ruling.estate_id,
        clause=ruling.clause,
        outcome="refer" if referred else "pass",
        params={
            "estate_id": ruling.estate_id,
            "street_office_id": ruling.street_office_id,
            "basis": ruling.basis,
            "decided_by": ruling.decided_by,
            "computed": ruling.overrides,
            "tolerance_percent": round(100 * rule.tolerance, 3),
            "other": ruling.params.get("other"),
            **area_params(ruling.areas_m2),
        },
        action="left" if referred else "estate-whole",
        geometry=ruling.geometry,
        rows=0,
    )


def tell_left_alone(
    estate_id: str,
    stage: str | None,
    areas_m2: Mapping[str, float],
    place: BaseGeometry,
    rule: RulingRule,
) -> Finding:
    """A straddling estate the rule does not govern; one of unknown stage is referred."""
    unknown = stage is None
    return Finding(
        "estate-straddles-stage-unknown" if unknown else "estate-straddles-not-new",
        "warning" if unknown else "info",
        "estates",
        estate_id,
        clause=rule.clause,
        outcome="refer" if unknown else None,
        params={"estate_id": estate_id, "stage": stage, **area_params(areas_m2)},
        action="left",
        geometry=place,
        rows=0,
    )


def area_params(areas_m2: Mapping[str, float]) -> dict[str, object]:
    """Areas for machines (``areas_m2``) and for the sentence (``areas``)."""
    rounded = {office: round(area, 2) for office, area in areas_m2.items()}
    said = "; ".join(f"{office} {area:,.1f} m²" for office, area in areas_m2.items())
    return {"areas_m2": rounded, "areas": said}
