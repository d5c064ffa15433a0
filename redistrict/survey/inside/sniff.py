"""What a file is, by its first bytes; its name is only a wish."""

from __future__ import annotations

from .refused import Refused

SIDECARS = frozenset(
    (".dbf", ".shx", ".prj", ".cpg", ".qix", ".sbn", ".sbx", ".fbn", ".fbx", ".qmd", ".qml")
)
"""Parts of a shapefile; never a layer by themselves."""
DATA = {
    ".geojson": "geojson",
    ".json": "geojson",
    ".gpkg": "geopackage",
    ".shp": "shapefile",
    ".fgb": "flatgeobuf",
    ".parquet": "geoparquet",
    ".geoparquet": "geoparquet",
    ".kml": "kml",
    ".kmz": "zip",
    ".zip": "zip",
    ".csv": "csv",
    ".xlsx": "zip",
}
"""Suffix -> the format it may hold."""


def sniff(head: bytes, suffix: str) -> str:
    """The format of a file with this beginning; raises ``unsupported-format``.

    The suffix must agree: a drawing named ``.geojson`` is refused, whatever a driver would make
    of it.
    """
    found = _by_content(head)
    wanted = DATA.get(suffix)
    if wanted is None:
        raise Refused("unsupported-format", {"found": suffix or "?"})
    if wanted == "csv" and found in (None, "geojson"):
        return "csv"  # text of any kind; a table is checked row by row
    if found is None and wanted == "geojson":
        return "geojson"  # a number, a string, nothing at all: the JSON reader says what it is
    if found is None and wanted == "shapefile" and len(head) < 100:
        raise Refused("file-corrupt", {"reason": "header"})
    if found != wanted:
        raise Refused("unsupported-format", {"found": found or "?", "named": suffix})
    return wanted


def _by_content(head: bytes) -> str | None:
    if head.startswith(b"SQLite format 3\x00"):
        return "geopackage"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    if head.startswith(b"PAR1"):
        return "geoparquet"
    if head.startswith(b"fgb\x03"):
        return "flatgeobuf"
    if head.startswith(b"\x00\x00\x27\x0a"):
        return "shapefile"
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"<"):
        return "kml" if _is_kml(text) else "xml"
    if text.startswith((b"{", b"[")):
        return "geojson"
    return None


def _is_kml(text: bytes) -> bool:
    rest = text
    while rest.startswith((b"<?", b"<!")):
        if rest.startswith(b"<!DOCTYPE"):
            return b"kml" in rest[:4096]
        end = rest.find(b"-->" if rest.startswith(b"<!--") else b">")
        if end < 0:
            return False
        rest = rest[end + (3 if rest.startswith(b"<!--") else 1) :].lstrip()
    name = rest[1:64].split(b">")[0].split()[0] if rest[1:64].split() else b""
    return name.split(b":")[-1] == b"kml"
