"""Clause 6.5: estates without property management come first; `unknown` is not `managed`."""

from __future__ import annotations

from typing import Any

import pandas as pd

from redistrict.consequences.context import Context, Result, text_or_none
from redistrict.consequences.registry import consequence

ORDER = ("no", "unknown", "yes")


@consequence("priority", "6.5", 1)
def priority(context: Context) -> Result:
    """Table ``priority_estates``: rank 1 is served first.

    No management, then unknown, then managed; inside each the most households first.
    """
    rows: Any = context.buildings
    frame: Any = pd.DataFrame(
        {
            "estate_id": [v if isinstance(v, str) else None for v in rows["estate_id"]],
            "committee_id": rows["committee_id"].astype(str).to_numpy(),
            "households": rows["households"].to_numpy(),
        }
    )
    estates = context.survey.get("estates")
    managed: dict[str, str] = {}
    if estates is not None and "property_managed" in estates:
        managed = {
            str(i): text_or_none(m) or "unknown"
            for i, m in zip(estates["estate_id"], estates["property_managed"], strict=True)
        }
    known = frame[frame["estate_id"].notna()]
    table = (
        known.groupby("estate_id", sort=True)
        .agg(
            households=("households", "sum"),
            committees=("committee_id", lambda c: "、".join(sorted(set(c)))),
        )
        .reset_index()
    )
    table["property_managed"] = [
        m if (m := managed.get(e, "unknown")) in ORDER else "unknown" for e in table["estate_id"]
    ]
    table["order"] = table["property_managed"].map({k: i for i, k in enumerate(ORDER)})
    table = table.sort_values(
        ["order", "households", "estate_id"], ascending=[True, False, True], kind="stable"
    ).reset_index(drop=True)
    table["rank"] = range(1, len(table) + 1)
    served = {k: int(table.loc[table["property_managed"] == k, "households"].sum()) for k in ORDER}
    outside = int(frame.loc[frame["estate_id"].isna(), "households"].sum())
    grids: Any = context.layers["service_grids"]
    counts = (
        {str(int(k)): int(v) for k, v in grids["priority"].value_counts().sort_index().items()}
        if "priority" in grids
        else {}
    )
    values = {
        "priority": {
            "households_by_management": served,
            "households_outside_estates": outside,
            "service_grids_by_priority": counts,
        }
    }
    return Result(values, tables={"priority_estates": table.drop(columns="order")})
