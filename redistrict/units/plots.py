"""Planned estates without buildings, laid out as compact plots of equal area (clause 2.2)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from redistrict.model.finding import Finding
from redistrict.model.profile import GridRule, Profile
from redistrict.model.survey import Survey
from redistrict.planar.reading import reading_order
from redistrict.units.land import Geometries, Land
from redistrict.units.rows import (
    COLUMNS,
    PLOT_PREFIX,
    share_by,
    share_evenly,
    whole_numbers,
)
from redistrict.units.slices import slices

_LEAST_SHARE = 0.01
"""A share of an estate's land below this is drawing noise: nothing is planned there."""


def planned_plots(
    survey: Survey, rows: pd.DataFrame, land: Land, profile: Profile
) -> tuple[pd.DataFrame, list[Finding]]:
    """Rows for the plots of planned estates; an estate that already has inhabited buildings keeps
    to them, with a finding."""
    estates = survey.layer("estates")
    if estates is None or "planned_households" not in estates:
        return pd.DataFrame(columns=list(COLUMNS)), []
    planned = whole_numbers(estates["planned_households"])
    inhabited = set(rows.loc[rows["households"] > 0, "estate_id"].dropna())
    laid_out = set(rows.loc[rows["kind"] == "planned_plot", "estate_id"].dropna())
    made: list[pd.DataFrame] = []
    found: list[Finding] = []
    for i in np.flatnonzero(planned > 0).tolist():
        estate = estates.iloc[i]
        name, stage, total = str(estate["estate_id"]), estate["stage"], int(planned[i])
        if stage not in ("planned", "under_construction") or name in laid_out:
            continue
        if name in inhabited or stage == "under_construction":
            code = "estate-buildings-used" if name in inhabited else "estate-without-households"
            found.append(_about(code, name, total, stage, estate.geometry))
            continue
        plots = _lay_out(name, estate.geometry, total, survey, land, profile)
        if plots is None:
            found.append(_about("estate-outside-offices", name, total, stage, estate.geometry))
        else:
            made.append(plots)
    if not made:
        return pd.DataFrame(columns=list(COLUMNS)), found
    return pd.concat(made, ignore_index=True), found


def _about(code: str, name: str, total: int, stage: str, shape: BaseGeometry) -> Finding:
    severity = "info" if code == "estate-buildings-used" else "warning"
    return Finding(
        code,
        severity,
        "estates",
        name,
        clause="2.2",
        outcome=None if severity == "info" else "refer",
        params={"estate": name, "planned": total, "stage": stage},
        geometry=shape,
        rows=0,
    )


def _lay_out(
    name: str,
    shape: BaseGeometry,
    total: int,
    survey: Survey,
    land: Land,
    profile: Profile,
) -> pd.DataFrame | None:
    grounds = _grounds(shape, land)
    if not grounds:
        return None
    shares = share_by(total, (g.area for _, g in grounds))
    plots: list[BaseGeometry] = []
    domain: list[int] = []
    households: list[int] = []
    for (d, ground), share in zip(grounds, shares, strict=True):
        if share == 0:
            continue
        count = plot_count(share, profile.grid)
        pieces = np.array(compact_plots(ground, count), dtype=object)
        order = np.argsort(reading_order(shapely.get_coordinates(shapely.centroid(pieces))))
        plots += pieces[order].tolist()
        domain += [d] * count
        households += share_evenly(share, count)
    shapes = np.array(plots, dtype=object)
    rank = reading_order(shapely.get_coordinates(shapely.centroid(shapes)))
    offices = survey.layers["street_offices"]["street_office_id"].to_numpy(dtype=object)
    made = pd.DataFrame(
        {
            "building_id": [f"{PLOT_PREFIX}{name}:{r + 1}" for r in rank.tolist()],
            "part": 0,
            "kind": "planned_plot",
            "households": households,
            "street_office_id": offices[land.domains.office[domain]],
            "committee_id": _committee(shapes, np.array(domain), survey, land),
            "service_grid_id": None,
            "estate_id": name,
            "courtyard_id": None,
            "stairwells": pd.array([pd.NA] * len(plots), dtype="Int64"),
            "footprint": shapes,
        }
    )
    return made.iloc[np.argsort(rank)].reset_index(drop=True)


def plot_count(households: int, rule: GridRule) -> int:
    """The fewest plots, none above ``rule.plot_households``, of which as many make one grid as the
    next, where whole grids fit ``households`` at all: 685 are six plots of about 114, two of which
    make a grid, and not four of 171 that fit no way."""
    grids = range(math.ceil(households / rule.upper), households // max(1, rule.lower) + 1)
    each = [g * math.ceil(households / (g * rule.plot_households)) for g in grids if g > 0]
    return min(each, default=math.ceil(households / rule.plot_households))


def _grounds(shape: BaseGeometry, land: Land) -> list[tuple[int, BaseGeometry]]:
    """The estate's dry land by domain, without crumbs."""
    piece = np.sort(land.tree.query(shape, predicate="intersects"))
    piece = piece[~land.water[piece]]
    common = shapely.intersection(shape, land.polygons[piece])
    found: list[tuple[int, BaseGeometry]] = []
    for d in np.unique(land.domain[piece]).tolist():
        ground = shapely.union_all(common[land.domain[piece] == d], grid_size=0.001)
        parts = [p for p in shapely.get_parts(ground) if p.geom_type == "Polygon"]
        if parts:
            found.append((d, parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)))
    least = _LEAST_SHARE * sum(g.area for _, g in found)
    return [(d, g) for d, g in found if g.area >= least]


def _committee(
    shapes: Geometries, domain: np.ndarray, survey: Survey, land: Land
) -> list[str | None]:
    """The present committee on whose land each plot lies: the frozen one's own, or by place."""
    committees = survey.layer("committees")
    if committees is None:
        return [None] * len(shapes)
    ids = committees["committee_id"].to_numpy(dtype=object)
    polygons = np.asarray(committees.geometry.array, dtype=object)
    point, on = shapely.STRtree(polygons).query(
        shapely.point_on_surface(shapes), predicate="intersects"
    )
    out: list[Any] = [None] * len(shapes)
    frozen = set(land.domains.frozen[land.domains.frozen >= 0].tolist())
    for p, c in sorted(zip(point.tolist(), on.tolist(), strict=True), reverse=True):
        if c not in frozen:
            out[p] = ids[c]
    for p, d in enumerate(domain.tolist()):
        if land.domains.frozen[d] >= 0:
            out[p] = ids[land.domains.frozen[d]]
    return out


def compact_plots(ground: BaseGeometry, count: int) -> list[BaseGeometry]:
    """``count`` plots of equal area: the ground is halved across its long axis again and again."""
    if count == 1:
        return [ground]
    first = count // 2
    strips = slices(ground, count)
    left = shapely.union_all(strips[:first], grid_size=0.001)
    right = shapely.union_all(strips[first:], grid_size=0.001)
    return [*compact_plots(left, first), *compact_plots(right, count - first)]
