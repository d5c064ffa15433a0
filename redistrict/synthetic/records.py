"""From the laid-out city to the contract's layers: ids, names, addresses, attributes."""

from __future__ import annotations

from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from redistrict.synthetic.addresses import addresses
from redistrict.synthetic.areas import lay_grids
from redistrict.synthetic.barriers import Roads
from redistrict.synthetic.land import USES, Estate, Floats, Ints, Lot
from redistrict.synthetic.marks import Marks
from redistrict.synthetic.mesh import Mesh
from redistrict.synthetic.names import Names
from redistrict.synthetic.premises import premises_rows
from redistrict.synthetic.spec import CitySpec
from redistrict.synthetic.stand import Standing
from redistrict.synthetic.warp import Warp

PROVISIONAL_PREFIX = "990181"
"""99 is no province: codes made here cannot be mistaken for issued ones."""


@dataclass
class Laid:
    """The city laid out: lots with their office and committee, and what stands on them."""

    spec: CitySpec
    lots: list[Lot]
    mesh: Mesh
    warp: Warp
    office: Ints
    """(lots,) dense office number."""
    committee: Ints
    """(lots,) dense committee number."""
    standing: Standing
    roads: Roads
    names: Names
    marks: Marks
    rng: np.random.Generator
    estates: list[Estate] = field(default_factory=list)
    estate_of_lot: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))


@dataclass
class Ids:
    """Ids of offices, committees and estates by their dense numbers, in reading order."""

    office: list[str]
    committee: list[str]
    estate: list[str]
    office_rank: Ints
    committee_rank: Ints


def number_everything(laid: Laid) -> Ids:
    """``SO-01``, ``C-0103``, ``E-01007``: offices, and within them west to east, north to south."""
    x, y = (laid.mesh.centre[:, k] for k in (0, 1))
    weight = np.array([lot.hectares for lot in laid.lots])
    office_xy = _middles(laid.office, x, y, weight)
    offices = len(office_xy)
    office_rank = _reading_rank(office_xy, np.zeros(offices, dtype=np.int64))
    wide = max(2, len(str(offices)))
    office_id = [f"SO-{r + 1:0{wide}d}" for r in office_rank]
    committee_office = _of_group(laid.committee, laid.office)
    within = _reading_rank(_middles(laid.committee, x, y, weight), committee_office)
    committee_id = [
        f"C-{office_rank[o] + 1:0{wide}d}{r + 1:02d}"
        for o, r in zip(committee_office, within, strict=True)
    ]
    mask = laid.estate_of_lot >= 0
    estate_id: list[str] = []
    if mask.any():
        e = laid.estate_of_lot[mask]
        estate_office = _of_group(e, laid.office[mask])
        rank = _reading_rank(_middles(e, x[mask], y[mask], weight[mask]), estate_office)
        digits = max(2, len(str(int(rank.max()) + 1)))
        estate_id = [
            f"E-{office_rank[o] + 1:0{wide}d}{r + 1:0{digits}d}"
            for o, r in zip(estate_office, rank, strict=True)
        ]
    return Ids(office_id, committee_id, estate_id, office_rank, within)


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
        frames["estates"] = estates.sort_values("estate_id", ignore_index=True)
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
    return frame.sort_values("street_office_id", ignore_index=True)


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
    office = _of_group(laid.committee, laid.office)
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
    return frame.sort_values("committee_id", ignore_index=True)


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


def dissolve(polygons: np.ndarray, label: Ints, n: int) -> np.ndarray:
    """Union of a coverage by dense label; shared vertices stay where they are."""
    order = np.argsort(label, kind="stable")
    cut = np.searchsorted(label[order], np.arange(n + 1))
    return np.array(
        [shapely.coverage_union_all(polygons[order[cut[k] : cut[k + 1]]]) for k in range(n)],
        dtype=object,
    )


def _inset(laid: Laid, polygons: np.ndarray) -> np.ndarray:
    """Estates drawn to their fence: the rectangle of their lots, drawn in a little."""
    away = laid.spec.estate_inset_m
    out = polygons.copy()
    rects = np.array([lot.rect for lot in laid.lots], dtype=np.float64) / 1000
    for k in range(len(polygons)):
        mine = rects[laid.estate_of_lot == k]
        u0, v0 = mine[:, :2].min(axis=0) + away
        u1, v1 = mine[:, 2:].max(axis=0) - away
        box = shapely.segmentize(shapely.box(u0, v0, u1, v1), 100.0)
        out[k] = shapely.transform(box, lambda c: laid.warp.points(c[:, 0], c[:, 1], laid.spec.crs))
    return out


def _middles(label: Ints, x: Floats, y: Floats, weight: Floats) -> Floats:
    total = np.bincount(label, weight)
    return (
        np.column_stack([np.bincount(label, x * weight), np.bincount(label, y * weight)])
        / (total[:, None])
    )


def _of_group(label: Ints, value: Ints) -> Ints:
    """The value of each group's first member."""
    _, first = np.unique(label, return_index=True)
    return value[first]


def _reading_rank(xy: Floats, group: Ints) -> Ints:
    """Rank within the group: northern bands of 400 m first, west to east in a band."""
    band = -np.floor(xy[:, 1] / 400.0)
    order = np.lexsort((xy[:, 0], band, group))
    rank = np.empty(len(group), dtype=np.int64)
    sorted_group = group[order]
    rank[order] = np.arange(len(group)) - np.searchsorted(sorted_group, sorted_group)
    return rank
