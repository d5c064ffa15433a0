"""Invariant 1: every building once, in one grid, whose committee and street office are its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import shapely

from redistrict.model.finding import Finding
from redistrict.verify.city import NOT_STATED, Areas, City, Objects, integers, texts
from redistrict.verify.report import Check, failure, judged

OVERLAP_SHARE = 0.01
"""Slices of a building may overlap by this share of it (a wall drawn twice), no more."""


def checks(city: City) -> list[Check]:
    """Every check of invariant 1."""
    n = len(city.buildings)
    areas = (city.grids, city.committees, city.offices)
    return [
        judged("area-ids", 1, sum(map(len, areas)), _area_ids(areas)),
        judged("building-once", 1, n, _once(city)),
        judged("parts-in-order", 1, int((city.buildings.part > 0).sum()), _order(city)),
        judged("parts-make-footprint", 1, int((city.buildings.part > 0).sum()), _footprints(city)),
        judged("building-in-grid", 1, n, _in_grid(city)),
        judged("levels-agree", 1, n + len(city.grids), _levels(city)),
        judged("counts-stated", 1, sum(map(len, areas)), _counts(city)),
    ]


def _area_ids(areas: tuple[Areas, ...]) -> Iterator[Finding]:
    for area in areas:
        for i in np.flatnonzero(area.ids == None).tolist():  # noqa: E711
            yield failure("check-id-missing", area.layer, f"row:{i}", area.geometry[i])
        for i in np.flatnonzero(_repeated(area.ids)).tolist():
            yield failure("check-id-repeated", area.layer, area.ids[i], area.geometry[i])


def _repeated(values: Objects) -> np.ndarray:
    """True from the second occurrence of a value on."""
    known = np.array([v is not None for v in values], dtype=bool)
    return pd.Series(values).duplicated().to_numpy() & known


def _once(city: City) -> Iterator[Finding]:
    b = city.buildings
    for i in np.flatnonzero(b.ids == None).tolist():  # noqa: E711
        yield failure("check-id-missing", "buildings", f"row:{i}", b.geometry[i])
    twice = pd.DataFrame({"id": b.ids, "part": b.part}).duplicated().to_numpy()
    for i in np.flatnonzero(twice & (b.ids != None)).tolist():  # noqa: E711
        yield failure(
            "check-building-twice", "buildings", b.ids[i], b.geometry[i], part=int(b.part[i])
        )
    whole = set(b.ids[b.part == 0].tolist())
    for i in np.flatnonzero(b.part > 0).tolist():
        if b.ids[i] in whole:
            yield failure("check-building-whole-and-parts", "buildings", b.ids[i], b.geometry[i])


def _parts(city: City) -> dict[str, np.ndarray]:
    """Rows of each divided building."""
    b = city.buildings
    rows = np.flatnonzero((b.part > 0) & (b.ids != None))  # noqa: E711
    return {
        str(key): rows[np.asarray(group)]
        for key, group in sorted(pd.Series(b.ids[rows]).groupby(b.ids[rows]).indices.items())
    }


def _order(city: City) -> Iterator[Finding]:
    b = city.buildings
    for name, rows in _parts(city).items():
        numbers = sorted(b.part[rows].tolist())
        if numbers != list(range(1, len(numbers) + 1)) or len(numbers) < 2:
            listed = "、".join(map(str, numbers))
            yield failure(
                "check-parts-numbering", "buildings", name, b.geometry[rows[0]], parts=listed
            )


def _footprints(city: City) -> Iterator[Finding]:
    b = city.buildings
    surveyed = city.survey.get("buildings")
    known: dict[str, tuple[int, float]] = {}
    if surveyed is not None:
        ids = texts(surveyed, "building_id")
        frame: Any = pd.DataFrame(
            {
                "id": ids,
                "households": integers(surveyed, "households", "buildings", 0),
                "area": shapely.area(surveyed.geometry.to_numpy()),
            }
        )
        sums: Any = frame.groupby("id")[["households", "area"]].sum()
        known = {
            str(i): (int(h), float(a))
            for i, h, a in zip(sums.index, sums["households"], sums["area"], strict=True)
        }
    for name, rows in _parts(city).items():
        slices = b.geometry[rows]
        if not np.isin(shapely.get_type_id(slices), (3, 6)).all():
            continue  # points: nothing to tile
        union = shapely.union_all(slices)
        total = float(shapely.area(slices).sum())
        if total - union.area > OVERLAP_SHARE * max(union.area, 1e-9):
            yield failure(
                "check-parts-overlap",
                "buildings",
                name,
                union,
                area_m2=round(total - union.area, 2),
            )
        _, whole = known.get(name, (0, float(union.area)))
        if abs(whole - union.area) > OVERLAP_SHARE * max(whole, 1e-9):
            yield failure(
                "check-parts-incomplete",
                "buildings",
                name,
                union,
                area_m2=round(float(union.area), 2),
                whole_m2=round(whole, 2),
            )
        elif name not in known and shapely.get_num_geometries(union) > 1:
            # A courtyard building may be in pieces itself; only the survey could tell.
            yield Finding(
                "check-parts-in-pieces",
                "warning",
                "buildings",
                name,
                outcome="refer",
                geometry=union,
                params={"pieces": int(shapely.get_num_geometries(union))},
            )
    yield from _households(city, known)


def _households(city: City, known: dict[str, tuple[int, float]]) -> Iterator[Finding]:
    """Every building keeps the households of the survey, divided or not."""
    if not known:
        return
    b = city.buildings
    sums: Any = pd.Series(b.households).groupby(pd.Series(b.ids)).sum()
    for name, total in sums.items():
        surveyed = known.get(str(name))
        if surveyed is not None and surveyed[0] != int(total):
            rows = np.flatnonzero(b.ids == name)
            if not b.planned[rows].all():
                yield failure(
                    "check-building-households",
                    "buildings",
                    name,
                    b.geometry[rows[0]],
                    households=int(total),
                    surveyed=surveyed[0],
                )


def _in_grid(city: City) -> Iterator[Finding]:
    b = city.buildings
    for i in np.flatnonzero(city.grid_of < 0).tolist():
        yield failure(
            "check-building-without-grid",
            "buildings",
            b.ids[i],
            b.geometry[i],
            service_grid_id=b.grid[i] or "",
        )


def _levels(city: City) -> Iterator[Finding]:
    b, g, c = city.buildings, city.grids, city.committees
    for i in np.flatnonzero(city.committee_of < 0).tolist():
        yield failure("check-grid-without-committee", "service_grids", g.ids[i], g.geometry[i])
    for i in np.flatnonzero(city.office_of < 0).tolist():
        yield failure("check-committee-without-office", "committees", c.ids[i], c.geometry[i])
    safe = np.where(city.grid_of >= 0, city.grid_of, 0)
    through = city.committee_of[safe]
    office = c.office[np.where(through >= 0, through, 0)]
    for field, own, owner in (
        ("committee_id", b.committee, g.committee[safe]),
        ("street_office_id", b.office, office),
    ):
        if not city.has("buildings", field):
            continue
        wrong = (city.grid_of >= 0) & (through >= 0) & (own != owner)
        for i in np.flatnonzero(wrong).tolist():
            yield failure(
                "check-building-level",
                "buildings",
                b.ids[i],
                b.geometry[i],
                field=field,
                stated=own[i] or "",
                grid=owner[i] or "",
            )
    if city.has("service_grids", "street_office_id"):
        above = c.office[np.where(city.committee_of >= 0, city.committee_of, 0)]
        for i in np.flatnonzero((city.committee_of >= 0) & (g.office != above)).tolist():
            yield failure(
                "check-grid-level",
                "service_grids",
                g.ids[i],
                g.geometry[i],
                stated=g.office[i] or "",
                committee=above[i] or "",
            )


def _counts(city: City) -> Iterator[Finding]:
    b, g, c = city.buildings, city.grids, city.committees
    pairs = pd.DataFrame({"grid": city.grid_of, "id": b.ids}).drop_duplicates()
    levels = (
        (g, pairs["grid"].to_numpy(), "buildings"),
        (c, city.committee_of, "service_grids"),
        (city.offices, city.office_of, "committees"),
    )
    for area, owner, what in levels:
        counted = np.bincount(owner[owner >= 0], minlength=len(area))
        wrong = (area.stated_count != NOT_STATED) & (area.stated_count != counted)
        for i in np.flatnonzero(wrong).tolist():
            yield failure(
                "check-count-wrong",
                area.layer,
                area.ids[i],
                area.geometry[i],
                what=what,
                stated=int(area.stated_count[i]),
                counted=int(counted[i]),
            )
