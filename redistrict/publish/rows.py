"""Rows of layers and tables in one order and one notation, whatever produced them."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from json.encoder import encode_basestring
from typing import Any, TypeVar, cast

import geopandas as gpd
import numpy as np
import pandas as pd

Frame = TypeVar("Frame", gpd.GeoDataFrame, pd.DataFrame)

KEYS = {
    "buildings": ("building_id", "part"),
    "service_grids": ("service_grid_id",),
    "committees": ("committee_id",),
    "street_offices": ("street_office_id",),
    "rulings": ("estate_id",),
    "estates": ("estate_id",),
    "premises": ("premises_id",),
    "correspondence": ("previous_committee_id", "committee_id"),
    "premises_plan": ("premises_id", "committee_id"),
}
"""The columns that name a row."""

DECIMALS = 3
"""Real numbers are published to a thousandth (of a metre, a square metre, a share in percent)."""


def plain(value: Any) -> Any:
    """``value`` as JSON can say it: no numpy scalars, no NaN, no tuples, keys as text."""
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, Mapping):
        items = cast("Mapping[Any, Any]", value)
        return {str(k): plain(v) for k, v in items.items()}
    if isinstance(value, list | tuple | np.ndarray | pd.Series):
        return [plain(v) for v in list(value)]
    if isinstance(value, set | frozenset):
        return sorted((plain(v) for v in cast("set[Any]", value)), key=str)
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return None if value is pd.NA or value is pd.NaT else str(value)


def compact(value: Any) -> str:
    """One-line JSON with sorted keys."""
    return json.dumps(plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def series(frame: pd.DataFrame, name: str) -> pd.Series:
    """Column ``name`` of ``frame``."""
    return cast("pd.Series", frame[name])


def tokens(column: pd.Series) -> list[str]:
    """Each value of ``column`` as JSON text; missing is ``null``, reals have `DECIMALS`."""
    missing = column.isna().to_numpy(dtype=bool)
    if pd.api.types.is_bool_dtype(column.dtype):
        said = ["true" if v else "false" for v in column.fillna(False).astype(bool)]
    elif pd.api.types.is_integer_dtype(column.dtype):
        said = [str(v) for v in column.fillna(0).to_numpy(dtype=np.int64).tolist()]
    elif pd.api.types.is_float_dtype(column.dtype):
        values = np.round(column.to_numpy(dtype=np.float64, na_value=np.nan), DECIMALS) + 0.0
        missing = ~np.isfinite(values)
        said = [repr(v) for v in values.tolist()]
    else:
        said = [_token(v) for v in column.to_numpy(dtype=object).tolist()]
    if missing.any():
        said = ["null" if m else s for s, m in zip(said, missing.tolist(), strict=True)]
    return said


def _token(value: Any) -> str:
    if value is None:
        return "null"
    if type(value) is str:
        return encode_basestring(value)
    if isinstance(value, float | np.floating):
        number = round(float(value), DECIMALS) + 0.0
        return repr(number) if math.isfinite(number) else "null"
    return compact(value)


def ordered(name: str, frame: Frame) -> Frame:
    """``frame`` sorted by the columns that name its rows; a missing value comes first."""
    keys = [k for k in KEYS.get(name, ()) if k in frame.columns]
    by = np.arange(len(frame))
    if keys and len(frame):
        by = np.lexsort([_sortable(series(frame, k)) for k in reversed(keys)])
    kept: Any = frame.take(by)
    return kept.reset_index(drop=True)


def _sortable(column: pd.Series) -> np.ndarray:
    if pd.api.types.is_numeric_dtype(column.dtype):
        return column.fillna(-1).to_numpy(dtype=np.float64)
    return np.array(["" if v is None or v is pd.NA else str(v) for v in column], dtype=str)
