"""A town small enough to check by eye: square cells of 100 m, row by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from redistrict.model.cells import NO_BARRIER, UNCROSSABLE, Cells
from redistrict.model.survey import Survey

SIDE = 100.0
CRS = "EPSG:4547"


def lattice(
    households: Sequence[Sequence[int]],
    columns: Mapping[str, Sequence[Sequence[Any]]] | None = None,
    walls: Sequence[tuple[int, int]] = (),
    gone: Sequence[int] = (),
) -> Cells:
    """Cells of a ``rows x columns`` town; cell ``r * width + c`` lies in row r (north first).

    ``columns``: values per cell for columns of `Cells.frame`; ``walls``: pairs of neighbouring
    cells with an uncrossable barrier between them; ``gone``: cells that are water: left out, so
    that the land may lie in pieces (indices in ``walls`` count before leaving out).
    """
    height, width = len(households), len(households[0])
    flat = [h for row in households for h in row]
    boxes = [
        shapely.box(c * SIDE, (height - r - 1) * SIDE, (c + 1) * SIDE, (height - r) * SIDE)
        for r in range(height)
        for c in range(width)
    ]
    kept = [i for i in range(height * width) if i not in gone]
    data: dict[str, Any] = {
        "building_id": [f"B{i}" for i in kept],
        "part": [0] * len(kept),
        "kind": ["surveyed"] * len(kept),
        "households": np.array([flat[i] for i in kept], dtype=np.int64),
        "street_office_id": ["SO"] * len(kept),
        "committee_id": [None] * len(kept),
        "service_grid_id": [None] * len(kept),
        "estate_id": [None] * len(kept),
        "courtyard_id": [None] * len(kept),
        "stairwells": [None] * len(kept),
        "footprint": [boxes[i].buffer(-30) for i in kept],
        "stage": [None] * len(kept),
        "property_managed": [None] * len(kept),
        "old_town": [False] * len(kept),
        "frozen": [False] * len(kept),
        "standalone": [False] * len(kept),
        "piece": [0] * len(kept),
        "ground": list(range(len(kept))),
    }
    for name, rows in (columns or {}).items():
        values = [v for row in rows for v in row]
        data[name] = [values[i] for i in kept]
    frame = gpd.GeoDataFrame(data, geometry=[boxes[i] for i in kept], crs=CRS)
    for name in ("committee_id", "service_grid_id", "estate_id", "courtyard_id"):
        frame[name] = frame[name].astype(object)
    where = {old: new for new, old in enumerate(kept)}
    pairs = [
        (i, j) for i in kept for j in (i + 1 if (i + 1) % width else -1, i + width) if j in where
    ]
    closed = {(min(p), max(p)) for p in walls}
    return Cells(
        frame,
        np.array([where[i] for i, _ in pairs], dtype=np.int32),
        np.array([where[j] for _, j in pairs], dtype=np.int32),
        np.full(len(pairs), SIDE),
        np.array([UNCROSSABLE if p in closed else NO_BARRIER for p in pairs], dtype=np.int8),
    )


def survey(cells: Cells, **layers: gpd.GeoDataFrame) -> Survey:
    """The least survey that the policy stages ask for."""
    office = gpd.GeoDataFrame(
        {"street_office_id": ["SO"], "name": ["测试街道"], "code": [None]},
        geometry=[shapely.union_all(cells.frame.geometry.to_numpy())],
        crs=CRS,
    )
    return Survey({"street_offices": office, **layers}, CRS, CRS, "0" * 64)
