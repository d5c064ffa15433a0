"""Invariant 3: households are conserved at every level."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from redistrict.model.finding import Finding
from redistrict.verify.city import NOT_STATED, Areas, City, Integers, integers, texts
from redistrict.verify.report import Check, judged


def checks(city: City) -> list[Check]:
    """Every check of invariant 3."""
    table = city.tables.get("correspondence")
    return [
        judged("households-of-grids", 3, len(city.grids), _areas(city.grids, grid_sums(city))),
        judged(
            "households-of-committees",
            3,
            len(city.committees),
            _areas(city.committees, committee_sums(city)),
        ),
        judged(
            "households-of-offices", 3, len(city.offices), _areas(city.offices, office_sums(city))
        ),
        judged("city-total", 3, 1, _total(city)),
        judged("correspondence", 3, 0 if table is None else len(table), _correspondence(city)),
    ]


def _sums(owner: Integers, weight: Integers, n: int) -> Integers:
    known = owner >= 0
    return np.bincount(owner[known], weight[known], n).astype(np.int64)


def grid_sums(city: City) -> Integers:
    """(grids,) households of the buildings of each grid."""
    return _sums(city.grid_of, city.buildings.households, len(city.grids))


def committee_sums(city: City) -> Integers:
    """(committees,) the same through their grids."""
    return _sums(city.committee_of, grid_sums(city), len(city.committees))


def office_sums(city: City) -> Integers:
    """(offices,) the same through their committees."""
    return _sums(city.office_of, committee_sums(city), len(city.offices))


def _areas(area: Areas, counted: Integers) -> Iterator[Finding]:
    wrong = (area.households != NOT_STATED) & (area.households != counted)
    for i in np.flatnonzero(wrong).tolist():
        yield Finding(
            "check-households-differ",
            "error",
            area.layer,
            str(area.ids[i]),
            outcome="fail",
            geometry=area.geometry[i],
            params={"stated": int(area.households[i]), "counted": int(counted[i])},
        )


def _total(city: City) -> Iterator[Finding]:
    total = int(city.buildings.households.sum())
    stated: dict[str, int] = {}
    counts = city.manifest.get("counts")
    if isinstance(counts, Mapping):
        households = counts.get("households")
        if isinstance(households, int):
            stated["proposal.json"] = households
        for layer, frame in {**city.frames, **city.tables}.items():
            rows = counts.get(layer)
            if isinstance(rows, int) and rows != len(frame):
                yield Finding(
                    "check-rows-differ",
                    "error",
                    layer,
                    outcome="fail",
                    params={"stated": rows, "counted": len(frame)},
                )
    survey = city.survey.get("buildings")
    if survey is not None and not city.buildings.planned.any():
        stated["survey"] = int(integers(survey, "households", "buildings", 0).sum())
    for area in (city.grids, city.committees, city.offices):
        if (area.households != NOT_STATED).all():
            stated[area.layer] = int(area.households.sum())
    for source, value in stated.items():
        if value != total:
            yield Finding(
                "check-total-differs",
                "error",
                "buildings",
                outcome="fail",
                params={"source": source, "stated": value, "counted": total},
            )


def _correspondence(city: City) -> Iterator[Finding]:
    table = city.tables.get("correspondence")
    if table is None:
        yield Finding("check-no-correspondence", "info", "correspondence", outcome="refer")
        return
    b = city.buildings
    rows: Any = pd.DataFrame(
        {"old": b.previous, "new": b.committee, "households": b.households, "id": b.ids}
    )
    grouped = rows.groupby(["old", "new"], dropna=False, sort=True)
    found: dict[tuple[Any, Any], tuple[int, int]] = {}
    for (old, new), part in grouped:
        key = (old if isinstance(old, str) else None, new if isinstance(new, str) else None)
        found[key] = (int(part["households"].sum()), int(part["id"].nunique()))
    goes_to = pd.Series([old or "" for old, _ in found]).value_counts()
    stated: set[tuple[Any, Any]] = set()
    columns = zip(
        texts(table, "previous_committee_id").tolist(),
        texts(table, "committee_id").tolist(),
        integers(table, "households", "correspondence", NOT_STATED).tolist(),
        integers(table, "buildings", "correspondence", NOT_STATED).tolist(),
        texts(table, "extent").tolist(),
        strict=True,
    )
    for old, new, households, buildings, extent in columns:
        name = f"{old or ''} → {new or ''}"
        counted = found.get((old, new), (0, 0))
        if (old, new) in stated or households != counted[0] or buildings != counted[1]:
            params = {"households": households, "buildings": buildings}
            params |= {"counted": counted[0], "counted_buildings": counted[1]}
            yield _row("check-correspondence-differs", name, params)
        whole = "whole" if goes_to.get(old or "", 1) == 1 else "part"
        if extent is not None and extent != whole:
            yield _row("check-correspondence-extent", name, {"stated": extent, "true": whole})
        stated.add((old, new))
    for key in sorted(set(found) - stated, key=str):
        name = f"{key[0] or ''} → {key[1] or ''}"
        yield _row("check-correspondence-missing", name, {"counted": found[key][0]})


def _row(code: str, name: str, params: Mapping[str, Any]) -> Finding:
    return Finding(code, "error", "correspondence", name, outcome="fail", params=params)
