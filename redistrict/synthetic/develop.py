"""A superblock between arterial roads: divided by branch roads, each lot put to a use."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from redistrict.synthetic import footprints
from redistrict.synthetic.footprints import Box
from redistrict.synthetic.land import NOTHING, Buildings, Estate, Lot, Rect
from redistrict.synthetic.spec import CitySpec
from redistrict.synthetic.streets import MM

OLD_TOWN_RING = 0.46
"""The old town reaches this far from the middle (1: edge of the city)."""

_BRANCH, _ARTERIAL, _SHOPS, _RAIL = 9.0, 15.0, 27.0, 34.0
"""Metres from the middle of the road (or track) to the nearest wall."""

_MIDDLE = (
    ("walkup", 0.44), ("tower", 0.17), ("villa", 0.02), ("uc", 0.02), ("planned", 0.0),
    ("school", 0.07), ("offices", 0.13), ("works", 0.03), ("park", 0.12),
)  # fmt: skip
_OUTER = (
    ("walkup", 0.22), ("tower", 0.19), ("villa", 0.06), ("uc", 0.10), ("planned", 0.10),
    ("school", 0.04), ("offices", 0.05), ("works", 0.12), ("park", 0.12),
)  # fmt: skip
_OLD = (
    ("courtyard", 0.60), ("old_walkup", 0.27), ("school", 0.04), ("offices", 0.07), ("park", 0.02),
)  # fmt: skip
_PLANNED_PER_HECTARE = 190
_ONE_YARD = 330
"""Old walk-ups up to this many households share one courtyard; some exceed a grid's 250."""


@dataclass(frozen=True)
class Ground:
    """Where the roads, the water and the track are: what a lot keeps its distance from."""

    spec: CitySpec
    us: frozenset[int]
    vs: frozenset[int]
    river_v: int | None
    rail_u: int | None
    river_half_m: float


def develop(
    rect: Rect, superblock: int, ring: float, ground: Ground, rng: np.random.Generator
) -> list[Lot]:
    """All lots of the superblock ``rect``; ``ring`` is its distance from the middle."""
    lots: list[Lot] = []
    u0, v0, u1, v1 = rect
    bank = round((ground.river_half_m * 2.2 + 14) * MM)
    if ground.river_v == v0:
        lots.append(Lot((u0, v0, u1, v0 + bank), superblock, "bank"))
        v0 += bank
    elif ground.river_v == v1:
        lots.append(Lot((u0, v1 - bank, u1, v1), superblock, "bank"))
        v1 -= bank
    return lots + build_up((u0, v0, u1, v1), superblock, ring, ground, rng)


def build_up(
    rect: Rect, superblock: int, ring: float, ground: Ground, rng: np.random.Generator
) -> list[Lot]:
    """Divide ``rect`` by branch roads and build on each lot."""
    spec = ground.spec
    old = spec.has("old_town") and ring < OLD_TOWN_RING
    least = 75 if old else 105
    lots: list[Lot] = []
    for lot_rect in _divide(rect, rng, least, 2.6 if old else 5.2):
        uses = _OLD if old else (_MIDDLE if ring < 0.72 else _OUTER)
        share = np.array([s for _, s in uses])
        use = uses[int(rng.choice(len(uses), p=share / share.sum()))][0]
        lot = Lot(lot_rect, superblock, _allowed(use, spec), old_town=old)
        _settle_estate(lot, rng)
        raise_buildings(lot, ground, rng)
        lots.append(lot)
    return lots


def raise_buildings(lot: Lot, ground: Ground, rng: np.random.Generator) -> None:
    """Put the buildings of its use (and shops along an arterial road) on ``lot``."""
    west, south, east, north = _distances(lot.rect, ground)
    u0, v0, u1, v1 = (c / MM for c in lot.rect)
    rows: list[Buildings] = []
    if lot.use in ("walkup", "tower", "old_walkup", "uc", "courtyard"):
        for side in ("south", "north"):
            beside_road = (south if side == "south" else north) == _ARTERIAL
            if beside_road and v1 - v0 > 90 and rng.random() < 0.45:
                if side == "south":
                    strip: Box = (u0 + west, v0 + _ARTERIAL, u1 - east, v0 + _ARTERIAL + 10)
                    south = _SHOPS + 8
                else:
                    strip = (u0 + west, v1 - _ARTERIAL - 10, u1 - east, v1 - _ARTERIAL)
                    north = _SHOPS + 8
                rows.append(footprints.shops(strip, rng))
    box: Box = (u0 + west, v0 + south, u1 - east, v1 - north)
    if box[2] - box[0] > 14 and box[3] - box[1] > 10:
        rows.append(_fill(lot.use, box, rng))
    lot.buildings = np.concatenate(rows) if rows else NOTHING.copy()
    if lot.use == "old_walkup" and ground.spec.has("courtyards") and lot.households <= _ONE_YARD:
        # a works' family court (家属院) of several walk-ups behind one gate
        homes = lot.buildings["households"] > 0
        lot.buildings["yard"] = np.where(homes, 0, -1)


def _fill(use: str, box: Box, rng: np.random.Generator) -> Buildings:
    if use == "walkup":
        return footprints.walkups(box, rng)
    if use == "old_walkup":
        return footprints.walkups(box, rng, old=True)
    if use == "tower":
        return footprints.towers(box, rng)
    if use == "uc":
        return footprints.towers(box, rng) if rng.random() < 0.5 else footprints.walkups(box, rng)
    if use == "villa":
        return footprints.villas(box, rng)
    if use == "courtyard":
        return footprints.courtyards(box, rng)
    if use == "school":
        return footprints.school(box, rng)
    if use == "works":
        return footprints.works(box, rng)
    if use == "offices":
        return footprints.offices(box, rng)
    return NOTHING.copy()


def _allowed(use: str, spec: CitySpec) -> str:
    if use == "tower" and not spec.has("towers"):
        return "walkup"
    if use == "villa" and not spec.has("villas"):
        return "walkup"
    if use == "courtyard" and not spec.has("courtyards"):
        return "old_walkup"
    return use


def _settle_estate(lot: Lot, rng: np.random.Generator) -> None:
    """The estate that a lot is, if it is one; many old courtyards belong to none."""
    chance = rng.random(2)
    if lot.use in ("courtyard", "old_walkup"):
        if chance[0] < (0.5 if lot.use == "courtyard" else 0.85):
            managed = "no" if chance[1] < 0.62 else ("unknown" if chance[1] < 0.88 else "yes")
            lot.estate = Estate("old_town", managed, lot.use)
    elif lot.use == "walkup":
        managed = "yes" if chance[1] < 0.55 else ("no" if chance[1] < 0.85 else "unknown")
        lot.estate = Estate("built", managed, lot.use)
    elif lot.use in ("tower", "villa"):
        lot.estate = Estate("built", "yes" if chance[1] < 0.93 else "unknown", lot.use)
    elif lot.use == "uc":
        lot.estate = Estate("under_construction", "unknown", lot.use)
    elif lot.use == "planned":
        planned = round(lot.hectares * _PLANNED_PER_HECTARE * (0.7 + 0.5 * chance[0]))
        lot.estate = Estate("planned", "unknown", lot.use, planned_households=max(planned, 60))


def _distances(rect: Rect, ground: Ground) -> tuple[float, float, float, float]:
    u0, v0, u1, v1 = rect

    def beside(at: int, track: int | None, roads: frozenset[int]) -> float:
        if at == track:
            return _RAIL
        return _ARTERIAL if at in roads else _BRANCH

    return (
        beside(u0, ground.rail_u, ground.us),
        beside(v0, None, ground.vs),
        beside(u1, ground.rail_u, ground.us),
        beside(v1, None, ground.vs),
    )


def _divide(rect: Rect, rng: np.random.Generator, least_m: int, hectares: float) -> list[Rect]:
    """Guillotine cuts: branch roads that meet in T and rarely in line."""
    done: list[Rect] = []
    todo = [rect]
    while todo:
        u0, v0, u1, v1 = todo.pop()
        wide, high = u1 - u0, v1 - v0
        limit = hectares * rng.uniform(0.55, 1.35) * 1e10
        long = max(wide, high)
        slender = long > 2.4 * min(wide, high)
        if (wide * high <= limit and not slender) or long < 2 * least_m * MM:
            done.append((u0, v0, u1, v1))
            continue
        cut = round(long * rng.uniform(0.38, 0.62))
        if wide >= high:
            todo += [(u0, v0, u0 + cut, v1), (u0 + cut, v0, u1, v1)]
        else:
            todo += [(u0, v0, u1, v0 + cut), (u0, v0 + cut, u1, v1)]
    return done
