"""Cells, plans and shapes -> a `Proposal`: ids are attached here, at the very end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from redistrict.assembly.areas import committee_rows, grid_rows, office_rows, ruling_rows
from redistrict.assembly.buildings import building_rows
from redistrict.assembly.leftovers import Leftovers
from redistrict.assembly.naming import committee_ids, grid_code, grid_ids
from redistrict.atoms import IntArray
from redistrict.committees.identity import Identity, identify
from redistrict.i18n import text
from redistrict.model.cells import Cells
from redistrict.model.plan import AreaReason, Plan
from redistrict.model.profile import Profile
from redistrict.model.ruling import Ruling
from redistrict.model.survey import Survey
from redistrict.planar.frames import column, geographic

CARRIED = ("estates", "barriers", "premises")


class Shapes(Protocol):
    """Polygons whose ids are area numbers as text."""

    @property
    def service_grids(self) -> gpd.GeoDataFrame: ...
    @property
    def committees(self) -> gpd.GeoDataFrame: ...
    @property
    def street_offices(self) -> gpd.GeoDataFrame: ...


@dataclass(frozen=True)
class Drawn:
    """What the policy stages decided: areas per cell and their certificates."""

    cells: Cells
    committee: IntArray
    """(n,) dense committee area per cell."""
    grid: IntArray
    """(n,) dense service grid area per cell, nested in ``committee``."""
    committee_plans: tuple[Plan, ...]
    grid_plan: Plan
    committee_reasons: Mapping[int, AreaReason]
    scope: IntArray
    """(n,) dense scope each cell's grids were solved in: a committee or a greenfield office."""


@dataclass(frozen=True)
class Names:
    """Ids by area number."""

    committees: list[str]
    grids: list[str]
    committee_identity: Identity
    grid_identity: Identity
    codes: dict[str, str]


def named(
    drawn: Drawn,
    survey: Survey,
    shapes: Shapes,
    number: Callable[[gpd.GeoDataFrame], NDArray[np.int64]],
) -> Names:
    """Ids of committees and grids; ``number`` ranks a frame's rows west to east, north to south."""
    committee_rank = _rank(shapes.committees, "committee_id", number)
    grid_rank = _rank(shapes.service_grids, "service_grid_id", number)
    frame = drawn.cells.frame
    committees = identify(drawn.cells, drawn.committee, "committee_id")
    grids = identify(drawn.cells, drawn.grid, "service_grid_id")
    office = frame["street_office_id"].to_numpy(dtype=object)
    first = np.unique(drawn.committee, return_index=True)[1]
    offices = [str(o) for o in office[first]]
    ids = committee_ids(committees.continues, offices, committee_rank.tolist())
    owner = drawn.committee[np.unique(drawn.grid, return_index=True)[1]]
    numbers = grid_ids(grids.continues, [ids[c] for c in owner.tolist()], grid_rank.tolist())
    known = survey.layers["street_offices"].set_index("street_office_id")["code"]
    codes = {
        numbers[g]: grid_code(
            _text(known.get(offices[c])), int(committee_rank[c]), int(grid_rank[g])
        )
        for g, c in enumerate(owner.tolist())
    }
    return Names(ids, numbers, committees, grids, codes)


def _rank(
    frame: gpd.GeoDataFrame, field: str, number: Callable[[gpd.GeoDataFrame], NDArray[np.int64]]
) -> IntArray:
    """(areas,) rank by area number; the rows of ``frame`` may stand in any order."""
    rank = np.zeros(len(frame), dtype=np.int64)
    rank[frame[field].astype(int).to_numpy()] = number(frame)
    return rank


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def layers_of(
    drawn: Drawn,
    names: Names,
    shapes: Shapes,
    rulings: Sequence[Ruling],
    survey: Survey,
    profile: Profile,
) -> dict[str, gpd.GeoDataFrame]:
    """The contract's layers, and those of the survey that a second run needs."""
    committees = np.array(names.committees, dtype=object)
    grids = np.array(names.grids, dtype=object)
    rows = building_rows(
        drawn.cells,
        drawn.grid,
        {"service_grid_id": grids[drawn.grid], "committee_id": committees[drawn.committee]},
    )
    grid_shapes = geographic(
        shapes.service_grids.assign(
            service_grid_id=_renamed(shapes.service_grids, "service_grid_id", grids),
            committee_id=_renamed(shapes.service_grids, "committee_id", committees),
        )
    )
    committee_shapes = geographic(
        shapes.committees.assign(
            committee_id=_renamed(shapes.committees, "committee_id", committees)
        )
    )
    grid_layer = grid_rows(
        grid_shapes,
        rows,
        names.codes,
        _priority(drawn, names),
        _in_pieces(grid_shapes, "service_grid_id")
        | _grid_reasons(drawn, names, grid_shapes, profile),
        profile,
    )
    committee_layer = committee_rows(
        committee_shapes,
        rows,
        grid_layer,
        dict(zip(names.committees, names.committee_identity.actions, strict=True)),
        _committee_names(names, survey, committee_shapes),
        _in_pieces(committee_shapes, "committee_id")
        | {names.committees[a]: r for a, r in drawn.committee_reasons.items()},
        survey,
        profile,
    )
    offices = office_rows(shapes.street_offices, rows, committee_layer, survey)
    return {
        "buildings": rows,
        "service_grids": _sorted(grid_layer, "service_grid_id"),
        "committees": _sorted(committee_layer, "committee_id"),
        "street_offices": _sorted(offices, "street_office_id"),
        "rulings": ruling_rows(rulings, rows.crs),
        # Not of the contract: with these the proposal is a survey that can be run again.
        **{n: f for n in CARRIED if (f := survey.layer(n)) is not None},
    }


def _renamed(frame: gpd.GeoDataFrame, field: str, ids: NDArray[Any]) -> NDArray[Any]:
    return ids[column(frame, field).astype(int).to_numpy()]


def _sorted(frame: gpd.GeoDataFrame, field: str) -> gpd.GeoDataFrame:
    return geographic(frame.sort_values(field, kind="stable").reset_index(drop=True))


def _priority(drawn: Drawn, names: Names) -> dict[str, int]:
    """6.5: 1 where most households live without property management, 3 where none do, else 2."""
    unmanaged = (drawn.cells.frame["property_managed"] != "yes").to_numpy(dtype=bool)
    total = np.bincount(drawn.grid, drawn.cells.households)
    without = np.bincount(drawn.grid, drawn.cells.households * unmanaged)
    rank = np.where(without * 2 >= total, 1, np.where(without > 0, 2, 3))
    return dict(zip(names.grids, rank.astype(int).tolist(), strict=True))


def _in_pieces(shapes: gpd.GeoDataFrame, field: str) -> dict[str, AreaReason]:
    """Areas of several polygons: the street office's own land is in pieces there."""
    pieces = shapely.get_num_geometries(shapes.geometry.to_numpy())
    return {
        str(shapes[field].iloc[i]): AreaReason("island", {"pieces": int(pieces[i])})
        for i in np.flatnonzero(pieces > 1).tolist()
    }


def _grid_reasons(
    drawn: Drawn, names: Names, shapes: gpd.GeoDataFrame, profile: Profile
) -> dict[str, AreaReason]:
    """Reasons by grid id, of the window before those of crossing; cells become building ids."""
    leftovers = Leftovers(drawn.cells, drawn.grid, drawn.committee, profile.grid.upper)
    building = drawn.cells.frame["building_id"].to_numpy(dtype=object)
    apart = _in_pieces(shapes, "service_grid_id")
    found: dict[str, AreaReason] = {}
    for area, why in drawn.grid_plan.crossings.items():
        grid_id = names.grids[area]
        if grid_id in apart:
            found[grid_id] = replace(
                why, code="island", params={**why.params, **apart[grid_id].params}
            )
        else:
            found[grid_id] = why
    for area, why in drawn.grid_plan.reasons.items():
        params = dict(why.params)
        cell = params.pop("cell", None)
        if cell is not None:
            params["building_id"] = str(building[int(cell)])
            params |= leftovers.beside(int(cell))
        found[names.grids[area]] = replace(why, params=params)
    return found


def _committee_names(
    names: Names, survey: Survey, shapes: gpd.GeoDataFrame
) -> dict[str, str | None]:
    """The name of the committee continued; a new one is called by its office, provisionally."""
    present = survey.layer("committees")
    known = (
        {} if present is None else dict(zip(present["committee_id"], present["name"], strict=True))
    )
    offices = survey.layers["street_offices"].set_index("street_office_id")["name"]
    office_of = dict(zip(shapes["committee_id"], shapes["street_office_id"], strict=True))
    result: dict[str, str | None] = {}
    for committee_id, continues in zip(
        names.committees, names.committee_identity.continues, strict=True
    ):
        if continues is not None:
            result[committee_id] = _text(known.get(continues))
        else:
            office = office_of[committee_id]
            result[committee_id] = text(
                "committee.provisional-name",
                "zh",  # a name is data, not interface: it is the same whoever reads it
                office=_text(offices.get(office)) or office,
                number=committee_id.rsplit("N", 1)[-1],
            )
    return result
