"""Street offices made an exact coverage, committees fitted into them."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from redistrict.model.finding import Finding
from redistrict.planar.coverage import Change, assign
from redistrict.planar.faces import Faces, Ints, cut
from redistrict.planar.geometries import Geometries, of_frame, rows_where, with_geometry
from redistrict.planar.needles import needles
from redistrict.planar.shares import shares
from redistrict.planar.slivers import SPECK_WIDTH_M, width
from redistrict.repair.limits import refuse_entangled
from redistrict.repair.reporting import SMALL_M2, is_rounding, report_changes


def clean_offices(offices: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Street offices as a valid coverage; every overlap, gap, hole and speck reported."""
    out, findings = clean_areas(offices, "street_offices", "street_office_id")
    for clean in (_without_specks, _without_needles, _without_specks):  # a neck may hold a speck
        out, found = clean(out)
        findings += found
    return out, findings


def _without_needles(offices: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Offices without spikes and necks too thin to live on: the office they reach into has them.

    What lies between no two offices is left out of the city.
    """
    polygons = of_frame(offices)
    thin, owner = needles(polygons)
    if len(thin) == 0:
        return offices, []
    faces = cut(np.r_[polygons, thin])
    label = np.full(len(faces), -1, dtype=np.int64)
    face, by = faces.inside(polygons)
    label[face] = by
    needle = np.full(len(faces), -1, dtype=np.int64)
    face, by = faces.inside(thin)
    needle[face] = by
    needle[label != np.r_[owner, -1][needle]] = -1
    a, b, length = faces.neighbours
    start, end, shared = np.r_[a, b], np.r_[b, a], np.r_[length, length]
    given = label.copy()
    for k in np.unique(needle[needle >= 0]).tolist():
        edge = (needle[start] == k) & (needle[end] < 0)
        other = label[end[edge]]
        beside = (other >= 0) & (other != owner[k])
        border = np.bincount(other[beside], shared[edge][beside], len(polygons))
        given[needle == k] = int(np.argmax(np.round(border, 3))) if beside.any() else -1
    findings: list[Finding] = []
    ids = list(offices["street_office_id"])
    for i in np.unique(owner).tolist():
        mine = (needle >= 0) & (label == i)
        gone = faces.union(np.flatnonzero(mine))
        findings.append(
            Finding(
                "office-needle",
                "warning",
                "street_offices",
                str(ids[i]),
                params={"count": int((owner == i).sum()), "area_m2": round(float(gone.area), 2)},
                action="given-to-neighbour" if (given[mine] >= 0).any() else "part-dropped",
                geometry=gone,
                rows=0,
            )
        )
    out, lost = _with_geometry(
        offices, faces.dissolve(given, len(offices)), "street_offices", "street_office_id"
    )
    return out, findings + lost


def _without_specks(offices: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Offices without detached pieces too narrow for any building; the rest of a city's land stays.

    Such a piece would have to become a service grid of its own, which is a sliver by construction.
    """
    geometry = of_frame(offices)
    parts, owner = shapely.get_parts(geometry, return_index=True)
    speck = np.array([width(part) < SPECK_WIDTH_M for part in parts], dtype=bool)
    if speck.all() or not speck.any():  # a city of specks only is for the later stages to refuse
        return offices, []
    findings: list[Finding] = []
    for i in np.unique(owner[speck]).tolist():
        kept, lost = parts[(owner == i) & ~speck], parts[(owner == i) & speck]
        geometry[i] = shapely.union_all(kept) if len(kept) else None
        gone = shapely.union_all(lost)
        findings.append(
            Finding(
                "office-speck",
                "warning",
                "street_offices",
                str(offices["street_office_id"].iloc[i]),
                params={"count": len(lost), "area_m2": round(float(gone.area), 2)},
                action="dropped",
                geometry=gone,
                rows=0 if len(kept) else 1,
            )
        )
    stay = ~shapely.is_missing(geometry)
    return rows_where(with_geometry(offices, geometry), stay), findings


def clean_areas(
    frame: gpd.GeoDataFrame, layer: str, field: str
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """A layer of areas as a valid coverage by the rules of `coverage`."""
    polygons = of_frame(frame)
    refuse_entangled(polygons, layer)
    faces = cut(polygons)
    label, changes = assign(faces, *faces.inside(polygons), polygons)
    findings = report_changes(changes, layer, list(frame[field]))
    out, lost = _with_geometry(frame, faces.dissolve(label, len(frame)), layer, field)
    return out, findings + lost


def fit_committees(
    committees: gpd.GeoDataFrame, offices: gpd.GeoDataFrame
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, list[Finding]]:
    """Committees inside their own street office, as a valid coverage with the offices' vertices.

    A committee belongs to the office it states, else to the one holding most of its land. Returns
    (committees, offices, findings); the offices are the same land with the committees' corners
    added as vertices, so that both layers share their boundaries exactly.
    """
    home, kept, findings = _home_offices(committees, offices)
    committees, home = rows_where(committees, kept), home[kept]
    office_polygons = of_frame(offices)
    polygons = of_frame(committees)
    both = np.r_[office_polygons, polygons]
    refuse_entangled(both, "committees")
    faces = cut(both)
    domain = np.full(len(faces), -1, dtype=np.int64)
    in_office, office = faces.inside(office_polygons)
    domain[in_office] = office
    closed = _close_pinholes(faces, domain)
    face, by = faces.inside(polygons)
    own = domain[face] == home[by]
    ids = list(committees["committee_id"])
    findings += report_changes(closed, "street_offices", list(offices["street_office_id"]))
    findings += _report_trimmed(faces, face[~own], by[~own], domain, ids, offices)
    label, changes = assign(faces, face[own], by[own], polygons, domain)
    findings += report_changes(changes, "committees", ids, list(offices["street_office_id"]))
    committees["street_office_id"] = offices["street_office_id"].to_numpy(dtype=object)[home]
    out, lost = _with_geometry(
        committees, faces.dissolve(label, len(committees)), "committees", "committee_id"
    )
    same_land, _ = _with_geometry(
        offices, faces.dissolve(domain, len(offices)), "street_offices", "street_office_id"
    )
    return out, same_land, findings + lost


PINHOLE_M2 = 0.1
"""Rounding to millimetres may close the mouth of an inlet; what it encloses is noise."""


def _close_pinholes(faces: Faces, domain: Ints) -> list[Change]:
    """Give specks enclosed by offices to the neighbour with the longest border (in place)."""
    a, b, length = faces.neighbours
    piece = faces.components((domain < 0).astype(np.int64))
    area = np.bincount(piece, weights=faces.area)
    changes: list[Change] = []
    for number in np.unique(piece[(domain < 0) & (area[piece] < PINHOLE_M2)]):
        speck = piece == number
        edge = speck[a] != speck[b]
        around = domain[np.where(speck[a], b, a)[edge]]
        shape = faces.union(np.flatnonzero(speck))
        if len(around) == 0 or length[edge].sum() < shape.length - PINHOLE_M2:
            continue  # it lies on the outer line: land outside, not a hole
        winner = int(np.bincount(around, weights=length[edge]).argmax())
        changes.append(Change("gap", shape, tuple(np.unique(around).tolist()), winner))
        domain[speck] = winner
    return changes


def _with_geometry(
    frame: gpd.GeoDataFrame, geometry: Geometries, layer: str, field: str
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    gone = shapely.is_missing(geometry)
    findings = [
        Finding(
            "area-lost",
            "error",
            layer,
            str(frame[field].iloc[i]),
            params={"area_m2": round(float(frame.geometry.iloc[i].area), 2)},
            action="dropped",
            geometry=frame.geometry.iloc[i],
        )
        for i in np.flatnonzero(gone)
    ]
    return rows_where(with_geometry(frame, geometry), ~gone), findings


def _home_offices(
    committees: gpd.GeoDataFrame, offices: gpd.GeoDataFrame
) -> tuple[Ints, np.ndarray[Any, np.dtype[np.bool_]], list[Finding]]:
    """Index of each committee's street office (-1: none), which rows stay, and why not."""
    held = shares(
        of_frame(committees),
        of_frame(offices),
    )
    most, _ = held.best()
    index = {name: k for k, name in enumerate(offices["street_office_id"])}
    stated = [_text(v) for v in committees["street_office_id"]]
    wanted = np.array([index.get(s, -1) if s else -1 for s in stated], dtype=np.int64)
    in_wanted = held.of(wanted)
    home = np.where((wanted >= 0) & (in_wanted > 0), wanted, most)
    findings: list[Finding] = []
    for i, name in enumerate(committees["committee_id"]):
        place = committees.geometry.iloc[i]
        if most[i] < 0:
            findings.append(
                Finding(
                    "committee-outside-every-office",
                    "error",
                    "committees",
                    name,
                    params={"area_m2": round(place.area, 2)},
                    action="dropped",
                    geometry=place,
                )
            )
        elif stated[i] and home[i] != wanted[i]:
            findings.append(
                Finding(
                    "committee-office-unknown"
                    if wanted[i] < 0
                    else "committee-office-contradicted",
                    "warning",
                    "committees",
                    name,
                    params={
                        "stated": stated[i],
                        "taken": offices["street_office_id"].iloc[home[i]],
                    },
                    action="largest-share",
                    geometry=place,
                    rows=0,
                )
            )
    return home, most >= 0, findings


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _report_trimmed(
    faces: Faces, face: Ints, by: Ints, domain: Ints, ids: list[str], offices: gpd.GeoDataFrame
) -> list[Finding]:
    """What committees lose because it is not their street office's land."""
    names = list(offices["street_office_id"])
    findings: list[Finding] = []
    small = np.zeros(2)
    pairs = sorted(set(zip(by.tolist(), domain[face].tolist(), strict=True)))
    for committee, office in pairs:
        piece = face[(by == committee) & (domain[face] == office)]
        area = float(faces.area[piece].sum())
        if area < SMALL_M2:
            if not is_rounding(faces.union(piece)):
                small += 1, area
            continue
        outside = office < 0
        findings.append(
            Finding(
                "committee-outside-offices" if outside else "committee-straddles-offices",
                "warning",
                "committees",
                ids[committee],
                params={"area_m2": round(area, 2)}
                | ({} if outside else {"street_office_id": names[office]}),
                action="trimmed",
                geometry=faces.union(piece),
                rows=0,
            )
        )
    if small[0]:
        findings.append(
            Finding(
                "committee-trimmed-small",
                "info",
                "committees",
                params={"count": int(small[0]), "area_m2": round(float(small[1]), 2)},
                action="trimmed",
                rows=0,
            )
        )
    return findings
