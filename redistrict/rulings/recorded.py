"""Rulings people have made: read, checked, and the one that holds for each estate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from redistrict.model.finding import Finding

BY_RULE = "rule"
"""``decided_by`` of rulings we computed; such a row of an earlier proposal is not a person's."""


@dataclass(frozen=True)
class Recorded:
    """One row of the rulings table. ``row`` is its number in the file, from 0."""

    row: int
    estate_id: str
    street_office_id: str
    decided_by: str
    basis: str
    evidence: str | None
    date: str | None

    @property
    def computed(self) -> bool:
        """True where an earlier run decided, by the rule."""
        return self.decided_by == BY_RULE


def read_recorded(
    table: pd.DataFrame | None, estates: set[str], offices: set[str], today: str | None
) -> tuple[Mapping[str, Recorded], list[Finding], list[Finding]]:
    """(estate_id -> the ruling that holds, errors, other findings).

    Rows without a street office come from an earlier proposal that referred the estate: no
    decision yet, passed over and counted. Of several rulings on one estate the latest dated
    holds; without dates to tell, differing rulings are an error.
    """
    errors: list[Finding] = []
    notes: list[Finding] = []
    rows: dict[str, list[Recorded]] = {}
    open_rows = 0
    for n, raw in enumerate([] if table is None else table.to_dict("records")):
        said = {str(k): _text(v) for k, v in raw.items()}
        referred = said.get("outcome") == "refer" or (
            said.get("street_office_id") is None and said.get("decided_by") is None
        )
        if referred and said.get("estate_id") is not None:
            open_rows += 1
            continue
        error = _error(n, said, estates, offices)
        if error is not None:
            errors.append(error)
            continue
        one = Recorded(
            n,
            said["estate_id"] or "",
            said["street_office_id"] or "",
            said["decided_by"] or "",
            said["basis"] or "",
            said.get("evidence"),
            said.get("date"),
        )
        rows.setdefault(one.estate_id, []).append(one)
        notes += _remarks(one, today)
    if open_rows:
        notes.append(
            Finding(
                "ruling-still-open", "info", "rulings", params={"count": open_rows},
                action="passed-over", rows=0,
            )
        )  # fmt: skip
    holding: dict[str, Recorded] = {}
    for estate_id in sorted(rows):
        _choose(rows[estate_id], holding, errors, notes)
    return holding, errors, notes


def _text(value: object) -> str | None:
    if value is None or (not isinstance(value, str) and bool(pd.isna(value))):
        return None
    return str(value).strip() or None


def _error(
    n: int, said: Mapping[str, str | None], estates: set[str], offices: set[str]
) -> Finding | None:
    needed = ("estate_id", "street_office_id", "decided_by", "basis")
    lacking = [field for field in needed if said.get(field) is None]
    code, params = "", {}
    if lacking:
        code, params = "ruling-incomplete", {"lacking": ", ".join(lacking)}
    elif said["estate_id"] not in estates and said["decided_by"] != BY_RULE:
        code, params = "ruling-estate-unknown", {"estate_id": said["estate_id"]}
    elif said["street_office_id"] not in offices:
        code, params = "ruling-office-unknown", {"street_office_id": said["street_office_id"]}
    if not code:
        return None
    return Finding(
        code, "error", "rulings", f"row:{n}", clause="5.1(5)",
        params={"row": n, "estate_id": said.get("estate_id"), **params}, action="refused",
    )  # fmt: skip


def _remarks(one: Recorded, today: str | None) -> list[Finding]:
    params = {"row": one.row, "estate_id": one.estate_id, "date": one.date}
    codes: list[str] = []
    if one.evidence is None and not one.computed:
        codes.append("ruling-without-evidence")
    if today is not None and one.date is not None and one.date > today:
        codes.append("ruling-date-future")
    return [
        Finding(
            code, "warning", "rulings", one.estate_id, clause="5.1(5)", params=params,
            action="kept", rows=0,
        )
        for code in codes
    ]  # fmt: skip


def _rows(rulings: list[Recorded]) -> str:
    return ", ".join(str(n) for n in sorted(r.row for r in rulings))


def _choose(
    rows: list[Recorded],
    holding: dict[str, Recorded],
    errors: list[Finding],
    notes: list[Finding],
) -> None:
    people = [r for r in rows if not r.computed] or rows
    people = sorted(people, key=lambda r: (r.date or "", r.row))
    last = people[-1]
    differing = [r for r in people[:-1] if r.street_office_id != last.street_office_id]
    rival = [r for r in differing if r.date is None or last.date is None or r.date == last.date]
    params = {
        "row": last.row,
        "estate_id": last.estate_id,
        "rows": _rows([*rival, last]),
    }
    if rival:
        errors.append(
            Finding(
                "ruling-contradictory", "error", "rulings", f"row:{last.row}", clause="5.1(5)",
                params=params, action="refused",
            )
        )  # fmt: skip
        return
    if len(people) > 1:
        notes.append(
            Finding(
                "ruling-superseded", "info", "rulings", last.estate_id, clause="5.1(5)",
                params={**params, "rows": _rows(people[:-1])},
                action="latest-holds", rows=0,
            )
        )  # fmt: skip
    holding[last.estate_id] = last
