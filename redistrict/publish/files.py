"""A proposal becomes files: whole, or not at all."""

from __future__ import annotations

import json
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import geopandas as gpd
import numpy as np

from redistrict import workings
from redistrict.i18n import Lang
from redistrict.model.finding import Finding
from redistrict.model.proposal import Proposal
from redistrict.parallel import Workers
from redistrict.publish import findings as findings_file
from redistrict.publish.content import content_hashes
from redistrict.publish.findings import findings_layer, findings_text
from redistrict.publish.folder import (
    FINDINGS,
    MANIFEST,
    REFUSED,
    check_target,
    holds_proposal,
    replaced,
)
from redistrict.publish.geojson import write_geojson
from redistrict.publish.geopackage import FILE, write_geopackage
from redistrict.publish.overview import write_overviews
from redistrict.publish.overview.fonts import chinese_family
from redistrict.publish.palette import coloured
from redistrict.publish.reasons import worded
from redistrict.publish.rows import ordered, plain
from redistrict.publish.tables import write_tables


def write(
    proposal: Proposal,
    out: Path,
    lang: Lang = "zh",
    seconds: Mapping[str, float] | None = None,
    workers: Workers | None = None,
) -> dict[str, str]:
    """All files of ``proposal`` into the folder ``out``; returns the content hashes.

    ``seconds``: time of each stage, for the manifest only; ``workers`` may draw pictures and, where
    writing fails, are stopped. The keys of the answer are the layers, the tables, ``manifest`` and,
    over all of them, ``content``. Raises `OutputError` where ``out`` holds something that is not
    ours or cannot be written; then nothing is changed.
    """
    start = time.perf_counter()
    hashes = content_hashes(proposal)
    if chinese_family() is None:
        missing = Finding("overview-without-chinese-font", "warning")
        proposal = replace(proposal, findings=(*proposal.findings, missing))
    with replaced(out) as folder, _stopping(workers):
        finish_pictures = write_overviews(proposal, folder, lang, workers)
        layers = _layers(proposal, lang)
        tables = {name: ordered(name, table) for name, table in proposal.tables.items()}
        write_geopackage(layers, tables, proposal.working_crs, proposal.crs, folder / FILE, lang)
        write_geojson(layers, proposal.working_crs, folder)
        write_tables(tables, folder, lang)
        findings_file.write_text(proposal.findings, folder, proposal.working_crs)
        kept = workings.write(proposal.workings, folder) if proposal.workings else None
        finish_pictures()
        spent = {**(seconds or {}), "publish": time.perf_counter() - start}
        files = sorted([*(p.name for p in folder.iterdir()), MANIFEST])
        _write_manifest(folder / MANIFEST, _manifest(proposal, hashes, spent, files, kept))
    return hashes


@contextmanager
def _stopping(workers: Workers | None) -> Generator[None]:
    """Where something fails, nobody goes on writing into a folder that is about to go."""
    try:
        yield
    except BaseException:
        if workers is not None:
            workers.close(at_once=True)
        raise


def write_findings(findings: Sequence[Finding], out: Path, working_crs: str | None = None) -> Path:
    """findings.json alone in ``out``, for a survey that was refused; returns where it is.

    A proposal that lies there from an earlier run stays as it is: the findings then go beside it
    as ``findings.refused.json``. Raises `OutputError` as `write` does.
    """
    check_target(out)
    if holds_proposal(out):
        text = findings_text(findings, working_crs)
        (out / REFUSED).write_text(text, encoding="utf-8", newline="\n")
        return out / REFUSED
    with replaced(out) as folder:
        findings_file.write_text(findings, folder, working_crs)
    return out / FINDINGS


def _layers(proposal: Proposal, lang: Lang) -> dict[str, gpd.GeoDataFrame]:
    layers = {name: ordered(name, worded(f, lang)) for name, f in proposal.layers.items()}
    for name in ("committees", "service_grids"):
        if name in layers:
            layers[name] = _with(layers[name], "colour", coloured(layers[name]))
    if "service_grids" in layers and "buildings" in layers:
        grids = layers["service_grids"]
        colour = dict(zip(grids["service_grid_id"], grids["colour"], strict=True))
        buildings = layers["buildings"]
        number = [colour.get(grid, 0) for grid in buildings["service_grid_id"]]
        layers["buildings"] = _with(buildings, "colour", np.array(number, dtype=np.int64))
    layers["findings"] = findings_layer(proposal.findings, proposal.working_crs, lang)
    return layers


def _with(frame: gpd.GeoDataFrame, column: str, values: np.ndarray) -> gpd.GeoDataFrame:
    return cast("gpd.GeoDataFrame", frame.assign(**{column: values}))


def _manifest(
    proposal: Proposal,
    hashes: Mapping[str, str],
    seconds: Mapping[str, float],
    files: Sequence[str],
    kept: str | None,
) -> dict[str, Any]:
    parts = {name: value for name, value in sorted(hashes.items()) if name != "content"}
    return {
        "schema": "redistrict-proposal",
        **plain(proposal.manifest),
        "consequences": plain(proposal.consequences),
        "findings": len(proposal.findings),
        "files": list(files),
        "seconds": {name: round(value, 3) for name, value in seconds.items()},
        **({"workings": kept} if kept else {}),
        "content_hashes": parts,
        "content_hash": hashes["content"],
    }


def _write_manifest(path: Path, manifest: Mapping[str, Any]) -> None:
    text = json.dumps(manifest, ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")
