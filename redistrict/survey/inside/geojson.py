"""GeoJSON (RFC 7946, and the older ``crs`` member), read by ourselves.

GDAL would fetch what ``crs.type = "link"`` names and turns broken geometries into none at all.
"""

from __future__ import annotations

import struct
from typing import Any

from . import limits
from .json_text import Reader
from .raw import RawLayer, check_counts
from .refused import Refused
from .wkb import COLLECTION, LINE, MULTILINE, MULTIPOINT, MULTIPOLYGON, POINT, POLYGON

_GEOMETRIES = {
    "Point": POINT,
    "LineString": LINE,
    "Polygon": POLYGON,
    "MultiPoint": MULTIPOINT,
    "MultiLineString": MULTILINE,
    "MultiPolygon": MULTIPOLYGON,
    "GeometryCollection": COLLECTION,
}
_OTHER_JSON = ("Topology", "gdal_streamed_alg", "gdal_virtual_file")


def read(data: bytes, name: str) -> RawLayer:
    """One layer; the CRS is WGS84 unless the file names another.

    Raises Refused as `json_text` does, and ``external-reference``, ``geometry-lost``,
    ``geometry-type``, ``too-deep``, ``too-many-columns``, ``too-many-features``.
    """
    reader = Reader(data)
    del data
    if reader.skip() != "{":
        reader.value()
        reader.end()
        raise Refused("unsupported-format", {"found": "JSON"})
    state = _Collection(reader)
    for key in reader.members():
        state.take(key)
    reader.end()
    return state.layer(name)


class _Collection:
    """A FeatureCollection (or one Feature) while it is being read."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.properties: list[dict[str, Any]] = []
        self.ids: list[Any] = []
        self.wkb: list[bytes | None] = []
        self.keys: dict[str, None] = {}
        self.other: dict[str, Any] = {}
        self.has_features = False
        self.lifted = 0

    def take(self, key: str) -> None:
        """Consume the value of one top-level key."""
        if key == "features":
            if self.reader.skip() != "[":
                self.reader.value()
                raise Refused("file-corrupt", {"reason": "features"})
            self.has_features = True
            for _ in self.reader.elements():
                self._feature(self.reader.value())
        else:
            self.other[key] = self.reader.value()

    def _feature(self, feature: Any) -> None:
        row = len(self.wkb)
        if row >= limits.FEATURES:
            check_counts(row + 1, 0)
        if not isinstance(feature, dict) or feature.get("type") != "Feature":
            raise Refused("file-corrupt", {"reason": "feature"}, feature=f"row:{row}")
        properties = feature.get("properties")
        if properties is None:
            properties = {}
        if not isinstance(properties, dict):
            raise Refused("file-corrupt", {"reason": "properties"}, feature=f"row:{row}")
        if "geometry" not in feature:
            raise Refused("file-corrupt", {"reason": "feature"}, feature=f"row:{row}")
        if not self.keys.keys() >= properties.keys():
            self.keys.update(dict.fromkeys(properties))
            check_counts(0, len(self.keys))
        try:
            widths: set[int] = set()
            self.wkb.append(geometry_wkb(feature["geometry"], widths))
            self.lifted += bool(widths) and max(widths) > 2
        except Refused as refused:
            refused.feature = f"row:{row}"
            raise
        self.properties.append(properties)
        self.ids.append(feature.get("id"))

    def layer(self, name: str) -> RawLayer:
        """The layer, once the whole file has been read and makes sense."""
        kind = str(self.other.get("type"))
        if kind == "Feature" and not self.has_features:
            self._feature(self.other)
        elif kind != "FeatureCollection" or not self.has_features:
            if kind in ("FeatureCollection", "Feature"):
                raise Refused("file-corrupt", {"reason": "features"})
            found = kind if kind in (*_GEOMETRIES, *_OTHER_JSON) else "JSON"
            raise Refused("unsupported-format", {"found": found})
        crs = _crs(self.other.get("crs"))
        columns = {key: [p.get(key) for p in self.properties] for key in self.keys}
        if "id" not in columns and any(i is not None for i in self.ids):
            columns["id"] = self.ids
        return RawLayer(
            file=name,
            columns=columns,
            wkb=self.wkb,
            rows=len(self.wkb),
            crs=crs or "OGC:CRS84",
            crs_stated=crs is not None,
            lifted=self.lifted,
            infinite_is_corrupt=not self.reader.not_a_number,
        )


def _crs(member: Any) -> str | None:
    if member is None:
        return None
    if not isinstance(member, dict) or member.get("type") in ("link", "url"):
        raise Refused("external-reference", {"what": "crs"})
    properties = member.get("properties")
    name = properties.get("name") if isinstance(properties, dict) else None
    if member.get("type") == "EPSG" and isinstance(properties, dict):
        name = f"EPSG:{properties.get('code')}"
    if not isinstance(name, str):
        raise Refused("crs-missing")
    if name.casefold().startswith(("http:", "https:")) and "opengis.net/def/crs/" not in name:
        raise Refused("external-reference", {"what": "crs"})
    return name[:2000]


def geometry_wkb(geometry: Any, widths: set[int], depth: int = 0) -> bytes | None:
    """2-D WKB of one GeoJSON geometry object; raises ``geometry-lost`` where it is not one.

    ``widths`` gathers how many numbers its positions had.
    """
    if geometry is None:
        return None
    if not isinstance(geometry, dict):
        raise Refused("geometry-lost")
    kind = _GEOMETRIES.get(geometry.get("type", ""))  # type: ignore[arg-type]
    if kind is None:
        raise Refused("geometry-type", {"type": str(geometry.get("type"))[:40]})
    if depth > limits.GEOMETRY_DEPTH:
        raise Refused("too-deep", {"limit": limits.GEOMETRY_DEPTH})
    if kind == COLLECTION:
        parts = geometry.get("geometries")
        if not isinstance(parts, list):
            raise Refused("geometry-lost")
        inner = [geometry_wkb(p, widths, depth + 1) for p in parts]
        return _head(COLLECTION) + _count(inner) + b"".join(i for i in inner if i is not None)
    try:
        return _coordinates(kind, geometry.get("coordinates"), widths)
    except (TypeError, IndexError, struct.error, OverflowError) as error:
        raise Refused("geometry-lost") from error


def _head(kind: int) -> bytes:
    return struct.pack("<BI", 1, kind)


def _count(items: list[Any]) -> bytes:
    return struct.pack("<I", len(items))


def _coordinates(kind: int, value: Any, widths: set[int]) -> bytes:
    if not isinstance(value, list):
        raise TypeError
    if kind == POINT:
        return (
            _head(POINT) + _points([value], widths)
            if value
            else b"\x01\x04\x00\x00\x00\x00\x00\x00\x00"
        )
    if kind == LINE:
        return _head(LINE) + _count(value) + _points(value, widths)
    if kind == POLYGON:
        rings = [_count(ring) + _points(ring, widths) for ring in value]
        return _head(POLYGON) + _count(rings) + b"".join(rings)
    inner = {MULTIPOINT: POINT, MULTILINE: LINE, MULTIPOLYGON: POLYGON}[kind]
    parts = [_coordinates(inner, part, widths) for part in value]
    return _head(kind) + _count(parts) + b"".join(parts)


def _points(points: list[list[float]], widths: set[int]) -> bytes:
    width = {len(p) for p in points}
    widths |= width
    if width and min(width) < 2:
        raise TypeError
    if any(type(p) is not list for p in points):
        raise TypeError
    flat = [v for p in points for v in p[:2]]
    return struct.pack(f"<{len(flat)}d", *flat)
