"""Reasons of committees outside their band."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from redistrict.verify import verdicts
from redistrict.verify.certificates import Certificates
from redistrict.verify.city import City, Integers, texts
from redistrict.verify.conservation import committee_sums, office_sums
from redistrict.verify.verdicts import (
    TRUE,
    Judge,
    Verdict,
    arithmetic,
    proven,
    search_limit,
    subset_ranges,
    untrue,
)

MOST_ALONE = 10
"""Up to so many committees of a single estate may be standalone without saying so."""


@dataclass(frozen=True)
class Committees:
    """What the reasons of committees are judged by."""

    city: City
    certificates: Certificates
    sums: Integers
    office_total: Integers
    committee_of: Integers
    """(buildings,) row of the committee, -1 where there is none."""

    @property
    def outside(self) -> np.ndarray:
        """(committees,) True outside the band."""
        rule = self.city.profile.committee
        return (self.sums < rule.lower) | (self.sums > rule.upper)

    def populated(self, c: int) -> Integers:
        """Rows of the committee's buildings with households."""
        return np.flatnonzero((self.committee_of == c) & (self.city.buildings.households > 0))

    def mates(self, c: int) -> Integers:
        """Rows of the committees of the same street office."""
        return np.flatnonzero(self.city.office_of == self.city.office_of[c])

    def fixed(self, c: int) -> bool:
        """True if the committee is set aside: frozen, or standalone by its own reason."""
        areas = self.city.committees
        return areas.frozen[c] is not None or areas.code[c] in ("frozen", "standalone")

    def one_estate(self, c: int) -> str | None:
        """The estate all its households live in (where nobody does, all its buildings lie in)."""
        lived_in = self.populated(c)
        rows = lived_in if len(lived_in) else np.flatnonzero(self.committee_of == c)
        found = set(self.city.buildings.estate[rows].tolist())
        return found.pop() if len(found) == 1 else None  # {None}: outside any estate


def known(city: City, certificates: Certificates) -> Committees:
    """Collect it once."""
    through = np.where(
        city.grid_of >= 0, city.committee_of[np.where(city.grid_of >= 0, city.grid_of, 0)], -1
    )
    return Committees(city, certificates, committee_sums(city), office_sums(city), through)


def judge(committees: Committees, c: int) -> Verdict:
    """Whether the reason of committee row ``c``, which is outside the band, is true."""
    rule = committees.city.profile.committee
    limits = (rule.lower, rule.upper)
    return verdicts.judge(committees, committees.city.committees, c, limits, _CODES, _solved)


def _arithmetic(committees: Committees, c: int, params: Mapping[str, Any]) -> Verdict:
    rule = committees.city.profile.committee
    return arithmetic(params, _totals(committees, c), rule.lower, rule.upper)


def _totals(committees: Committees, c: int) -> list[tuple[int, int]]:
    """Households that could have been shared out: the office's, without what is set aside."""
    mates = committees.mates(c)
    whole = int(committees.sums[mates].sum())
    free = np.array([m for m in mates if not committees.fixed(int(m))], dtype=np.int64)
    totals = [(whole, whole)]
    for group in (free, _component(committees, free, c)):
        sums = committees.sums[group]
        alone = [
            int(s)
            for m, s in zip(group, sums, strict=True)
            if m != c and committees.one_estate(int(m)) is not None
        ]
        if len(alone) <= MOST_ALONE:
            totals += subset_ranges(int(sums.sum()) - sum(alone), alone)
        else:
            totals.append((int(sums.sum()), int(sums.sum())))
    return totals


def _component(committees: Committees, free: Integers, c: int) -> Integers:
    """The free committees that reach ``c`` over shared boundaries."""
    if c not in free:
        return np.array([c], dtype=np.int64)
    shapes = committees.city.committees.geometry[free]
    a, b = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    keep = a < b
    a, b = a[keep], b[keep]
    outlines = shapely.boundary(shapes)
    long = shapely.length(shapely.intersection(outlines[a], outlines[b])) > 0
    matrix = coo_matrix((np.ones(int(long.sum())), (a[long], b[long])), shape=(len(free),) * 2)
    label = connected_components(matrix, directed=False)[1]
    return free[label == label[int(np.flatnonzero(free == c)[0])]]


def _small_office(committees: Committees, c: int, params: Mapping[str, Any]) -> Verdict:
    rule = committees.city.profile.committee
    office = int(committees.city.office_of[c])
    total = int(committees.office_total[office]) if office >= 0 else 0
    if params.get("total", total) != total:
        return untrue("total", stated=str(params.get("total")), counted=str(total))
    if total >= rule.lower:
        return untrue("office-large", total=total, lower=rule.lower)
    return TRUE


def _frozen(committees: Committees, c: int, params: Mapping[str, Any]) -> Verdict:
    del params
    return TRUE if committees.city.committees.frozen[c] is not None else untrue("not-frozen")


def _standalone(committees: Committees, c: int, params: Mapping[str, Any]) -> Verdict:
    del params
    city = committees.city
    estate = committees.one_estate(c)
    if estate is None:
        return untrue("not-one-estate")
    elsewhere = (city.buildings.estate == estate) & (committees.committee_of != c)
    if (elsewhere & (city.buildings.households > 0)).any():
        return untrue("estate-elsewhere", estate_id=estate)
    survey: Any = city.survey.get("estates", city.frames.get("estates"))
    if survey is not None and "standalone_reason" in survey.columns:
        stated = dict(
            zip(texts(survey, "estate_id"), texts(survey, "standalone_reason"), strict=True)
        )
        if stated.get(estate) is None:
            return untrue("no-standalone-reason", estate_id=estate)
    return TRUE


def _planned(committees: Committees, c: int, params: Mapping[str, Any]) -> Verdict:
    del params
    rows = committees.populated(c)
    planned = committees.city.buildings.planned[rows]
    return TRUE if len(rows) and planned.all() else untrue("not-planned")


def _oversized(committees: Committees, c: int, params: Mapping[str, Any]) -> Verdict:
    """Only a building is indivisible between committees; an estate may be divided."""
    del params
    upper = committees.city.profile.committee.upper
    most = int(committees.city.buildings.households[committees.populated(c)].max(initial=0))
    return TRUE if most > upper else untrue("oversized", largest=most, upper=upper)


def _solved(committees: Committees, c: int, code: str, params: Mapping[str, Any]) -> Verdict:
    rule = committees.city.profile.committee
    certificate = committees.certificates.of_committees(committees.city.committees.office[c])
    free = np.array([m for m in committees.mates(c) if not committees.fixed(int(m))], dtype=int)
    out = committees.outside[free]
    outside = int(committees.sums[free][out].sum())
    if code == "search-limit":
        return search_limit(outside, certificate)
    rows = [committees.populated(int(m)) for m in free]
    buildings = np.concatenate(rows) if rows else np.array([], dtype=np.int64)
    weights: list[int] = committees.city.buildings.households[buildings].tolist()
    mine = np.flatnonzero(committees.committee_of[buildings] == c).tolist()
    return proven(code, params, weights, mine, outside, certificate, rule.lower, rule.upper)


_CODES: Mapping[str, Judge[Committees]] = {
    "arithmetic": _arithmetic,
    "small-office": _small_office,
    "frozen": _frozen,
    "standalone": _standalone,
    "planned": _planned,
    "oversized": _oversized,
}
