"""Workings <-> one zip file."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from redistrict.model.cells import Cells
from redistrict.model.errors import ProposalError
from redistrict.model.finding import Finding
from redistrict.model.workings import Workings
from redistrict.planar.frames import geographic
from redistrict.workings.columns import frame, table

FILE = "workings.redistrict"
SCHEMA_VERSION = 1
_ABOUT = "workings.json"
_EPOCH = (1980, 1, 1, 0, 0, 0)


def write(workings: Workings, folder: Path) -> str:
    """Write `FILE` into ``folder``; returns its sha256 (hex). Equal workings give equal bytes."""
    cells = workings.cells
    drawn = pd.DataFrame({"service_grid": workings.service_grid, "committee": workings.committee})
    edges = pd.DataFrame(
        {"a": cells.a, "b": cells.b, "length": cells.length, "barrier": cells.barrier}
    )
    loose = gpd.GeoDataFrame(geometry=cells.loose_barriers, crs=workings.working_crs)
    tables: dict[str, pd.DataFrame] = {
        "cells": cells.frame,
        "drawn": drawn,
        "edges": edges,
        "loose_barriers": loose,
        **{f"layer.{name}": layer for name, layer in sorted(workings.layers.items())},
        **{f"survey.{name}": layer for name, layer in sorted(workings.survey.items())},
        **{f"present.{name}": layer for name, layer in sorted(workings.present.items())},
    }
    about = {
        "schema": "redistrict-workings",
        "schema_version": SCHEMA_VERSION,
        "working_crs": workings.working_crs,
        "lasting": workings.lasting,
        "tables": sorted(tables),
    }
    path = folder / FILE
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(_member(_ABOUT), json.dumps(about, sort_keys=True))
        for name, held in tables.items():
            archive.writestr(_member(f"{name}.parquet"), _parquet(table(held)))
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _member(name: str) -> zipfile.ZipInfo:
    """An entry without a time, so that equal content gives equal bytes."""
    return zipfile.ZipInfo(name, _EPOCH)


def _parquet(held: Any) -> bytes:
    out = io.BytesIO()
    pq.write_table(held, out, compression="zstd", compression_level=1, store_schema=True)
    return out.getvalue()


def read(folder: Path, expected: str | None = None) -> Workings:
    """The workings of the proposal in ``folder``; ``expected``: sha256 that the manifest states.

    Raises `ProposalError`: ``workings-missing`` where the proposal was written without them,
    ``workings-altered`` where they are not what was written, ``workings-version`` where another
    version of the program wrote them.
    """
    path = folder / FILE
    if not path.is_file():
        raise _refused("workings-missing", folder)
    content = path.read_bytes()
    if expected is not None and hashlib.sha256(content).hexdigest() != expected:
        raise _refused("workings-altered", folder)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            about = cast("dict[str, Any]", json.loads(archive.read(_ABOUT)))
            if about.get("schema_version") != SCHEMA_VERSION:
                raise _refused("workings-version", folder)
            crs = str(about["working_crs"])
            tables = {n: frame(_table(archive, n), crs) for n in cast("list[str]", about["tables"])}
        return _workings(tables, crs, int(about["lasting"]))
    except (zipfile.BadZipFile, pa.ArrowException, shapely.GEOSException, KeyError) as error:
        raise _refused("workings-altered", folder) from error


def _table(archive: zipfile.ZipFile, name: str) -> Any:
    return pq.read_table(io.BytesIO(archive.read(f"{name}.parquet")))


def _workings(tables: Mapping[str, pd.DataFrame], crs: str, lasting: int) -> Workings:
    edges, drawn = tables["edges"], tables["drawn"]
    cells = Cells(
        geographic(tables["cells"]),
        edges["a"].to_numpy(dtype=np.int32),
        edges["b"].to_numpy(dtype=np.int32),
        edges["length"].to_numpy(dtype=np.float64),
        edges["barrier"].to_numpy(dtype=np.int8),
        np.asarray(geographic(tables["loose_barriers"]).geometry.array, dtype=object),
    )
    return Workings(
        cells,
        drawn["service_grid"].to_numpy(dtype=object),
        drawn["committee"].to_numpy(dtype=object),
        _layers(tables, "layer."),
        _layers(tables, "survey."),
        _layers(tables, "present."),
        crs,
        lasting,
    )


def _layers(tables: Mapping[str, pd.DataFrame], prefix: str) -> dict[str, gpd.GeoDataFrame]:
    return {
        n.removeprefix(prefix): geographic(f) for n, f in tables.items() if n.startswith(prefix)
    }


def _refused(code: str, folder: Path) -> ProposalError:
    return ProposalError(Finding(code, "error", folder.name, params={"file": FILE}))
