"""What an area breaks, each with its clause: counted from the cells, with none of the engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from redistrict.atoms import IntArray
from redistrict.i18n import Lang, text
from redistrict.revision.base import Groups
from redistrict.revision.events import AreaLayer
from redistrict.revision.members import pieces
from redistrict.revision.state import State

BreachCode = Literal["window", "band", "pieces", "barrier", "courtyard", "building", "standalone"]


@dataclass(frozen=True)
class Breach:
    """``layer`` and ``id`` of what is broken: an area, or a building, courtyard or estate.

    ``amount``: households outside the window or band, pieces beyond one, areas that a courtyard is
    cut into beyond one: more is worse. ``params`` fill the sentence ``breach.<code>``.
    """

    code: BreachCode
    clause: str
    layer: str
    id: str
    amount: int
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str, str]:
        """The same trouble before and after an edit has the same key."""
        return self.code, self.layer, self.id

    def sentence(self, lang: Lang = "zh") -> str:
        """What a person reads."""
        return text(f"breach.{self.code}", lang, id=self.id, **self.params)


@dataclass(frozen=True)
class Measure:
    """One area: households, whether they are within its window or band, connected pieces."""

    id: str
    households: int
    buildings: int
    within: bool
    lower: int
    upper: int
    pieces: int


def limits(state: State, layer: AreaLayer) -> tuple[int, int, str]:
    """(lower, upper, clause) of the window or the band."""
    profile = state.base.profile
    rule = profile.grid if layer == "service_grids" else profile.committee
    return rule.lower, rule.upper, rule.clause


def measure(state: State, layer: AreaLayer, number: int) -> tuple[Measure, list[Breach]] | None:
    """An area and what it breaks; None where it is dissolved."""
    cells = state.cells_of(layer, number)
    if not len(cells):
        return None
    base, name = state.base, state.ids(layer)[number]
    lower, upper, clause = limits(state, layer)
    total = int(base.households[cells].sum())
    piece = pieces(base, cells)
    count = int(piece.max()) + 1
    broken: list[Breach] = []
    outside = max(lower - total, total - upper, 0)
    if outside:
        code: BreachCode = "window" if layer == "service_grids" else "band"
        told = {"households": total, "lower": lower, "upper": upper}
        broken.append(Breach(code, clause, layer, name, outside, told))
    land = np.unique(np.column_stack([piece, base.land[cells]]), axis=0)
    if count > len(np.unique(land[:, 1])):
        broken.append(Breach("pieces", clause, layer, name, count - 1, {"pieces": count}))
    if layer == "service_grids":
        sides = int(pieces(base, cells, open_only=True).max()) + 1
        if sides > count and not _forced(state, number, cells):
            broken.append(Breach("barrier", clause, layer, name, sides - count, {"sides": sides}))
    found = Measure(
        name,
        total,
        len(np.unique(base.building.of[cells])),
        not outside,
        lower,
        upper,
        count,
    )
    return found, broken


def _forced(state: State, grid: int, cells: IntArray) -> bool:
    """Across a barrier only where one side cannot stand alone (contract, 2)."""
    base = state.base
    around = state.cells_of("committees", int(state.committee[grid]))
    side = pieces(base, around, open_only=True)
    total = np.bincount(side, base.households[around]).astype(np.int64)
    on = np.unique(side[np.searchsorted(around, cells)])
    lower, upper, _ = limits(state, "service_grids")
    return len(on) > 1 and not all(fits(int(t), lower, upper) for t in total[on])


def fits(total: int, lower: int, upper: int) -> bool:
    """True if some whole number of areas in the window fits ``total`` households."""
    return total > 0 and -(-total // upper) <= total // lower


def cuts(state: State, cells: IntArray) -> list[Breach]:
    """Courtyards and buildings of ``cells`` that fit the window and lie in several grids (6.5),
    and estates with a committee of their own that are not alone in it (2.2)."""
    base, rule = state.base, state.base.profile.grid
    found: list[Breach] = []
    kinds: tuple[tuple[BreachCode, str, Groups], ...] = (
        ("courtyard", "courtyards", base.courtyard),
        ("building", "buildings", base.building),
    )
    for code, layer, groups in kinds:
        for label in _labels(groups.of[cells]):
            held = groups.cells(label)
            total = int(base.households[held].sum())
            grids = len(np.unique(state.grid[held]))
            if grids > 1 and total <= rule.upper:
                told = {"households": total, "grids": grids}
                found.append(Breach(code, rule.clause, layer, groups.ids[label], grids - 1, told))
    return found


def standalone(state: State, committees: Iterable[int]) -> list[Breach]:
    """Estates with a committee of their own that share one of ``committees`` (2.2)."""
    base = state.base
    if not base.standalone.any():
        return []
    found: list[Breach] = []
    for number in committees:
        cells = state.cells_of("committees", number)
        alone = cells[base.standalone[cells]]
        for estate in _labels(base.estate.of[alone]):
            others = int(base.households[cells[base.estate.of[cells] != estate]].sum())
            if others:
                told = {"committee": state.committee_ids[number], "households": others}
                clause, name = base.profile.committee.clause, base.estate.ids[estate]
                found.append(Breach("standalone", clause, "estates", name, others, told))
    return found


def _labels(labels: IntArray) -> list[int]:
    return np.unique(labels[labels >= 0]).tolist()
