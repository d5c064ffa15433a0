"""Clause 5.1(9): after committees are resized, what becomes of the premises they leave."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import shapely

from redistrict.consequences.context import Context, Result
from redistrict.consequences.premises import NOT_YET, figures, located
from redistrict.consequences.registry import consequence
from redistrict.i18n import text
from redistrict.model.finding import Finding

FIELDS = [
    "premises_id",
    "previous_committee_id",
    "committee_id",
    "area_m2",
    "status",
    "proposal",
    "proposal_code",
    "title",
    "nearest_committee_id",
    "distance_m",
]


@consequence("premises_plan", "5.1(9)", 1)
def premises_plan(context: Context) -> Result:
    """The table ``premises_plan``: every premises `kept` or `vacated`, every need `short`.

    In a committee made from several present ones the largest premises are kept until they meet
    the highest figure its stages ask for; the rest is vacated, nearest need first. A committee
    that keeps its area keeps its premises. A `short` row has no premises_id; its area_m2 is what
    is missing against the lowest figure its stages ask for, so the need is certain.
    """
    places = located(context)
    needs = {i: (min(s.values()), max(s.values())) for i, s in figures(context).items()}
    kept, vacated = _divide(places, needs, _previous(context))
    have = (
        places.loc[kept & ~places["stage"].isin(NOT_YET)].groupby("committee_id")["area_m2"].sum()
    )
    short = {
        i: least - float(have.get(i, 0.0))
        for i, (least, _) in needs.items()
        if least > float(have.get(i, 0.0))
    }
    rows = [_kept(places, i) for i in np.flatnonzero(kept).tolist()]
    rows += _vacated(places, vacated, short, context)
    rows += [_short(i, area) for i, area in short.items()]
    findings = tuple(
        Finding(
            "premises-vacated",
            "info",
            "premises",
            row["premises_id"],
            clause="5.1(9)",
            params={"area_m2": row["area_m2"], "committee_id": row["committee_id"]},
        )
        for row in rows
        if row["status"] == "vacated"
    )
    table = pd.DataFrame(rows, columns=pd.Index(FIELDS))
    gone = [r["area_m2"] for r in rows if r["status"] == "vacated"]
    values = {"premises_vacated": {"count": len(gone), "area_m2": round(float(sum(gone)), 2)}}
    return Result(values, tables={"premises_plan": table}, findings=findings)


def _previous(context: Context) -> dict[str, set[str]]:
    """Committee id -> the present committees its buildings come from."""
    rows = context.buildings
    made: dict[str, set[str]] = {}
    for new, old in zip(rows["committee_id"], rows["previous_committee_id"], strict=True):
        if isinstance(old, str):
            made.setdefault(str(new), set()).add(old)
    return made


def _divide(
    places: pd.DataFrame, needs: dict[str, tuple[float, float]], made: dict[str, set[str]]
) -> tuple[np.ndarray, np.ndarray]:
    """(n,) masks of what is kept and what is vacated; premises outside every committee: neither."""
    kept = np.zeros(len(places), dtype=bool)
    for committee_id, rows in places.groupby("committee_id", sort=True):
        inside = rows.sort_values(["area_m2", "premises_id"], ascending=[False, True]).index
        resized = len(made.get(str(committee_id), set())) > 1
        enough = needs[str(committee_id)][1] if resized else float("inf")
        total = 0.0
        for i in inside:
            coming = places.at[i, "stage"] in NOT_YET
            if coming or total < enough:
                kept[int(i)] = True
                total += 0.0 if coming else float(places.at[i, "area_m2"])
    vacated = ~kept & places["committee_id"].notna().to_numpy(dtype=bool)
    return kept, vacated


def _row(**given: Any) -> dict[str, Any]:
    code = given["proposal_code"]
    said = text(
        f"premises.plan.{code}",
        "zh",  # the plan is a document of the authority; the interface words the code itself
        nearest=given.get("nearest_committee_id"),
        distance=round(given.get("distance_m") or 0.0),
        area=round(given["area_m2"], 1),
    )
    return {**dict.fromkeys(FIELDS), **given, "proposal": said}


def _place(places: pd.DataFrame, i: int) -> dict[str, Any]:
    row = places.iloc[i]
    return {
        "premises_id": row["premises_id"],
        "previous_committee_id": row["previous_committee_id"],
        "committee_id": row["committee_id"],
        "area_m2": float(row["area_m2"]),
        "title": row["title"],
    }


def _kept(places: pd.DataFrame, i: int) -> dict[str, Any]:
    coming = places.at[i, "stage"] in NOT_YET
    code = "handover" if coming else "keep"
    return _row(**_place(places, i), status="kept", proposal_code=code)


def _vacated(
    places: pd.DataFrame, vacated: np.ndarray, short: dict[str, float], context: Context
) -> list[dict[str, Any]]:
    ids = list(short)
    frame = context.committees
    geometry = dict(zip(frame["committee_id"].astype(str), frame.geometry, strict=True))
    rows: list[dict[str, Any]] = []
    for i in np.flatnonzero(vacated).tolist():
        nearest: dict[str, Any] = {"proposal_code": "community-use"}
        if ids:
            point = shapely.Point(places.at[i, "x"], places.at[i, "y"])
            away = shapely.distance(point, np.array([geometry[c] for c in ids], dtype=object))
            best = int(np.argmin(away))
            nearest = {
                "proposal_code": "reallocate",
                "nearest_committee_id": ids[best],
                "distance_m": round(float(away[best]), 1),
            }
        rows.append(_row(**_place(places, i), status="vacated", **nearest))
    return rows


def _short(committee_id: str, area: float) -> dict[str, Any]:
    return _row(
        committee_id=committee_id,
        area_m2=round(area, 2),
        status="short",
        proposal_code="acquire",
    )
