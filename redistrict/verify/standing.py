"""Invariant 4: nothing crosses a frozen committee's boundary; every recorded ruling holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from redistrict.model.finding import Finding
from redistrict.verify.city import City, Objects, texts
from redistrict.verify.report import Check, judged

BOUNDARY_M = 1.0
"""A frozen or ruled boundary may be redrawn within this distance (repair, simplification)."""


def checks(city: City) -> list[Check]:
    """Every check of invariant 4."""
    frozen = int((city.committees.frozen != None).sum())  # noqa: E711
    rulings = city.rulings
    count = 0 if rulings is None else len(rulings)
    return [
        judged("frozen-households", 4, frozen, _frozen(city)),
        judged("frozen-land", 4, frozen, _land(city)),
        judged("rulings-hold", 4, count, _rulings(city)),
        judged("ruled-estates-whole", 4, count, _estates(city)),
    ]


def _frozen(city: City) -> Iterator[Finding]:
    b, c = city.buildings, city.committees
    if not city.has("buildings", "previous_committee_id"):
        return
    for i in np.flatnonzero(c.frozen != None).tolist():  # noqa: E711
        now, before = b.committee == c.ids[i], b.previous == c.ids[i]
        for code, wrong in (
            ("check-frozen-gained", now & ~before),
            ("check-frozen-lost", before & ~now),
        ):
            rows = np.flatnonzero(wrong)
            if len(rows):
                yield Finding(
                    code,
                    "error",
                    "committees",
                    c.ids[i],
                    clause="2.2",
                    outcome="fail",
                    geometry=shapely.union_all(b.geometry[rows]),
                    params={
                        "buildings": len(rows),
                        "households": int(b.households[rows].sum()),
                        "example": str(b.ids[rows[0]]),
                    },
                )
    yield from _gone(city)


def _gone(city: City) -> Iterator[Finding]:
    """Frozen in the survey, and no longer there (or no longer flagged) in the proposal."""
    survey = city.survey.get("committees")
    if survey is None or "frozen_reason" not in survey.columns:
        return
    flagged = set(city.committees.ids[city.committees.frozen != None].tolist())  # noqa: E711
    for name, reason in zip(
        texts(survey, "committee_id"), texts(survey, "frozen_reason"), strict=True
    ):
        if reason is not None and name not in flagged:
            yield Finding("check-frozen-gone", "error", "committees", name, "2.2", "fail")


def _land(city: City) -> Iterator[Finding]:
    survey = city.survey.get("committees")
    c = city.committees
    if survey is None:
        return
    present = dict(
        zip(texts(survey, "committee_id"), survey.geometry.to_numpy().tolist(), strict=True)
    )
    for i in np.flatnonzero(c.frozen != None).tolist():  # noqa: E711
        before = present.get(c.ids[i])
        if before is None:
            continue
        changed = _beyond(c.geometry[i], before)
        if changed is not None:
            yield Finding(
                "check-frozen-land",
                "error",
                "committees",
                c.ids[i],
                clause="2.2",
                outcome="fail",
                geometry=changed,
                params={"area_m2": round(float(changed.area), 1), "within_m": BOUNDARY_M},
            )


def _beyond(a: BaseGeometry, b: BaseGeometry) -> BaseGeometry | None:
    """What lies in one of two areas and further than `BOUNDARY_M` from the other, if anything."""
    differs: Any = shapely.union(
        shapely.difference(a, shapely.buffer(b, BOUNDARY_M)),
        shapely.difference(b, shapely.buffer(a, BOUNDARY_M)),
    )
    return None if shapely.is_empty(differs) else differs


def _rulings(city: City) -> Iterator[Finding]:
    rulings = city.rulings
    if rulings is None:
        return
    b = city.buildings
    office = _offices(city)
    estate = texts(rulings, "estate_id")
    ruled = texts(rulings, "street_office_id")
    outcome = texts(rulings, "outcome")
    rows_of = pd.Series(b.estate).groupby(b.estate).indices
    for i in range(len(rulings)):
        if outcome[i] == "refer":
            if ruled[i] is not None:
                yield _ruling("check-ruling-refers", estate[i], {"street_office_id": ruled[i]})
            continue
        if ruled[i] not in set(city.offices.ids.tolist()):
            yield _ruling("check-ruling-office", estate[i], {"street_office_id": ruled[i] or ""})
            continue
        rows = np.asarray(rows_of.get(estate[i], []), dtype=np.int64)
        wrong = rows[office[rows] != ruled[i]]
        if len(wrong):
            params = {"street_office_id": ruled[i], "buildings": len(wrong)}
            yield _ruling(
                "check-ruling-broken", estate[i], params, shapely.union_all(b.geometry[wrong])
            )


def _offices(city: City) -> Objects:
    """(buildings,) the street office each building belongs to through its grid."""
    grid = city.grid_of
    committee = np.where(grid >= 0, city.committee_of[np.where(grid >= 0, grid, 0)], -1)
    office = np.where(committee >= 0, city.office_of[np.where(committee >= 0, committee, 0)], -1)
    ids = city.offices.ids[np.where(office >= 0, office, 0)]
    ids[office < 0] = None
    return ids


def _ruling(
    code: str, estate: str | None, params: Mapping[str, object], geometry: object = None
) -> Finding:
    return Finding(
        code,
        "error",
        "rulings",
        estate,
        clause="5.1(5)",
        outcome="fail",
        params=params,
        geometry=geometry if isinstance(geometry, BaseGeometry) else None,
    )


def _estates(city: City) -> Iterator[Finding]:
    """The land of a decided estate lies in the street office ruled, within the tolerance."""
    rulings = city.rulings
    if not isinstance(rulings, gpd.GeoDataFrame):
        return
    estate, ruled = texts(rulings, "estate_id"), texts(rulings, "street_office_id")
    rows = city.offices.row_of(ruled)
    for i, geometry in enumerate(rulings.geometry.to_numpy().tolist()):
        land = geometry
        if rows[i] < 0 or land is None or not np.isin(shapely.get_type_id(land), (3, 6)):
            continue
        office = city.offices.geometry[rows[i]]
        others = [g for j, g in enumerate(city.offices.geometry) if j != rows[i]]
        near = [g for g in others if g is not None and shapely.intersects(g, land)]
        lost = sum(shapely.area(shapely.intersection(g, land)) for g in near)
        allowed = max(city.profile.ruling.tolerance * land.area, BOUNDARY_M * land.length / 2)
        if lost > allowed:
            params = {"street_office_id": ruled[i], "area_m2": round(float(lost), 1)}
            yield _ruling("check-ruling-land", estate[i], params, shapely.difference(land, office))
