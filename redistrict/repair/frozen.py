"""Frozen committees (clause 2.2) as land of one piece each.

Nothing crosses a frozen boundary, so what is drawn badly there cannot be mended later. Land
without a building is given up here, and reported; households never are.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from redistrict.model.errors import SurveyError
from redistrict.model.finding import Finding
from redistrict.planar.faces import GRID_M
from redistrict.planar.geometries import Geometries, of_frame, rows_where, with_geometry
from redistrict.planar.needles import needles
from redistrict.planar.slivers import SPECK_WIDTH_M, width
from redistrict.repair.naming import feature_ids

_LAND_M2 = 1.0
"""A planned estate with less than this on a piece of land is not on it."""


def without_specks(committees: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Frozen committees without pieces and spikes too narrow for any building; a committee of
    such only leaves. ``committees``: fitted into their offices, with `frozen`."""
    frozen = committees["frozen"].to_numpy(dtype=bool)
    ids = feature_ids(committees, "committees")
    geometry = of_frame(committees)
    findings: list[Finding] = []
    for f in np.flatnonzero(frozen).tolist():
        parts = shapely.get_parts(geometry[f])
        parts = parts[[width(part) >= SPECK_WIDTH_M for part in parts]]
        thin, _ = needles(parts)
        if len(thin):
            smooth = shapely.difference(parts, shapely.union_all(thin), grid_size=GRID_M)
            parts = shapely.get_parts(smooth)
            parts = parts[[width(part) >= SPECK_WIDTH_M for part in parts]]
        kept = shapely.union_all(parts)
        gone = shapely.difference(geometry[f], kept)
        if gone.area > 0:
            geometry[f] = kept if len(parts) else None
            findings.append(_land("frozen-speck", ids[f], gone, rows=int(len(parts) == 0)))
    stay = ~shapely.is_missing(geometry)
    return rows_where(with_geometry(committees, geometry), stay), findings


def settle_frozen(
    committees: gpd.GeoDataFrame,
    offices: gpd.GeoDataFrame,
    buildings: gpd.GeoDataFrame,
    estates: gpd.GeoDataFrame | None,
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Frozen committees of one piece (per piece of their office).

    ``buildings`` know their committee. A piece without a building becomes open land. Raises
    SurveyError (``frozen-in-pieces``) where two pieces have buildings.
    """
    frozen = np.flatnonzero(committees["frozen"].to_numpy(dtype=bool))
    if len(frozen) == 0:
        return committees, []
    work = _Work(committees, offices, buildings, estates)
    for f in frozen.tolist():
        work.gather(f)
    if work.refused:
        raise SurveyError([*work.refused, *work.findings])
    return with_geometry(committees, work.geometry), work.findings


class _Work:
    def __init__(
        self,
        committees: gpd.GeoDataFrame,
        offices: gpd.GeoDataFrame,
        buildings: gpd.GeoDataFrame,
        estates: gpd.GeoDataFrame | None,
    ) -> None:
        self.ids = feature_ids(committees, "committees")
        self.geometry = of_frame(committees)
        names = {name: k for k, name in enumerate(offices["street_office_id"])}
        self.office = np.array([names[o] for o in committees["street_office_id"]], dtype=np.int64)
        self.land = of_frame(offices)
        number = {name: k for k, name in enumerate(committees["committee_id"])}
        self.points = shapely.point_on_surface(of_frame(buildings))
        self.holder = np.array([number.get(c, -1) for c in buildings["committee_id"]])
        self.planned = _planned(estates)
        self.findings: list[Finding] = []
        self.refused: list[Finding] = []

    def gather(self, f: int) -> None:
        """One piece of frozen committee ``f`` per piece of its office."""
        parts = shapely.get_parts(self.geometry[f])
        if len(parts) < 2:
            return
        lived = self._lived_in(parts, self.points[self.holder == f])
        island = _island(parts, shapely.get_parts(self.land[self.office[f]]))
        size = np.round(shapely.area(parts), 3)
        keep = lived.copy()
        for k in np.unique(island).tolist():
            mine = np.flatnonzero(island == k)
            if lived[mine].sum() > 1:
                params = {"count": int(lived[mine].sum()), "committee_id": self.ids[f]}
                self.refused.append(
                    Finding(
                        "frozen-in-pieces",
                        "error",
                        "committees",
                        self.ids[f],
                        clause="2.2",
                        params=params,
                        action="refused",
                        geometry=self.geometry[f],
                    )
                )
            elif not lived[mine].any():
                keep[mine[np.argmax(size[mine])]] = True
        if not keep.all():
            gone = shapely.union_all(parts[~keep])
            self.geometry[f] = shapely.union_all(parts[keep])
            self.findings.append(_land("frozen-piece-empty", self.ids[f], gone))

    def _lived_in(self, parts: Geometries, points: Geometries) -> NDArray[np.bool_]:
        """(n,) parts that are the nearest to some building, or where one is planned."""
        out = np.zeros(len(parts), dtype=bool)
        if len(points):
            out[shapely.STRtree(parts).nearest(points)] = True
        for estate in self.planned:
            out |= shapely.area(shapely.intersection(parts, estate)) > _LAND_M2
        return out


def _planned(estates: gpd.GeoDataFrame | None) -> Geometries:
    if estates is None or "planned_households" not in estates:
        return np.zeros(0, dtype=object)
    households = estates["planned_households"].to_numpy(dtype=np.float64)
    return of_frame(estates)[np.nan_to_num(households) > 0]


def _island(parts: Geometries, land: Geometries) -> NDArray[np.int64]:
    """(n,) the piece of the office's land that holds most of each part."""
    if len(land) == 1:
        return np.zeros(len(parts), dtype=np.int64)
    common = [shapely.area(shapely.intersection(land, part)) for part in parts]
    return np.argmax(np.array(common), axis=1).astype(np.int64)


def _land(code: str, name: str, land: BaseGeometry, rows: int = 0) -> Finding:
    return Finding(
        code,
        "warning",
        "committees",
        name,
        clause="2.2",
        params={"committee_id": name, "area_m2": round(float(land.area), 2)},
        action="dropped" if rows else "part-dropped",
        geometry=land,
        rows=rows,
    )
