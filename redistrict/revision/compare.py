"""Compare two states, of one proposal or of two made from the same buildings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from redistrict.planar.frames import column
from redistrict.revision.answer import Totals, totals
from redistrict.revision.base import Base
from redistrict.revision.events import AREA_LAYERS, AreaLayer
from redistrict.revision.rules import Measure, measure
from redistrict.revision.state import State

Pair = tuple[Measure | None, Measure | None]


@dataclass(frozen=True)
class Comparison:
    """``a`` -> ``b``.

    ``moves``: one row per building (or stairwell ``part``) whose grid or committee differs:
    ``building_id``, ``part``, ``households``, ``from_service_grid_id``, ``service_grid_id``,
    ``from_committee_id``, ``committee_id``. ``correspondence``: per layer ``from_id``, ``id``,
    ``households``, ``buildings``, ``extent`` (``whole`` where all of ``from_id`` goes there, else
    ``part``), as the contract's table has it. ``areas``: per layer and id the `Measure` in ``a``
    and ``b``, of the areas that differ. ``totals``: those of ``a`` and of ``b``.
    ``only_a``, ``only_b``: buildings that the other does not have.
    """

    moves: pd.DataFrame
    correspondence: Mapping[AreaLayer, pd.DataFrame]
    areas: Mapping[AreaLayer, Mapping[str, Pair]]
    totals: tuple[Totals, Totals]
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]

    @property
    def households_moved(self) -> int:
        """Households whose grid or committee differs."""
        return int(np.sum(column(self.moves, "households")))


def compare(a: State, b: State) -> Comparison:
    """Who moves and which measures change from ``a`` to ``b``; areas are matched by id."""
    one, other = _rows(a), _rows(b)
    keys = ["building_id", "part"]
    both = one.merge(other, on=keys, suffixes=("_a", "_b"), how="inner", validate="1:1")
    differs = (both["service_grids_a"] != both["service_grids_b"]) | (
        both["committees_a"] != both["committees_b"]
    )
    moves = pd.DataFrame(
        {
            "building_id": both["building_id"],
            "part": both["part"],
            "households": both["households_b"],
            "from_service_grid_id": both["service_grids_a"],
            "service_grid_id": both["service_grids_b"],
            "from_committee_id": both["committees_a"],
            "committee_id": both["committees_b"],
        }
    )
    moves = cast("pd.DataFrame", moves[differs]).reset_index(drop=True)
    known_a, known_b = set(a.base.building.ids), set(b.base.building.ids)
    return Comparison(
        moves,
        {layer: _correspondence(both, layer) for layer in AREA_LAYERS},
        {layer: _areas(a, b, layer) for layer in AREA_LAYERS},
        (totals(a), totals(b)),
        tuple(sorted(known_a - known_b)),
        tuple(sorted(known_b - known_a)),
    )


def _rows(state: State) -> pd.DataFrame:
    base: Base = state.base
    return pd.DataFrame(
        {
            "building_id": np.array(base.building.ids, dtype=object)[base.building.of],
            "part": base.part,
            "households": base.households,
            "service_grids": _named(state.grid_ids)[state.grid],
            "committees": _named(state.committee_ids)[state.committee[state.grid]],
        }
    )


def _named(ids: tuple[str, ...]) -> NDArray[np.object_]:
    return np.array(ids, dtype=object)


def _correspondence(both: pd.DataFrame, layer: AreaLayer) -> pd.DataFrame:
    rows = pd.DataFrame(
        {
            "from_id": both[f"{layer}_a"],
            "id": both[f"{layer}_b"],
            "households": both["households_b"],
            "building_id": both["building_id"],
        }
    )
    found = (
        rows.groupby(["from_id", "id"], sort=True)
        .agg(households=("households", "sum"), buildings=("building_id", "nunique"))
        .reset_index()
    )
    goes = found.groupby("from_id")["id"].transform("size")
    return found.assign(extent=np.where(goes == 1, "whole", "part"))


def _areas(a: State, b: State, layer: AreaLayer) -> dict[str, Pair]:
    """Areas whose cells differ (of one base), or whose measures do (of two)."""
    there, here = a.index(layer), b.index(layer)
    names = sorted(set(there) | set(here))
    found: dict[str, Pair] = {}
    for name in names:
        if a.base is b.base and name in there and name in here:
            same = np.array_equal(a.cells_of(layer, there[name]), b.cells_of(layer, here[name]))
            if same:
                continue
        before, after = _measured(a, layer, there.get(name)), _measured(b, layer, here.get(name))
        if before != after or a.base is b.base:
            found[name] = (before, after)
    return found


def _measured(state: State, layer: AreaLayer, number: int | None) -> Measure | None:
    told = None if number is None else measure(state, layer, number)
    return None if told is None else told[0]
