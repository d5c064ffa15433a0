"""Ids in reading order: ``SO-01``, ``C-0103``, ``E-0107``."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from redistrict.synthetic.laid import Laid
from redistrict.synthetic.land import Floats, Ints


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
    committee_office = of_group(laid.committee, laid.office)
    within = _reading_rank(_middles(laid.committee, x, y, weight), committee_office)
    committee_id = [
        f"C-{office_rank[o] + 1:0{wide}d}{r + 1:02d}"
        for o, r in zip(committee_office, within, strict=True)
    ]
    mask = laid.estate_of_lot >= 0
    estate_id: list[str] = []
    if mask.any():
        e = laid.estate_of_lot[mask]
        estate_office = of_group(e, laid.office[mask])
        rank = _reading_rank(_middles(e, x[mask], y[mask], weight[mask]), estate_office)
        digits = max(2, len(str(int(rank.max()) + 1)))
        estate_id = [
            f"E-{office_rank[o] + 1:0{wide}d}{r + 1:0{digits}d}"
            for o, r in zip(estate_office, rank, strict=True)
        ]
    return Ids(office_id, committee_id, estate_id, office_rank, within)


def _middles(label: Ints, x: Floats, y: Floats, weight: Floats) -> Floats:
    total = np.bincount(label, weight)
    return (
        np.column_stack([np.bincount(label, x * weight), np.bincount(label, y * weight)])
        / (total[:, None])
    )


def of_group(label: Ints, value: Ints) -> Ints:
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
