"""RawLayer: one layer as it came out of a file, before names and CRS mean anything."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from . import limits
from .refused import Note, Refused

Column = Sequence[Any] | pa.Array


@dataclass
class RawLayer:
    """``wkb``: one entry per row (None where the row has no geometry), or None for a table.

    ``crs``: ``EPSG:n``, ``OGC:CRS84``, WKT or PROJJSON as text; None where the file states none.
    ``crs_stated``: False where the format's default was taken (GeoJSON, KML).
    """

    file: str
    columns: dict[str, Column]
    wkb: Sequence[bytes | None] | None
    rows: int
    crs: str | None = None
    crs_stated: bool = True
    notes: list[Note] = field(default_factory=list)
    lifted: int = 0
    """Geometries whose Z was dropped while reading."""
    infinite_is_corrupt: bool = False
    """The text held no NaN or Infinity, so an infinite coordinate was an overflow (1e400)."""
    nesting_is_lost: bool = False
    """A nested geometry is one the format does not have (GeoPackage): lost, not merely deep."""


def check_counts(rows: int, columns: int) -> None:
    """Refuse more rows or columns than a survey can have."""
    if rows > limits.FEATURES:
        raise Refused("too-many-features", {"count": rows, "limit": limits.FEATURES})
    if columns > limits.COLUMNS:
        raise Refused("too-many-columns", {"count": columns, "limit": limits.COLUMNS})


def to_array(values: Column) -> pa.Array:
    """One Arrow column: integers, numbers, booleans or text; nothing nested.

    Mixed columns become text, a whole number written as ``1.0`` becoming ``1``; integers
    too large for a column of numbers stay exact as text.
    """
    if isinstance(values, pa.Array):
        return values
    kinds = {type(v) for v in values if v is not None}
    if not kinds:
        return pa.nulls(len(values), pa.string())
    if kinds <= {bool}:
        return pa.array(values, pa.bool_())
    if kinds <= {int}:
        if all(v is None or -(2**63) <= v < 2**63 for v in values):
            return pa.array(values, pa.int64())
    elif kinds <= {int, float} and all(
        v is None or isinstance(v, float) or abs(v) <= 2**53 for v in values
    ):
        return pa.array([None if v is None else float(v) for v in values], pa.float64())
    return pa.array([None if v is None else _text(v) for v in values], pa.string())


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if math.isfinite(value) and value.is_integer() else repr(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list) and all(isinstance(v, str | int) for v in value):
        return ";".join(str(v) for v in value)
    if isinstance(value, bytes):
        return value.hex()
    return json.dumps(value, ensure_ascii=False, default=str)
