"""Canonical order: rows by where they lie, so that ids and file order decide nothing."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from redistrict.model.survey import ID_FIELD, Survey


def canonical(survey: Survey) -> Survey:
    """Every layer sorted by its geometry (lower-left corner, upper-right corner, area), then id.

    Ids come last and matter only between features with the same geometry.
    """
    return survey.with_layers(**{n: _sorted(n, f) for n, f in survey.layers.items()})


def _sorted(name: str, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    geometry = np.asarray(frame.geometry.array, dtype=object)
    bounds = np.round(shapely.bounds(geometry), 3)
    area = np.round(shapely.area(geometry), 3)
    field = ID_FIELD.get(name)
    ids = (
        frame[field].astype(str).to_numpy(dtype=object)
        if field in frame
        else np.full(len(frame), "", dtype=object)
    )
    keys = (ids.astype(str), area, *(bounds[:, i] for i in (3, 2, 1, 0)))
    return frame.iloc[np.lexsort(keys)].reset_index(drop=True)
