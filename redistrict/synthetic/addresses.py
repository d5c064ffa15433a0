"""Addresses (路名、门牌、楼牌); on request some are missing and some stand twice (5.1(6))."""

from __future__ import annotations

import numpy as np

from redistrict.synthetic.laid import Laid
from redistrict.synthetic.land import Buildings, Ints

MISSING, TWICE = 0.012, 0.006


def addresses(
    laid: Laid, records: Buildings, lot: Ints, estate: Ints, estate_names: list[str]
) -> list[str | None]:
    """One address per building (rows of ``records`` lie together by lot)."""
    road, number = _frontage(laid)
    place = np.arange(len(lot)) - np.searchsorted(lot_rank := _runs(lot), lot_rank)
    given: list[str | None] = []
    for k, (i, e) in enumerate(zip(lot.tolist(), estate.tolist(), strict=True)):
        plate = f"{laid.roads.names[road[i]]}{number[i]}" if road[i] >= 0 else f"无名路{i + 1}"
        nth = int(place[k]) + 1
        if records["use"][k] != 0:
            given.append(f"{plate}-{nth}号")
        elif e >= 0:
            given.append(f"{plate}号{estate_names[e]}{nth}号楼")
        else:
            given.append(f"{plate}号院{nth}号楼")
    if laid.spec.has("address_defects"):
        fault = laid.rng.random(len(given))
        for k in np.flatnonzero(fault < MISSING):
            given[k] = None
        for k in np.flatnonzero((fault > 1 - TWICE) & (np.arange(len(given)) > 0)):
            given[k] = given[k - 1]
    return given


def _runs(lot: Ints) -> Ints:
    """Number of the run of equal values each row lies in."""
    return np.cumsum(np.r_[0, lot[1:] != lot[:-1]])


def _frontage(laid: Laid) -> tuple[Ints, Ints]:
    """The road a lot is entered from, and its number there: odd on one side, even on the other."""
    s = laid.mesh.segments
    on = np.flatnonzero(laid.roads.of_segment >= 0)
    length = (np.abs(s.u1 - s.u0) + np.abs(s.v1 - s.v0))[on]
    road = laid.roads.of_segment[on]
    along = np.where(s.horizontal, s.u0, s.v0)[on]
    lots = np.r_[s.left[on], s.right[on]]
    roads, lengths, alongs = np.tile(road, 2), np.tile(length, 2), np.tile(along, 2)
    keys, group = np.unique(np.column_stack([lots, roads]), axis=0, return_inverse=True)
    group = group.ravel()
    total = np.bincount(group, lengths, len(keys))
    start = np.full(len(keys), np.iinfo(np.int64).max, dtype=np.int64)
    np.minimum.at(start, group, alongs)
    order = np.lexsort((keys[:, 1], -total, keys[:, 0]))
    _, first = np.unique(keys[order, 0], return_index=True)
    best = order[first]
    front = np.full(len(laid.lots), -1, dtype=np.int64)
    number = np.zeros(len(laid.lots), dtype=np.int64)
    mine, its_road = keys[best, 0], keys[best, 1]
    front[mine] = its_road
    origin = np.full(len(laid.roads.names), np.iinfo(np.int64).max, dtype=np.int64)
    np.minimum.at(origin, roads, alongs)
    line = np.zeros(len(laid.roads.names), dtype=np.int64)
    line[road] = np.where(s.horizontal, s.v0, s.u0)[on]
    is_level = np.zeros(len(laid.roads.names), dtype=bool)
    is_level[road] = s.horizontal[on]
    rects = np.array([lot.rect for lot in laid.lots], dtype=np.int64)[mine]
    low_side = np.where(is_level[its_road], rects[:, 1], rects[:, 0]) < line[its_road]
    number[mine] = 2 * ((start[best] - origin[its_road]) // 12_000) + 1 + low_side
    return front, number
