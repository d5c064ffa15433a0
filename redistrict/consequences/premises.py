"""Clause 5.1(1)-(4): how much premises each committee and each estate must have."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import shapely

from redistrict.consequences.context import Context, Result, text_or_none
from redistrict.consequences.registry import consequence
from redistrict.model.finding import Finding
from redistrict.model.profile import PremisesRule

CLAUSES = {
    "built": "5.1(1)",
    "under_construction": "5.1(2)",
    "planned": "5.1(3)",
    "old_town": "5.1(4)",
}
RESPONSIBLE = {
    "built": "street_office",
    "under_construction": "developer",
    "planned": "developer",
    "old_town": "street_office",
}
"""Who answers for the premises: what does not stand yet is built by the developer and handed over
(5.1(7)); what stands is reallocated (5.1(1)), which falls to the street office. Our copy names no
body for each case, so this is our reading and the tables call it so."""

LOCATED = (
    "premises_id",
    "previous_committee_id",
    "committee_id",
    "area_m2",
    "title",
    "stage",
    "x",
    "y",
)

NOT_YET = ("planned", "under_construction")


def required_m2(stage: str, households: int, rule: PremisesRule) -> float:
    """The least area for ``households`` of one stage: the stage's figure, or more by households."""
    floor = {
        "built": rule.built_m2,
        "under_construction": rule.under_construction_m2,
        "planned": rule.planned_m2,
        "old_town": rule.old_town_m2,
    }[stage]
    if rule.per_100_households_m2 is None:
        return float(floor)
    return max(float(floor), rule.per_100_households_m2 * households / 100)


def stage_rows(context: Context) -> pd.DataFrame:
    """One row per committee and estate (None: outside any estate) with its stage and households.

    A building outside any estate is `old_town` where its committee or its present committee is
    flagged so, `built` otherwise; an estate of unstated stage counts as `built`; a planned plot
    is `planned`.
    """
    rows: Any = context.buildings
    estates = context.survey.get("estates")
    stage: dict[str, str | None] = {}
    if estates is not None and "stage" in estates:
        stage = {
            str(i): text_or_none(s)
            for i, s in zip(estates["estate_id"], estates["stage"], strict=True)
        }
    old = _old_town(context)
    own = [None if e is None else stage.get(str(e)) for e in _ids(rows["estate_id"])]
    previous = _ids(rows["previous_committee_id"])
    chosen = [
        "planned"
        if kind == "planned_plot"
        else (s if s in CLAUSES else "old_town" if (p in old or str(c) in old) else "built")
        for s, p, c, kind in zip(own, previous, rows["committee_id"], rows["kind"], strict=True)
    ]
    frame: Any = pd.DataFrame(
        {
            "committee_id": rows["committee_id"].astype(str).to_numpy(dtype=object),
            "estate_id": np.array(_ids(rows["estate_id"]), dtype=object),
            "stage": np.array(chosen, dtype=object),
            "households": rows["households"].to_numpy(dtype=np.int64),
        }
    )
    grouped = frame.groupby(["committee_id", "estate_id", "stage"], dropna=False, sort=True)
    return grouped["households"].sum().reset_index()


def _ids(values: pd.Series) -> list[str | None]:
    return [v if isinstance(v, str) else None for v in values]


def _old_town(context: Context) -> set[str]:
    """Ids of committees, present or proposed, flagged as old town."""
    found: set[str] = set()
    for frame in (context.survey.get("committees"), context.committees):
        if frame is not None and "old_town" in frame:
            flagged = frame["old_town"].map(lambda v: v is True or v == 1).to_numpy(dtype=bool)
            found |= {str(i) for i in frame.loc[flagged, "committee_id"]}
    return found


def located(context: Context) -> pd.DataFrame:
    """Premises with the proposed committee they stand in (None: in none), sorted by id.

    Columns premises_id, previous_committee_id, committee_id, area_m2, title, stage, x, y. A
    premises polygon stands where its representative point does.
    """
    frame: Any = context.survey.get("premises")
    empty = pd.DataFrame(columns=pd.Index(LOCATED))
    if frame is None or not len(frame):
        return empty
    points = shapely.point_on_surface(frame.geometry.to_numpy())
    tree = shapely.STRtree(context.committees.geometry.to_numpy())
    inside, owner = tree.query(points, predicate="intersects")
    ids = context.committees["committee_id"].astype(str).to_numpy(dtype=object)
    where: dict[int, str] = {}
    for i, j in sorted(zip(inside.tolist(), owner.tolist(), strict=True), reverse=True):
        where[i] = str(ids[j])
    n = len(frame)

    def column(name: str) -> list[Any]:
        return [text_or_none(v) for v in frame[name]] if name in frame else [None] * n

    return (
        pd.DataFrame(
            {
                "premises_id": frame["premises_id"].astype(str).to_numpy(dtype=object),
                "previous_committee_id": np.array(column("committee_id"), dtype=object),
                "committee_id": np.array([where.get(i) for i in range(n)], dtype=object),
                "area_m2": frame["area_m2"].to_numpy(dtype=float),
                "title": np.array(column("title"), dtype=object),
                "stage": np.array(column("stage"), dtype=object),
                "x": shapely.get_x(points),
                "y": shapely.get_y(points),
            }
        )
        .sort_values("premises_id", kind="stable")
        .reset_index(drop=True)
    )


def present_m2(places: pd.DataFrame) -> dict[str, float]:
    """Committee id -> area of the premises that stand there today (planned ones do not count)."""
    there: Any = places[~places["stage"].isin(NOT_YET) & places["committee_id"].notna()]
    return {str(k): float(v) for k, v in there.groupby("committee_id")["area_m2"].sum().items()}


def figures(context: Context) -> dict[str, dict[str, float]]:
    """Committee id -> stage -> required area, for the stages found in the committee."""
    households = context.households()
    found: dict[str, dict[str, float]] = {i: {} for i in households}
    rows = stage_rows(context)
    for committee_id, stage in zip(rows["committee_id"], rows["stage"], strict=True):
        found[committee_id][stage] = required_m2(
            stage, households[committee_id], context.profile.premises
        )
    for committee_id, stages in found.items():
        if not stages:
            stages["built"] = required_m2(
                "built", households[committee_id], context.profile.premises
            )
    return found


def single(stages: Mapping[str, float]) -> float | None:
    """The committee's figure where its stages agree on one; None where they do not."""
    return next(iter(stages.values())) if len(set(stages.values())) == 1 else None


@consequence("premises", "5.1(1)-(4)", 1)
def premises(context: Context) -> Result:
    """Required and present premises per committee; one figure per estate where stages are mixed.

    Columns ``premises_required_m2`` (None where the stages ask for different areas: which of them
    the committee's premises must meet is not for us to guess), ``premises_required_by_stage``
    (JSON text), ``premises_present_m2``, ``premises_short_m2`` (None where undetermined).
    Table ``premises_by_estate``.
    """
    places = located(context)
    present = present_m2(places)
    findings: list[Finding] = []
    columns: dict[str, dict[str, Any]] = {}
    for committee_id, stages in figures(context).items():
        have, need = present.get(committee_id, 0.0), single(stages)
        least = min(stages.values())
        short = max(0.0, need - have) if need is not None else None
        if need is None and have >= max(stages.values()):
            short = 0.0
        columns[committee_id] = {
            "premises_required_m2": need,
            "premises_required_by_stage": json.dumps(stages, sort_keys=True),
            "premises_present_m2": have,
            "premises_short_m2": short,
        }
        if need is None:
            findings.append(
                _finding(
                    "premises-mixed-stages",
                    committee_id,
                    "refer",
                    {
                        "present_m2": have,
                        "least_m2": least,
                        "most_m2": max(stages.values()),
                    },
                )
            )
        elif short:
            params = {"present_m2": have, "required_m2": need, "short_m2": short}
            # One sentence per responsible body: the developer's premises are handed over (5.1(7)).
            coming = all(RESPONSIBLE[s] == "developer" for s in stages)
            code = "premises-short-new" if coming else "premises-short"
            findings.append(_finding(code, committee_id, "fail", params))
    known = [c["premises_short_m2"] for c in columns.values() if c["premises_short_m2"] is not None]
    outside = places[places["committee_id"].isna()]
    findings += [
        Finding("premises-outside", "warning", "premises", i, clause="5.1")
        for i in outside["premises_id"]
    ]
    values = {
        "premises": {
            "present_m2": round(sum(present.values()), 2),
            "short_m2": round(sum(known), 2),
            "committees_short": sum(s > 0 for s in known),
            "committees_undetermined": len(columns) - len(known),
        }
    }
    return Result(values, columns, {"premises_by_estate": _by_estate(context)}, tuple(findings))


def _finding(code: str, committee_id: str, outcome: Any, params: dict[str, Any]) -> Finding:
    return Finding(
        code, "warning", "committees", committee_id, clause="5.1", outcome=outcome, params=params
    )


def _by_estate(context: Context) -> pd.DataFrame:
    rows: Any = stage_rows(context)
    rule = context.profile.premises
    rows["required_m2"] = [
        required_m2(s, int(h), rule) for s, h in zip(rows["stage"], rows["households"], strict=True)
    ]
    rows["clause"] = rows["stage"].map(CLAUSES)
    rows["responsible"] = rows["stage"].map(RESPONSIBLE)
    return rows
