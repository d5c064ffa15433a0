"""What a feature is called in findings."""

from __future__ import annotations

import geopandas as gpd

from redistrict.model.survey import ID_FIELD


def feature_ids(frame: gpd.GeoDataFrame, layer: str) -> list[str]:
    """The id of each row, ``row:<n>`` where it has none (barriers never have)."""
    field = ID_FIELD.get(layer)
    if field is None or field not in frame:
        return [f"row:{n}" for n in range(len(frame))]
    missing = (frame[field].isna() | (frame[field] == "")).to_numpy(dtype=bool)
    return [
        f"row:{n}" if lacks else str(value)
        for n, (value, lacks) in enumerate(zip(frame[field], missing, strict=True))
    ]
