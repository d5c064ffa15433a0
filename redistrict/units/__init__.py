"""Units: the land of the city cut into cells, one per building, and who borders whom."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from redistrict.model.cells import Cells
from redistrict.model.errors import InternalError
from redistrict.model.finding import Finding
from redistrict.model.profile import Profile
from redistrict.model.settings import RunSettings
from redistrict.model.survey import Survey
from redistrict.units.edges import edges
from redistrict.units.empty import land_rows
from redistrict.units.footprints import Stands, common_ground, place
from redistrict.units.land import Geometries, Ints, survey_land
from redistrict.units.plots import planned_plots
from redistrict.units.rows import building_rows, by_place, cut_stairwells, with_estates
from redistrict.units.tiles import Tiles, by_number, tile

__all__ = ["cut"]


def cut(survey: Survey, profile: Profile, settings: RunSettings) -> tuple[Cells, list[Finding]]:
    """Cut the street offices' land into one cell per building, stairwell slice and planned plot.

    ``survey`` is repaired and ruled: offices and committees are coverages in a metric CRS and
    buildings know their office. Cells tile each office, keep to their side of uncrossable barriers
    and frozen boundaries, and share their vertices. The answer depends on neither row order nor
    ids, nor on the number of workers in ``settings`` (threads of this process here).
    """
    land = survey_land(survey)
    rows = building_rows(survey)
    rows, findings = cut_stairwells(rows, profile)
    plots, found = planned_plots(survey, rows, land, profile)
    findings += found
    rows = pd.concat([rows, plots], ignore_index=True) if len(plots) else rows
    empty, found = land_rows(rows, survey, land)
    findings += found
    rows = pd.concat([rows, empty], ignore_index=True) if len(empty) else rows
    rows = by_place(with_estates(rows, survey), _office(rows, survey))
    office = _office(rows, survey)
    domain = land.domains.number(office, _frozen(rows, survey))
    domain = np.where(domain >= 0, domain, land.domains.number(office, np.full(len(rows), -1)))
    footprints = rows["footprint"].to_numpy(dtype=object)
    stands = place(footprints, domain, land)
    tiles = tile(stands, land, domain, footprints, settings.workers)
    shapes = _dissolved(tiles, rows)
    border = edges(tiles, stands.land, office, land, survey, profile.barriers.snap_m)
    rows["piece"] = border.pieces(len(rows))
    rows["ground"] = common_ground(footprints, domain, rows["part"].to_numpy(dtype=np.int64) == 0)
    frame = gpd.GeoDataFrame(rows, geometry=shapes, crs=survey.working_crs)
    findings += _moved(rows, stands) + _islands(rows, tiles)
    cells = Cells(
        frame,
        border.a.astype(np.int32),
        border.b.astype(np.int32),
        border.length,
        border.barrier,
        land.dangles,
    )
    return cells, findings


def _office(rows: pd.DataFrame, survey: Survey) -> Ints:
    """(n,) row of each row's street office."""
    ids = survey.layers["street_offices"]["street_office_id"]
    number = {name: i for i, name in enumerate(ids)}
    return np.array([number[name] for name in rows["street_office_id"]], dtype=np.int64)


def _frozen(rows: pd.DataFrame, survey: Survey) -> Ints:
    """(n,) row of the frozen committee each row belongs to, or -1."""
    committees = survey.layer("committees")
    if committees is None:
        return np.full(len(rows), -1, dtype=np.int64)
    number = {name: i for i, name in enumerate(committees["committee_id"])}
    row = np.array([number.get(name, -1) for name in rows["committee_id"]], dtype=np.int64)
    return np.where(rows["frozen"].to_numpy(dtype=bool), row, -1)


def _dissolved(tiles: Tiles, rows: pd.DataFrame) -> Geometries:
    """(n,) the union of each row's tiles, every vertex kept."""
    bare = np.setdiff1d(np.arange(len(rows)), tiles.row)
    if len(bare):
        names = [str(rows["building_id"].iloc[i]) for i in bare.tolist()]
        raise InternalError(
            [
                Finding("cell-missing", "error", "buildings", n, params={"building": n})
                for n in names
            ]
        )
    out = np.empty(len(rows), dtype=object)
    for group in by_number(tiles.row):
        row = int(tiles.row[group[0]])
        if len(group) == 1:
            out[row] = tiles.polygons[group[0]]
        else:
            out[row] = shapely.coverage_union_all(tiles.polygons[group])
    return out


def _moved(rows: pd.DataFrame, stands: Stands) -> list[Finding]:
    """Buildings that lie wholly off the land they belong to."""
    return [
        _of_row(
            rows,
            i,
            Finding(
                "building-off-its-land",
                "warning",
                "buildings",
                params={"committee": rows["committee_id"].iloc[i] or "—"},
                action="nearest-land",
                geometry=rows["footprint"].iloc[i],
            ),
        )
        for i in np.flatnonzero(stands.moved).tolist()
    ]


def _islands(rows: pd.DataFrame, tiles: Tiles) -> list[Finding]:
    """Land apart from the rest of its office that holds no building."""
    return [
        _of_row(
            rows,
            i,
            Finding(
                "island-without-building",
                "info",
                "street_offices",
                params={"area_m2": round(float(shapely.area(shape)), 1)},
                action="nearest-cell",
                geometry=shape,
            ),
        )
        for i, shape in zip(tiles.row[tiles.far].tolist(), tiles.polygons[tiles.far], strict=True)
    ]


def _of_row(rows: pd.DataFrame, i: int, finding: Finding) -> Finding:
    """``finding`` with what a sentence on the land of row ``i`` names: building and office."""
    named = {
        "building": rows["building_id"].iloc[i],
        "street_office": rows["street_office_id"].iloc[i],
    }
    about = named["building" if finding.layer == "buildings" else "street_office"]
    params = {**named, **finding.params}
    return replace(finding, feature_id=str(about), clause="6.5", params=params, rows=0)
