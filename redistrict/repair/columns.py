"""Columns as the arrays the rules work on, whatever the survey put into them."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from redistrict.repair.vocabulary import word


def column(frame: gpd.GeoDataFrame, field: str) -> list[Any]:
    """The values of ``field``, None throughout where there is no such column."""
    return list(frame[field]) if field in frame else [None] * len(frame)


def numbers(frame: gpd.GeoDataFrame, field: str) -> NDArray[np.float64]:
    """(n,) floats, NaN where there is nothing or no number."""
    if field not in frame:
        return np.full(len(frame), np.nan)
    series = pd.Series(pd.to_numeric(frame[field], errors="coerce"))
    return series.astype("float64").to_numpy(dtype=np.float64, na_value=np.nan)


def texts(frame: gpd.GeoDataFrame, field: str) -> pd.Series:
    """Trimmed texts, None where nothing is said."""
    said = [None if word(v) is None else str(v).strip() for v in column(frame, field)]
    return pd.Series(said, index=frame.index, dtype=object)


def objects(values: Any, frame: gpd.GeoDataFrame) -> pd.Series:
    """``values`` as an object column of ``frame``: no dtype of pandas' own choosing."""
    return pd.Series(list(values), index=frame.index, dtype=object)
