"""What changes for whom: the old -> new correspondence table and the households that move."""

from __future__ import annotations

from typing import Any

import pandas as pd

from redistrict.consequences.context import Context, Result
from redistrict.consequences.registry import consequence


def correspondence_table(buildings: Any) -> pd.DataFrame:
    """previous_committee_id (None: none today), committee_id, households, buildings, extent.

    ``extent`` is `whole` where all of the present committee's buildings go to one committee. A
    building whose parts go two ways is counted in both rows. ``planned_households`` says how many
    of the households are only planned, so that bases are not mixed silently.
    """
    frame: Any = pd.DataFrame(
        {
            "previous_committee_id": [
                v if isinstance(v, str) else None for v in buildings["previous_committee_id"]
            ],
            "committee_id": buildings["committee_id"].astype(str).to_numpy(),
            "households": buildings["households"].to_numpy(),
            "building_id": buildings["building_id"].astype(str).to_numpy(),
            "planned": (buildings["kind"] == "planned_plot").to_numpy(),
        }
    )
    frame["planned_households"] = frame["households"] * frame["planned"]
    grouped = frame.groupby(["previous_committee_id", "committee_id"], dropna=False, sort=True)
    table = grouped.agg(
        households=("households", "sum"),
        buildings=("building_id", "nunique"),
        planned_households=("planned_households", "sum"),
    ).reset_index()
    old = table["previous_committee_id"].astype(object)
    table["previous_committee_id"] = old.where(old.notna(), None)
    goes_to = table.groupby("previous_committee_id", dropna=False)["committee_id"].transform("size")
    table["extent"] = goes_to.map(lambda n: "whole" if n == 1 else "part")
    fields = ["previous_committee_id", "committee_id", "households", "buildings", "extent"]
    return table[[*fields, "planned_households"]]


def moved(buildings: Any, before: str, after: str) -> tuple[int, int]:
    """(moved, renamed) households between the areas of column ``before`` and of ``after``.

    Moved: per present area its households minus the largest share that stays together in one new
    area. Renamed: households whose area's id changes. Planned plots hold nobody who could move.
    """
    lived = buildings[(buildings["kind"] != "planned_plot") & buildings[before].notna()]
    if not len(lived):
        return 0, 0
    shares = lived.groupby([before, after], sort=True)["households"].sum()
    together = shares.groupby(level=0)
    total = int(together.sum().sum() - together.max().sum())
    other = lived[before].astype(str).to_numpy() != lived[after].astype(str).to_numpy()
    return total, int(lived["households"].to_numpy()[other].sum())


@consequence("moves", "3.1", 1)
def moves(context: Context) -> Result:
    """Tables ``correspondence`` and ``who_moves``; values ``households_moved`` and so on."""
    rows = pd.DataFrame(context.buildings.drop(columns=context.buildings.geometry.name))
    table = correspondence_table(rows)
    by_committee = moved(rows, "previous_committee_id", "committee_id")
    values = {"households_moved": by_committee[0], "households_renamed": by_committee[1]}
    if "previous_service_grid_id" in rows:
        by_grid = moved(rows, "previous_service_grid_id", "service_grid_id")
        values |= {
            "households_moved_between_grids": by_grid[0],
            "households_renamed_grid": by_grid[1],
        }
    return Result(values, tables={"correspondence": table, "who_moves": _who(rows)})


def _who(rows: Any) -> pd.DataFrame:
    """One row per pair of committees that households are parted into, the largest share left out.

    Where two shares are equally large the one that keeps the committee's id stays, else the first.
    """
    lived = rows[(rows["kind"] != "planned_plot") & rows["previous_committee_id"].notna()]
    fields = ["previous_committee_id", "committee_id"]
    if not len(lived):
        columns = [*fields, "households", "buildings", "estates", "stays_with"]
        return pd.DataFrame(columns=pd.Index(columns))
    grouped = lived.groupby(fields, sort=True)
    pairs = grouped.agg(
        households=("households", "sum"), buildings=("building_id", "nunique")
    ).reset_index()
    pairs["estates"] = [
        "、".join(sorted({e for e in group if isinstance(e, str)})) or None
        for _, group in grouped["estate_id"]
    ]
    pairs["same"] = pairs["previous_committee_id"] == pairs["committee_id"]
    ranked: Any = pairs.sort_values(
        ["previous_committee_id", "households", "same", "committee_id"],
        ascending=[True, False, False, True],
    )
    ranked["stays_with"] = ranked.groupby("previous_committee_id")["committee_id"].transform(
        "first"
    )
    leaving = ranked[ranked["committee_id"] != ranked["stays_with"]]
    return leaving.drop(columns="same").reset_index(drop=True)
