"""dBASE III tables, read by ourselves: exact bytes, so that the encoding can be proven to fit."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from typing import Any

import numpy as np

from .encoding import LANGUAGE_DRIVER, decide
from .raw import check_counts
from .refused import Note, Refused

_SEPARATOR = b"\x00"


@dataclass
class Dbf:
    """Columns by name, in file order; ``deleted`` marks rows the file itself calls deleted."""

    columns: dict[str, list[Any]]
    rows: int
    deleted: np.ndarray
    notes: list[Note]


@dataclass(frozen=True)
class _Field:
    raw: bytes
    kind: str
    start: int
    width: int
    decimals: int


def read(data: bytes, cpg: bytes | None, stated: str | None) -> Dbf:
    """The whole table; raises ``file-corrupt``, ``schema-mismatch``, ``encoding-*``."""
    if len(data) < 33:
        raise Refused("file-corrupt", {"reason": "dbf"})
    rows, header, width = struct.unpack_from("<IHH", data, 4)
    fields = _fields(data, header, width)
    if width < 1 or header + rows * width > len(data) + 1:
        raise Refused("file-corrupt", {"reason": "dbf"})
    check_counts(rows, len(fields))
    body = data[header : header + rows * width].ljust(rows * width)
    table = np.frombuffer(body, dtype=np.uint8).reshape(rows, width)
    text = {f: _cells(table, f) for f in fields}
    sample = _SEPARATOR.join(
        [_whole_characters(f.raw) for f in fields]
        + [c for f in fields if f.kind == "C" for c in text[f]]
    )
    decision = decide(sample, _declared(data[29], cpg), stated)
    columns: dict[str, list[Any]] = {}
    for f in fields:
        name = f.raw.decode(decision.encoding, errors="ignore").strip()
        if name in columns:
            raise Refused("schema-mismatch", {"reason": "column-twice", "column": name})
        columns[name] = _values(text[f], f, decision.encoding)
    return Dbf(columns, rows, table[:, 0] == ord("*"), list(decision.notes))


def _declared(language: int, cpg: bytes | None) -> list[tuple[str, str]]:
    declared: list[tuple[str, str]] = []
    if language in LANGUAGE_DRIVER:
        declared.append(("language byte", LANGUAGE_DRIVER[language]))
    if cpg is not None and cpg.strip():
        name = cpg.decode("ascii", errors="replace")
        if len(name) > 60:
            raise Refused("file-corrupt", {"reason": "cpg"})
        declared.append(("cpg", name))
    return declared


def _fields(data: bytes, header: int, width: int) -> list[_Field]:
    fields: list[_Field] = []
    at, start = 32, 1
    while at + 32 <= min(header, len(data)) and data[at] != 0x0D:
        raw = data[at : at + 11].split(b"\x00")[0][:10]
        kind = chr(data[at + 11])
        length, decimals = data[at + 16], data[at + 17]
        if kind == "C":  # FoxPro keeps the high byte of a long text's width in the decimals
            length, decimals = length + 256 * decimals, 0
        fields.append(_Field(raw, kind, start, length, decimals))
        start += length
        at += 32
    if start > width or not fields:
        raise Refused("file-corrupt", {"reason": "dbf"})
    return fields


def _cells(table: np.ndarray, field: _Field) -> list[bytes]:
    if field.width == 0:
        return [b""] * len(table)
    block = np.ascontiguousarray(table[:, field.start : field.start + field.width])
    return [c.strip(b" \x00") for c in block.view(f"S{field.width}").ravel().tolist()]


def _whole_characters(raw: bytes) -> bytes:
    """A field name without the half character that the 10-byte limit may have left at its end."""
    for codec in ("utf-8", "gb18030"):
        try:
            raw.decode(codec)
        except UnicodeDecodeError as error:
            if error.end < len(raw) or error.reason == "invalid start byte":
                continue
            return raw[: error.start]
        else:
            return raw
    return raw


def _values(cells: list[bytes], field: _Field, encoding: str) -> list[Any]:
    if field.kind in ("N", "F", "I", "O", "B", "+"):
        if field.kind in ("I", "+") and field.width == 4:
            return [struct.unpack("<i", c.ljust(4, b"\x00"))[0] for c in cells]
        if field.kind in ("N", "F"):
            return [_number(c, field.decimals) for c in cells]
        return [None] * len(cells)
    if field.kind == "L":
        return [{b"T": True, b"Y": True, b"F": False, b"N": False}.get(c.upper()) for c in cells]
    return [c.decode(encoding) if c else None for c in cells]


_NUMBER = re.compile(rb"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$")


def _number(cell: bytes, decimals: int) -> int | float | None:
    if not cell or cell.startswith(b"*"):
        return None
    if not _NUMBER.match(cell):
        raise Refused("file-corrupt", {"reason": "dbf number"})
    if decimals == 0 and cell.lstrip(b"+-").isdigit():
        return int(cell)
    return float(cell)
