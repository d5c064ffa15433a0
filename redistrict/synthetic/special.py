"""The cases put in on purpose: straddling estates, the large planned estate, the island."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyproj

from redistrict.synthetic.develop import Ground, build_up, raise_buildings
from redistrict.synthetic.land import BUILDING, HOME, Estate, Floats, Ints, Lot, Rect
from redistrict.synthetic.spec import CitySpec
from redistrict.synthetic.streets import MM, Streets
from redistrict.synthetic.warp import Warp

WEST, SOUTH, EAST, NORTH = (-1, 0), (0, -1), (1, 0), (0, 1)
_GEOD = pyproj.Geod(ellps="GRS80")
ISLAND_HOUSEHOLDS = (24, 24, 36, 22, 24)
PLANNED_LARGE = 9_000


@dataclass
class Plan:
    """The city while it is being laid out, superblock by superblock."""

    spec: CitySpec
    streets: Streets
    ground: Ground
    warp: Warp
    cells: Ints
    ring: Floats
    office: Ints
    lots: list[list[Lot]]
    """Per superblock."""
    rng: np.random.Generator

    def __post_init__(self) -> None:
        self.at = {(int(c), int(r)): k for k, (c, r) in enumerate(self.cells)}
        self.used: set[int] = set()

    def beside(self, k: int, way: tuple[int, int]) -> int | None:
        """The superblock next to ``k``, unless river or railway lie between."""
        column, row = (int(x) for x in self.cells[k])
        river, rail = self.streets.river, self.streets.rail
        if (way[1] and row + (way[1] > 0) == river) or (way[0] and column + (way[0] > 0) == rail):
            return None
        return self.at.get((column + way[0], row + way[1]))

    def free(self, k: int, old_town: bool = False) -> bool:
        """Nothing else deliberate here or beside, no river bank, no old town unless allowed."""
        near = {self.beside(k, way) for way in (WEST, SOUTH, EAST, NORTH)}
        plain = not any(
            lot.use == "bank" or (lot.old_town and not old_town) for lot in self.lots[k]
        )
        return plain and k not in self.used and not (near & self.used)

    def rect(self, k: int) -> Rect:
        return self.streets.rect(int(self.cells[k, 0]), int(self.cells[k, 1]))


def plant(plan: Plan) -> None:
    """Put in every case the spec asks for and the city has room for, hardest first."""
    for feature, put in (
        ("three_offices", _three_offices),
        ("equal_halves", _equal_halves),
        ("straddling", _straddling),
        ("planned_large", _planned_large),
    ):
        if plan.spec.has(feature):
            put(plan)


def place_island(plan: Plan) -> tuple[float, float, float, float] | None:
    """Widen the bank of one superblock north of the river; the island as (u, v, half length,
    half width) in lattice metres, or None where there is no room."""
    if plan.streets.river is None:
        return None
    middle = plan.streets.centre[0]
    where = [
        (abs((plan.rect(k)[0] + plan.rect(k)[2]) / 2 / MM - middle), k)
        for k in range(len(plan.cells))
        if plan.cells[k, 1] == plan.streets.river
        and plan.beside(k, WEST) is not None
        and plan.beside(k, EAST) is not None
        and plan.streets.rail not in (plan.cells[k, 0], plan.cells[k, 0] + 1)
    ]
    if not where:
        return None
    k = min(where)[1]
    u0, v0, u1, v1 = plan.rect(k)
    small = plan.spec.small_scale
    half_long, half_wide, channel = (66.0, 19.0, 10.0) if small else (150.0, 38.0, 30.0)
    main = plan.streets.river_half_m
    centre = ((u0 + u1) / 2 / MM, v0 / MM + main + half_wide + 6.0)
    height = round((main + 2 * half_wide + 6.0 + channel + 16.0) * MM)
    bank = Lot((u0, v0, u1, v0 + height), k, "bank")
    plan.lots[k] = [bank, *build_up((u0, v0 + height, u1, v1), k, float(plan.ring[k]),
                                    plan.ground, plan.rng)]  # fmt: skip
    households = np.array(ISLAND_HOUSEHOLDS[1:4] if small else ISLAND_HOUSEHOLDS)
    wells = -(-households // 12)
    length = wells * (11.0 if small else 15.0)
    gap = 8.0 if small else 14.0
    row = np.zeros(len(households), dtype=BUILDING)
    start = np.cumsum(length + gap) - (length + gap)
    row["u"] = centre[0] - (start[-1] + length[-1]) / 2 + start + length / 2
    row["v"] = centre[1]
    row["length"], row["depth"] = length, 9.0 if small else 11.0
    row["households"], row["stairwells"], row["floors"] = households, wells, 6
    row["yard"], row["use"] = -1, HOME
    bank.buildings = row
    plan.used.add(k)
    return (*centre, half_long, half_wide)


def _straddling(plan: Plan) -> None:
    found = _neighbour_office(plan)
    if found:
        _across(plan, *found, share=0.7, special="straddling")


def _equal_halves(plan: Plan) -> None:
    found = _neighbour_office(plan)
    if found is None:
        return
    k, way = found
    rect = _half(plan.rect(k), way)[0]
    share = 0.5
    for _ in range(6):  # Newton's method: the area is nearly proportional to the share
        one, other = (_area(plan, part) for part in _cut(rect, way, share))
        share -= (one - other) / (2 * (one + other))
    _across(plan, k, way, share=share, special="equal_halves")


def _across(plan: Plan, k: int, way: tuple[int, int], share: float, special: str) -> None:
    """Half the superblock becomes one estate, ``share`` of it in its own office, the rest in
    that of the neighbour."""
    other = plan.beside(k, way)
    assert other is not None
    estate_rect, rest = _half(plan.rect(k), way)
    estate = Estate("under_construction", "unknown", "uc", special=special)
    mine, theirs = (
        Lot(r, k, "uc", estate=estate, office=o)
        for r, o in zip(_cut(estate_rect, way, share), (None, int(plan.office[other])), strict=True)
    )
    for lot in (mine, theirs):
        raise_buildings(lot, plan.ground, plan.rng)
    plan.lots[k] = [mine, theirs,
                    *build_up(rest, k, float(plan.ring[k]), plan.ground, plan.rng)]  # fmt: skip
    plan.used |= {k, other}


def _three_offices(plan: Plan) -> None:
    """A planned estate at a corner where three offices meet, none holding half of it.

    Where the offices meet only in the old town, it is a redevelopment there.
    """
    for k in [*_candidates(plan), *_candidates(plan, old_town=True)]:
        for across in (WEST, EAST):
            for along in (NORTH, SOUTH):
                side, end = plan.beside(k, across), plan.beside(k, along)
                if side is None or end is None or not _rooted(plan, k, (across, along)):
                    continue
                names = (plan.office[k], plan.office[side], plan.office[end])
                if len(set(names)) < 3:
                    continue
                u0, v0, u1, v1 = plan.rect(k)
                middle = v0 + (v1 - v0) * 2 // 5 if along == NORTH else v1 - (v1 - v0) * 2 // 5
                whole = (u0, middle, u1, v1) if along == NORTH else (u0, v0, u1, middle)
                rest = (u0, v0, u1, middle) if along == NORTH else (u0, middle, u1, v1)
                kept, to_side = _cut(whole, across, 0.64)
                mine, to_end = _cut(kept, along, 0.53)
                estate = Estate("planned", "unknown", "planned", special="three_offices")
                lots = [
                    Lot(mine, k, "planned", estate=estate),
                    Lot(to_side, k, "planned", estate=estate, office=int(names[1])),
                    Lot(to_end, k, "planned", estate=estate, office=int(names[2])),
                ]
                estate.planned_households = round(sum(lot.hectares for lot in lots) * 180)
                plan.lots[k] = [*lots, *build_up(rest, k, float(plan.ring[k]), plan.ground,
                                                 plan.rng)]  # fmt: skip
                plan.used |= {k, side, end}
                return


def _planned_large(plan: Plan) -> None:
    """Two superblocks at the edge of the city: one estate of some 9,000 planned households."""
    best: tuple[float, int, int] | None = None
    for k in _candidates(plan):
        for way in (EAST, NORTH):
            other = plan.beside(k, way)
            if other is None or not plan.free(other) or plan.office[other] != plan.office[k]:
                continue
            if best is None or plan.ring[k] + plan.ring[other] > best[0]:
                best = (float(plan.ring[k] + plan.ring[other]), k, other)
    if best is None:
        return
    estate = Estate("planned", "unknown", "planned", PLANNED_LARGE, special="planned_large")
    for k in best[1:]:
        plan.lots[k] = [Lot(plan.rect(k), k, "planned", estate=estate)]
    plan.used |= set(best[1:])


def _candidates(plan: Plan, old_town: bool = False) -> list[int]:
    """Free superblocks, those three quarters of the way out first."""
    free = [k for k in range(len(plan.cells)) if plan.free(k, old_town)]
    return sorted(free, key=lambda k: (abs(float(plan.ring[k]) - 0.75), k))


def _rooted(plan: Plan, k: int, given: tuple[tuple[int, int], ...]) -> bool:
    """``k`` keeps a neighbour of its own office besides the sides given away."""
    others = [plan.beside(k, way) for way in (WEST, SOUTH, EAST, NORTH) if way not in given]
    return any(o is not None and plan.office[o] == plan.office[k] for o in others)


def _neighbour_office(plan: Plan) -> tuple[int, tuple[int, int]] | None:
    """A free superblock with a neighbour of another office, and the way there."""
    for k in _candidates(plan):
        for way in (EAST, WEST, NORTH, SOUTH):
            other = plan.beside(k, way)
            if (
                other is not None
                and other not in plan.used
                and plan.office[other] != plan.office[k]
                and _rooted(plan, k, (way,))
            ):
                return k, way
    return None


def _half(rect: Rect, way: tuple[int, int]) -> tuple[Rect, Rect]:
    """The half along ``way`` (north or west one) and the rest."""
    u0, v0, u1, v1 = rect
    if way[0]:
        middle = (v0 + v1) // 2
        return (u0, middle, u1, v1), (u0, v0, u1, middle)
    middle = (u0 + u1) // 2
    return (u0, v0, middle, v1), (middle, v0, u1, v1)


def _cut(rect: Rect, way: tuple[int, int], share: float) -> tuple[Rect, Rect]:
    """Cut across ``way``: the part behind, holding ``share`` of the length, and the part ahead."""
    u0, v0, u1, v1 = rect
    if way[0]:
        at = round(share * (u1 - u0))
        if way == EAST:
            return (u0, v0, u0 + at, v1), (u0 + at, v0, u1, v1)
        return (u1 - at, v0, u1, v1), (u0, v0, u1 - at, v1)
    at = round(share * (v1 - v0))
    if way == NORTH:
        return (u0, v0, u1, v0 + at), (u0, v0 + at, u1, v1)
    return (u0, v1 - at, u1, v1), (u0, v0, u1, v1 - at)


def _area(plan: Plan, rect: Rect) -> float:
    """Ellipsoidal area of a bent lattice rectangle, square metres."""
    u0, v0, u1, v1 = (c / MM for c in rect)
    t = np.linspace(0, 1, 40)
    u = np.r_[u0 + t * (u1 - u0), np.full(40, u1), u1 - t * (u1 - u0), np.full(40, u0)]
    v = np.r_[np.full(40, v0), v0 + t * (v1 - v0), np.full(40, v1), v1 - t * (v1 - v0)]
    lonlat = plan.warp.points(u, v, "EPSG:4490")
    return abs(_GEOD.polygon_area_perimeter(lonlat[:, 0], lonlat[:, 1])[0])
