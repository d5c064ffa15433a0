"""Attribute tables: buildings.csv beside buildings.shp, and the recorded rulings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from redistrict.model.finding import Finding
from redistrict.model.survey import ID_FIELD
from redistrict.survey.fields import FIELDS
from redistrict.survey.frames import table_of
from redistrict.survey.identity import same
from redistrict.survey.sandbox import SafeLayer, refusal


def join(
    table: pd.DataFrame,
    safe: SafeLayer,
    others: list[SafeLayer],
    mapping: dict[str, str],
    stated: Mapping[str, str],
) -> tuple[pd.DataFrame, list[Finding]]:
    """``table`` with the fields it lacks filled from the tables of the same layer, by id.

    Raises ``schema-mismatch`` where a table has no id column, ``id-duplicate`` where it has an
    id twice. Rows that match nothing are reported.
    """
    findings: list[Finding] = []
    field = ID_FIELD.get(safe.layer)
    for other in others:
        added, its_mapping, noticed = table_of(other, {})
        findings += noticed
        if field is None or field not in its_mapping or field not in mapping:
            raise refusal("schema-mismatch", other.file, safe.layer, reason=f"no {field}")
        keys = [same(v) if isinstance(v, str) else None for v in added[field]]
        at: dict[str, int] = {}
        twice = -1
        for row, key in enumerate(keys):
            if key is not None and at.setdefault(key, row) != row:
                twice = row
        if twice >= 0:
            raise refusal("id-duplicate", other.file, safe.layer, other=keys[twice],
                          rows=[twice])  # fmt: skip
        own = [same(v) if isinstance(v, str) else None for v in table[field]]
        rows = [at.get(k, -1) if k is not None else -1 for k in own]
        for name, column in its_mapping.items():
            if name == field or (name in mapping and bool(table[name].notna().to_numpy().any())):
                continue
            values = added[name].tolist()
            filled = [None if r < 0 else values[r] for r in rows]
            table = table.assign(**{name: pd.Series(filled, dtype=added[name].dtype)})
            mapping[name] = f"{other.file}:{column}"
        unmatched = len(keys) - len({r for r in rows if r >= 0})
        if unmatched:
            left = sorted(set(at) - {k for k in own if k is not None})
            params = {"file": other.file, "count": unmatched, "examples": ", ".join(left[:10])}
            findings.append(
                Finding("table-row-unmatched", "warning", safe.layer, params=params,
                        action="dropped", rows=0)
            )  # fmt: skip
        without = sum(r < 0 for r in rows)
        if without:
            params = {"file": other.file, "count": without}
            findings.append(
                Finding("feature-without-row", "warning", safe.layer, params=params, rows=0)
            )
    return table, findings


def recorded(table: pd.DataFrame) -> pd.DataFrame:
    """Recorded rulings as they came, but for the referred ones of a proposal of ours.

    Those name an estate, no office and nobody who decided: they record nothing. Rows that are
    incomplete in any other way stay, so that the rulings stage can name them.
    """
    decided = table.reindex(columns=["decided_by"])["decided_by"].notna()
    referred = table["estate_id"].notna() & table["street_office_id"].isna() & ~decided
    return table.loc[~referred.to_numpy(dtype=bool)].reset_index(drop=True)


def with_stated(
    own: pd.DataFrame | None, stated: Sequence[Mapping[str, str | None]]
) -> tuple[pd.DataFrame, list[Finding]]:
    """The survey's own recorded rulings, those on the estates of ``stated`` replaced by it."""
    rows = pd.DataFrame(
        [dict(row) for row in stated], columns=[f.name for f in FIELDS["rulings"]], dtype=object
    )
    if own is None:
        return rows, []
    replaced = own["estate_id"].isin(list(rows["estate_id"])).to_numpy(dtype=bool)
    findings = [
        Finding("ruling-superseded", "info", "rulings", str(estate), clause="5.1(5)",
                params={"estate_id": str(estate)}, action="latest-holds", rows=0)
        for estate in sorted(set(own.loc[replaced, "estate_id"]))
    ]  # fmt: skip
    return pd.concat([own.loc[~replaced], rows], ignore_index=True), findings
