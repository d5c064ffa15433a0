"""What a feature is called in findings."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from redistrict.model.survey import ID_FIELD


def feature_ids(frame: gpd.GeoDataFrame, layer: str) -> list[str]:
    """The id of each row, ``row:<n>`` where it has none (barriers never have)."""
    field = ID_FIELD.get(layer)
    if field is None or field not in frame:
        return [f"row:{n}" for n in range(len(frame))]
    return [
        f"row:{n}" if pd.isna(value) or value == "" else str(value)
        for n, value in enumerate(frame[field])
    ]
