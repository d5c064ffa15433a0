"""Proposals that never saw the engine: squares on a lattice, with the contract's fields."""

from __future__ import annotations

import json
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from redistrict.model.finding import Finding
from redistrict.model.proposal import Proposal

WORKING = "EPSG:4547"  # CGCS2000, 3-degree zone, central meridian 114 E
EAST, NORTH, SIDE = 500_000.0, 3_900_000.0, 60.0


def _square(column: float, row: float, width: float = 1.0, height: float = 1.0) -> Any:
    x, y = EAST + column * SIDE, NORTH - row * SIDE
    return shapely.box(x, y - height * SIDE, x + width * SIDE, y)


def town(crs: str = WORKING, size: int = 8) -> Proposal:
    """Two street offices side by side; each ``size`` x ``size`` buildings, 4 committees, 16 grids.

    One grid of each office is outside the window, one ruling is decided and one referred.
    """
    half = size // 2
    quarter = size // 4
    buildings: list[dict[str, Any]] = []
    for office in range(2):
        for row in range(size):
            for column in range(size):
                committee = 2 * (row // half) + column // half
                grid = 2 * (row % half // quarter) + column % half // quarter
                x = office * size + column
                oversized = row == column == 0
                buildings.append(
                    {
                        "building_id": f"B{office}-{row:03d}{column:03d}",
                        "part": None,
                        "households": 300 if oversized else 220 // quarter**2,
                        "service_grid_id": f"SO{office}-N{committee}-{grid}",
                        "committee_id": f"SO{office}-N{committee}",
                        "street_office_id": f"SO{office}",
                        "estate_id": None,
                        "previous_committee_id": f"SO{office}-old{row // quarter}",
                        "kind": "surveyed",
                        "geometry": _square(x + 0.2, row + 0.2, 0.6, 0.6),
                        "cell": _square(x, row),
                    }
                )
    frame = gpd.GeoDataFrame(buildings, crs=WORKING)
    frame["part"] = frame["part"].astype("Int64")
    land = frame.set_geometry("cell").set_crs(WORKING)
    frame = frame.drop(columns="cell")
    grids = _grids(land)
    committees = _committees(land, grids)
    layers = {
        "buildings": frame,
        "service_grids": grids,
        "committees": committees,
        "street_offices": _offices(land, committees),
        "rulings": _rulings(size),
        "barriers": _barriers(size),
    }
    old = land[["previous_committee_id", "street_office_id", "households", "cell"]]
    old = old.dissolve(
        "previous_committee_id", aggfunc={"households": "sum", "street_office_id": "first"}
    )
    present = old.reset_index().rename(columns={"previous_committee_id": "committee_id"})
    present["name"] = [f"旧社区{i}" for i in range(len(present))]
    return Proposal(
        layers=layers,
        tables={"correspondence": _correspondence(frame), "premises_plan": _premises_plan()},
        crs=crs,
        working_crs=WORKING,
        manifest=manifest(committees, grids, frame),
        findings=findings(),
        consequences={"households_moved": 0},
        present={
            "committees": present.rename_geometry("geometry"),
            "street_offices": layers["street_offices"],
        },
    )


def _grids(land: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    aggregate = {
        "households": "sum",
        "building_id": "count",
        "committee_id": "first",
        "street_office_id": "first",
    }
    merged = land.dissolve("service_grid_id", aggfunc=aggregate).reset_index()
    within = merged["households"].between(200, 250)
    params = [
        json.dumps({"building_id": "B0-000000", "building_households": 300, "upper": 250})
        if not w
        else None
        for w in within
    ]
    number = merged.groupby("committee_id").cumcount() + 1
    return gpd.GeoDataFrame(
        {
            "service_grid_id": merged["service_grid_id"],
            "code": [f"暂编370481001{i % 900:03d}-{n:03d}" for i, n in enumerate(number)],
            "committee_id": merged["committee_id"],
            "street_office_id": merged["street_office_id"],
            "households": merged["households"],
            "buildings": merged["building_id"],
            "within_window": within,
            "reason": None,
            "priority": 0,
            "area_m2": merged.geometry.area,
            "reason_code": [None if w else "oversized" for w in within],
            "reason_params": params,
        },
        geometry=merged.geometry.to_numpy(),
        crs=WORKING,
    )


def _committees(land: gpd.GeoDataFrame, grids: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    aggregate = {"households": "sum", "street_office_id": "first"}
    merged = land.dissolve("committee_id", aggfunc=aggregate).reset_index()
    actions = ("merge", "keep", "split", "adjust")
    return gpd.GeoDataFrame(
        {
            "committee_id": merged["committee_id"],
            "name": [f"和平路第{i + 1}社区" for i in range(len(merged))],
            "street_office_id": merged["street_office_id"],
            "action": [actions[i % 4] for i in range(len(merged))],
            "households": merged["households"],
            "service_grids": merged["committee_id"].map(grids.groupby("committee_id").size()),
            "within_band": False,
            "reason": None,
            "staff_required": 5,
            "premises_required_m2": 300.0,
            "premises_present_m2": np.nan,
            "area_m2": merged.geometry.area,
            "reason_code": "arithmetic",
            "reason_params": json.dumps(
                {"total": 3600, "lower": 2500, "upper": 3500, "scope": "office"}
            ),
        },
        geometry=merged.geometry.to_numpy(),
        crs=WORKING,
    )


def _offices(land: gpd.GeoDataFrame, committees: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    merged = land.dissolve("street_office_id", aggfunc={"households": "sum"}).reset_index()
    return gpd.GeoDataFrame(
        {
            "street_office_id": merged["street_office_id"],
            "name": ["北辛街道", "龙泉街道"],
            "households": merged["households"],
            "committees": merged["street_office_id"].map(
                committees.groupby("street_office_id").size()
            ),
            "area_m2": merged.geometry.area,
        },
        geometry=merged.geometry.to_numpy(),
        crs=WORKING,
    )


def _rulings(size: int) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "estate_id": ["E1", "E2"],
            "street_office_id": ["SO0", None],
            "outcome": ["decided", "refer"],
            "areas_m2": [{"SO0": 9000.0, "SO1": 1800.0}, {"SO0": 5400.0, "SO1": 5400.0}],
            "basis": ["more-land", "tie"],
            "decided_by": ["rule", None],
        },
        geometry=[_square(size - 1.6, 1, 2, 1), _square(size - 1, 3, 2, 1)],
        crs=WORKING,
    )


def _barriers(size: int) -> gpd.GeoDataFrame:
    south = NORTH - size * SIDE
    x = EAST + size * SIDE
    return gpd.GeoDataFrame(
        {"kind": ["river"], "name": ["荆河"], "crossable": [False]},
        geometry=[shapely.LineString([(x, NORTH), (x, south)])],
        crs=WORKING,
    )


def _correspondence(buildings: gpd.GeoDataFrame) -> pd.DataFrame:
    keys = ["previous_committee_id", "committee_id"]
    table = buildings.groupby(keys).agg(
        households=("households", "sum"), buildings=("building_id", "count")
    )
    return table.reset_index().assign(extent="part")


def _premises_plan() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "premises_id": ["P1", "P2", None],
            "previous_committee_id": ["SO0-old0", "SO0-old1", None],
            "committee_id": ["SO0-N0", None, "SO1-N3"],
            "area_m2": [320.0, 180.5, np.nan],
            "status": ["kept", "vacated", "short"],
            "proposal": [None, "=HYPERLINK(1)", None],
        }
    )


def findings() -> tuple[Finding, ...]:
    """One with a place and one without."""
    return (
        Finding(
            "output-not-ours",
            "warning",
            "buildings",
            "B0-000000",
            "6.5",
            "refer",
            {"path": "x", "entry": "y"},
            geometry=_square(0.2, 0.2, 0.6, 0.6),
        ),
        Finding("output-not-a-folder", "info", params={"path": "x"}),
    )


def manifest(
    committees: gpd.GeoDataFrame, grids: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame
) -> dict[str, Any]:
    """What `assembly.manifest` makes, in small."""
    total = int(buildings["households"].sum())
    inside = int(grids.loc[grids["within_window"], "households"].sum())

    def term(name: str, value: int, bound: int | None) -> dict[str, Any]:
        gap = None if bound is None else (value - bound) / max(1, value)
        return {
            "name": name,
            "value": value,
            "bound": bound,
            "gap": gap,
            "proven": value == bound,
        }

    return {
        "schema": "redistrict-proposal",
        "schema_version": 1,
        "survey_hash": "0" * 64,
        "household_basis": "registered",
        "profile": {
            "name": "tengzhou-2007",
            "committee": {"target": 3000, "lower": 2500, "upper": 3500},
            "grid": {"lower": 200, "upper": 250},
        },
        "seed": 0,
        "effort": "quick",
        "crs": WORKING,
        "versions": {"redistrict": "0.1.0"},
        "counts": {"buildings": len(buildings), "households": total},
        "measures": {
            "households": total,
            "households_in_window": inside,
            "share_in_window": inside / total,
            "households_in_band": 0,
            "share_in_band": 0.0,
            "service_grids_outside_window": int((~grids["within_window"]).sum()),
            "committees_outside_band": len(committees),
            "actions": committees["action"].value_counts().sort_index().to_dict(),
            "rulings_decided": 1,
            "rulings_referred": 1,
            "households_moved": 120,
        },
        "solver": {
            "committees": [
                {
                    "street_office_id": "SO0",
                    "status": "infeasible",
                    "note": "merged-whole",
                    "units": 8,
                    "parts": 4,
                    "terms": [term("outside", 3600, 3600), term("moved", 120, 100)],
                    "seconds": 0.5,
                },
                {
                    "street_office_id": "SO1",
                    "status": "optimal",
                    "note": "merged-whole",
                    "units": 8,
                    "parts": 4,
                    "terms": [term("outside", 0, 0), term("moved", 0, 0)],
                    "seconds": 0.25,
                },
            ],
            "service_grids": [
                {
                    "committee_id": committee,
                    "status": "feasible",
                    "note": None,
                    "units": 16,
                    "parts": 4,
                    "terms": [term("outside", 0, 0), term("perimeter", 1000, 950)],
                    "seconds": 0.1,
                }
                for committee in committees["committee_id"]
            ],
        },
    }
