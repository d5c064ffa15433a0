"""Cells to canonical types: ids and text normalised, numbers as numbers.

What words mean (在建, 有物业) is `redistrict.repair`'s to say.
"""

from __future__ import annotations

import unicodedata
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from redistrict.model.finding import Finding
from redistrict.survey.fields import Field
from redistrict.survey.sandbox import refusal

_COMPANY = ("公司", "物业服务中心", "物业集团")
"""物业公司 holds the company's name; a named company manages the estate."""

EXACT_INTEGER = 2**53
"""Above it a number is no longer safe as an id: spreadsheets and JSON readers round it."""


def canonical(
    column: pa.ChunkedArray, field: Field, layer: str, file: str
) -> tuple[pd.Series, list[Finding]]:
    """One column as the contract wants it: ``object`` of str or None, or float64 with NaN."""
    if field.kind in ("number", "part"):
        return _numbers(column, field, layer)
    if field.kind == "households":
        return _households(column), []
    cells = column.to_pylist()
    if field.kind == "id":
        return _objects([_id(v, layer, file, field.name) for v in cells]), []
    text = [clean_text(v) for v in cells]
    if field.name == "property_managed":
        text = ["yes" if t is not None and t.endswith(_COMPANY) else t for t in text]
    return _objects(text), []


def missing(field: Field, rows: int) -> pd.Series:
    """The column of a field that the file does not have."""
    if field.kind in ("number", "households", "part"):
        return pd.Series(np.full(rows, np.nan))
    return _objects([None] * rows)


def clean_text(value: Any) -> str | None:
    """NFC, trimmed, blanks and line ends single; None where nothing is left. 1.0 becomes 1."""
    if value is None or value != value:
        return None
    if isinstance(value, bool):
        value = "yes" if value else "no"
    if isinstance(value, float):
        value = int(value) if value.is_integer() and abs(value) < 1e15 else value
    text = unicodedata.normalize("NFC", str(value))
    text = " ".join(text.split()) if any(c.isspace() for c in text) else text
    return text or None


def _objects(values: list[Any]) -> pd.Series:
    return pd.Series(values, dtype=object)


def _id(value: Any, layer: str, file: str, field: str) -> str | None:
    if isinstance(value, int | float) and value == value and abs(value) > EXACT_INTEGER:
        raise refusal("id-not-text", file, layer, value=str(value), field=field)
    return clean_text(value)


def to_number(value: Any) -> float | None:
    """The number a cell holds (full-width digits and thousands separators too), or None."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return float(value)
    text = unicodedata.normalize("NFKC", str(value)).strip().replace(",", "")
    try:
        return float(text) if text and text[-1] not in "xyfn" else None
    except ValueError:
        return None


def _is_number(column: pa.ChunkedArray) -> bool:
    kind = column.type
    return pa.types.is_integer(kind) or pa.types.is_floating(kind)


def _float(column: pa.ChunkedArray) -> pd.Series:
    return pd.Series(column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False).copy())


def _households(column: pa.ChunkedArray) -> pd.Series:
    """float64 where every cell is a number or empty; else the cells as they are, for repair."""
    if _is_number(column):
        return _float(column)
    cells = column.to_pylist()
    numbers = [to_number(v) for v in cells]
    if all(
        n is not None or v is None or not str(v).strip()
        for n, v in zip(numbers, cells, strict=True)
    ):
        return pd.Series([np.nan if n is None else n for n in numbers], dtype=np.float64)
    return _objects(
        [n if n is not None else clean_text(v) for n, v in zip(numbers, cells, strict=True)]
    )


def _numbers(column: pa.ChunkedArray, field: Field, layer: str) -> tuple[pd.Series, list[Finding]]:
    if _is_number(column):
        return _float(column), []
    cells = column.to_pylist()
    numbers = [to_number(v) for v in cells]
    bad = [
        i
        for i, (n, v) in enumerate(zip(numbers, cells, strict=True))
        if n is None and clean_text(v)
    ]
    series = pd.Series([np.nan if n is None else n for n in numbers], dtype=np.float64)
    return series, _unknown(bad, cells, field, layer, "value-not-number")


def _unknown(
    rows: list[int], cells: list[Any], field: Field, layer: str, code: str
) -> list[Finding]:
    if not rows:
        return []
    params = {
        "field": field.name,
        "count": len(rows),
        "values": ", ".join(sorted({str(cells[r])[:40] for r in rows})[:10]),
        "rows": rows[:20],
    }
    return [Finding(code, "warning", layer, params=params, action="left-empty", rows=0)]
