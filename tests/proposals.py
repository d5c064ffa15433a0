"""A proposal drawn by hand on squared paper: one building on every square of 100 m."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

SIDE = 100.0
CRS = "EPSG:4547"


@dataclass
class Paper:
    """A proposal as loose sheets, to be changed by a test before it is checked."""

    buildings: gpd.GeoDataFrame
    service_grids: gpd.GeoDataFrame
    committees: gpd.GeoDataFrame
    street_offices: gpd.GeoDataFrame
    correspondence: pd.DataFrame
    extra: dict[str, gpd.GeoDataFrame] = field(default_factory=dict)
    manifest: dict[str, Any] | None = None

    @property
    def layers(self) -> dict[str, gpd.GeoDataFrame]:
        return {
            "buildings": self.buildings,
            "service_grids": self.service_grids,
            "committees": self.committees,
            "street_offices": self.street_offices,
            **self.extra,
        }

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        return {"correspondence": self.correspondence}

    def set(self, layer: str, row: str, **values: Any) -> None:
        """Change fields of the feature ``row`` (its id) of a layer."""
        frame = self.layers[layer]
        at = frame.index[frame.iloc[:, 0] == row]
        assert len(at), (layer, row)
        for name, value in values.items():
            if name not in frame:
                frame[name] = None
            for i in at:
                frame.at[i, name] = value

    def reshape(self, layer: str, row: str, geometry: shapely.Geometry) -> None:
        """Change the geometry of one feature."""
        self.set(layer, row, geometry=geometry)

    def shape(self, layer: str, row: str) -> shapely.Geometry:
        """The geometry of one feature."""
        frame = self.layers[layer]
        return frame.loc[frame.iloc[:, 0] == row, "geometry"].iloc[0]


def square(r: int, c: int) -> shapely.Polygon:
    """Square of row r (south first) and column c."""
    return shapely.box(c * SIDE, r * SIDE, (c + 1) * SIDE, (r + 1) * SIDE)


def draw(
    grid: Sequence[str],
    households: Sequence[Sequence[int]],
    committee: Mapping[str, str],
    office: Mapping[str, str],
    previous: Mapping[str, str] | None = None,
    window: tuple[int, int] = (200, 250),
    band: tuple[int, int] = (2500, 3500),
) -> Paper:
    """``grid``: a letter per square, rows south first (``.`` is water); letters -> committees ->
    street offices. ``previous``: grid letter -> present committee (else the proposed one)."""
    squares = [(r, c, g) for r, row in enumerate(grid) for c, g in enumerate(row) if g != "."]
    rows = pd.DataFrame(
        {
            "building_id": [f"B{r}{c}" for r, c, _ in squares],
            "part": pd.array([pd.NA] * len(squares), dtype="Int64"),
            "households": [households[r][c] for r, c, _ in squares],
            "service_grid_id": [g for *_, g in squares],
            "committee_id": [committee[g] for *_, g in squares],
            "street_office_id": [office[committee[g]] for *_, g in squares],
            "estate_id": pd.Series([None] * len(squares), dtype=object),
            "previous_committee_id": pd.Series(
                [(previous or {}).get(g, committee[g]) for *_, g in squares], dtype=object
            ),
            "kind": "surveyed",
            "stairwells": pd.array([pd.NA] * len(squares), dtype="Int64"),
        }
    )
    land = [square(r, c) for r, c, _ in squares]
    buildings = gpd.GeoDataFrame(rows, geometry=[s.buffer(-30) for s in land], crs=CRS)
    layers: dict[str, gpd.GeoDataFrame] = {}
    for layer, key, flag, limits in (
        ("service_grids", "service_grid_id", "within_window", window),
        ("committees", "committee_id", "within_band", band),
        ("street_offices", "street_office_id", None, (0, 0)),
    ):
        made: list[dict[str, Any]] = []
        for name, group in rows.groupby(key, sort=True):
            total = int(group["households"].sum())
            row: dict[str, Any] = {key: name}
            if layer == "service_grids":
                row |= {"committee_id": group["committee_id"].iloc[0]}
            if layer != "street_offices":
                row |= {"street_office_id": group["street_office_id"].iloc[0]}
            row |= {"households": total}
            if flag is not None:
                row |= {flag: limits[0] <= total <= limits[1], "reason": None}
                row |= {"reason_code": None, "reason_params": None}
            counted = {
                "service_grids": ("buildings", "building_id"),
                "committees": ("service_grids", "service_grid_id"),
                "street_offices": ("committees", "committee_id"),
            }[layer]
            row |= {counted[0]: int(group[counted[1]].nunique())}
            row["geometry"] = shapely.coverage_union_all([land[i] for i in group.index])
            made.append(row)
        frame = pd.DataFrame(made)
        for column in ("reason", "reason_code", "reason_params"):
            if column in frame:
                frame[column] = frame[column].astype(object)
        layers[layer] = gpd.GeoDataFrame(frame, geometry="geometry", crs=CRS)
    return Paper(buildings=buildings, correspondence=correspondence(rows), **layers)


def correspondence(rows: pd.DataFrame) -> pd.DataFrame:
    """The old -> new table, added up anew."""
    keys = ["previous_committee_id", "committee_id"]
    table = (
        rows.groupby(keys, dropna=False)
        .agg(households=("households", "sum"), buildings=("building_id", "nunique"))
        .reset_index()
    )
    parts = table.groupby("previous_committee_id")["committee_id"].transform("size")
    table["extent"] = ["whole" if n == 1 else "part" for n in parts]
    return table


def town() -> Paper:
    """Two street offices, three committees, six grids of 220 households; all is well in it.

    ::

        d d e e f f        C3 = {e, f}, office S2
        a a b b c c        C1 = {a, d}, C2 = {b, c}, office S1  (C1 is an L beside C2)
    """
    return draw(
        ["aabbcc", "ddeeff"],
        [[110] * 6, [110] * 6],
        {"a": "C1", "d": "C1", "b": "C2", "c": "C2", "e": "C3", "f": "C3"},
        {"C1": "S1", "C2": "S1", "C3": "S2"},
        band=(400, 500),
    )
