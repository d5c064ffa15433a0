"""Repair: a survey as it came becomes one the engine can trust, with a finding for every change.

A finding's ``rows`` counts the rows that leave with it: rows in = rows kept + sum of ``rows``.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import geopandas as gpd

from redistrict.model.errors import SurveyError
from redistrict.model.finding import Finding
from redistrict.model.profile import Profile
from redistrict.model.survey import LAYERS, REQUIRED_LAYERS, Survey
from redistrict.planar.shares import MOST_LAYERS, PiledTooHigh
from redistrict.repair.areas import clean_offices, fit_committees
from redistrict.repair.attributes import (
    clean_barriers,
    clean_buildings,
    clean_committees,
    clean_estates,
)
from redistrict.repair.footprints import report_overlaps
from redistrict.repair.frozen import settle_frozen, without_specks
from redistrict.repair.geometry import mend_any, mend_polygons
from redistrict.repair.ids import settle_ids
from redistrict.repair.limits import limit, refuse_entangled_features
from redistrict.repair.present import join_present

__all__ = ["repair"]

_POLYGON_LAYERS = ("buildings", "street_offices", "committees", "estates", "service_grids")


def repair(
    survey: Survey, profile: Profile, today: dt.date | None = None
) -> tuple[Survey, list[Finding]]:
    """``survey`` with valid geometry, exact coverages, clean attributes and the present state.

    ``today`` is what review dates are compared with; without it none is overdue (the wall clock
    would make two runs differ). Raises SurveyError where nothing sensible is left (no building,
    no street office) or where geometry is built to exhaust us (``processing-limit``).
    """
    findings: list[Finding] = []
    try:
        layers = _repaired(survey, profile, today, findings)
    except PiledTooHigh as error:
        raise limit(None, None, "stacked", MOST_LAYERS) from error
    # A layer of which nothing is left is gone: it must not come back as it was handed in.
    return replace(survey, layers=layers), findings


def _repaired(
    survey: Survey, profile: Profile, today: dt.date | None, findings: list[Finding]
) -> dict[str, gpd.GeoDataFrame]:
    layers = _mended(survey, findings)
    layers["buildings"], found = clean_buildings(layers["buildings"])
    findings += found
    if "estates" in layers:
        layers["estates"], found = clean_estates(layers["estates"], survey.basis)
        findings += found
    if "barriers" in layers:
        layers["barriers"], found = clean_barriers(layers["barriers"], profile)
        findings += found
    layers["street_offices"], found = clean_offices(layers["street_offices"])
    findings += found
    if "committees" in layers:
        layers["committees"], found = clean_committees(layers["committees"], today)
        findings += found
        layers["committees"], layers["street_offices"], found = fit_committees(
            layers["committees"], layers["street_offices"]
        )
        findings += found
        layers["committees"], found = without_specks(layers["committees"])
        findings += found
    _refuse_empty(layers, findings)
    findings += report_overlaps(layers)
    layers["buildings"], found = join_present(layers["buildings"], layers)
    findings += found
    _refuse_empty(layers, findings)
    if "committees" in layers:
        layers["committees"], found = settle_frozen(
            layers["committees"],
            layers["street_offices"],
            layers["buildings"],
            layers.get("estates"),
        )
        findings += found
    return layers


def _mended(survey: Survey, findings: list[Finding]) -> dict[str, gpd.GeoDataFrame]:
    """Every layer with ids and valid geometry."""
    layers: dict[str, gpd.GeoDataFrame] = {}
    for name in LAYERS:
        frame = survey.layer(name)
        if frame is None:
            continue
        frame, found = settle_ids(frame, name)
        findings += found
        if name in _POLYGON_LAYERS:
            frame, found = mend_polygons(frame, name, points_become_squares=name == "buildings")
        else:
            frame, found = mend_any(frame, name)
        findings += found
        layers[name] = frame
    _refuse_empty(layers, findings)
    refuse_entangled_features(layers)
    return layers


def _refuse_empty(layers: dict[str, gpd.GeoDataFrame], findings: list[Finding]) -> None:
    for name in REQUIRED_LAYERS:
        if name not in layers or len(layers[name]) == 0:
            missing = Finding("required-layer-empty", "error", name, params={"layer": name})
            raise SurveyError([missing, *findings])
    for name in [n for n, frame in layers.items() if len(frame) == 0]:
        # an empty layer is no layer; whatever rows it had have been reported
        findings.append(Finding("layer-without-rows", "info", name, params={"layer": name}, rows=0))
        del layers[name]
