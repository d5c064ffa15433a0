"""XLSX tables: sizes, formulas and extents looked at in the XML before openpyxl builds cells."""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import Any

from . import archive, limits
from .csv_table import with_geometry
from .raw import RawLayer, check_counts
from .refused import Refused

_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
_REFERENCE = re.compile(rb'\br="([A-Z]+)(\d+)"')
_DIMENSION = re.compile(rb'<(?:\w+:)?dimension\s+ref="(?:[A-Z]+\d+:)?([A-Z]+)(\d+)"')
_ROW = re.compile(rb"<(?:\w+:)?row[\s>/]")
_BANNED = ("vbaproject.bin", "externallinks/", "activex", "embeddings/")


def read(path: Path, name: str) -> RawLayer:
    """The first sheet of a workbook; its first row holds the column names."""
    members = archive.members(path)
    names = {n.casefold() for n, _ in members}
    if "[content_types].xml" not in names or not any(n.startswith("xl/") for n in names):
        raise Refused("unsupported-format", {"found": "zip"})
    if sum(e.file_size for _, e in members) > limits.WORKBOOK_BYTES:
        raise Refused("archive-too-big", {"limit": limits.WORKBOOK_BYTES})
    for banned in _BANNED:
        if any(banned in n for n in names):
            raise Refused("external-reference", {"what": banned})
    for member, entry in members:
        if not member.casefold().endswith((".xml", ".rels")):
            continue
        data = archive.inflate(path, entry)
        if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
            raise Refused("file-corrupt", {"reason": "xml"})
        if member.casefold().startswith("xl/worksheets/"):
            _check_sheet(data)
    return _table(path, name)


def _check_sheet(data: bytes) -> None:
    for column, row in _DIMENSION.findall(data):
        _check_extent(column, int(row))
    far = max(_REFERENCE.findall(data), key=lambda m: (len(m[0]), m[0]), default=None)
    if far is not None:
        _check_extent(far[0], 0)
    rows = len(_ROW.findall(data))
    if rows > limits.WORKBOOK_ROWS:
        raise Refused("archive-too-big", {"count": rows, "limit": limits.WORKBOOK_ROWS})
    if _FORMULA.search(data):
        raise Refused("formula-not-allowed")


def _check_extent(letters: bytes, row: int) -> None:
    column = 0
    for letter in letters:
        column = column * 26 + letter - 64
    if column > limits.COLUMNS:
        raise Refused("too-many-columns", {"count": column, "limit": limits.COLUMNS})
    if row > limits.FEATURES:
        raise Refused("too-many-features", {"count": row, "limit": limits.FEATURES})


def _table(path: Path, name: str) -> RawLayer:
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            book = openpyxl.load_workbook(
                path, read_only=True, data_only=False, keep_links=False, rich_text=False
            )
            sheet = book.worksheets[0]
            rows = sheet.iter_rows()
            header = [c.value for c in next(rows, ())]
            while header and header[-1] is None:
                header.pop()
            names = _header(header)
            cells: list[list[Any]] = []
            for row in rows:
                values = [_value(c) for c in row[: len(names)]]
                if any(c.value is not None for c in row[len(names) :]):
                    raise Refused("file-corrupt", {"reason": "cells beyond the header"})
                if any(v is not None for v in values):
                    cells.append(values + [None] * (len(names) - len(values)))
                if len(cells) > limits.WORKBOOK_ROWS:
                    raise Refused("archive-too-big", {"limit": limits.WORKBOOK_ROWS})
        except Refused:
            raise
        except MemoryError:
            raise
        except Exception as error:  # openpyxl raises what its parts raise
            raise Refused("file-corrupt", {"reason": "xlsx"}) from error
    columns = {n: [line[i] for line in cells] for i, n in enumerate(names)}
    return with_geometry(columns, len(cells), name, [])


def _header(header: list[Any]) -> list[str]:
    names = [str(h).strip() if h is not None else "" for h in header]
    check_counts(0, len(names))
    if not names or any(not n for n in names):
        raise Refused("file-corrupt", {"reason": "header"})
    if len(set(names)) < len(names):
        raise Refused("schema-mismatch", {"reason": "column-twice"})
    return names


def _value(cell: Any) -> Any:
    if cell.data_type == "f":
        raise Refused("formula-not-allowed")
    if cell.data_type == "e":
        return None
    value = cell.value
    if isinstance(value, str):
        return value.strip() or None
    if value is None or isinstance(value, bool | int | float):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
