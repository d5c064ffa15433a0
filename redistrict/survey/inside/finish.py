"""The last look inside the sandbox: geometry and text made safe to hand over."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from . import limits
from .raw import RawLayer, check_counts, to_array
from .refused import Note, Refused
from .wkb import scan

# C0 controls but tab and line ends, lone surrogates, bidirectional overrides and isolates
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")


def finish(layer: RawLayer) -> tuple[pa.Table, dict[str, Any]]:
    """An Arrow table of plain columns and clean 2-D WKB, and what to say about it.

    Raises Refused where a geometry cannot be trusted. Text that may not be shown is blanked and
    reported per column: the parent refuses it where the column is used.
    """
    check_counts(layer.rows, len(layer.columns))
    arrays: dict[str, pa.Array] = {}
    forbidden: dict[str, int] = {}
    for name, values in layer.columns.items():
        clean, row = _clean_text(values)
        if row is not None:
            forbidden[_printable(name)] = row
        arrays[_unused(_printable(name), arrays)] = to_array(clean)
    about: dict[str, Any] = {
        "file": layer.file,
        "rows": layer.rows,
        "crs": layer.crs,
        "crs_stated": layer.crs_stated,
        "geometry": layer.wkb is not None,
        "forbidden_text": forbidden,
    }
    if layer.wkb is not None:
        arrays[_unused("geometry", arrays)] = _geometry(layer)
        about["geometry_column"] = next(reversed(arrays))
    if not arrays:
        arrays["row"] = pa.array(range(layer.rows), pa.int64())
    return pa.table(arrays), about


def _printable(name: str) -> str:
    return _FORBIDDEN.sub("\ufffd", str(name))[:200]


def _unused(name: str, taken: dict[str, pa.Array]) -> str:
    while name in taken:
        name += "_"
    return name


def _clean_text(values: Any) -> tuple[Any, int | None]:
    """The column without text that may not be shown, and the first row that had some."""
    if isinstance(values, pa.Array):
        if not (pa.types.is_string(values.type) or pa.types.is_large_string(values.type)):
            return values, None
        values = values.to_pylist()
    text = [v for v in values if isinstance(v, str)]
    if not text:
        return values, None
    longest = max(map(len, text))
    if longest > limits.FIELD_CHARACTERS:
        row = next(i for i, v in enumerate(values) if isinstance(v, str) and len(v) == longest)
        raise Refused(
            "field-too-long",
            {"characters": longest, "limit": limits.FIELD_CHARACTERS},
            feature=f"row:{row}",
        )
    if not _FORBIDDEN.search("".join(text)):
        return values, None
    rows = [i for i, v in enumerate(values) if isinstance(v, str) and _FORBIDDEN.search(v)]
    bad = set(rows)
    return [None if i in bad else v for i, v in enumerate(values)], rows[0]


def _geometry(layer: RawLayer) -> pa.Array:
    data: Sequence[bytes | None] = layer.wkb or ()
    vertices = 0
    lifted = layer.lifted
    for row, one in enumerate(data):
        if one is None:
            continue
        found = scan(one)
        if found.problem == "too-deep" and layer.nesting_is_lost:
            raise Refused("geometry-lost", {"reason": "nesting"}, feature=f"row:{row}")
        if found.problem == "coordinate-not-finite" and layer.infinite_is_corrupt:
            raise Refused("file-corrupt", {"reason": "number"}, feature=f"row:{row}")
        if found.problem:
            raise Refused(found.problem, feature=f"row:{row}")
        lifted += found.dimensions > 2
        vertices += found.vertices
        if vertices > limits.VERTICES:
            raise Refused("too-many-vertices", {"limit": limits.VERTICES}, feature=f"row:{row}")
    shapes = shapely.from_wkb(np.array(data, dtype=object), on_invalid="raise")
    flat = shapely.force_2d(shapes)
    _check_coordinates(flat, layer)
    empty = shapely.is_empty(flat) & ~shapely.is_missing(flat)
    if empty.any():
        raise Refused("geometry-empty", feature=f"row:{int(np.argmax(empty))}")
    if lifted:
        layer.notes.append(Note("z-dropped", "info", {"count": lifted}))
    return pa.array(shapely.to_wkb(flat, byte_order=1), pa.binary())


def _check_coordinates(shapes: Any, layer: RawLayer) -> None:
    points, rows = shapely.get_coordinates(shapes, return_index=True)
    finite = np.isfinite(points).all(axis=1)
    if not finite.all():
        row = int(rows[np.argmin(finite)])
        code = "file-corrupt" if layer.infinite_is_corrupt else "coordinate-not-finite"
        raise Refused(code, {"count": int((~finite).sum())}, feature=f"row:{row}")
    far = (np.abs(points) > limits.COORDINATE).any(axis=1)
    if far.any():
        raise Refused(
            "coordinate-out-of-range",
            {"x": repr(points[np.argmax(far)][0]), "y": repr(points[np.argmax(far)][1])},
            feature=f"row:{int(rows[np.argmax(far)])}",
        )
