"""findings.json: everything noticed, in both languages, with a geometry to look at."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import geopandas as gpd
import numpy as np
import shapely

from redistrict.i18n import LANGS, Lang
from redistrict.model.finding import Finding
from redistrict.publish.geometry import Shapes
from redistrict.publish.lonlat import FINE, rounded, to_lonlat
from redistrict.publish.rows import compact, plain
from redistrict.wording import sentence

FILE = "findings.json"


def finding_rows(findings: Sequence[Finding], working_crs: str | None) -> list[dict[str, Any]]:
    """One JSON-ready object per finding; geometry as GeoJSON in WGS84 or None.

    Without ``working_crs`` (a survey refused before its CRS was known) there is no geometry.
    """
    drawn: list[Any] = [None] * len(findings)
    if working_crs is not None and findings:
        said = shapely.to_geojson(rounded(to_lonlat(_geometry(findings), working_crs), FINE))
        drawn = [json.loads(g) if g else None for g in said.tolist()]
    return [_row(f, g) for f, g in zip(findings, drawn, strict=True)]


def findings_text(findings: Sequence[Finding], working_crs: str | None) -> str:
    """The content of findings.json: a JSON list, one finding a line."""
    lines = ",\n".join(compact(row) for row in finding_rows(findings, working_crs))
    return f"[\n{lines}\n]\n" if lines else "[]\n"


def findings_layer(findings: Sequence[Finding], working_crs: str, lang: Lang) -> gpd.GeoDataFrame:
    """Points to click on, worded in ``lang``; a finding that has no place has no point."""
    geometry = _geometry(findings)
    points = np.array([None if g is None else g.representative_point() for g in geometry], object)
    return gpd.GeoDataFrame(
        {
            "code": np.array([f.code for f in findings], dtype=object),
            "severity": np.array([f.severity for f in findings], dtype=object),
            "layer": np.array([f.layer for f in findings], dtype=object),
            "feature_id": np.array([f.feature_id for f in findings], dtype=object),
            "clause": np.array([f.clause for f in findings], dtype=object),
            "outcome": np.array([f.outcome for f in findings], dtype=object),
            "message": np.array([sentence("finding", f.code, f, lang) for f in findings], object),
            "action": np.array(
                [sentence("action", f.action, f, lang) if f.action else None for f in findings],
                object,
            ),
            "remedy": np.array([sentence("remedy", f.code, f, lang) for f in findings], object),
        },
        geometry=points,
        crs=working_crs,
    )


def _geometry(findings: Sequence[Finding]) -> Shapes:
    drawn = np.empty(len(findings), dtype=object)
    drawn[:] = [None if f.geometry is None or f.geometry.is_empty else f.geometry for f in findings]
    return drawn


def _row(finding: Finding, geometry: Any) -> dict[str, Any]:
    action = finding.action
    return {
        "code": finding.code,
        "severity": finding.severity,
        "layer": finding.layer,
        "feature_id": finding.feature_id,
        "clause": finding.clause,
        "outcome": finding.outcome,
        "params": cast("dict[str, Any]", plain(finding.params)),
        "action": action,
        "rows": finding.rows,
        "message": {lang: sentence("finding", finding.code, finding, lang) for lang in LANGS},
        "done": {lang: sentence("action", action, finding, lang) for lang in LANGS}
        if action
        else None,
        "remedy": {lang: sentence("remedy", finding.code, finding, lang) for lang in LANGS},
        "geometry": geometry,
    }


def write_text(findings: Sequence[Finding], folder: Path, working_crs: str | None) -> None:
    """findings.json in ``folder``, which exists."""
    (folder / FILE).write_text(findings_text(findings, working_crs), encoding="utf-8", newline="\n")
