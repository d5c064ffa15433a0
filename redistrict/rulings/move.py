"""The map after rulings: decided estates whole, office boundaries following, nothing torn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from redistrict.model.finding import Finding
from redistrict.model.survey import Survey
from redistrict.planar.coverage import settle_fragments
from redistrict.planar.faces import Faces, Ints, cut
from redistrict.planar.geometries import Geometries, of_frame, rows_where, with_geometry
from redistrict.planar.shares import shares
from redistrict.planar.slivers import is_sliver
from redistrict.rulings.threads import threads


@dataclass(frozen=True)
class Moves:
    """Estate index -> index of the street office that governs it."""

    office_of: Mapping[int, int]


def apply_moves(survey: Survey, moves: Moves) -> tuple[Survey, list[Finding]]:
    """The survey with each estate of ``moves`` whole in its office.

    Offices stay a valid coverage of the same land; committees of the losing office lose the
    moved land (the winner's present committees gain none); buildings follow, their present
    committee and service grid stay as history.
    """
    offices = survey.layers["street_offices"]
    estates = survey.layers["estates"]
    committees = survey.layer("committees")
    office_polygons = of_frame(offices)
    committee_polygons = np.zeros(0, dtype=object) if committees is None else of_frame(committees)
    moving = sorted(moves.office_of)
    estate_polygons = of_frame(estates)[moving]
    strips, losers, winners = threads(of_frame(estates), office_polygons, moves.office_of)
    faces = cut(np.r_[office_polygons, committee_polygons, estate_polygons, strips])
    before = _labels(faces, office_polygons)
    after = before.copy()
    moved = np.zeros(len(faces), dtype=bool)
    face, estate = faces.inside(estate_polygons)
    for k, e in enumerate(moving):
        land = face[estate == k]
        land = land[before[land] >= 0]
        after[land] = moves.office_of[e]
        moved[land] = True
    names = list(offices["street_office_id"])
    findings: list[Finding] = []
    face, strip = faces.inside(strips)
    for k, (loser, winner) in enumerate(zip(losers.tolist(), winners.tolist(), strict=True)):
        thin = face[strip == k]
        thin = thin[after[thin] == loser]
        after[thin] = winner
        moved[thin] = True
        if len(thin):
            findings.append(_follows(faces.union(thin), names[loser], names[winner]))
    after, slivers = settle_fragments(faces, after, office_polygons, untouchable=moved)
    findings += _torn(faces, before, after, names)
    findings += [
        _follows(c.geometry, names[c.claimants[0]], names[c.given_to])
        for c in slivers
        if c.given_to is not None
    ]
    layers: dict[str, gpd.GeoDataFrame] = {
        "street_offices": with_geometry(offices, faces.dissolve(after, len(offices)))
    }
    if committees is not None:
        layers["committees"], lost = _committees(
            committees, committee_polygons, faces, before, after, names
        )
        findings += lost
    layers["buildings"], stayed = _buildings(survey, layers["street_offices"], moves, faces,
                                             before != after)  # fmt: skip
    return survey.with_layers(**layers), findings + stayed


def _follows(strip: BaseGeometry, loser: str, winner: str) -> Finding:
    return Finding(
        "ruling-sliver-follows",
        "info",
        "street_offices",
        loser,
        clause="5.1(5)",
        params={"area_m2": round(strip.area, 2), "given_to": winner},
        action="given-to-neighbour",
        geometry=strip,
        rows=0,
    )


def _labels(faces: Faces, polygons: np.ndarray) -> Ints:
    label = np.full(len(faces), -1, dtype=np.int64)
    face, polygon = faces.inside(polygons)
    label[face] = polygon
    return label


def _torn(faces: Faces, before: Ints, after: Ints, names: list[str]) -> list[Finding]:
    """Offices whose land is in more pieces than before the rulings."""
    findings: list[Finding] = []
    changed = before != after
    for office in sorted({*before[changed].tolist(), *after[changed].tolist()}):
        was, now = _pieces(faces, before, office), _pieces(faces, after, office)
        if len(now) <= len(was):
            continue
        lost = bool((before[changed] == office).any())
        findings.append(
            Finding(
                "ruling-divides-office" if lost else "ruling-makes-enclave",
                "warning",
                "street_offices",
                names[office],
                clause="5.1(5)",
                params={
                    "street_office_id": names[office],
                    "before": len(was),
                    "after": len(now),
                    "areas_m2": [round(p.area, 2) for p in now],
                },
                action="kept",
                geometry=MultiPolygon(now),
                rows=0,
            )
        )
    return findings


def _pieces(faces: Faces, label: Ints, office: int) -> list[Polygon]:
    mine = np.flatnonzero(label == office)
    if len(mine) == 0:
        return []
    parts: Geometries = np.asarray(shapely.get_parts(faces.union(mine)))
    return sorted((p for p in parts if not is_sliver(p)), key=lambda p: -p.area)


def _committees(
    committees: gpd.GeoDataFrame,
    polygons: np.ndarray,
    faces: Faces,
    before: Ints,
    after: Ints,
    names: list[str],
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    label = _labels(faces, polygons)
    was = label.copy()
    label[before != after] = -1
    label, _ = settle_fragments(faces, label, polygons, domain=after)
    geometry = faces.dissolve(label, len(committees))
    findings: list[Finding] = []
    ids = list(committees["committee_id"])
    for c in np.unique(was[(was != label) & (was >= 0)]):
        lost = np.flatnonzero((was == c) & (label != c))
        whole = bool((label != c).all())
        findings.append(
            Finding(
                "ruling-takes-whole-committee" if whole else "ruling-takes-committee-land",
                "warning" if whole else "info",
                "committees",
                ids[c],
                clause="5.1(5)",
                params={
                    "area_m2": round(float(faces.area[lost].sum()), 2),
                    "street_office_id": names[int(after[lost[0]])],
                },
                action="removed" if whole else "reduced",
                geometry=faces.union(lost),
                rows=0,
            )
        )
    out = with_geometry(committees, geometry)
    return rows_where(out, ~shapely.is_missing(geometry)), findings


def _buildings(
    survey: Survey, offices: gpd.GeoDataFrame, moves: Moves, faces: Faces, changed: np.ndarray
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Buildings on changed land follow it by the larger part; the estate's own follow at any."""
    frame = survey.layers["buildings"].copy()
    ids = offices["street_office_id"].to_numpy(dtype=object)
    footprints = of_frame(frame)
    group, names = pd.factorize(frame["building_id"])
    estate_ids = survey.layers["estates"]["estate_id"].to_numpy(dtype=object)
    ruled = {estate_ids[e]: o for e, o in moves.office_of.items()}
    estate_office = np.array([ruled.get(e, -1) for e in frame["estate_id"]], dtype=np.int64)
    touching = np.zeros(len(frame), dtype=bool)
    if changed.any():
        _, near = shapely.STRtree(footprints).query(
            np.array([faces.union(np.flatnonzero(changed))]), predicate="intersects"
        )
        touching[near] = True
    touching |= estate_office >= 0
    concerned = np.isin(group, group[touching])
    rows = np.flatnonzero(concerned)
    if len(rows) == 0:
        return frame, []
    small, code = np.unique(group[rows], return_inverse=True)
    held = shares(footprints[rows], of_frame(offices), code)
    best, _ = held.best()
    own = np.full(len(small), -1, dtype=np.int64)
    np.maximum.at(own, code, estate_office[rows])
    follows = (own >= 0) & (held.of(own) > 0)
    chosen = np.where(follows, own, best)
    present = frame["street_office_id"].to_numpy(dtype=object).copy()
    new = np.array([*ids, None], dtype=object)[chosen][code]
    present[rows] = np.where(chosen[code] >= 0, new, present[rows])
    frame["street_office_id"] = pd.Series(present, index=frame.index, dtype=object)
    apart = np.flatnonzero((own >= 0) & ~follows & (best != own))
    if len(apart) == 0:
        return frame, []
    listed = sorted(str(names[small[g]]) for g in apart)
    finding = Finding(
        "ruling-building-elsewhere",
        "warning",
        "buildings",
        listed[0] if len(listed) == 1 else None,
        clause="5.1(5)",
        params={"count": len(listed), "features": listed[:20]},
        action="kept",
        rows=0,
    )
    return frame, [finding]
