"""`generate_city`: the whole town, from spec to layers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd

from redistrict.synthetic.areas import lay_committees, lay_offices
from redistrict.synthetic.barriers import barrier_rows, lay_roads
from redistrict.synthetic.develop import Ground, develop
from redistrict.synthetic.laid import Laid
from redistrict.synthetic.land import Estate, Floats, Ints, Lot
from redistrict.synthetic.marks import mark
from redistrict.synthetic.mesh import REACH_M, build_mesh
from redistrict.synthetic.names import CITY, Names
from redistrict.synthetic.numbering import number_everything
from redistrict.synthetic.records import make_layers
from redistrict.synthetic.spec import CitySpec
from redistrict.synthetic.special import Plan, place_island, plant
from redistrict.synthetic.stand import stand
from redistrict.synthetic.streets import MM, Streets, plan_streets, settle
from redistrict.synthetic.warp import Warp

BASIS = "dwelling_units"


@dataclass(frozen=True)
class City:
    """Layers by contract name, all in ``crs``; ``tables`` beside them (none at present)."""

    spec: CitySpec
    layers: Mapping[str, gpd.GeoDataFrame]
    crs: str
    name: str = CITY
    basis: str = BASIS
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)


def generate_city(spec: CitySpec) -> City:
    """The city of ``spec``: deterministic, valid, at a cost linear in its buildings.

    Street offices tile the city and committees tile each street office with identical shared
    vertices; buildings neither overlap nor leave their lot; every estate lies between roads.
    Raises `InputError` where the spec's CRS is not one the generator knows.
    """
    rng = np.random.default_rng([spec.seed, 0xC17])
    streets, ground, cells, ring, lots = _grow(spec, rng)
    radius = streets.radius
    meander = None
    if streets.river is not None:
        size = 12.0 if spec.small_scale else 75.0
        meander = (float(streets.vs[streets.river]) / MM, size, size * 26.0, size * 9.0)
    wave = 2.4 * spec.block_m[1]
    warp = Warp(rng, streets.centre, max(radius, 1.0) * 1.35, wave, meander)
    households = np.array([sum(x.households for x in block) for block in lots], dtype=np.int64)
    office = lay_offices(cells, households, streets, spec, rng)
    plan = Plan(spec, streets, ground, warp, cells, ring, office, lots, rng)
    island = place_island(plan) if spec.has("island") and spec.has("river") else None
    plant(plan)
    return _record(plan, island)


def _grow(
    spec: CitySpec, rng: np.random.Generator
) -> tuple[Streets, Ground, Ints, Floats, list[list[Lot]]]:
    """Develop superblocks from the middle outwards until the city is as large as asked."""
    expected = _expected_superblocks(spec)
    streets = plan_streets(spec, rng, expected)
    ground = Ground(
        spec,
        frozenset(streets.us.tolist()),
        frozenset(streets.vs.tolist()),
        None if streets.river is None else int(streets.vs[streets.river]),
        None if streets.rail is None else int(streets.us[streets.rail]),
        streets.river_half_m,
    )
    wanted = spec.buildings or spec.households or 0
    lots: list[list[Lot]] = []
    count = 0
    for k, (column, row) in enumerate(streets.order.tolist()):
        block = develop(streets.rect(column, row), k, float(streets.ring[k]), ground, rng)
        more = sum(len(x.buildings) if spec.buildings is not None else x.households for x in block)
        if lots and count + more / 2 > wanted:
            break
        lots.append(block)
        count += more
    kept, holes = settle(streets.order[: len(lots)])
    cells = np.vstack([streets.order[kept], holes])
    ring = np.r_[streets.ring[kept], np.ones(len(holes))]
    blocks = [lots[k] for k in kept]
    blocks += [[Lot(streets.rect(int(c), int(r)), 0, "park")] for c, r in holes]
    for k, block in enumerate(blocks):
        for lot in block:
            lot.superblock = k
    return streets, ground, cells, ring, blocks


def _expected_superblocks(spec: CitySpec) -> float:
    """How many superblocks the city will need; only the room set aside depends on it."""
    hectares = (sum(spec.block_m) / 2) ** 2 / 1e4
    if spec.buildings is not None:
        return max(3.0, spec.buildings / (hectares * 2.6))
    assert spec.households is not None
    return max(3.0, spec.households / (hectares * 85.0))


def _record(plan: Plan, island: tuple[float, float, float, float] | None) -> City:
    """Mesh, committees, marks, ids and attributes of the laid-out plan."""
    spec, streets, rng = plan.spec, plan.streets, plan.rng
    lots = [lot for block in plan.lots for lot in block]
    mesh = build_mesh(lots, plan.warp, spec.crs, 45 if spec.small_scale else REACH_M)
    block = np.array([lot.superblock for lot in lots], dtype=np.int64)
    office = plan.office[block].copy()
    for i, lot in enumerate(lots):
        if lot.office is not None:
            office[i] = lot.office
    office = np.unique(office, return_inverse=True)[1].astype(np.int64)
    standing = stand(lots, mesh, plan.warp, spec.crs)
    side = streets.river_side(plan.cells[block, 1]) * 2 + streets.rail_side(plan.cells[block, 0])
    committee = lay_committees(lots, mesh, office, side, spec, rng)
    estates, estate_of_lot = _estates_of(lots)
    names = Names(spec.seed)
    laid = Laid(
        spec=spec,
        lots=lots,
        mesh=mesh,
        warp=plan.warp,
        office=office,
        committee=committee,
        standing=standing,
        roads=lay_roads(lots, plan.cells, mesh, streets, names),
        names=names,
        marks=mark(spec, lots, estates, estate_of_lot, office, committee, side, mesh, standing),
        rng=rng,
        estates=estates,
        estate_of_lot=estate_of_lot,
    )
    layers = make_layers(laid, number_everything(laid))
    rows = barrier_rows(laid.roads, mesh, streets, plan.cells, island, plan.warp, spec)
    layers["barriers"] = gpd.GeoDataFrame(
        {
            "kind": [r[0] for r in rows],
            "name": [r[1] for r in rows],
            "crossable": [r[2] for r in rows],
        },
        geometry=[r[3] for r in rows],
        crs=spec.crs,
    )
    return City(spec, layers, spec.crs)


def _estates_of(lots: list[Lot]) -> tuple[list[Estate], Ints]:
    """Every estate once, and its number for each lot (-1: none)."""
    number: dict[int, int] = {}
    estates: list[Estate] = []
    of_lot = np.full(len(lots), -1, dtype=np.int64)
    for i, lot in enumerate(lots):
        if lot.estate is not None:
            if id(lot.estate) not in number:
                number[id(lot.estate)] = len(estates)
                estates.append(lot.estate)
            of_lot[i] = number[id(lot.estate)]
    return estates, of_lot
