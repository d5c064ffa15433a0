"""Parts of a frame, typed as what they are: the stubs of pandas say they might be anything."""

from __future__ import annotations

from typing import Any, cast

import geopandas as gpd
import pandas as pd


def column(rows: pd.DataFrame, name: str) -> pd.Series:
    """One column."""
    return cast("pd.Series", rows[name])


def geographic(rows: Any) -> gpd.GeoDataFrame:
    """``rows`` itself: what selecting, sorting or extending a GeoDataFrame gave."""
    return cast("gpd.GeoDataFrame", rows)
