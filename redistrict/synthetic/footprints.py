"""What stands on a lot: rows of walk-ups and towers, villas, courtyards, shops, schools, works.

Each function fills the rectangle (metres on the lattice) it is given and returns `Buildings`.
Dimensions follow ordinary Chinese practice: a stairwell (单元) of a walk-up is about 15 m long
and 11 m deep with two dwellings a floor; rows stand as far apart as the sun in winter demands.
"""

from __future__ import annotations

import numpy as np

from redistrict.synthetic.land import (
    BUILDING,
    FACTORY,
    HOME,
    NOTHING,
    OFFICE,
    SCHOOL,
    SHOP,
    Buildings,
    Ints,
)

Box = tuple[float, float, float, float]
Rng = np.random.Generator


def walkups(box: Box, rng: Rng, old: bool = False) -> Buildings:
    """多层: 24-72 households, 2-6 stairwells."""
    floors = int(rng.choice([5, 6, 6, 6, 7])) if not old else int(rng.choice([4, 5, 5, 6]))
    least = -(-24 // (2 * floors))
    most = min(6, 72 // (2 * floors))
    gap = rng.uniform(17, 22) if not old else rng.uniform(13, 17)
    made, wells = _rows(box, rng, 11.0, gap, 15.0, np.arange(least, most + 1), 9.0)
    made["stairwells"] = wells
    made["floors"] = floors
    made["households"] = wells * floors * 2
    return _thin(made, rng, 0.05)


def towers(box: Box, rng: Rng) -> Buildings:
    """高层: 96-272 households, 1-4 stairwells."""
    made, wells = _rows(box, rng, 16.0, rng.uniform(36, 48), 21.0, np.array([1, 2, 2, 3, 4]), 18.0)
    n = len(made)
    flats = np.select(
        [wells == 1, wells == 2, wells == 3],
        [np.full(n, 4), rng.integers(2, 5, n), rng.integers(2, 4, n)],
        2,
    )
    a_floor = wells * flats
    floors = rng.integers(17, 35, n)
    floors = np.clip(floors, -(-96 // a_floor), np.minimum(34, 272 // a_floor))
    made["stairwells"] = wells
    made["floors"] = floors
    made["households"] = a_floor * floors
    return _thin(made, rng, 0.08)


def villas(box: Box, rng: Rng) -> Buildings:
    """别墅: 1-2 households."""
    made, wells = _rows(box, rng, 12.0, 13.0, 13.0, np.array([1, 1, 1, 2]), 9.0)
    made["stairwells"] = wells
    made["floors"] = rng.integers(2, 4, len(made))
    made["households"] = wells
    return _thin(made, rng, 0.1)


def courtyards(box: Box, rng: Rng) -> Buildings:
    """院落: two to four low houses around a yard; ``yard`` numbers the yards of the lot."""
    u0, v0, u1, v1 = box
    across, up = max(1, int((u1 - u0) // 52)), max(1, int((v1 - v0) // 46))
    wide, high = (u1 - u0) / across, (v1 - v0) / up
    if wide < 34 or high < 34:
        return walkups(box, rng, old=True)
    yard = np.arange(across * up)
    cu, cv = u0 + (yard % across + 0.5) * wide, v0 + (yard // across + 0.5) * high
    long, short = min(wide - 8, 46.0), min(high, 46.0) - 8 - 2 * 10 - 6
    side = np.tile(np.arange(4), (len(yard), 1))  # north, south, west, east
    made = np.zeros(side.shape, dtype=BUILDING)
    lies = side >= 2
    out_u, out_v = wide / 2 - 8, high / 2 - 8.5
    made["u"] = cu[:, None] + np.select([side == 2, side == 3], [-out_u, out_u], 0.0)
    made["v"] = cv[:, None] + np.select([side == 0, side == 1], [out_v, -out_v], 0.0)
    made["length"] = np.where(lies, short, long * rng.uniform(0.75, 1.0, side.shape))
    made["depth"] = np.where(lies, 7.0, 9.0)
    made["upright"] = lies
    made["yard"] = yard[:, None]
    stands = rng.random(side.shape) < np.array([0.95, 0.75, 0.45, 0.45])
    stands[:, 0] |= ~stands.any(axis=1)
    stands &= ~lies | (short >= 9.0)
    floors = rng.integers(2, 5, (len(yard), 1)) + np.zeros(side.shape, dtype=np.int64)
    floors = np.where(lies, np.minimum(floors, 2), floors)
    wells = np.where(lies, 1, rng.integers(1, 4, side.shape))
    made["floors"] = floors
    # in a third of the yards nobody has counted the stairwells
    counted = rng.random((len(yard), 1)) < 0.67
    made["stairwells"] = np.where(counted, wells, 0)
    made["households"] = np.maximum(1, floors * wells * 2 - rng.integers(0, 3, side.shape))
    return made[stands]


def shops(box: Box, rng: Rng) -> Buildings:
    """A row of shops along a road, nobody living there."""
    made, wells = _rows(box, rng, min(10.0, box[3] - box[1]), 8.0, 12.0, np.arange(2, 5), 6.0)
    made["floors"] = np.minimum(wells, 2)
    made["use"] = SHOP
    return made


def school(box: Box, rng: Rng) -> Buildings:
    """Two or three long buildings in the north, the field in the south."""
    u0, v0, u1, v1 = box
    north = (u0, v0 + 0.45 * (v1 - v0), u1, v1)
    made, _ = _rows(north, rng, 13.0, 20.0, 18.0, np.arange(3, 5), 12.0)
    made["floors"] = 4
    made["use"] = SCHOOL
    return made[:6]


def works(box: Box, rng: Rng) -> Buildings:
    """Factory halls."""
    made, wells = _rows(box, rng, 34.0, 16.0, 20.0, np.arange(2, 5), 14.0)
    made["floors"] = np.minimum(wells, 2)
    made["use"] = FACTORY
    return _thin(made, rng, 0.15)


def offices(box: Box, rng: Rng) -> Buildings:
    """Office and market buildings."""
    made, wells = _rows(box, rng, 22.0, 30.0, 14.0, np.arange(2, 5), 20.0)
    made["floors"] = wells + 3
    made["use"] = OFFICE if rng.random() < 0.5 else SHOP
    return _thin(made, rng, 0.15)


def _rows(
    box: Box, rng: Rng, depth: float, gap: float, well: float, choice: Ints, beside: float
) -> tuple[Buildings, Ints]:
    """East-west rows; each building is a whole number of ``well`` long, drawn from ``choice``."""
    u0, v0, u1, v1 = box
    wide, high = u1 - u0, v1 - v0
    rows = int((high + gap) // (depth + gap))
    least = float(choice.min()) * well
    if rows < 1 or wide < least:
        return NOTHING.copy(), np.zeros(0, dtype=np.int64)
    columns = int(wide // (least + beside)) + 1
    wells = rng.choice(choice, size=(rows, columns)).astype(np.int64)
    # end a row with the longest building that still fits
    length = wells * well
    start = np.cumsum(length + beside, axis=1) - (length + beside)
    short = start + length > wide
    fitting = np.floor((wide - start) / well)
    wells = np.where(short & (fitting >= choice.min()), np.minimum(wells, fitting), wells)
    wells = wells.astype(np.int64)
    length = wells * well
    end = start + length
    stands = (end <= wide + 1e-9) & (np.cumsum(short, axis=1) <= 1)
    shift = (wide - np.where(stands, end, 0.0).max(axis=1, keepdims=True)) / 2
    step = (high - depth) / (rows - 1) if rows > 1 else 0.0
    first = v0 + depth / 2 if rows > 1 else (v0 + v1) / 2
    made = np.zeros((rows, columns), dtype=BUILDING)
    made["u"] = u0 + shift + start + length / 2
    made["v"] = (first + step * np.arange(rows))[:, None]
    made["length"] = length
    made["depth"] = depth
    made["yard"] = -1
    made["use"] = HOME
    return made[stands], wells[stands]


def _thin(made: Buildings, rng: Rng, share: float) -> Buildings:
    """Leave a few places free: a playground, a transformer, a bicycle shed."""
    keep = rng.random(len(made)) >= share
    return made[keep] if keep.any() else made
