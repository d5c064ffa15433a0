"""Cases needing no land of their own: frozen, standalone, kept together or apart, large houses."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from redistrict.synthetic.land import HOME, Estate, Ints, Lot
from redistrict.synthetic.mesh import Mesh
from redistrict.synthetic.spec import CitySpec
from redistrict.synthetic.stand import Standing

FROZEN = ("集体资产股份合作社收益分配尚未清算，暂不整合", "2028-06-30")
STANDALONE = "原矿区职工家属区，供水供暖自成系统，移交协议约定单独设立居委会"


@dataclass
class Marks:
    """By dense numbers of committees and estates."""

    frozen: dict[int, tuple[str, str]] = field(default_factory=dict)
    standalone: dict[int, str] = field(default_factory=dict)
    keep_with: dict[int, int] = field(default_factory=dict)
    keep_apart: dict[int, int] = field(default_factory=dict)
    named: dict[int, str] = field(default_factory=dict)


NAMED = {
    "straddling": "澜湾华府",
    "equal_halves": "同和家园",
    "three_offices": "三和新苑",
    "planned_large": "云澜新城",
}


def mark(
    spec: CitySpec,
    lots: list[Lot],
    estates: list[Estate],
    estate_of_lot: Ints,
    office: Ints,
    committee: Ints,
    side: Ints,
    mesh: Mesh,
    standing: Standing,
) -> Marks:
    """Choose who is frozen, standalone, kept together or apart. Changes ``standing.records``
    where ``large_buildings`` is asked for. ``side``: as in `lay_committees`."""
    marks = Marks()
    for k, estate in enumerate(estates):
        if estate.special in NAMED:
            marks.named[k] = NAMED[estate.special]
    households = np.bincount(
        committee[standing.lot], standing.records["households"], int(committee.max()) + 1
    )
    if spec.has("frozen") and spec.has("committees"):
        chosen = _freezable(lots, office, committee, households, mesh)
        if chosen is not None:
            marks.frozen[chosen] = FROZEN
    in_frozen = np.isin(committee, list(marks.frozen))
    size = np.zeros(len(estates))
    inside = estate_of_lot[standing.lot]
    np.add.at(size, inside[inside >= 0], standing.records["households"][inside >= 0])
    plain = [
        k for k, e in enumerate(estates)
        if e.stage == "built" and e.special is None and size[k] > 0
        and not in_frozen[estate_of_lot == k].any()
    ]  # fmt: skip
    if spec.has("standalone") and plain:
        k = min(plain, key=lambda k: (abs(size[k] - 1_400), k))
        marks.standalone[k] = STANDALONE
        marks.named[k] = "矿建新村"
        plain.remove(k)
    if spec.has("keep_pairs"):
        _pairs(marks, plain, size, estate_of_lot, office * 4 + side, committee, mesh)
    if spec.has("large_buildings"):
        _large(standing, estate_of_lot, set(plain))
    return marks


def _freezable(
    lots: list[Lot], office: Ints, committee: Ints, households: np.ndarray, mesh: Mesh
) -> int | None:
    """A smallish committee without which its street office stays in one piece."""
    count = int(committee.max()) + 1
    old = np.bincount(committee, [lot.old_town for lot in lots], count) > 0
    special = {int(c) for c, lot in zip(committee, lots, strict=True)
               if lot.use == "bank" or (lot.estate is not None and lot.estate.special)}  # fmt: skip
    order = np.lexsort((np.arange(count), np.abs(households - 850), ~old))
    for k in order.tolist():
        home = int(office[np.flatnonzero(committee == k)[0]])
        rest = (office == home) & (committee != k)
        if households[k] < 100 or k in special or not rest.any():
            continue
        members = np.flatnonzero(rest)
        local = np.full(len(lots), -1, dtype=np.int64)
        local[members] = np.arange(len(members))
        a, b = local[mesh.edge_a], local[mesh.edge_b]
        both = (a >= 0) & (b >= 0)
        graph = csr_array((np.ones(int(both.sum())), (a[both], b[both])), shape=(len(members),) * 2)
        if connected_components(graph, directed=False)[0] == 1:
            return k
    return None


def _pairs(
    marks: Marks,
    plain: list[int],
    size: np.ndarray,
    estate_of_lot: Ints,
    land: Ints,
    committee: Ints,
    mesh: Mesh,
) -> None:
    """Two neighbouring estates to keep together and two to keep apart, all four different.

    ``land``: lots of equal value lie in one office and on one side of river and railway.
    """
    good = set(plain)
    taken: set[int] = set()
    a, b = mesh.edge_a, mesh.edge_b
    for i, j in zip(a.tolist(), b.tolist(), strict=True):
        e, f = int(estate_of_lot[i]), int(estate_of_lot[j])
        if e == f or not {e, f} <= good or {e, f} & taken or land[i] != land[j]:
            continue
        if committee[i] == committee[j] or size[e] + size[f] > 2_000:
            continue
        if not marks.keep_with:
            marks.keep_with[e] = f
        else:
            marks.keep_apart[e] = f
            return
        taken |= {e, f}


def _large(standing: Standing, estate_of_lot: Ints, plain: set[int]) -> None:
    """One building of 300 with six stairwells, one of 288 whose stairwells nobody knows."""
    r = standing.records
    fits = (r["use"] == HOME) & np.isin(estate_of_lot[standing.lot], sorted(plain))
    order = np.argsort(np.where(fits, -r["length"], 1.0), kind="stable")[:2]
    if len(order) < 2 or not fits[order].all():
        return
    one, other = order
    r["households"][one], r["stairwells"][one], r["floors"][one] = 300, 6, 25
    r["households"][other], r["stairwells"][other], r["floors"][other] = 288, 0, 24
