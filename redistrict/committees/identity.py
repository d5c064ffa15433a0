"""Which committee a drawn area is: its id, what happened to it, and what it was before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment

from redistrict.atoms import IntArray, codes
from redistrict.model.cells import Cells

Action = Literal["keep", "merge", "split", "adjust", "new"]


@dataclass(frozen=True)
class Identity:
    """Per area, in area order: the committee's id, its action and the present one it continues."""

    ids: tuple[str, ...]
    actions: tuple[Action, ...]
    continues: tuple[str | None, ...]


def identify(cells: Cells, area: IntArray, rank: Sequence[int]) -> Identity:
    """Name the areas so that the most households keep their committee's id.

    A maximum-weight matching of areas and present committees (each id used once) decides who
    continues whom; the others get ``<street office id>-N<nn>``, numbered by ``rank`` (the areas'
    order west to east, north to south).

    ``keep``: exactly one present committee, whole. ``merge``: several, all whole. ``split``: part
    of one. ``adjust``: anything else that had committees. ``new``: none had any.
    """
    frame = cells.frame
    present = codes(cells, "committee_id")
    households = np.where(frame["kind"] == "planned_plot", 0, cells.households)
    count = int(area.max()) + 1
    known = present >= 0
    labels = frame["committee_id"].to_numpy(dtype=object)
    _, first = np.unique(present[known], return_index=True)
    names = labels[known][first]
    table = np.zeros((count, len(names)), dtype=np.float64)
    # A cell counts for a little even when nobody lives there, so that empty committees match too.
    np.add.at(table, (area[known], present[known]), households[known] + 1e-6)
    rows, columns = linear_sum_assignment(table, maximize=True)
    continues: list[str | None] = [None] * count
    for r, c in zip(rows.tolist(), columns.tolist(), strict=True):
        if table[r, c] > 0:
            continues[r] = str(names[c])
    whole = (table > 0).sum(axis=0) == 1
    loose = np.bincount(area[~known], households[~known], count) > 0
    actions = tuple(_action(table[i] > 0, whole, bool(loose[i])) for i in range(count))
    offices = pd.Series(frame["street_office_id"]).groupby(area).first()
    return Identity(_ids(continues, offices.astype(str).tolist(), rank), actions, tuple(continues))


def _action(here: np.ndarray, whole: np.ndarray, loose: bool) -> Action:
    several = int(here.sum())
    if several == 0:
        return "new"
    if bool(whole[here].all()) and not loose:
        return "keep" if several == 1 else "merge"
    return "split" if several == 1 and not loose else "adjust"


def _ids(
    continues: Sequence[str | None], offices: Sequence[str], rank: Sequence[int]
) -> tuple[str, ...]:
    taken = {c for c in continues if c is not None}
    ids = [c or "" for c in continues]
    numbers: dict[str, int] = {}
    for i in sorted(range(len(ids)), key=lambda i: rank[i]):
        if not ids[i]:
            candidate = ""
            while not candidate or candidate in taken:
                numbers[offices[i]] = numbers.get(offices[i], 0) + 1
                candidate = f"{offices[i]}-N{numbers[offices[i]]:02d}"
            ids[i] = candidate
            taken.add(candidate)
    return tuple(ids)
