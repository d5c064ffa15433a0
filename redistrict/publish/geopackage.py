"""proposal.gpkg: every layer in the survey's CRS, opening styled in QGIS."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio

from redistrict.i18n import Lang, catalogue
from redistrict.publish.geometry import shapes, where
from redistrict.publish.rows import compact
from redistrict.publish.styles import field_title, style

FILE = "proposal.gpkg"

MOMENT = "2000-01-01T00:00:00.000Z"
"""The time stamp of every layer: the same content gives the same bytes."""

AREA_TABLES = {"barriers": "barrier_areas", "premises": "premises_areas"}
"""Where the areas of a layer lie that the contract allows to be of two types, if it has both.

`redistrict.survey` reads either table as the layer."""

_STYLES = """
CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256),
  f_table_schema TEXT(256), f_table_name TEXT(256), f_geometry_column TEXT(256),
  styleName TEXT(30), styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN, description TEXT,
  owner TEXT(30), ui TEXT(30), update_time DATETIME)
"""


def write_geopackage(
    layers: Mapping[str, gpd.GeoDataFrame],
    tables: Mapping[str, pd.DataFrame],
    working_crs: str,
    crs: str,
    path: Path,
    lang: Lang,
) -> None:
    """Layers (in ``working_crs``) written in ``crs``, tables beside them, with default styles."""
    kinds: dict[str, str] = {}
    with _fixed_date():
        for name, frame in layers.items():
            moved = frame.set_crs(working_crs, allow_override=True).to_crs(crs)
            for table, rows in by_type(name, moved).items():
                kinds[table] = geometry_type(rows)
                _append(flat(rows), path, table, lang, kinds[table])
        for name, table in tables.items():
            _append(flat(table), path, name, lang, None)
    with closing(sqlite3.connect(path)) as database, database:
        _add_styles(database, kinds, tables, lang)
        _add_aliases(database, (*kinds, *tables), lang)


def by_type(name: str, frame: gpd.GeoDataFrame) -> dict[str, gpd.GeoDataFrame]:
    """The layer as tables of one type each: areas among lines or points get one of their own.

    A table of mixed types has no type: GIS programs offer it in pieces and style none of them.
    """
    there = shapes(frame)
    areas = np.array([g is not None and g.geom_type.endswith("Polygon") for g in there], dtype=bool)
    known = np.array([g is not None for g in there], dtype=bool)
    if name not in AREA_TABLES or not areas.any() or areas[known].all():
        return {name: frame}
    return {name: where(frame, ~areas), AREA_TABLES[name]: where(frame, areas)}


def geometry_type(frame: gpd.GeoDataFrame) -> str:
    """The one type that holds every row: multi where any is, ``Unknown`` where they are mixed."""
    there = shapes(frame)
    kinds = {g.geom_type for g in there if g is not None}
    plain = {k.removeprefix("Multi") for k in kinds}
    if len(plain) != 1 or "GeometryCollection" in plain:
        return "Unknown"
    return kinds.pop() if len(kinds) == 1 else f"Multi{plain.pop()}"


def _append(frame: pd.DataFrame, path: Path, name: str, lang: Lang, geometry: str | None) -> None:
    options = {
        "IDENTIFIER": catalogue(lang).get(f"layer.{name}", name),
        "DESCRIPTION": catalogue(lang).get(f"layer.{name}.about", ""),
    }
    pyogrio.write_dataframe(
        frame,
        path,
        layer=name,
        driver="GPKG",
        append=path.exists(),
        geometry_type=geometry,
        promote_to_multi=geometry is not None and geometry.startswith("Multi"),
        layer_options=options,
        dataset_options=None if path.exists() else {"VERSION": "1.2"},
    )


def flat(frame: pd.DataFrame) -> pd.DataFrame:
    """Columns that a table can hold: structures become JSON text, all-missing ones text."""
    frame = frame.copy()
    geometry = frame.geometry.name if isinstance(frame, gpd.GeoDataFrame) else None
    for name in frame.columns:
        if name == geometry or frame[name].dtype != object:
            continue
        values = [
            v if v is None or isinstance(v, str) else None if _missing(v) else _cell(v)
            for v in frame[name]
        ]
        column = np.empty(len(values), dtype=object)
        column[:] = values
        frame[name] = column
    return frame


def _missing(value: object) -> bool:
    return value is pd.NA or value is pd.NaT or (isinstance(value, float) and np.isnan(value))


def _cell(value: object) -> str:
    return compact(value) if isinstance(value, dict | list | tuple) else str(value)


@contextmanager
def _fixed_date() -> Generator[None]:
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": MOMENT})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def _add_styles(
    database: sqlite3.Connection,
    kinds: Mapping[str, str],
    tables: Mapping[str, pd.DataFrame],
    lang: Lang,
) -> None:
    database.execute(_STYLES)
    database.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change)"
        " VALUES ('layer_styles', 'attributes', 'layer_styles', '', ?)",
        (MOMENT,),
    )
    columns = dict(
        database.execute("SELECT table_name, column_name FROM gpkg_geometry_columns").fetchall()
    )
    for name in (*kinds, *tables):
        title = catalogue(lang).get(f"layer.{name}", name)
        document = style(name, kinds.get(name), _fields(database, name), lang)
        database.execute(
            "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name,"
            " f_geometry_column, styleName, styleQML, styleSLD, useAsDefault, description, owner,"
            " ui, update_time) VALUES ('', '', ?, ?, ?, ?, '', 1, ?, '', NULL, ?)",
            (name, columns.get(name, ""), title[:30], document, title, MOMENT),
        )


def _fields(database: sqlite3.Connection, name: str) -> list[str]:
    rows = database.execute("SELECT name FROM pragma_table_info(?)", (name,)).fetchall()
    return [str(row[0]) for row in rows if row[0] not in ("fid", "geom")]


def _add_aliases(database: sqlite3.Connection, names: tuple[str, ...], lang: Lang) -> None:
    """Titles of fields for readers that know the GeoPackage schema extension."""
    database.execute(
        "CREATE TABLE gpkg_data_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL,"
        " name TEXT, title TEXT, description TEXT, mime_type TEXT, constraint_name TEXT,"
        " CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name),"
        " CONSTRAINT gdc_tn UNIQUE (table_name, name))"
    )
    database.execute(
        "CREATE TABLE gpkg_data_column_constraints (constraint_name TEXT NOT NULL,"
        " constraint_type TEXT NOT NULL, value TEXT, min NUMERIC, min_is_inclusive BOOLEAN,"
        " max NUMERIC, max_is_inclusive BOOLEAN, description TEXT,"
        " CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value))"
    )
    database.execute(
        "CREATE TABLE IF NOT EXISTS gpkg_extensions (table_name TEXT, column_name TEXT,"
        " extension_name TEXT NOT NULL, definition TEXT NOT NULL, scope TEXT NOT NULL,"
        " CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name))"
    )
    for table in ("gpkg_data_columns", "gpkg_data_column_constraints"):
        database.execute(
            "INSERT INTO gpkg_extensions VALUES (?, NULL, 'gpkg_schema',"
            " 'http://www.geopackage.org/spec/#extension_schema', 'read-write')",
            (table,),
        )
    database.executemany(
        "INSERT OR IGNORE INTO gpkg_data_columns"
        " (table_name, column_name, name, title) VALUES (?, ?, ?, ?)",
        [
            (name, field, title, title)
            for name in names
            for field in _fields(database, name)
            if (title := field_title(name, field, lang)) is not None
        ],
    )
