"""What a proposal.gpkg brings along of the survey, read back: estates, barriers."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import geopandas as gpd
import pandas as pd
import pyogrio

from redistrict.publish.geopackage import AREA_TABLES


def carried(geopackage: Path, layer: str) -> gpd.GeoDataFrame | None:
    """The layer, its areas and lines together; None where the proposal has none."""
    there = {str(name) for name, _ in pyogrio.list_layers(geopackage)}
    tables = [name for name in (layer, AREA_TABLES.get(layer)) if name in there]
    frames = [gpd.read_file(geopackage, layer=name, engine="pyogrio") for name in tables]
    if not frames:
        return None
    return cast("gpd.GeoDataFrame", pd.concat(frames, ignore_index=True))
