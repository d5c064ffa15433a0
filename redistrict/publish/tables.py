"""Tables for office use: CSV that a spreadsheet opens rightly, and XLSX."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xlsxwriter

from redistrict.i18n import Lang, catalogue
from redistrict.publish.rows import compact
from redistrict.publish.styles import field_title

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""Beginnings that a spreadsheet takes for a formula (OWASP, CSV injection)."""


def write_tables(tables: Mapping[str, pd.DataFrame], folder: Path, lang: Lang) -> None:
    """``<table>.csv`` (UTF-8 with a byte-order mark, field names as in the contract), ``.xlsx``."""
    for name, table in tables.items():
        write_csv(table, folder / f"{name}.csv")
        write_xlsx({name: table}, folder / f"{name}.xlsx", lang)


def harmless(value: str) -> str:
    """``value`` such that no spreadsheet runs it: an apostrophe in front of a formula."""
    return f"'{value}" if value.startswith(_FORMULA) else value


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """UTF-8 with a byte-order mark, field names as in the contract, nothing a formula."""
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\r\n")
        writer.writerow(table.columns)
        for row in table.itertuples(index=False):
            cells = (_cell(value) for value in row)
            writer.writerow(harmless(c) if isinstance(c, str) else c for c in cells)


def write_xlsx(tables: Mapping[str, pd.DataFrame], path: Path, lang: Lang) -> None:
    """One workbook with a sheet a table, titled in ``lang``."""
    book = xlsxwriter.Workbook(str(path), {"in_memory": True})
    # The same content gives the same file.
    book.set_properties({"created": dt.datetime(2000, 1, 1, tzinfo=dt.UTC)})
    bold = book.add_format({"bold": True})
    for name, table in tables.items():
        sheet = book.add_worksheet(catalogue(lang).get(f"layer.{name}", name)[:31])
        _fill(sheet, name, table, bold, lang)
    book.close()


def _fill(sheet: Any, name: str, table: pd.DataFrame, bold: Any, lang: Lang) -> None:
    for column, field in enumerate(table.columns):
        sheet.write_string(0, column, field_title(name, str(field), lang) or str(field), bold)
    for row, values in enumerate(table.itertuples(index=False), 1):
        for column, value in enumerate(values):
            cell = _cell(value)
            if isinstance(cell, str):
                # Written as text: a cell is never a formula, whatever it begins with.
                sheet.write_string(row, column, cell)
            else:
                sheet.write_number(row, column, cell)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, max(0, len(table.columns) - 1), 20)


def _cell(value: Any) -> str | int | float:
    if value is None or value is pd.NA or value is pd.NaT:
        return ""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return round(value, 3) if np.isfinite(value) else ""
    if isinstance(value, int | str):
        return value
    return compact(value)
