"""A layer's columns as numbered values, each encoded once."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from redistrict.publish.rows import compact, plain

# Keys of the fields of a Value: string, double, uint, sint, bool; of a Layer: keys, values.
_STRING, _DOUBLE, _UINT, _SINT, _BOOL = 0x0A, 0x19, 0x28, 0x30, 0x38
_KEY, _VALUE = 0x1A, 0x22


@dataclass(frozen=True)
class Column:
    """``values`` as they came; ``numbers`` (n,) which of ``pieces`` each row has, -1 for none."""

    values: pd.Series
    numbers: NDArray[np.int64]
    pieces: bytes
    ends: NDArray[np.int64]
    kind: str


@dataclass(frozen=True)
class Attributes:
    """Columns of a layer of n rows.

    ``codes`` (n, len(names)) number of the value in the list, -1 where a row has none; value ``v``
    is ``pool[starts[v]:starts[v + 1]]``, a ``values`` field of the layer. ``distinct[c]``: how
    many values column ``c`` has. ``kinds[c]``: ``String``, ``Number`` or ``Boolean`` (TileJSON).
    """

    names: tuple[str, ...]
    kinds: tuple[str, ...]
    codes: NDArray[np.int32]
    distinct: tuple[int, ...]
    pool: NDArray[np.uint8]
    starts: NDArray[np.int64]

    columns: tuple[Column, ...] = ()
    """What it was made of, for the next revision."""

    def only(self, names: Sequence[str]) -> Attributes:
        """The same values, fewer columns."""
        at = [self.names.index(n) for n in names]
        return Attributes(
            tuple(names),
            tuple(self.kinds[c] for c in at),
            np.ascontiguousarray(self.codes[:, at]),
            tuple(self.distinct[c] for c in at),
            self.pool,
            self.starts,
        )


def attributes(
    frame: pd.DataFrame, names: Sequence[str], before: Attributes | None = None
) -> Attributes:
    """The columns ``names`` of ``frame``; a structure becomes JSON text, a missing value none.

    ``before``: of another revision: columns that are equal there are taken from it.
    """
    known = {} if before is None else dict(zip(before.names, before.columns, strict=True))
    columns = [_column(cast("pd.Series", frame[name]), known.get(name)) for name in names]
    codes = np.full((len(frame), len(names)), -1, dtype=np.int32)
    starts = [np.zeros(1, dtype=np.int64)]
    count = size = 0
    for c, column in enumerate(columns):
        codes[:, c] = np.where(column.numbers >= 0, column.numbers + count, -1)
        starts.append(column.ends + size)
        count += len(column.ends)
        size += len(column.pieces)
    pool = np.frombuffer(b"".join(c.pieces for c in columns), dtype=np.uint8)
    return Attributes(
        tuple(names),
        tuple(c.kind for c in columns),
        codes,
        tuple(len(c.ends) for c in columns),
        pool,
        np.concatenate(starts),
        tuple(columns),
    )


def _column(values: pd.Series, known: Column | None) -> Column:
    if known is not None and values.equals(known.values):
        return known
    numbers, distinct = _factorised(values)
    pieces = [field(_VALUE, encoded(v)) for v in distinct]
    ends = np.cumsum([len(p) for p in pieces], dtype=np.int64)
    return Column(values, numbers, b"".join(pieces), ends, _kind(distinct))


def _factorised(column: pd.Series) -> tuple[NDArray[np.int64], list[Any]]:
    """(n,) numbers of the values, -1 for none, and the values as JSON has them."""
    if column.dtype == object:
        said = [v if type(v) is str else _scalar(v) for v in column]
        seen: dict[Any, int] = {}
        numbers = np.array(
            # 1, 1.0 and True are one key to a dict and three values to us.
            [-1 if v is None else seen.setdefault((type(v), v), len(seen)) for v in said],
            dtype=np.int64,
        )
        return numbers, [value for _, value in seen]
    numbers, values = pd.factorize(column)
    plains = [_scalar(v) for v in values]
    missing = np.array([v is None for v in plains], dtype=bool)
    numbers = np.asarray(numbers, dtype=np.int64)
    if missing.any():
        numbers = np.where((numbers >= 0) & ~missing[numbers], numbers, -1)
        plains = ["" if v is None else v for v in plains]
    return numbers, plains


def _scalar(value: Any) -> str | int | float | bool | None:
    value = plain(value)
    return compact(value) if isinstance(value, dict | list) else value


def _kind(values: Sequence[Any]) -> str:
    if values and all(isinstance(v, bool) for v in values):
        return "Boolean"
    if values and all(isinstance(v, int | float) and not isinstance(v, bool) for v in values):
        return "Number"
    return "String"


def encoded(value: str | int | float | bool) -> bytes:
    """A Value message."""
    if isinstance(value, bool):
        return bytes([_BOOL, value])
    if isinstance(value, int) and abs(value) < 2**63:
        if value >= 0:
            return bytes([_UINT]) + varint(value)
        return bytes([_SINT]) + varint((value << 1) ^ (value >> 63))
    if isinstance(value, int | float):
        return bytes([_DOUBLE]) + struct.pack("<d", float(value))
    return field(_STRING, value.encode("utf-8", "replace"))


def keys(names: Sequence[str]) -> bytes:
    """The ``keys`` fields of a layer."""
    return b"".join(field(_KEY, n.encode()) for n in names)


def field(key: int, content: bytes) -> bytes:
    """A length-delimited field with a one-byte key."""
    return bytes([key]) + varint(len(content)) + content


def varint(word: int) -> bytes:
    """One word, not negative."""
    out = bytearray()
    while word >= 128:
        out.append(word & 127 | 128)
        word >>= 7
    out.append(word)
    return bytes(out)
