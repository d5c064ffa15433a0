"""What an untrusted file may cost. One place, so that a limit is never a surprise."""

from __future__ import annotations

MEGABYTE = 1 << 20

MEMORY_BYTES = 1024 * MEGABYTE
"""Address space of the sandboxed process, libraries included (they take about 400 MB of it)."""
CPU_SECONDS = 30
WALL_SECONDS = 65
FILE_BYTES = 512 * MEGABYTE
"""Of one input file, and of everything the process may write into one file."""
TEXT_BYTES = 256 * MEGABYTE
"""Of a file that is parsed as text (GeoJSON, KML, CSV)."""

FILES = 200
"""Files looked at in a survey folder."""
FEATURES = 1_000_000
VERTICES = 10_000_000
COLUMNS = 256
FIELD_CHARACTERS = 65_536
JSON_DEPTH = 64
XML_DEPTH = 64
GEOMETRY_DEPTH = 8
"""Collections inside collections; GEOS recurses and crashes at some tens of thousands."""
COORDINATE = 1e9
"""Greatest absolute coordinate; a zone-prefixed easting is below 6e7."""

ARCHIVE_MEMBERS = 2_000
ARCHIVE_BYTES = 512 * MEGABYTE
ARCHIVE_RATIO = 200
"""Inflated to stored size of one member, looked at above `ARCHIVE_RATIO_FROM`."""
ARCHIVE_RATIO_FROM = 16 * MEGABYTE

WORKBOOK_BYTES = 96 * MEGABYTE
WORKBOOK_ROWS = 200_000
"""openpyxl needs about 1.5 kB and 30 microseconds a cell; a larger table is a CSV."""

SQLITE_STEPS = 2_000_000_000
"""Virtual machine steps of one GeoPackage."""
SQLITE_VALUE_BYTES = 64 * MEGABYTE
