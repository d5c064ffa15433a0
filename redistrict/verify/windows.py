"""Reasons of service grids outside the window."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from redistrict.verify import verdicts
from redistrict.verify.arithmetic import fits
from redistrict.verify.certificates import Certificates
from redistrict.verify.city import City, Integers
from redistrict.verify.conservation import committee_sums, grid_sums
from redistrict.verify.land import Pieces, stands_alone, totals_by_area
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

MOST_PIECES = 12
"""Up to so many pieces of land every union of them is tried."""


@dataclass(frozen=True)
class Grids:
    """What the reasons of service grids are judged by."""

    city: City
    land: Pieces
    """Of committees."""
    certificates: Certificates
    sums: Integers
    committee_total: Integers
    pieces_of: Mapping[int, list[int]]
    rows_of_grid: Mapping[int, Integers]
    grids_of: Mapping[int, list[int]]

    @property
    def outside(self) -> np.ndarray:
        """(grids,) True outside the window."""
        rule = self.city.profile.grid
        return (self.sums < rule.lower) | (self.sums > rule.upper)

    def populated(self, grid: int) -> Integers:
        """Rows of the grid's buildings with households."""
        rows = self.rows_of_grid.get(grid, np.array([], dtype=np.int64))
        return rows[self.city.buildings.households[rows] > 0]

    def beside(self, grid: int) -> list[int]:
        """Other grids of its committee that touch the grid."""
        mates = self.grids_of.get(int(self.city.committee_of[grid]), [])
        shapes = self.city.grids.geometry
        return [h for h in mates if h != grid and shapely.intersects(shapes[h], shapes[grid])]

    def touched(self, grid: int) -> list[int]:
        """Pieces of the committee's land on which the grid's households live."""
        found = np.unique(self.land.of_building[self.populated(grid)])
        return [int(p) for p in found if p >= 0]


def known(city: City, land: Pieces, certificates: Certificates) -> Grids:
    """Collect it once."""
    order = np.argsort(city.grid_of, kind="stable")
    bounds = np.searchsorted(city.grid_of[order], np.arange(len(city.grids) + 1))
    grids_of: dict[int, list[int]] = {}
    for g, c in enumerate(city.committee_of.tolist()):
        grids_of.setdefault(int(c), []).append(g)
    return Grids(
        city,
        land,
        certificates,
        grid_sums(city),
        committee_sums(city),
        totals_by_area(land),
        {g: order[bounds[g] : bounds[g + 1]] for g in range(len(city.grids))},
        grids_of,
    )


def judge(grids: Grids, g: int) -> Verdict:
    """Whether the reason of grid row ``g``, which is outside the window, is true."""
    rule = grids.city.profile.grid
    limits = (rule.lower, rule.upper)
    return verdicts.judge(grids, grids.city.grids, g, limits, _CODES, _solved)


def _arithmetic(grids: Grids, g: int, params: Mapping[str, Any]) -> Verdict:
    rule = grids.city.profile.grid
    committee = int(grids.city.committee_of[g])
    whole = int(grids.committee_total[committee])
    totals = [(whole, whole), *_piece_totals(grids, g)]
    if params.get("scope") == "committee":
        totals = totals[:1]
    return arithmetic(params, totals, rule.lower, rule.upper)


def _piece_totals(grids: Grids, g: int) -> list[tuple[int, int]]:
    """Totals of the land the grid is on, alone or with pieces that cannot stand alone."""
    rule, land = grids.city.profile.grid, grids.land
    mine = grids.touched(g)
    others = [p for p in grids.pieces_of.get(int(grids.city.committee_of[g]), []) if p not in mine]
    doubt = int(sum(int(land.doubtful[p]) for p in [*mine, *others]))
    ranges = [(int(land.households[p]), int(land.households[p] + land.doubtful[p])) for p in mine]
    weak = [
        p
        for p in [*mine, *others]
        if stands_alone(land, p, rule.lower, rule.upper) is not True and land.households[p] > 0
    ]
    if weak and len(others) <= MOST_PIECES:
        base = int(land.households[mine].sum()) if mine else 0
        sums = subset_ranges(base, [int(land.households[p]) for p in others])
        ranges += [(a, b + doubt) for a, b in sums]
    return ranges


def _oversized(grids: Grids, g: int, params: Mapping[str, Any]) -> Verdict:
    b, upper = grids.city.buildings, grids.city.profile.grid.upper
    rows = grids.populated(g)
    tall = [int(i) for i in rows if b.households[i] > upper]
    if not tall:
        most = int(b.households[rows].max(initial=0))
        return untrue("oversized", largest=most, upper=upper)
    named = params.get("building_id")
    if named is not None and str(named) not in {str(b.ids[i]) for i in tall}:
        return untrue("oversized-elsewhere", building_id=str(named))
    for i in tall:
        stairwells = int(b.stairwells[i])
        # Shared out evenly, a stairwell holds this many at most; if it fits, division was open.
        if stairwells > 1 and -(-int(b.households[i]) // stairwells) <= upper:
            return untrue("divisible", building_id=str(b.ids[i]), stairwells=stairwells)
    return _beside(grids, g, params, rows, tall)


def _beside(
    grids: Grids, g: int, params: Mapping[str, Any], rows: Integers, tall: list[int]
) -> Verdict:
    """Who else lives in the grid of a building above the window, and could they be elsewhere?"""
    b, upper = grids.city.buildings, grids.city.profile.grid.upper
    named = params.get("building_id")
    held = rows[b.ids[rows] == named] if named is not None else np.array(tall)
    rest = np.setdiff1d(rows, held)
    more = int(b.households[rest].sum())
    stated = params.get("rest_households")
    if stated is not None and stated != more:
        return untrue("rest", stated=str(stated), counted=more)
    if not more:
        return TRUE
    if stated is None:  # the building is explained, the others are not
        return Verdict("unproved", "check-reason-oversized-and-more", {"households": more})
    # Who takes a part takes a building at least; blind to whose land borders whose.
    least = int(b.households[rest].min())
    if all(int(grids.sums[h]) + least > upper for h in grids.beside(g)):
        return TRUE
    return Verdict("unproved", "check-reason-oversized-and-more", {"households": more})


def _land(grids: Grids, g: int, params: Mapping[str, Any]) -> Verdict:
    """`island`, `barrier`: some land the grid is on cannot stand alone."""
    rule, land = grids.city.profile.grid, grids.land
    on = grids.touched(g)
    weak = [p for p in on if stands_alone(land, p, rule.lower, rule.upper) is not True]
    if not weak:
        totals = "、".join(str(int(land.households[p])) for p in on)
        return untrue("land", totals=totals, lower=rule.lower, upper=rule.upper)
    claimed = params.get("total")
    ranges = [(int(land.households[p]), int(land.households[p] + land.doubtful[p])) for p in weak]
    if claimed is not None and not any(a <= claimed <= b for a, b in ranges):
        return untrue("total", stated=str(claimed), counted="、".join(str(a) for a, _ in ranges))
    return TRUE


def _frozen(grids: Grids, g: int, params: Mapping[str, Any]) -> Verdict:
    del params
    committee = int(grids.city.committee_of[g])
    if committee >= 0 and grids.city.committees.frozen[committee] is not None:
        return TRUE
    return untrue("not-frozen")


def _planned(grids: Grids, g: int, params: Mapping[str, Any]) -> Verdict:
    del params
    rows = grids.populated(g)
    return TRUE if len(rows) and grids.city.buildings.planned[rows].all() else untrue("not-planned")


def _standalone(grids: Grids, g: int, params: Mapping[str, Any]) -> Verdict:
    """A standalone committee whose total no whole number of grids fits."""
    committee = int(grids.city.committee_of[g])
    total, rule = int(grids.committee_total[committee]), grids.city.profile.grid
    if fits(total, rule.lower, rule.upper):
        return untrue("arithmetic", total=total, lower=rule.lower, upper=rule.upper)
    return _arithmetic(grids, g, {**params, "total": total})


def _solved(grids: Grids, g: int, code: str, params: Mapping[str, Any]) -> Verdict:
    city, rule = grids.city, grids.city.profile.grid
    committee = int(city.committee_of[g])
    scope = grids.grids_of.get(committee, [g])
    office = city.committees.office[committee] if committee >= 0 else None
    name = city.grids.committee[g]
    certificate = grids.certificates.of_grids(name, office)
    if certificate is not None and grids.certificates.whole_office(name):
        mates = np.flatnonzero(city.committees.office == office).tolist()
        shared = [c for c in mates if grids.certificates.whole_office(city.committees.ids[c])]
        scope = [i for c in shared for i in grids.grids_of.get(int(c), [])]
    out = grids.outside
    outside = int(sum(int(grids.sums[i]) for i in scope if out[i]))
    if code == "search-limit":
        return search_limit(outside, certificate)
    rows = np.concatenate([grids.populated(i) for i in scope])
    mine = np.flatnonzero(np.isin(rows, grids.populated(g))).tolist()
    weights: list[int] = city.buildings.households[rows].tolist()
    return proven(code, params, weights, mine, outside, certificate, rule.lower, rule.upper)


_CODES: Mapping[str, Judge[Grids]] = {
    "arithmetic": _arithmetic,
    "oversized": _oversized,
    "island": _land,
    "barrier": _land,
    "frozen": _frozen,
    "planned": _planned,
    "standalone": _standalone,
}
