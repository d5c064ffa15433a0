"""Shapefile (ESRI 1998): sizes and types checked over the index, rings put together by GDAL."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from . import dbf, limits
from .gather import Gathered, Item
from .gdal import read_geometries
from .raw import RawLayer, check_counts
from .refused import Note, Refused

_TYPES = {1: 1, 3: 2, 5: 3, 8: 4, 11: 1, 13: 2, 15: 3, 18: 4, 21: 1, 23: 2, 25: 3, 28: 4}
"""Shape type -> 1 point, 2 line, 3 polygon, 4 multipoint."""
_NULL, _MULTIPATCH = 0, 31


def read(item: Item, files: Gathered, scratch: Path, encoding: str | None) -> RawLayer:
    """One layer from .shp, .shx, .dbf and, where present, .prj and .cpg."""
    parts = {s: files.beside(item, s) for s in (".shx", ".dbf", ".prj", ".cpg")}
    for suffix in (".shx", ".dbf"):
        if parts[suffix] is None:
            raise Refused("component-missing", {"component": suffix})
    count = _check(item.path, parts[".shx"].path)  # type: ignore[union-attr]
    cpg = parts[".cpg"]
    cpg_text = cpg.path.read_bytes()[:4096] if cpg else None
    table = dbf.read(parts[".dbf"].path.read_bytes(), cpg_text, encoding)  # type: ignore[union-attr]
    if table.rows != count:
        raise Refused("file-corrupt", {"reason": "dbf", "shapes": count, "rows": table.rows})
    # a name of our own: GDAL sees the geometry only, and no sidecar it was not given
    alias = scratch / f"shape-{sum(1 for _ in scratch.iterdir())}.shp"
    alias.symlink_to(item.path.resolve())
    alias.with_suffix(".shx").symlink_to(parts[".shx"].path.resolve())  # type: ignore[union-attr]
    wkb = read_geometries(alias, "ESRI Shapefile") if count else []
    if len(wkb) != count:
        raise Refused("file-corrupt", {"reason": "shp"})
    notes = list(table.notes)
    keep = ~table.deleted
    columns = table.columns
    if not keep.all():
        gone = int((~keep).sum())
        notes.append(Note("row-marked-deleted", "info", {"count": gone}, rows=gone))
        columns = {k: [v for v, k_ in zip(c, keep, strict=True) if k_] for k, c in columns.items()}
        wkb = [g for g, k_ in zip(wkb, keep, strict=True) if k_]
    prj = parts[".prj"]
    crs = None
    if prj is not None:
        crs = prj.path.read_bytes()[:20_000].decode("utf-8", errors="replace").strip() or None
    return RawLayer(
        file=item.name, columns=columns, wkb=wkb, rows=int(keep.sum()), crs=crs, notes=notes
    )


def _check(shp: Path, shx: Path) -> int:
    """The number of shapes; raises where index, records or counts contradict one another."""
    size, index_size = shp.stat().st_size, shx.stat().st_size
    if size < 100 or index_size < 100 or (index_size - 100) % 8:
        raise Refused("file-corrupt", {"reason": "shx" if index_size < 100 else "shp"})
    index = np.fromfile(shx, dtype=">i4", offset=100).reshape(-1, 2).astype(np.int64) * 2
    check_counts(len(index), 0)
    if (
        np.fromfile(shx, dtype=">i4", count=1, offset=24)[0] * 2 != index_size
        or np.fromfile(shp, dtype=">i4", count=1, offset=24)[0] * 2 > size
    ):
        raise Refused("file-corrupt", {"reason": "header"})
    kind = int(np.fromfile(shp, dtype="<i4", count=1, offset=32)[0])
    if kind == _MULTIPATCH:
        raise Refused("geometry-type", {"type": "MultiPatch"})
    if kind not in _TYPES and kind != _NULL:
        raise Refused("file-corrupt", {"reason": "shape type"})
    start, length = index[:, 0], index[:, 1]
    if len(index) and ((start < 100) | (length < 4) | (start + 8 + length > size)).any():
        raise Refused("file-corrupt", {"reason": "shx"})
    if len(index):
        _check_records(np.memmap(shp, dtype=np.uint8, mode="r"), start + 8, length, kind)
    return len(index)


def _check_records(data: np.ndarray, at: np.ndarray, length: np.ndarray, kind: int) -> None:
    own = _int(data, at)
    if ((own != kind) & (own != _NULL)).any():
        row = int(np.argmax((own != kind) & (own != _NULL)))
        raise Refused("geometry-lost", feature=f"row:{row}")
    full = np.flatnonzero(own != _NULL)
    at, length = at[full], length[full]
    family = _TYPES.get(kind, 1)
    if family == 1:
        wrong = length < 20
    elif family == 4:
        if (length < 40).any():
            raise Refused("geometry-lost", feature=f"row:{int(full[np.argmax(length < 40)])}")
        points = _int(data, at + 36)
        wrong = (points < 1) | (40 + 16 * points > length)
    else:
        if (length < 44).any():
            raise Refused("geometry-lost", feature=f"row:{int(full[np.argmax(length < 44)])}")
        parts, points = _int(data, at + 36), _int(data, at + 40)
        wrong = (parts < 1) | (points < 1) | (44 + 4 * parts + 16 * points > length)
        if not wrong.any() and points.sum() > limits.VERTICES:
            raise Refused("too-many-vertices", {"limit": limits.VERTICES})
    if wrong.any():
        raise Refused("geometry-lost", feature=f"row:{int(full[np.argmax(wrong)])}")


def _int(data: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Little-endian 32-bit integers at byte offsets ``at``."""
    four = data[at[:, None] + np.arange(4)].astype(np.int64)
    value = four @ np.array([1, 1 << 8, 1 << 16, 1 << 24])
    return np.where(value >= 1 << 31, value - (1 << 32), value)
