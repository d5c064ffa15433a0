"""KML 2.2 and KMZ, read by ourselves: one layer per folder, always WGS84.

Entities and document types are refused (defusedxml), links are not followed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from . import archive, limits
from .gather import Item
from .geojson import geometry_wkb
from .raw import RawLayer, check_counts
from .refused import Refused

_LINKS = frozenset(("NetworkLink", "NetworkLinkControl", "GroundOverlay", "PhotoOverlay"))


@dataclass
class Folder:
    """Placemarks directly in one folder (or document)."""

    name: str
    placemarks: list[Element] = field(default_factory=list)


def folders(item: Item, path: Path) -> list[tuple[str, Folder]]:
    """(name, folder) of every folder that holds placemarks, in file order."""
    data = _from_kmz(path) if item.suffix == ".kmz" else path.read_bytes()
    if len(data) > limits.TEXT_BYTES:
        raise Refused("file-too-big", {"bytes": len(data), "limit": limits.TEXT_BYTES})
    root = _parse(data)
    if _tag(root) != "kml":
        raise Refused("unsupported-format", {"found": _tag(root)[:40]})
    found: list[Folder] = []
    _walk(root, Folder(""), found, 0)
    return [(f.name, f) for f in found if f.placemarks]


def read(folder: Folder, name: str) -> RawLayer:
    """One layer; ExtendedData become columns, ``name`` too."""
    rows = len(folder.placemarks)
    check_counts(rows, 0)
    properties: list[dict[str, Any]] = []
    wkb: list[bytes | None] = []
    for row, mark in enumerate(folder.placemarks):
        properties.append(_properties(mark))
        try:
            widths: set[int] = set()
            wkb.append(geometry_wkb(_geometry(mark), widths))
        except (ValueError, Refused) as error:
            refused = error if isinstance(error, Refused) else Refused("geometry-lost")
            refused.feature = f"row:{row}"
            raise refused from error
    keys = dict.fromkeys(k for p in properties for k in p)
    check_counts(rows, len(keys))
    columns = {k: [p.get(k) for p in properties] for k in keys}
    return RawLayer(name, columns, wkb, rows, crs="OGC:CRS84", crs_stated=False)


def _from_kmz(path: Path) -> bytes:
    members = [(n, e) for n, e in archive.members(path) if n.casefold().endswith(".kml")]
    if not members:
        raise Refused("unsupported-format", {"found": "KMZ"})
    _, entry = next((m for m in members if m[0].casefold() == "doc.kml"), members[0])
    return archive.inflate(path, entry)


def _parse(data: bytes) -> Element:
    """The document's root; its depth is counted while parsing, so that no deep tree is made."""
    parser = DefusedXMLParser(forbid_dtd=True, forbid_entities=True, forbid_external=True)
    expat: Any = parser.parser
    depth = 0
    inner_start, inner_end = expat.StartElementHandler, expat.EndElementHandler

    def start(tag: str, attributes: Any) -> None:
        nonlocal depth
        depth += 1
        if depth > limits.XML_DEPTH:
            raise Refused("too-deep", {"limit": limits.XML_DEPTH})
        inner_start(tag, attributes)

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        inner_end(tag)

    expat.StartElementHandler = start
    expat.EndElementHandler = end
    try:
        parser.feed(data)
        return parser.close()
    except (DefusedXmlException, ParseError, ValueError, LookupError) as error:
        raise Refused("file-corrupt", {"reason": "xml"}) from error


def _walk(element: Element, into: Folder, found: list[Folder], depth: int) -> None:
    found.append(into)
    for child in element:
        tag = _tag(child)
        if tag in _LINKS:
            raise Refused("external-reference", {"what": tag})
        if tag == "Placemark":
            into.placemarks.append(child)
        elif tag == "Document" or tag == "Folder":
            _walk(child, Folder(_child_text(child, "name") or into.name), found, depth + 1)


def _tag(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _child(element: Element, name: str) -> Element | None:
    return next((c for c in element if _tag(c) == name), None)


def _child_text(element: Element, name: str) -> str | None:
    child = _child(element, name)
    return None if child is None or child.text is None else child.text.strip()


def _properties(mark: Element) -> dict[str, Any]:
    values: dict[str, Any] = {"name": _child_text(mark, "name")}
    extended = _child(mark, "ExtendedData")
    for child in extended if extended is not None else ():
        if _tag(child) == "Data":
            values[child.get("name", "")] = _child_text(child, "value")
        elif _tag(child) == "SchemaData":
            for one in child:
                values[one.get("name", "")] = one.text.strip() if one.text else None
    return values


def _geometry(element: Element, depth: int = 0) -> dict[str, Any] | None:
    """The GeoJSON form of the first geometry in ``element``."""
    found = [g for g in (_one_geometry(c, depth) for c in element) if g is not None]
    return found[0] if found else None


def _one_geometry(element: Element, depth: int) -> dict[str, Any] | None:
    tag = _tag(element)
    if tag == "Point":
        return {"type": "Point", "coordinates": _points(element)[0]}
    if tag in ("LineString", "LinearRing"):
        return {"type": "LineString", "coordinates": _points(element)}
    if tag == "Polygon":
        return {"type": "Polygon", "coordinates": _rings(element)}
    if tag == "MultiGeometry":
        if depth > limits.GEOMETRY_DEPTH:
            raise Refused("too-deep", {"limit": limits.GEOMETRY_DEPTH})
        parts = [g for g in (_one_geometry(c, depth + 1) for c in element) if g is not None]
        kinds = {p["type"] for p in parts}
        if kinds in ({"Polygon"}, {"LineString"}, {"Point"}):
            kind = "Multi" + parts[0]["type"]
            return {"type": kind, "coordinates": [p["coordinates"] for p in parts]}
        return {"type": "GeometryCollection", "geometries": parts}
    if tag in ("Model", "Track", "MultiTrack"):
        raise Refused("geometry-type", {"type": tag})
    return None


def _rings(polygon: Element) -> list[list[list[float]]]:
    rings: list[list[list[float]]] = []
    for name in ("outerBoundaryIs", "innerBoundaryIs"):
        for boundary in polygon:
            if _tag(boundary) == name:
                rings += [_points(ring) for ring in boundary if _tag(ring) == "LinearRing"]
    return rings


def _points(element: Element) -> list[list[float]]:
    text = _child_text(element, "coordinates")
    if not text:
        raise Refused("geometry-empty")
    return [[float(v) for v in point.split(",")] for point in text.split()]
