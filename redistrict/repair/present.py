"""What holds today: the street office, committee, estate and service grid of every building."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from redistrict.model.finding import Finding
from redistrict.planar.geometries import Geometries, of_frame, rows_where
from redistrict.planar.shares import Shares, place_rank, shares
from redistrict.repair.columns import column, objects

NEAR_OFFICE_M = 50.0
"""A building this near an office's line was cut off by drawing, not by distance: a street and its
verges are at most this wide."""

_LISTED = 20


def join_present(
    buildings: gpd.GeoDataFrame, layers: dict[str, gpd.GeoDataFrame]
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """``buildings`` with street_office_id, committee_id, estate_id and service_grid_id.

    The slices of one building count as one. A street office already named (our own proposals
    name it) holds where the building has land there, else the larger part decides.
    """
    join = _Join(buildings)
    join.offices(layers["street_offices"])
    join.estates(layers.get("estates"))
    join.committees(layers.get("committees"))
    join.service_grids(layers.get("service_grids"))
    return join.frame, join.findings


class _Join:
    def __init__(self, buildings: gpd.GeoDataFrame) -> None:
        self.findings: list[Finding] = []
        self._take(buildings.copy())

    def _take(self, frame: gpd.GeoDataFrame) -> None:
        self.frame = frame
        self.footprints: Geometries = of_frame(frame)
        group, names = pd.factorize(frame["building_id"], sort=False)
        self.group: NDArray[np.int64] = group.astype(np.int64)
        self.names = [str(n) for n in names]

    def offices(self, offices: gpd.GeoDataFrame) -> None:
        polygons = of_frame(offices)
        ids = offices["street_office_id"].to_numpy(dtype=object)
        held = shares(self.footprints, polygons, self.group)
        home, _ = held.best()
        outside = np.flatnonzero(home < 0)
        if len(outside):
            home = self._rescue(outside, home, polygons, ids)
            gone = home < 0
            if gone.any():
                keep = ~gone[self.group]
                self._take(rows_where(self.frame, keep))
                held = shares(self.footprints, polygons, self.group)
                home = home[~gone]
        self.inside = held.touched() > 0
        stated = self._stated("street_office_id", ids)
        home = np.where((stated >= 0) & (held.of(stated) > 0), stated, home)
        self._count("building-across-office-line", held.touched() > 1, "larger-part", "info")
        self._set("street_office_id", home, ids)
        self.office = home

    def _rescue(
        self, outside: NDArray[np.int64], home: NDArray[np.int64], polygons: Geometries,
        ids: NDArray[np.object_],
    ) -> NDArray[np.int64]:  # fmt: skip
        """Buildings outside every office: the nearest within reach, else they are dropped."""
        home = home.copy()
        west = place_rank(polygons)
        for g in outside:
            rows = np.flatnonzero(self.group == g)
            place = shapely.union_all(self.footprints[rows])
            distance = shapely.distance(polygons, place)
            nearest = int(np.lexsort((west, np.round(distance, 3)))[0])
            near = bool(distance[nearest] <= NEAR_OFFICE_M)
            if near:
                home[g] = nearest
            households = self.frame["households"].to_numpy()[rows].sum()
            self.findings.append(
                Finding(
                    "building-outside-every-office",
                    "warning" if near else "error",
                    "buildings",
                    self.names[g],
                    params={
                        "distance_m": round(float(distance[nearest]), 2),
                        "street_office_id": ids[nearest],
                        "households": int(households),
                        "reach_m": NEAR_OFFICE_M,
                    },
                    action="given-to-nearest" if near else "dropped",
                    geometry=place,
                    rows=0 if near else len(rows),
                )
            )
        return home

    def estates(self, estates: gpd.GeoDataFrame | None) -> None:
        if estates is None:
            # the estate's name alone still keeps its buildings together
            said = column(self.frame, "estate_id")
            named = [v if isinstance(v, str) and v else None for v in said]
            self.frame["estate_id"] = objects(named, self.frame)
            return
        ids = estates["estate_id"].to_numpy(dtype=object)
        held = self._held(estates)
        best, share = held.best()
        stated = self._stated("estate_id", ids)
        chosen = np.where(stated >= 0, stated, np.where(share > 0.5, best, -1))
        apart = (stated >= 0) & (held.of(stated) <= 0.5)
        self._count("building-outside-its-estate", apart, "kept-as-stated", "warning")
        self._set("estate_id", chosen, ids)

    def committees(self, committees: gpd.GeoDataFrame | None) -> None:
        """A stated committee is history and stays, even in another office; else by land."""
        if committees is None:
            self._forget("committee_id", "committees")
            return
        ids = committees["committee_id"].to_numpy(dtype=object)
        offices = committees["street_office_id"].to_numpy(dtype=object)
        held = self._held(committees)
        mine = self.frame["street_office_id"].to_numpy(dtype=object)[self._first_row()]
        same_office = offices[held.polygon] == mine[held.group]
        best, _ = held.where(same_office).best()
        stated = self._stated("committee_id", ids)
        elsewhere = (stated >= 0) & (offices[stated] != mine)
        self._count("building-committee-in-other-office", elsewhere, "kept-as-stated", "info")
        chosen = np.where(stated >= 0, stated, best)
        chosen = self._nearest_committee(chosen, committees, offices, mine)
        self._count("building-across-committee-line", held.touched() > 1, "larger-part", "info")
        self._count("building-without-committee", chosen < 0, "left-without", "info")
        self._set("committee_id", chosen, ids)

    def _nearest_committee(
        self,
        chosen: NDArray[np.int64],
        committees: gpd.GeoDataFrame,
        offices: NDArray[np.object_],
        mine: NDArray[np.object_],
    ) -> NDArray[np.int64]:
        """A building just off its office's line is off its committee's too: the nearest has it.

        Only not a frozen one on whose own side of its line the building never was.
        """
        bare = np.flatnonzero(chosen < 0)
        if len(bare) == 0:
            return chosen
        polygons = of_frame(committees)
        west = place_rank(polygons)
        rows = self._first_row()[bare]
        spot, near = shapely.STRtree(polygons).query(
            self.footprints[rows], predicate="dwithin", distance=NEAR_OFFICE_M
        )
        frozen = column(committees, "frozen")
        barred = np.array([f is True or f is np.True_ for f in frozen], dtype=bool)
        same = (offices[near] == mine[bare[spot]]) & ~(barred[near] & self.inside[bare[spot]])
        spot, near = spot[same], near[same]
        distance = np.round(shapely.distance(self.footprints[rows[spot]], polygons[near]), 3)
        order = np.lexsort((west[near], distance, spot))
        spot, near = spot[order], near[order]
        first = np.r_[True, spot[1:] != spot[:-1]][: len(spot)]
        chosen = chosen.copy()
        chosen[bare[spot[first]]] = near[first]
        given = np.zeros(len(chosen), dtype=bool)
        given[bare[spot[first]]] = True
        self._count("building-beside-committee", given, "nearest-committee", "info")
        return chosen

    def service_grids(self, grids: gpd.GeoDataFrame | None) -> None:
        """Slice by slice: the slices of one building may lie in different service grids."""
        if grids is None:
            self._forget("service_grid_id", "service_grids")
            return
        ids = grids["service_grid_id"].to_numpy(dtype=object)
        self.group = np.arange(len(self.frame), dtype=np.int64)
        self.names = [str(n) for n in self.frame["building_id"]]
        best, _ = self._held(grids).best()
        stated = self._stated("service_grid_id", ids)
        self._set("service_grid_id", np.where(stated >= 0, stated, best), ids)

    def _held(self, frame: gpd.GeoDataFrame) -> Shares:
        return shares(self.footprints, of_frame(frame), self.group)

    def _first_row(self) -> NDArray[np.int64]:
        first = np.full(len(self.names), len(self.group), dtype=np.int64)
        np.minimum.at(first, self.group, np.arange(len(self.group)))
        return first

    def _stated(self, field: str, ids: NDArray[np.object_]) -> NDArray[np.int64]:
        """Index of the id each group states, -1 where none; an id nobody knows is reported."""
        if field not in self.frame:
            return np.full(len(self.names), -1, dtype=np.int64)
        said = self.frame[field].to_numpy(dtype=object)[self._first_row()]
        index = {name: k for k, name in enumerate(ids)}
        found = np.array(
            [index.get(s, -2) if isinstance(s, str) and s else -1 for s in said], dtype=np.int64
        )
        self._count(f"{field.replace('_', '-')}-unknown", found == -2, "by-place", "warning")
        return np.maximum(found, -1)

    def _set(self, field: str, index: NDArray[np.int64], ids: NDArray[np.object_]) -> None:
        values = np.array([*ids, None], dtype=object)[index][self.group] if len(self.names) else []
        self.frame[field] = pd.Series(values, index=self.frame.index, dtype=object)

    def _forget(self, field: str, layer: str) -> None:
        if field in self.frame:
            said = self.frame[field].notna().to_numpy(dtype=bool)
            if said.any():
                self.findings.append(
                    Finding(
                        "reference-without-layer",
                        "info",
                        "buildings",
                        params={"field": field, "layer": layer, "count": int(said.sum())},
                        action="set-aside",
                        rows=0,
                    )
                )
        self.frame[field] = pd.Series([None] * len(self.frame), dtype=object)

    def _count(self, code: str, groups: NDArray[np.bool_], action: str, severity: str) -> None:
        where = np.flatnonzero(groups)
        if len(where) == 0:
            return
        listed = sorted(self.names[g] for g in where)[:_LISTED]
        self.findings.append(
            Finding(
                code,
                "warning" if severity == "warning" else "info",
                "buildings",
                listed[0] if len(where) == 1 else None,
                params={"count": len(where), "features": listed},
                action=action,
                rows=0,
            )
        )
