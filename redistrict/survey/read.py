"""read: the files of a survey become a `Survey`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import geopandas as gpd
import numpy as np
import pandas as pd

from redistrict.model.errors import InternalError, SurveyError
from redistrict.model.finding import Finding
from redistrict.model.survey import LAYERS, REQUIRED_LAYERS, Survey
from redistrict.survey import crs as crs_
from redistrict.survey import identity, offsets, tables
from redistrict.survey.fields import BASES, BASIS_OF_COLUMN
from redistrict.survey.frames import frame_of, shapes_of, table_of
from redistrict.survey.options import ReadOptions
from redistrict.survey.rows import account
from redistrict.survey.sandbox import SafeLayer, SafeSurvey, open_sandboxed, refusal

DEFAULT = ReadOptions()
_NOT_REAL = "planned_plot"


def read(path: Path, options: ReadOptions = DEFAULT) -> tuple[Survey, list[Finding]]:
    """A survey from a folder, a zip or one GeoPackage, and everything noticed on the way.

    Every file is opened in the sandbox only. Raises SurveyError whose findings carry a problem
    type of CASES.tsv, the file, the place and what to do. What cannot be read or trusted is
    refused here; what can be mended (docs/decisions/0002) is left to `redistrict.repair`.
    """
    safe = open_sandboxed(path, (*LAYERS, "rulings"), options.encoding)
    reading = _Reading(safe, options, path.name)
    survey = reading.survey()
    findings = list(reading.findings)
    if options.trusted is not None:
        findings += offsets.compare(survey, options.trusted)
    return survey, findings


class _Reading:
    """The state of one reading, in the order of the methods."""

    def __init__(self, safe: SafeSurvey, options: ReadOptions, name: str) -> None:
        self.safe = safe
        self.options = options
        self.name = name
        self.settings = safe.settings
        self.findings: list[Finding] = list(safe.findings)
        self.mapping: dict[str, dict[str, str]] = {}
        self.layers: dict[str, gpd.GeoDataFrame] = {}
        self.located: dict[int, crs_.Located] = {}
        self.read_rows: dict[str, int] = {}
        self.before = 0

    def survey(self) -> Survey:
        spatial = [s for s in self.safe.layers if s.shapes is not None and s.layer in LAYERS]
        self._check_present(spatial)
        self.located = {id(s): crs_.settle(s, self._stated_crs(s.layer)) for s in spatial}
        home = self.located[id(next(s for s in spatial if s.layer == "buildings"))]
        working = crs_.working(home.crs, home.name, self._extent(spatial, home))
        self._notice_datums()
        self.before = len(self.findings)
        for safe in spatial:
            self._add(safe, working)
        self._check_fields()
        for name, frame in self.layers.items():
            self._settle_ids(name, frame)
        self.layers, noticed = identity.resolve_references(self.layers)
        self.findings += noticed
        self._leave_out_plots()
        self._check_places()
        self._check_rows()
        return Survey(
            layers={n: self.layers[n] for n in LAYERS if n in self.layers},
            crs=home.name,
            working_crs=working,
            content_hash=self.safe.content_hash,
            basis=self._basis(),
            mapping=self.mapping,
            tables=self._tables(),
        )

    def _check_present(self, spatial: list[SafeLayer]) -> None:
        have = {s.layer for s in spatial}
        for name in REQUIRED_LAYERS:
            if name not in have:
                found = sorted({s.file for s in self.safe.layers})
                raise refusal("layer-missing", self.name, name, found=found)
        for safe in spatial:
            if safe.rows == 0 and safe.layer in REQUIRED_LAYERS:
                raise refusal("layer-empty", safe.file, safe.layer)

    def _stated_crs(self, layer: str) -> str | None:
        stated = self.settings.get("crs", {})
        found = self.options.crs or stated.get(layer) or stated.get("default")
        return None if found is None else str(found)

    def _extent(self, spatial: list[SafeLayer], home: crs_.Located) -> crs_.Bounds:
        """Bounds of buildings and street offices together, in the buildings' CRS."""
        found: list[crs_.Bounds] = []
        for safe in spatial:
            bounds = crs_.bounds_of(safe.shapes)
            if safe.layer in REQUIRED_LAYERS and bounds is not None:
                located = self.located[id(safe)]
                change = crs_.transformer(located.crs, home.crs)
                found.append(change.transform_bounds(*bounds, densify_pts=5))
        if not found:
            raise refusal("geometry-empty", self.name, "buildings")
        every = np.array(found)
        low, high = every[:, :2].min(axis=0), every[:, 2:].max(axis=0)
        return (float(low[0]), float(low[1]), float(high[0]), float(high[1]))

    def _notice_datums(self) -> None:
        by_layer = {s.layer: self.located[id(s)] for s in self.safe.layers if id(s) in self.located}
        for located in self.located.values():
            self.findings += located.findings
        ballpark = sorted(n for n, at in by_layer.items() if crs_.is_ballpark(at.crs))
        if not ballpark:
            return
        datum = by_layer[ballpark[0]].crs.name
        mixed = len(ballpark) < len(by_layer)
        params = {"layers": ", ".join(ballpark), "crs": datum, "file": self.name}
        accepted = self.options.accept_ballpark_datum or self.settings.get("crs", {}).get(
            "accept_ballpark_datum", False
        )
        if mixed and not accepted:
            raise SurveyError(
                Finding("crs-datum", "error", ballpark[0], params=params, action="refused")
            )
        self.findings.append(Finding("crs-ballpark", "warning", ballpark[0], params=params, rows=0))

    def _add(self, safe: SafeLayer, working: str) -> None:
        stated = self.settings.get("mapping", {}).get(safe.layer, {})
        table, mapping, findings = table_of(safe, stated, self.safe.proposal)
        table, borrowed = identity.borrow_id(table, safe.layer, mapping)
        shapes, noticed = shapes_of(safe, self.located[id(safe)], working)
        self.findings += findings + borrowed + noticed
        if safe.layer == "barriers" and safe.barrier_kind:
            kinds = [k or safe.barrier_kind for k in table["kind"]]
            table = table.assign(kind=pd.Series(kinds, dtype=object))
        joined, noticed = tables.join(
            table, safe, self._attribute_tables(safe.layer), mapping, stated
        )
        self.findings += noticed
        frame = frame_of(joined, shapes, working)
        self.read_rows[safe.layer] = self.read_rows.get(safe.layer, 0) + len(frame)
        if safe.layer in self.layers:
            both = pd.concat([self.layers[safe.layer], frame], ignore_index=True)
            frame = gpd.GeoDataFrame(both, geometry="geometry", crs=working)
        self.layers[safe.layer] = frame
        self.mapping[safe.layer] = {**mapping, **self.mapping.get(safe.layer, {})}

    def _attribute_tables(self, layer: str) -> list[SafeLayer]:
        return [s for s in self.safe.layers if s.layer == layer and s.shapes is None]

    def _check_fields(self) -> None:
        if "households" not in self.mapping["buildings"]:
            file = next(s.file for s in self.safe.layers if s.layer == "buildings")
            raise refusal("field-missing", file, "buildings", field="households")

    def _settle_ids(self, name: str, frame: gpd.GeoDataFrame) -> None:
        if name == "buildings" and not self.safe.proposal:
            frame, noticed = identity.compose_building_ids(frame, self.mapping[name])
            self.layers[name] = frame
            self.findings += noticed
        file = next(s.file for s in self.safe.layers if s.layer == name)
        asked = self.settings.get("repair", {}).get("duplicate_ids", self.options.duplicate_ids)
        identity.refuse_twins(frame, name, file, asked == "rename")

    def _leave_out_plots(self) -> None:
        """Plots of planned estates are ours; the estate they were made from makes them again."""
        buildings = self.layers["buildings"]
        if "kind" not in buildings:
            return
        plots = np.array([k == _NOT_REAL for k in buildings["kind"]], dtype=bool)
        kept = buildings.drop(columns="kind").loc[~plots].reset_index(drop=True)
        self.layers["buildings"] = cast("gpd.GeoDataFrame", kept)
        if plots.any():
            count = int(plots.sum())
            params = {"count": count}
            self.findings.append(
                Finding("planned-plots-left-out", "info", "buildings", params=params,
                        action="left-out", rows=count)
            )  # fmt: skip

    def _check_places(self) -> None:
        """Buildings and street offices must lie on one another."""
        offices = self.layers["street_offices"].total_bounds
        found = self.layers["buildings"].total_bounds
        if np.isnan(offices).any() or np.isnan(found).any():
            return
        apart = (found[:2] > offices[2:]) | (offices[:2] > found[2:])
        if apart.any():
            raise refusal("coordinate-out-of-area", self.name, "buildings", reason="apart")

    def _check_rows(self) -> None:
        kept = {n: len(f) for n, f in self.layers.items()}
        made = self.findings[self.before :]
        for rows in account(self.read_rows, kept, made):
            params = {"read": rows.read, "kept": rows.kept, "reported": rows.reported}
            if not rows.balanced:
                raise InternalError(Finding("rows-unaccounted", "error", rows.layer, params=params))
            self.findings.append(Finding("rows-read", "info", rows.layer, params=params, rows=0))

    def _basis(self) -> str:
        stated = self.options.basis or self.settings.get("basis", {}).get("households")
        if stated is not None and stated not in BASES:
            raise refusal("settings-invalid", self.name, None, reason=f"basis = {stated}")
        column = self.mapping["buildings"].get("households", "")
        found = stated or BASIS_OF_COLUMN.get(column, "unstated")
        if found == "unstated":
            self.findings.append(Finding("basis-unstated", "info", "buildings", rows=0))
        return str(found)

    def _tables(self) -> Mapping[str, pd.DataFrame]:
        out: dict[str, Any] = {}
        for safe in self.safe.layers:
            if safe.layer == "rulings":
                stated = self.settings.get("mapping", {}).get("rulings", {})
                table, mapping, findings = table_of(safe, stated, self.safe.proposal)
                out["rulings"] = tables.recorded(table)
                self.mapping["rulings"] = mapping
                self.findings += findings
        if self.options.rulings:
            own = out.get("rulings")
            out["rulings"], findings = tables.with_stated(own, self.options.rulings)
            self.findings += findings
        return out
