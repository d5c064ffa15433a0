"""GeoPackage (OGC 12-128r19) by sqlite3 alone, read-only: plain tables, never a view.

A view or a generated column is a program; GDAL would run it without end.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from . import limits
from .raw import RawLayer, check_counts
from .refused import Refused

_ENVELOPE = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}
_USUAL_TRIGGER = re.compile(
    r"^(rtree_.*_(insert|delete|update\d?)|trigger_(insert|delete)_feature_count_.*|gpkg_.*)$",
    re.IGNORECASE,
)
_USUAL_VIRTUAL = re.compile(r"\busing\s+\"?(rtree|fts\d)\b", re.IGNORECASE)
_CURVED = ("CURVEPOLYGON", "MULTISURFACE", "COMPOUNDCURVE", "CIRCULARSTRING", "MULTICURVE", "CURVE",
           "SURFACE", "TIN", "POLYHEDRALSURFACE")  # fmt: skip


@dataclass(frozen=True)
class Table:
    """One layer as ``gpkg_contents`` lists it; ``geometry`` None for attributes."""

    name: str
    geometry: str | None
    srs: int | None


def tables(path: Path) -> list[Table]:
    """Layers and attribute tables, by name; raises where the database is not to be trusted."""
    with closing(_open(path)) as db, _guarded():
        _inspect(db)
        listed = db.execute(
            "SELECT c.table_name, g.column_name, g.srs_id, g.geometry_type_name, c.data_type"
            " FROM gpkg_contents c LEFT JOIN gpkg_geometry_columns g"
            " ON g.table_name = c.table_name"
            " WHERE c.data_type IN ('features', 'attributes') ORDER BY c.table_name"
        ).fetchall()
        present = {r[0] for r in db.execute("SELECT name FROM sqlite_master WHERE type='table'")}
    out: list[Table] = []
    for name, column, srs, kind, data_type in listed:
        if name not in present:
            raise Refused("database-content", {"object": str(name)[:60]})
        if str(kind).upper() in _CURVED:
            raise Refused("geometry-type", {"type": str(kind)[:40]}, layer=str(name)[:60])
        if data_type == "features" and column is None:
            raise Refused("file-corrupt", {"reason": "gpkg_geometry_columns"})
        out.append(Table(name, column, srs))
    return out


def read(path: Path, table: Table, name: str) -> RawLayer:
    """All rows of one table in the order of its key."""
    with closing(_open(path)) as db, _guarded():
        columns = _columns(db, table.name)
        (count,) = db.execute(f"SELECT count(*) FROM {_quoted(table.name)}").fetchone()  # noqa: S608
        check_counts(count, len(columns))
        keys = [c for c, key in columns if key]
        if table.geometry is not None and table.geometry not in [c for c, _ in columns]:
            raise Refused("file-corrupt", {"reason": "gpkg_geometry_columns"})
        plain = [c for c, key in columns if c != table.geometry and not key]
        wanted = [*plain, *([table.geometry] if table.geometry else [])]
        order = f" ORDER BY {_quoted(keys[0])}" if keys else ""
        listed = ", ".join(map(_quoted, wanted)) or "NULL"
        rows = db.execute(f"SELECT {listed} FROM {_quoted(table.name)}{order}").fetchall()  # noqa: S608
        crs = _crs(db, table.srs) if table.geometry else None
    wkb = None
    if table.geometry:
        wkb = [_wkb(row[-1], number) for number, row in enumerate(rows)]
    values = {c: [row[i] for row in rows] for i, c in enumerate(plain)}
    return RawLayer(
        file=name, columns=values, wkb=wkb, rows=len(rows), crs=crs, nesting_is_lost=True
    )


def _open(path: Path) -> sqlite3.Connection:
    # immutable: no journal is looked for and no lock taken beside an untrusted file
    db = sqlite3.connect(f"file:{quote(str(path))}?mode=ro&immutable=1", uri=True)
    db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, limits.SQLITE_VALUE_BYTES)
    db.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    steps = iter(range(limits.SQLITE_STEPS // 1_000_000))
    db.set_progress_handler(lambda: next(steps, None) is None, 1_000_000)
    return db


class _guarded:  # noqa: N801
    """Turns what SQLite says about a broken or costly file into a refusal."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, sqlite3.DataError):
            raise Refused("field-too-long", {"limit": limits.SQLITE_VALUE_BYTES}) from error
        if isinstance(error, sqlite3.OperationalError) and "interrupted" in str(error):
            raise Refused(
                "processing-limit", {"measure": "SQLite steps", "limit": limits.SQLITE_STEPS}
            ) from error
        if isinstance(error, sqlite3.Error | UnicodeDecodeError | ValueError):
            raise Refused("file-corrupt", {"reason": "sqlite"}) from error


def _inspect(db: sqlite3.Connection) -> None:
    db.execute("PRAGMA trusted_schema=OFF")
    db.execute("PRAGMA cell_size_check=ON")
    objects = db.execute("SELECT type, name, sql FROM sqlite_master ORDER BY name").fetchall()
    for kind, name, sql in objects:
        usual = (
            (kind == "trigger" and _USUAL_TRIGGER.match(name))
            or kind == "index"
            or (kind == "table" and _plain_table(str(sql)))
        )
        if not usual:
            raise Refused("database-content", {"object": str(name)[:60], "kind": str(kind)[:20]})
    names = {name for _, name, _ in objects}
    if not {"gpkg_contents", "gpkg_spatial_ref_sys"} <= names:
        raise Refused("unsupported-format", {"found": "SQLite"})
    (verdict,) = db.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise Refused("file-corrupt", {"reason": "sqlite"})


def _plain_table(sql: str) -> bool:
    if re.match(r"\s*create\s+virtual\b", sql, re.IGNORECASE):
        return _USUAL_VIRTUAL.search(sql) is not None
    return True


def _columns(db: sqlite3.Connection, table: str) -> list[tuple[str, bool]]:
    """(name, is the integer key) of each stored column."""
    found = list(_described(db, table))
    if not found:
        raise Refused("database-content", {"object": table[:60]})
    return found


def _described(db: sqlite3.Connection, table: str) -> Iterator[tuple[str, bool]]:
    for _, name, kind, _, _, key, hidden in db.execute(
        "SELECT * FROM pragma_table_xinfo(?)", (table,)
    ):
        if hidden:
            raise Refused("database-content", {"object": f"{table}.{name}"[:60]})
        yield name, bool(key) and str(kind).upper() in ("INTEGER", "MEDIUMINT")


def _crs(db: sqlite3.Connection, srs: int | None) -> str | None:
    if srs in (None, 0, -1):
        return None
    row = db.execute(
        "SELECT organization, organization_coordsys_id, definition"
        " FROM gpkg_spatial_ref_sys WHERE srs_id = ?",
        (srs,),
    ).fetchone()
    if row is None:
        return None
    organization, code, definition = row
    if str(organization).upper() in ("EPSG", "ESRI"):
        return f"{str(organization).upper()}:{code}"
    return str(definition)[:20_000] if definition and definition != "undefined" else None


def _wkb(blob: Any, row: int) -> bytes | None:
    if blob is None:
        return None
    if not isinstance(blob, bytes) or len(blob) < 8 or blob[:2] != b"GP" or blob[2] != 0:
        raise Refused("geometry-lost", feature=f"row:{row}")
    flags = blob[3]
    envelope = _ENVELOPE.get((flags >> 1) & 7)
    if envelope is None:
        raise Refused("geometry-lost", feature=f"row:{row}")
    if flags & 0x20:
        raise Refused("geometry-type", {"type": "extended"}, feature=f"row:{row}")
    return blob[8 + envelope :]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
