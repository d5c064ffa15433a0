"""Keep-with and keep-apart wishes, told: findings of unmet ones, all counted in the manifest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np

from redistrict.assembly.proposal import Drawn, Names
from redistrict.atoms import codes
from redistrict.committees.wishes import Wish, wishes
from redistrict.model.finding import Finding
from redistrict.model.survey import Survey
from redistrict.planar.frames import column, geographic

CLAUSE = "2.2"


def judged(drawn: Drawn, survey: Survey) -> tuple[Wish, ...]:
    """What became of every wish of ``survey`` (after the rulings)."""
    office = codes(drawn.cells, "street_office_id")
    has_map = np.bincount(office, codes(drawn.cells, "committee_id") >= 0) > 0
    return wishes(drawn.cells, survey, drawn.committee, drawn.grid, ~has_map[office])


def findings(asked: Sequence[Wish], names: Names, survey: Survey) -> list[Finding]:
    """One finding per unmet wish: which estates and committees, and why."""
    estates = survey.layer("estates")
    if estates is None:
        return []
    called = dict(zip(column(estates, "estate_id"), column(estates, "name"), strict=True))
    return [_finding(wish, names, estates, called) for wish in asked if not wish.met]


def _finding(
    wish: Wish, names: Names, estates: gpd.GeoDataFrame, called: dict[Any, Any]
) -> Finding:
    first, second = wish.estates
    there = geographic(estates[estates["estate_id"].isin(wish.estates)])
    return Finding(
        f"{wish.kind.replace('_', '-')}-unmet",
        "warning",
        "estates",
        first,
        CLAUSE,
        "refer",
        {
            "first": _called(first, called),
            "second": _called(second, called),
            "estates": list(wish.estates),
            "committees": "、".join(names.committees[a] for a in wish.areas),
            "reason": wish.code,
            **wish.params,
        },
        geometry=there.geometry.union_all() if len(there) else None,
        rows=0,
    )


def _called(estate: str, called: dict[Any, Any]) -> str:
    name = called.get(estate)
    return f"{name} ({estate})" if isinstance(name, str) and name else estate


def manifest(asked: Sequence[Wish], names: Names) -> dict[str, Any]:
    """``wishes`` of proposal.json: how many were stated and met, and why each other was not."""
    return {
        "stated": len(asked),
        "met": sum(wish.met for wish in asked),
        "unmet": [
            {
                "wish": wish.kind,
                "estates": list(wish.estates),
                "committees": [names.committees[a] for a in wish.areas],
                "reason_code": wish.code,
                "reason_params": dict(wish.params),
            }
            for wish in asked
            if not wish.met
        ],
    }
