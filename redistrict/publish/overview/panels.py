"""The two maps of a page: as it is today, and as it is proposed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import cast

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection

from redistrict.i18n import Lang, text
from redistrict.model.proposal import Proposal
from redistrict.publish.geometry import Shapes, flags, shapes, where
from redistrict.publish.overview import paint
from redistrict.publish.overview.fonts import chinese_family, glyphs, moved
from redistrict.publish.overview.lettering import Label, Lettering
from redistrict.publish.palette import ALARM, FILLS, INK, WATER, coloured
from redistrict.publish.rows import series

COMMITTEE_SIZES = (10.0, 9.0, 8.0, 7.0, 6.0, 5.0)
NAME_SIZES = (7.0, 6.0, 5.0)
GRID_SIZES = (8.0, 7.0, 6.5, 6.0, 5.5, 5.0, 4.5)
OFFICE_SIZES = (15.0, 13.0, 11.0)
LAND, BUILDING, ROAD = "#F2F2F0", "#8C8C8C", "#777777"


@dataclass(frozen=True)
class Sheet:
    """What one page shows: a street office, or the city where ``office`` is None."""

    proposal: Proposal
    office: str | None
    lang: Lang

    def layer(self, name: str) -> gpd.GeoDataFrame:
        """The proposal's layer, of this office only."""
        if name not in self._kept:
            self._kept[name] = self.only(self.proposal.layers[name])
        return self._kept[name]

    @cached_property
    def _kept(self) -> dict[str, gpd.GeoDataFrame]:
        return {}

    def buildings_of(self, column: str, ids: pd.Series) -> np.ndarray:
        """(n,) households of the buildings whose ``column`` is each of ``ids``."""
        buildings = self.proposal.layers["buildings"]
        totals = cast("pd.Series", buildings.groupby(column)["households"].sum()).to_dict()
        return np.array([int(totals.get(i, 0)) for i in ids], dtype=np.int64)

    @cached_property
    def present(self) -> gpd.GeoDataFrame | None:
        """Present committees of this office, None where the survey has none."""
        frame = self.proposal.present.get("committees")
        if frame is None or frame.empty:
            return None
        if self.office is None:
            return frame
        buildings = self.layer("buildings")
        held = buildings["previous_committee_id"].dropna().unique().tolist()
        mine = frame["committee_id"].isin(held).to_numpy(dtype=bool)
        if "street_office_id" in frame:
            mine = mine | (frame["street_office_id"] == self.office).to_numpy(dtype=bool)
        return where(frame, mine) if mine.any() else None

    def only(self, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        """The rows of ``frame`` that belong to this office."""
        if self.office is None or "street_office_id" not in frame:
            return frame
        return where(frame, (frame["street_office_id"] == self.office).to_numpy(dtype=bool))

    def named(self, frame: gpd.GeoDataFrame, field: str) -> list[str]:
        """Names where they exist and can be written, ids elsewhere."""
        names = frame["name"] if "name" in frame and chinese_family() else frame[field]
        pairs = zip(names, frame[field], strict=True)
        return [str(n) if isinstance(n, str) and n.strip() else str(i) for n, i in pairs]


def before(axes: Axes, sheet: Sheet, lettering: Lettering) -> None:
    """Present committees with their households today."""
    _ground(axes, sheet)
    frame = sheet.present
    if frame is not None:
        households = sheet.buildings_of("previous_committee_id", series(frame, "committee_id"))
        _committees(axes, sheet, frame, households, lettering)
    _over(axes, sheet, sheet.proposal.present.get("street_offices"), lettering)
    _write(axes, lettering)


def after(axes: Axes, sheet: Sheet, lettering: Lettering) -> None:
    """Proposed committees, their grids with numbers, exceptions hatched, rulings marked."""
    _ground(axes, sheet)
    committees, grids = sheet.layer("committees"), sheet.layer("service_grids")
    households = committees["households"].to_numpy(dtype=np.int64)
    city = sheet.office is None
    paint.lines(axes, shapes(grids), INK, 0.25 if city else 0.45, order=3.0, casing=0.6)
    outside = where(grids, ~flags(grids, "within_window", True))
    paint.hatched(
        axes, shapes(outside), ALARM, (3.0 if city else 5.0) * lettering.unit, 0.6, order=3.5
    )
    _committees(axes, sheet, committees, households, lettering)
    if not city:
        numbers = [
            Label(_number(code, i), area, GRID_SIZES, spill=True)
            for i, (code, area) in enumerate(zip(grids["code"], shapes(grids), strict=True), 1)
        ]
        lettering.add(numbers)
    _rulings(axes, sheet, lettering)
    _over(axes, sheet, sheet.proposal.layers["street_offices"], lettering)
    _write(axes, lettering)


def _number(code: object, otherwise: int) -> str:
    found = re.search(r"(\d+)$", code) if isinstance(code, str) else None
    return str(int(found[1])) if found else str(otherwise)


def _ground(axes: Axes, sheet: Sheet) -> None:
    """Land around, buildings, barriers."""
    axes.set_facecolor("white")
    paint.areas(axes, shapes(sheet.proposal.layers["street_offices"]), LAND, "#CCCCCC", 0.5, 1, 0.5)
    if sheet.office is not None:
        footprints = shapes(sheet.layer("buildings"))
        drawn = footprints[np.isin(shapely.get_type_id(footprints), (3, 6))]
        paint.areas(axes, drawn, BUILDING, alpha=0.45, order=2.0)
    barriers = sheet.proposal.layers.get("barriers")
    if barriers is not None and len(barriers):
        open_ = flags(barriers, "crossable", True)
        paint.lines(axes, shapes(barriers)[~open_], WATER, 1.4, order=2.6, casing=0.8)
        if sheet.office is not None:
            paint.lines(axes, shapes(barriers)[open_], ROAD, 0.5, (0, (3, 2)), order=2.5)


def _committees(
    axes: Axes,
    sheet: Sheet,
    frame: gpd.GeoDataFrame,
    households: np.ndarray,
    lettering: Lettering,
) -> None:
    fills = [FILLS[c] for c in coloured(frame)]
    paint.areas(axes, shapes(frame), fills, order=1.0)
    city = sheet.office is None
    paint.lines(axes, shapes(frame), INK, 0.8 if city else 1.5, order=4.0)
    named = sheet.named(frame, "committee_id")
    labels = [
        Label(
            name
            if city
            else f"{name}\n{text('overview.households', sheet.lang, households=count)}",
            area,
            NAME_SIZES if city else COMMITTEE_SIZES,
            must=not city,
            bold=True,
        )
        for name, count, area in zip(named, households.tolist(), shapes(frame), strict=True)
    ]
    if not city:
        lettering.add(labels)
    else:
        # Offices first: in a city they are what the reader looks for.
        offices = sheet.proposal.layers["street_offices"]
        lettering.add(
            [
                Label(name, area, OFFICE_SIZES, must=True, bold=True)
                for name, area in zip(
                    sheet.named(offices, "street_office_id"), shapes(offices), strict=True
                )
            ]
        )
        lettering.add(labels)


def _rulings(axes: Axes, sheet: Sheet, lettering: Lettering) -> None:
    rulings = sheet.proposal.layers["rulings"]
    if rulings.empty:
        return
    drawn: Shapes = shapes(rulings)
    refer = (rulings["outcome"] == "refer").to_numpy(dtype=bool)
    paint.lines(axes, drawn[~refer], WATER, 2.0, order=5.0, casing=1.2)
    paint.hatched(axes, drawn[refer], WATER, 3.0 * lettering.unit, 0.6, order=4.9)
    paint.lines(axes, drawn[refer], WATER, 2.0, (0, (2, 1.5)), order=5.0, casing=1.2)


def _over(axes: Axes, sheet: Sheet, offices: gpd.GeoDataFrame | None, lettering: Lettering) -> None:
    """Street office lines above all else."""
    del lettering
    if offices is None:
        offices = sheet.proposal.layers["street_offices"]
    mine = sheet.only(offices)
    style = (0, (6, 1.5, 1, 1.5))
    paint.lines(axes, shapes(mine), INK, 2.4, style, order=6.0, casing=1.6)


def _write(axes: Axes, lettering: Lettering) -> None:
    """All labels as two artists: halos, then letters."""
    outlines = [
        moved(glyphs(p.label.text, p.label.bold), p.size * lettering.unit, p.x, p.y)
        for p in lettering.placed
    ]
    if outlines:
        for colour, halo, order in (("white", 2.0, 7.0), (INK, 0.0, 7.1)):
            letters = PathCollection(
                outlines, facecolors=colour, edgecolors=colour, linewidths=halo, zorder=order
            )
            letters.set_joinstyle("round")
            axes.add_collection(letters, autolim=False)
