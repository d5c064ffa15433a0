"""What committees need to know of every cell, as integers by row order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from redistrict.atoms import IntArray, codes, components
from redistrict.model.cells import Cells
from redistrict.model.profile import CommitteeRule
from redistrict.model.survey import Survey

_SEPARATORS = re.compile(r"[,;，；、\s]+")


@dataclass(frozen=True)
class Columns:
    """(n,) arrays over all cells; labels are dense, -1 where there is none."""

    households: IntArray
    office: IntArray
    present: IntArray
    """Present committee of surveyed cells; -1 for planned plots: nobody lives there to be moved."""
    holder: IntArray
    """Present committee on whose land the cell lies, planned or not."""
    estate: IntArray
    ground: IntArray
    """Buildings whose footprints largely coincide have one label, and the slices of a building."""
    fresh: IntArray
    """The estate label in small new estates only: under construction, or built and in no committee
    yet, of fewer households than a committee (2.2); those planned are laid out anew anyway."""
    land: IntArray
    """Which connected piece of its office's own land."""
    points: NDArray[np.float64]
    frozen: NDArray[np.bool_]
    standalone: NDArray[np.bool_]
    small: NDArray[np.bool_]
    """In an old-town committee below the profile's threshold: merged as far as possible."""
    together: tuple[tuple[int, int], ...]
    """Pairs of estate labels to keep in one committee."""
    apart: tuple[tuple[int, int], ...]


def only(known: Columns, cells: IntArray) -> Columns:
    """The columns of a few cells, re-indexed; estate labels stay, since pairs refer to them."""
    taken = {
        f.name: getattr(known, f.name)[cells]
        for f in fields(Columns)
        if f.name not in ("together", "apart")
    }
    return Columns(**taken, together=known.together, apart=known.apart)


def columns(
    cells: Cells, survey: Survey, rule: CommitteeRule, new_stages: Sequence[str] = ()
) -> Columns:
    """Collect them; keep-with and keep-apart come from the estates layer."""
    frame = cells.frame
    holder = codes(cells, "committee_id")
    estate = codes(cells, "estate_id")
    planned = (frame["kind"] == "planned_plot").to_numpy(dtype=bool)
    total = np.bincount(holder[holder >= 0], cells.households[holder >= 0], holder.max() + 1)
    old_town = frame["old_town"].to_numpy(dtype=bool) & (holder >= 0)
    small = old_town.copy()
    small[old_town] = total[holder[old_town]] < rule.small_old_town
    label = dict(zip(frame["estate_id"].tolist(), estate.tolist(), strict=True))
    estates = survey.layer("estates")
    centre = frame.geometry.representative_point()
    return Columns(
        households=cells.households,
        office=codes(cells, "street_office_id"),
        present=np.where(planned, -1, holder),
        holder=holder,
        estate=estate,
        ground=_grounds(cells),
        fresh=_fresh(cells, estate, holder, rule, new_stages),
        land=components(len(cells), cells.a, cells.b),
        points=np.column_stack([centre.x.to_numpy(), centre.y.to_numpy()]),
        frozen=frame["frozen"].to_numpy(dtype=bool),
        standalone=frame["standalone"].to_numpy(dtype=bool) & (estate >= 0),
        small=small,
        together=_pairs(estates, "keep_with", label),
        apart=_pairs(estates, "keep_apart", label),
    )


def _grounds(cells: Cells) -> IntArray:
    """A building is divided among grids, not among committees: its slices are one ground."""
    ground = cells.frame["ground"].to_numpy(dtype=np.int64)
    sliced = cells.frame["part"].to_numpy(dtype=np.int64) > 0
    return np.where(sliced, ground.max(initial=-1) + 1 + codes(cells, "building_id"), ground)


def _fresh(
    cells: Cells, estate: IntArray, holder: IntArray, rule: CommitteeRule, new_stages: Sequence[str]
) -> IntArray:
    frame = cells.frame
    stage = frame["stage"].to_numpy(dtype=object)
    # Cells of planned estates are plots that may be laid out in any way; they combine by weight.
    new = np.isin(stage, [s for s in new_stages if s != "planned"])
    new |= (stage == "built") & (holder < 0)
    fixed = frame["standalone"].to_numpy(dtype=bool) | frame["frozen"].to_numpy(dtype=bool)
    inside = new & ~fixed & (estate >= 0)
    total = np.bincount(estate[estate >= 0], cells.households[estate >= 0], estate.max() + 1)
    small = inside.copy()
    small[inside] = (total[estate[inside]] < rule.target) & (total[estate[inside]] > 0)
    return np.where(small, estate, -1)


def listed(estates: gpd.GeoDataFrame, column: str) -> Iterator[tuple[str, str]]:
    """(estate, other) as ``column`` names them: ids separated by commas or the like."""
    if column not in estates:
        return
    for estate_id, others in zip(estates["estate_id"], estates[column], strict=True):
        if isinstance(others, str):
            yield from ((str(estate_id), o) for o in _SEPARATORS.split(others.strip()) if o)


def _pairs(
    estates: gpd.GeoDataFrame | None, column: str, label: dict[object, int]
) -> tuple[tuple[int, int], ...]:
    """Pairs of estate labels named by ``column``; who is not here is left to `wishes` to tell."""
    found: set[tuple[int, int]] = set()
    for estate_id, other in () if estates is None else listed(estates, column):
        i, j = label.get(estate_id, -1), label.get(other, -1)
        if i >= 0 and j >= 0 and i != j:
            found.add((min(i, j), max(i, j)))
    return tuple(sorted(found))
