"""From the laid-out city to the contract's layers: ids, names, addresses, attributes."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from redistrict.synthetic.addresses import addresses
from redistrict.synthetic.areas import lay_grids
from redistrict.synthetic.laid import Laid
from redistrict.synthetic.land import USES, Geometries, Ints
from redistrict.synthetic.mesh import dissolve
from redistrict.synthetic.numbering import Ids, of_group
from redistrict.synthetic.premises import premises_rows

PROVISIONAL_PREFIX = "990181"
"""99 is no province: codes made here cannot be mistaken for issued ones."""


def make_layers(laid: Laid, ids: Ids) -> dict[str, gpd.GeoDataFrame]:
    """All layers but ``barriers``, with the contract's fields."""
    spec = laid.spec
    frames: dict[str, gpd.GeoDataFrame] = {}
    estates = _estates(laid, ids)
    buildings, order = _buildings(laid, ids, list(estates["name"]) if len(estates) else [])
    frames["buildings"] = buildings
    frames["street_offices"] = _offices(laid, ids)
    if spec.has("committees"):
        frames["committees"] = _committees(laid, ids)
    if len(estates):
        frames["estates"] = _sorted(estates, "estate_id")
    if spec.has("committees") and spec.has("service_grids"):
        frames["service_grids"] = _grids(laid, ids)
    if spec.has("committees") and spec.has("premises"):
        frames["premises"] = premises_rows(frames["committees"], buildings, laid, order, ids)
    return frames


def _offices(laid: Laid, ids: Ids) -> gpd.GeoDataFrame:
    n = len(ids.office)
    names = [""] * n
    for k in np.argsort(ids.office_rank):
        names[k] = next(laid.names.office)
    frame = gpd.GeoDataFrame(
        {
            "street_office_id": ids.office,
            "name": names,
            "code": [f"{PROVISIONAL_PREFIX}{r + 1:03d}000" for r in ids.office_rank],
        },
        geometry=dissolve(laid.mesh.polygons, laid.office, n),
        crs=laid.spec.crs,
    )
    return _sorted(frame, "street_office_id")


def _committees(laid: Laid, ids: Ids) -> gpd.GeoDataFrame:
    n = len(ids.committee)
    households = np.bincount(
        laid.committee[laid.standing.lot], laid.standing.records["households"], n
    )
    old_lot = np.array([lot.old_town for lot in laid.lots], dtype=np.float64)
    area = np.array([lot.hectares for lot in laid.lots])
    old = np.bincount(laid.committee, old_lot * area, n) > 0.5 * np.bincount(
        laid.committee, area, n
    )
    office = of_group(laid.committee, laid.office)
    frozen = laid.marks.frozen
    frame = gpd.GeoDataFrame(
        {
            "committee_id": ids.committee,
            "name": [laid.names.committee.take() for _ in range(n)],
            "street_office_id": [ids.office[o] for o in office],
            "old_town": old & (households > 0),
            "frozen_reason": [frozen[k][0] if k in frozen else None for k in range(n)],
            "frozen_until": [frozen[k][1] if k in frozen else None for k in range(n)],
        },
        geometry=dissolve(laid.mesh.polygons, laid.committee, n),
        crs=laid.spec.crs,
    )
    return _sorted(frame, "committee_id")


def _estates(laid: Laid, ids: Ids) -> gpd.GeoDataFrame:
    """One row per estate, in dense order (sorted by the caller)."""
    n = len(laid.estates)
    mask = laid.estate_of_lot >= 0
    owner = laid.estate_of_lot[mask]
    polygons = dissolve(laid.mesh.polygons[mask], owner, n)
    if laid.spec.estate_inset_m > 0:
        polygons = _inset(laid, polygons)
    built = np.bincount(
        np.maximum(laid.estate_of_lot[laid.standing.lot], 0),
        laid.standing.records["households"] * (laid.estate_of_lot[laid.standing.lot] >= 0),
        n,
    ) if n else np.zeros(0)  # fmt: skip
    marks = laid.marks
    rows = []
    for k, estate in enumerate(laid.estates):
        pool = laid.names.old_estate if estate.stage == "old_town" else laid.names.estate
        planned = estate.planned_households
        if estate.stage == "under_construction":
            planned = int(built[k])
        rows.append(
            {
                "estate_id": ids.estate[k],
                "name": marks.named.get(k) or pool.take(),
                "stage": estate.stage,
                "property_managed": estate.managed,
                "planned_households": planned,
                "standalone_reason": marks.standalone.get(k),
                "keep_with": ids.estate[marks.keep_with[k]] if k in marks.keep_with else None,
                "keep_apart": ids.estate[marks.keep_apart[k]] if k in marks.keep_apart else None,
            }
        )
    columns = [
        "estate_id", "name", "stage", "property_managed", "planned_households",
        "standalone_reason", "keep_with", "keep_apart",
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=columns)
    table["planned_households"] = table["planned_households"].astype("Int64")
    return gpd.GeoDataFrame(table, geometry=polygons, crs=laid.spec.crs)


def _buildings(laid: Laid, ids: Ids, estate_names: list[str]) -> tuple[gpd.GeoDataFrame, Ints]:
    """The buildings by office, committee and lot, and the order they were taken in."""
    s = laid.standing
    office, committee = laid.office[s.lot], laid.committee[s.lot]
    order = np.lexsort(
        (s.records["u"], -s.records["v"], s.lot, ids.committee_rank[committee],
         ids.office_rank[office])
    )  # fmt: skip
    records, lot = s.records[order], s.lot[order]
    rank = ids.office_rank[laid.office[lot]]
    serial = np.arange(len(lot)) - np.searchsorted(rank, rank)
    wide = max(2, len(str(len(ids.office))))
    digits = max(4, len(str(int(serial.max()) + 1)))
    office_number = [f"{r + 1:0{wide}d}" for r in range(len(ids.office))]
    estate = laid.estate_of_lot[lot]
    in_yard = records["yard"] >= 0
    yard_key = np.column_stack([lot, records["yard"]])
    _, first, yard = np.unique(yard_key, axis=0, return_index=True, return_inverse=True)
    yard_rank = np.empty(len(first), dtype=np.int64)
    yard_rank[np.argsort(first)] = np.arange(len(first))
    _, yard_serial = np.unique(yard_rank[yard.ravel()][in_yard], return_inverse=True)
    yard_id = np.full(len(lot), None, dtype=object)
    yard_id[in_yard] = [f"Y-{k + 1:05d}" for k in yard_serial.ravel()]
    stairwells = pd.array(records["stairwells"], dtype="Int64")
    stairwells[records["stairwells"] == 0] = pd.NA
    frame = gpd.GeoDataFrame(
        {
            "building_id": [
                f"B-{office_number[r]}{k + 1:0{digits}d}" for r, k in zip(rank, serial, strict=True)
            ],
            "households": records["households"],
            "estate_id": [ids.estate[e] if e >= 0 else None for e in estate],
            "courtyard_id": yard_id,
            "stairwells": stairwells,
            "floors": records["floors"],
            "use": [USES[u] for u in records["use"]],
            "address": addresses(laid, records, lot, estate, estate_names),
        },
        geometry=s.footprint[order],
        crs=laid.spec.crs,
    )
    return frame, order.astype(np.int64)


def _grids(laid: Laid, ids: Ids) -> gpd.GeoDataFrame:
    """Service grids of today, in the first street office only: the others have none yet."""
    first = int(np.argmin(ids.office_rank))
    rows: list[dict[str, object]] = []
    for k in sorted(
        np.unique(laid.committee[laid.office == first]), key=lambda k: ids.committee[k]
    ):
        members = np.flatnonzero(laid.committee == k)
        for j, part in enumerate(lay_grids(members, laid.lots, laid.mesh, laid.rng)):
            rows.append(
                {
                    "service_grid_id": f"G-{ids.committee[k][2:]}-{j + 1:02d}",
                    "committee_id": ids.committee[k],
                    "worker": f"网格员{len(rows) + 1:03d}",
                    "geometry": shapely.coverage_union_all(laid.mesh.polygons[part]),
                }
            )
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=laid.spec.crs)


def _sorted(frame: gpd.GeoDataFrame, by: str) -> gpd.GeoDataFrame:
    order = np.argsort(np.asarray(frame[by], dtype=str), kind="stable")
    return frame.iloc[order].reset_index(drop=True)


def _inset(laid: Laid, polygons: Geometries) -> Geometries:
    """Estates drawn to their fence: the rectangle of their lots, drawn in a little."""
    away = laid.spec.estate_inset_m
    out = polygons.copy()
    rects = np.array([lot.rect for lot in laid.lots], dtype=np.float64) / 1000
    for k in range(len(polygons)):
        mine = rects[laid.estate_of_lot == k]
        u0, v0 = mine[:, :2].min(axis=0) + away
        u1, v1 = mine[:, 2:].max(axis=0) - away
        box = shapely.segmentize(shapely.box(u0, v0, u1, v1), 25.0)
        out[k] = shapely.transform(box, lambda c: laid.warp.points(c[:, 0], c[:, 1], laid.spec.crs))
    return out
