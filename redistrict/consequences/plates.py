"""Clause 5.1(6): address plates. Which buildings have no address, which share one."""

from __future__ import annotations

import unicodedata
from typing import Any

import pandas as pd

from redistrict.consequences.context import Context, Result, text_or_none
from redistrict.consequences.registry import consequence
from redistrict.model.finding import Finding


def normalised(address: str) -> str:
    """The address without spaces, in one width: two spellings of one plate compare equal."""
    return "".join(unicodedata.normalize("NFKC", address).split()).casefold()


@consequence("address_plates", "5.1(6)", 1)
def address_plates(context: Context) -> Result:
    """Table ``address_plates``: building_id, problem (`missing`/`duplicate`), address.

    Only surveyed buildings with households are asked for a plate. A survey without any address is
    reported once: nothing can be said of its plates.
    """
    fields = ["building_id", "problem", "address"]
    frame: Any = context.survey.get("buildings")
    if frame is None or "address" not in frame:
        given: list[str | None] = []
    else:
        given = [text_or_none(a) for a in frame["address"]]
    if frame is None or not any(given):
        empty = pd.DataFrame(columns=pd.Index(fields))
        return Result(
            {"address_plates": {"known": 0, "missing": None, "duplicate": None}},
            tables={"address_plates": empty},
            findings=(Finding("addresses-unknown", "info", "buildings", clause="5.1(6)"),),
        )
    rows: Any = pd.DataFrame(
        {
            "building_id": frame["building_id"].astype(str).to_numpy(),
            "address": given,
            "key": [None if a is None else normalised(a) for a in given],
            "lived_in": frame["households"].fillna(0).to_numpy() > 0,
        }
    )
    # Parts of one building share their plate.
    rows = rows.drop_duplicates(["building_id", "key"])
    missing = rows[rows["address"].isna() & rows["lived_in"]].assign(problem="missing")
    known = rows[rows["address"].notna()]
    shared = known[known.duplicated("key", keep=False)].assign(problem="duplicate")
    table = pd.concat([missing, shared]).sort_values(
        ["problem", "key", "building_id"], kind="stable", na_position="first"
    )
    found: dict[str, Any] = {"missing": missing, "duplicate": shared}
    findings = tuple(
        Finding(
            f"address-{problem}",
            "warning",
            "buildings",
            clause="5.1(6)",
            params={"count": len(part), "examples": "、".join(sorted(part["building_id"])[:5])},
        )
        for problem, part in found.items()
        if len(part)
    )
    values = {
        "address_plates": {"known": len(known), "missing": len(missing), "duplicate": len(shared)}
    }
    table = pd.DataFrame(table[fields]).reset_index(drop=True)
    return Result(values, tables={"address_plates": table}, findings=findings)
