"""What a filter is put to: columns with kinds, and shapes with a way to bring literals to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from redistrict.publish.rows import compact, plain

Kind = Literal["number", "text", "boolean", "instant", "geometry", "nothing"]
"""``nothing``: a column in which no row says anything; it compares with all kinds, to unknown."""


@dataclass(frozen=True)
class Column:
    """(n,) values of one kind, and which of them are known; both may be of shape () for a literal.

    Numbers are float64, texts and geometries objects, instants datetime64[ms] (UTC).
    """

    kind: Kind
    values: NDArray[Any]
    known: NDArray[np.bool_]


@dataclass(frozen=True)
class Table:
    """A layer: ``columns`` by the names a filter may use.

    ``geometry`` is the name of the shapes among them, ``bring`` transforms a literal from the
    filter's CRS to theirs (raises BadRequest where it has no place).
    """

    rows: int
    columns: Mapping[str, Column]
    geometry: str
    bring: Callable[[Any], Any]


def column(values: pd.Series) -> Column:
    """A column of a frame; structures become JSON text."""
    known = values.notna().to_numpy(dtype=np.bool_)
    if not known.any():
        return Column("nothing", np.full(len(values), None, dtype=object), known)
    if pd.api.types.is_bool_dtype(values.dtype):
        return Column("boolean", values.fillna(False).to_numpy(dtype=np.bool_), known)
    if pd.api.types.is_numeric_dtype(values.dtype):
        return Column("number", values.to_numpy(dtype=np.float64, na_value=np.nan), known)
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return Column("instant", instants(values.astype(str)), known)
    plains = [plain(v) for v in values]
    kinds = {type(v) for v in plains if v is not None}
    if kinds == {bool}:
        return Column("boolean", np.array([v is True for v in plains], dtype=np.bool_), known)
    if kinds <= {int, float}:
        numbers = [np.nan if v is None else float(v) for v in plains]
        return Column("number", np.array(numbers, dtype=np.float64), known)
    said = np.empty(len(plains), dtype=object)
    said[:] = [_text(v) for v in plains]
    return Column("text", said, known)


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else compact(value)


def instants(texts: Any) -> NDArray[np.datetime64]:
    """ISO 8601 texts as datetime64[ms] in UTC; NaT where they are none. A date is its midnight."""
    parsed = pd.to_datetime(
        pd.Series(texts, dtype=object), errors="coerce", utc=True, format="ISO8601"
    )
    return parsed.dt.tz_localize(None).to_numpy(dtype="datetime64[ms]")
