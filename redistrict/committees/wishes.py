"""Keep-with and keep-apart wishes (2.2: identity, convenience): which a drawing leaves unmet, why.

A wish is not a rule: it never breaks the band, a frozen committee or a street office's boundary.
What it costs to leave one unmet is that somebody must be told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from redistrict.atoms import IntArray, components
from redistrict.committees.columns import listed
from redistrict.model.cells import Cells
from redistrict.model.survey import Survey

Kind = Literal["keep_with", "keep_apart"]


@dataclass(frozen=True)
class Wish:
    """One pair of estates and what became of it.

    ``code`` (None: met) is a catalogue key ``reason.<code>``: ``wish-no-such-estate``,
    ``wish-offices``, ``wish-frozen``, ``wish-standalone``, ``wish-not-adjacent``,
    ``wish-contradiction``, ``wish-same-grid``, ``wish-not-found`` (none of these: no drawing was
    found that meets it without leaving more households outside the band).
    """

    kind: Kind
    estates: tuple[str, str]
    areas: tuple[int, ...] = ()
    """Committee areas in which the two lie (keep-with), or which hold both (keep-apart)."""
    code: str | None = None
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def met(self) -> bool:
        """True where the drawing grants it."""
        return self.code is None


def wishes(
    cells: Cells, survey: Survey, committee: IntArray, grid: IntArray, greenfield: NDArray[np.bool_]
) -> tuple[Wish, ...]:
    """Every wish of the estates layer, by kind and pair; each pair is named once.

    ``committee``, ``grid``: (n,) area per cell; ``greenfield``: (n,) True where grids were drawn
    before committees.
    """
    estates = survey.layer("estates")
    if estates is None:
        return ()
    place = _Place(cells, committee, grid, greenfield)
    together = _judged(estates, "keep_with", place.keep_with)
    bound = _closure(w.estates for w in together if w.met)
    apart = _judged(estates, "keep_apart", lambda a, b: place.keep_apart(a, b, bound))
    return (*together, *apart)


def _judged(estates: gpd.GeoDataFrame, kind: Kind, judge: Any) -> list[Wish]:
    pairs = {(min(p), max(p)) for p in listed(estates, kind) if p[0] != p[1]}
    return [judge(*pair) for pair in sorted(pairs)]


def _closure(pairs: Iterator[tuple[str, str]]) -> dict[str, str]:
    """Estate -> the name of the group that keep-with wishes tie it to."""
    group: dict[str, str] = {}
    for a, b in pairs:
        old, new = group.get(b, b), group.get(a, a)
        group |= {name: new for name, held in group.items() if held == old}
        group |= {a: new, b: new}
    return group


class _Place:
    """Where the estates lie, in cells."""

    def __init__(
        self, cells: Cells, committee: IntArray, grid: IntArray, greenfield: NDArray[np.bool_]
    ) -> None:
        frame = cells.frame
        self._cells = cells
        self._rows = {str(k): v for k, v in frame.groupby("estate_id").indices.items()}
        self._office = frame["street_office_id"].to_numpy(dtype=object)
        self._present = frame["committee_id"].to_numpy(dtype=object)
        self._fixed = {name: frame[name].to_numpy(dtype=bool) for name in ("frozen", "standalone")}
        self._populated = cells.households > 0
        self._committee, self._grid, self._greenfield = committee, grid, greenfield

    def keep_with(self, a: str, b: str) -> Wish:
        """Met where one committee holds both, whole."""
        absent = self._absent("keep_with", a, b)
        if absent is not None:
            return absent
        rows = np.concatenate([self._of(a), self._of(b)])
        areas = tuple(np.unique(self._committee[rows]).tolist())
        if len(areas) == 1:
            return Wish("keep_with", (a, b), areas)
        code, params = self._why_not_together(rows)
        return Wish("keep_with", (a, b), areas, code, params)

    def _why_not_together(self, rows: IntArray) -> tuple[str, dict[str, Any]]:
        offices = sorted({str(o) for o in self._office[rows]})
        if len(offices) > 1:
            return "wish-offices", {"offices": "、".join(offices)}
        if self._fixed["frozen"][rows].any():
            frozen = {str(p) for p in self._present[rows[self._fixed["frozen"][rows]]]}
            return "wish-frozen", {"frozen": "、".join(sorted(frozen))}
        if self._fixed["standalone"][rows].any():
            return "wish-standalone", {}
        return ("wish-not-found" if self._touch(rows) else "wish-not-adjacent"), {}

    def keep_apart(self, a: str, b: str, bound: Mapping[str, str]) -> Wish:
        """Met where no committee holds households of both."""
        absent = self._absent("keep_apart", a, b)
        if absent is not None:
            return absent
        first, second = self._of(a), self._of(b)
        both = np.intersect1d(self._committee[first], self._committee[second])
        areas = tuple(both.tolist())
        if not areas:
            return Wish("keep_apart", (a, b))
        code, params = self._why_not_apart(a, b, both, bound)
        return Wish("keep_apart", (a, b), areas, code, params)

    def _why_not_apart(
        self, a: str, b: str, both: IntArray, bound: Mapping[str, str]
    ) -> tuple[str, dict[str, Any]]:
        rows = np.concatenate([self._of(a), self._of(b)])
        rows = rows[np.isin(self._committee[rows], both)]
        if bound.get(a, a) == bound.get(b, b):
            return "wish-contradiction", {}
        if self._fixed["frozen"][rows].all():
            frozen = {str(p) for p in self._present[rows]}
            return "wish-frozen", {"frozen": "、".join(sorted(frozen))}
        if self._greenfield[rows].all():
            shared = np.intersect1d(self._grid[self._of(a)], self._grid[self._of(b)])
            if len(shared):
                return "wish-same-grid", {}
        return "wish-not-found", {}

    def _absent(self, kind: Kind, a: str, b: str) -> Wish | None:
        missing = [name for name in (a, b) if name not in self._rows]
        if not missing:
            return None
        return Wish(kind, (a, b), (), "wish-no-such-estate", {"missing": "、".join(missing)})

    def _of(self, estate: str) -> IntArray:
        """Cells of the estate where people live; all of them where nobody does."""
        rows = np.asarray(self._rows[estate], dtype=np.int64)
        lived = rows[self._populated[rows]]
        return lived if len(lived) else rows

    def _touch(self, rows: IntArray) -> bool:
        """True if all cells of the estates of ``rows`` form one connected piece of land."""
        names = set(self._cells.frame["estate_id"].to_numpy(dtype=object)[rows].tolist())
        land = np.concatenate([self._rows[str(name)] for name in sorted(names)])
        inside = np.zeros(len(self._cells), dtype=bool)
        inside[land] = True
        kept = inside[self._cells.a] & inside[self._cells.b]
        piece = components(len(self._cells), self._cells.a[kept], self._cells.b[kept])
        return len(np.unique(piece[land])) == 1
