"""CSV tables: attributes, or points from x/y columns, or geometry from WKT."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import numpy as np
import shapely

from . import limits
from .encoding import decide
from .naming import plain
from .raw import RawLayer, check_counts
from .refused import Note, Refused

_WKT = ("wkt", "geometry", "geom", "the_geom", "几何")
_X = ("lon", "lng", "longitude", "经度", "x", "x坐标", "横坐标", "东坐标")
_Y = ("lat", "latitude", "纬度", "y", "y坐标", "纵坐标", "北坐标")
_DEGREES = ("lon", "lng", "longitude", "经度")
_WKT_WORDS = re.compile(
    r"\s*(SRID=\d+;)?\s*(MULTI)?(POINT|LINESTRING|POLYGON|GEOMETRYCOLLECTION)\b", re.IGNORECASE
)


def read(data: bytes, name: str, encoding: str | None) -> RawLayer:
    """The table in a CSV file; raises ``file-corrupt``, ``encoding-*``, ``too-*``."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Refused("encoding-undecodable", {"encoding": "UTF-16"})
    if b"\x00" in data:
        raise Refused("file-corrupt", {"reason": "NUL"})
    with_mark = data.startswith(b"\xef\xbb\xbf")
    decision = decide(data, [("mark", "utf-8")] if with_mark else [], encoding)
    text = data.removeprefix(b"\xef\xbb\xbf").decode(decision.encoding)
    csv.field_size_limit(limits.FIELD_CHARACTERS * 16)
    try:
        lines = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=_delimiter(text))
        header = next(lines, None)
        if header is None:
            raise Refused("file-corrupt", {"reason": "csv header"})
        names = _header(header)
        cells: list[list[str]] = []
        for line in lines:
            if not line:
                continue
            if len(line) != len(names):
                row = {"row": len(cells), "cells": len(line), "columns": len(names)}
                raise Refused("file-corrupt", {"reason": "csv row", **row})
            cells.append(line)
            if len(cells) > limits.FEATURES:
                check_counts(len(cells), len(names))
    except csv.Error as error:
        code = "field-too-long" if "field larger" in str(error) else "file-corrupt"
        raise Refused(code, {"reason": "csv"}) from error
    columns = {n: [line[i].strip() or None for line in cells] for i, n in enumerate(names)}
    return with_geometry(columns, len(cells), name, list(decision.notes))


def _delimiter(text: str) -> str:
    first = text.split("\n", 1)[0]
    return max(",;\t", key=lambda d: (first.count(d), d == ","))


def _header(header: list[str]) -> list[str]:
    """Column names; a header that is no header (numbers, blanks, twice the same) is refused."""
    names = [h.strip() for h in header]
    check_counts(0, len(names))
    if any(not n or re.fullmatch(r"[+-]?[\d.]+", n) for n in names):
        raise Refused("file-corrupt", {"reason": "csv header"})
    if len(set(names)) < len(names):
        raise Refused("schema-mismatch", {"reason": "column-twice"})
    return names


def with_geometry(columns: dict[str, Any], rows: int, name: str, notes: list[Note]) -> RawLayer:
    """A table as a layer: WKT or coordinates taken out of its columns where it has them."""
    named = {plain(c): c for c in columns}
    wkt = next((named[w] for w in _WKT if w in named), None)
    if wkt is not None:
        values = columns.pop(wkt)
        return RawLayer(name, columns, _from_wkt(values), rows, None, notes=notes)
    x = next((named[w] for w in _X if w in named), None)
    y = next((named[w] for w in _Y if w in named), None)
    if x is None or y is None:
        return RawLayer(name, columns, None, rows, None, notes=notes)
    points = [
        _point(a, b, row) for row, (a, b) in enumerate(zip(columns[x], columns[y], strict=True))
    ]
    left = {c: v for c, v in columns.items() if c not in (x, y)}
    degrees = plain(x) in _DEGREES
    return RawLayer(name, left, points, rows, "OGC:CRS84" if degrees else None,
                    crs_stated=False, notes=notes)  # fmt: skip


def _point(x: Any, y: Any, row: int) -> bytes | None:
    if x is None and y is None:
        return None
    try:
        return bytes(shapely.to_wkb(shapely.Point(float(str(x)), float(str(y)))))
    except (TypeError, ValueError) as error:
        raise Refused("geometry-lost", feature=f"row:{row}") from error


def _from_wkt(values: list[Any]) -> list[bytes | None]:
    """WKB of each WKT; nesting is looked at first, GEOS would recurse until it crashes."""
    for row, text in enumerate(values):
        if text is None:
            continue
        code = np.frombuffer(text.encode("utf-8", "surrogatepass"), dtype=np.uint8)
        depth = np.cumsum(
            (code == 0x28).astype(np.int8) - (code == 0x29).astype(np.int8), dtype=int
        )
        if len(depth) and depth.max() > limits.GEOMETRY_DEPTH + 4:
            raise Refused("too-deep", {"limit": limits.GEOMETRY_DEPTH}, feature=f"row:{row}")
        if not _WKT_WORDS.match(text):
            raise Refused("geometry-lost", feature=f"row:{row}")
    shapes = [None if v is None else v.split(";", 1)[-1] for v in values]
    for row, text in enumerate(shapes):
        try:
            shapely.from_wkt(text)
        except shapely.errors.GEOSException as error:
            closed = "closed" in str(error)
            code_ = "ring-not-closed" if closed else "geometry-lost"
            raise Refused(code_, feature=f"row:{row}") from error
    found = shapely.from_wkt(np.array(shapes, dtype=object))
    return [None if s is None else bytes(shapely.to_wkb(s)) for s in found]
