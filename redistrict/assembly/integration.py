"""2.2: how small new estates are integrated, the ways compared: findings and proposal.json."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from redistrict.assembly.manifest import certificate
from redistrict.model.finding import Finding
from redistrict.model.plan import Integration, Option, Plan, Solved
from redistrict.model.survey import Survey
from redistrict.planar.frames import column, geographic

CLAUSE = "2.2"
LOOKS = ("crossings", "perimeter")
"""Terms that decide nothing between the ways."""


def manifest(plans: Sequence[Plan]) -> list[dict[str, Any]]:
    """``integrations`` of proposal.json: per street office the ways drawn, and the one taken."""
    rows = [_row(found) for plan in plans for found in plan.integrations]
    return sorted(rows, key=lambda row: str(row["street_office_id"]))


def _row(found: Integration) -> dict[str, Any]:
    return {
        **found.scope,
        "clause": CLAUSE,
        "new_estates": [list(group) for group in found.new],
        "taken": found.taken,
        "decided_by": _deciding(found.options[0]),
        "options": [_option(found, option) for option in found.options],
    }


def _deciding(option: Option) -> list[str]:
    """What decides, most important first: terms of the problem, and wishes unmet."""
    first, *rest = (t.name for t in option.outcome.terms if t.name not in LOOKS)
    return [first, "keep_apart", *rest]


def _option(found: Integration, option: Option) -> dict[str, Any]:
    solved = Solved(found.scope, 0, option.outcome)
    proof = certificate(solved, {})
    return {
        "way": option.way,
        "households_outside_band": _value(option, "outside"),
        "households_moved": _value(option, "moved"),
        "committees": option.committees,
        **{k: proof[k] for k in ("status", "terms", "method", "seconds")},
    }


def _value(option: Option, term: str) -> int:
    return next((t.value for t in option.outcome.terms if t.name == term), 0)


def findings(plans: Sequence[Plan], survey: Survey) -> list[Finding]:
    """One finding per street office that has small new estates."""
    estates = survey.layer("estates")
    if estates is None:
        return []
    called: Mapping[Any, Any] = dict(
        zip(column(estates, "estate_id"), column(estates, "name"), strict=True)
    )
    found: list[Finding] = []
    for one in (i for plan in plans for i in plan.integrations):
        names = [e for group in one.new for e in group]
        there = geographic(estates[estates["estate_id"].isin(names)])
        figures = {
            f"{option.way.replace('-', '_')}_{what}": _value(option, what)
            for option in one.options
            for what in ("outside", "moved")
        }
        compared = "compared" if len(one.options) > 1 else "one-way"
        found.append(
            Finding(
                f"new-estates-{compared}",
                "info",
                "street_offices",
                one.scope["street_office_id"],
                CLAUSE,
                "pass",
                {
                    "estates": _named(one.new, called),
                    "reason": f"integration-{one.taken}",
                    **figures,
                },
                geometry=there.geometry.union_all() if len(there) else None,
                rows=0,
            )
        )
    return found


def _named(groups: Sequence[Sequence[str]], called: Mapping[Any, Any]) -> str:
    """Estates that adjoin with a plus between them: ``甲苑+乙苑、丙苑``."""

    def name(estate: str) -> str:
        known = called.get(estate)
        return known if isinstance(known, str) and known else estate

    return "、".join("+".join(name(e) for e in group) for group in groups)
