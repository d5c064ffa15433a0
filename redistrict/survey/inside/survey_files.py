"""From the files of a survey to its raw layers: which file is which layer, and who reads it."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from . import geojson, geopackage, limits
from .gather import Gathered, Item, gather
from .json_text import parse_small
from .naming import LAYERS, TABLES, barrier_kind_of, layer_of
from .raw import RawLayer
from .refused import Note, Refused
from .sniff import SIDECARS, sniff

_OURS = ("findings", "layer_styles")
"""Layers a proposal of ours has besides; QGIS keeps its styles in the second."""
_SCHEMA = "redistrict-proposal"
_NONE = frozenset[str]()
_KNOWN = frozenset((*LAYERS, *TABLES))
Source = tuple[str, str | None, Item, Any]
"""(layer, barrier kind, file, part of the file: a table, a folder of a KML, None)."""


@dataclass
class Reading:
    """What is to be read, in the order of the contract's layers."""

    files: Gathered
    sources: list[Source]
    scratch: Path
    progress: dict[str, Any]
    settings: dict[str, Any] = field(default_factory=dict)
    manifest: Any = None
    notes: list[Note] = field(default_factory=list)
    hashes: list[tuple[str, str]] = field(default_factory=list)

    @property
    def proposal(self) -> bool:
        return self.files.proposal

    def layers(self) -> Iterator[tuple[str, str | None, RawLayer]]:
        """(layer, barrier kind, raw layer), each file read when its turn comes."""
        for layer, kind, item, part in self.sources:
            self.progress.update(file=item.name, layer=layer)
            yield layer, kind, self._read(layer, item, part)

    def _read(self, layer: str, item: Item, part: Any) -> RawLayer:
        form = _format(item)
        if form in ("geojson", "kml", "csv"):
            _bounded(item, limits.TEXT_BYTES)
        if form == "geojson":
            return geojson.read(item.path.read_bytes(), item.name)
        if form == "geopackage":
            return geopackage.read(item.path, part, f"{item.name}:{part.name}")
        encodings = self.settings.get("encoding", {})
        encoding = encodings.get(layer, encodings.get("default"))
        if form == "geoparquet":
            from . import geoparquet

            return geoparquet.read(item.path, item.name)
        if form == "shapefile":
            from . import shapefile

            return shapefile.read(item, self.files, self.scratch, encoding)
        if form == "flatgeobuf":
            from . import gdal

            return gdal.read_flatgeobuf(self._alias(item, ".fgb"), item.name)
        if form == "kml":
            from . import kml

            return kml.read(part, item.name)
        if form == "csv":
            from . import csv_table

            return csv_table.read(item.path.read_bytes(), item.name, encoding)
        from . import workbook

        return workbook.read(item.path, item.name)

    def _alias(self, item: Item, suffix: str) -> Path:
        alias = self.scratch / f"alias-{item.path.stem}{suffix}"
        if not alias.exists():
            alias.symlink_to(item.path.resolve())
        return alias


def survey_files(
    source: Path, scratch: Path, request: dict[str, Any], progress: dict[str, Any]
) -> Reading:
    """Plan the reading of the survey at ``source``."""
    progress["file"] = source.name
    files = gather(source, scratch)
    settings = _settings(files, request)
    reading = Reading(files, [], scratch, progress, settings, notes=list(files.notes))
    named = {str(f): layer for layer, f in settings.get("files", {}).items() if layer in _KNOWN}
    only = set(request["layers"])
    _read_manifest(reading)
    written = _written(reading.manifest)
    for item in _once(files.items, written):
        progress["file"] = item.name
        if request.get("single"):
            named[item.name] = request["single"]
        found = _of_file(item, files, named, reading.notes)
        reading.sources += [s for s in found if s[0] in only]
    reading.notes[:] = [n for n in reading.notes if not _ours(n, reading.manifest, written)]
    _check_lone_sidecars(files, reading.sources)
    _check_unique(reading.sources)
    order = {name: k for k, name in enumerate((*LAYERS, *TABLES, "trusted"))}
    reading.sources.sort(key=lambda s: (order[s[0]], _is_table(s[2]), s[1] or "", s[2].name))
    reading.hashes = _digests(reading)
    return reading


def _read_manifest(reading: Reading) -> None:
    """proposal.json, where the files are a proposal; it makes a folder of GeoJSON one, too."""
    files, item = reading.files, reading.files.manifest
    if item is None or item.path.stat().st_size >= 64 * limits.MEGABYTE:
        return
    reading.progress["file"] = item.name
    found = parse_small(item.path.read_bytes())
    if files.proposal or (isinstance(found, dict) and found.get("schema") == _SCHEMA):
        reading.manifest, files.proposal = found, True
    else:
        reading.notes.append(Note("file-ignored", "warning", {"file": item.name}))


def _written(manifest: Any) -> frozenset[str]:
    """Names of the files that a manifest says we wrote beside it."""
    names = manifest.get("files") if isinstance(manifest, dict) else None
    return frozenset(n for n in names if isinstance(n, str)) if isinstance(names, list) else _NONE


def _once(items: list[Item], written: frozenset[str]) -> list[Item]:
    """Without the spreadsheets that we wrote beside tables of the same content."""
    return [
        i
        for i in items
        if not (i.suffix == ".xlsx" and {_base(i), f"{i.stem}.csv"} <= written)
        or not any(_base(j) == f"{i.stem}.csv" for j in items)
    ]


def _base(item: Item) -> str:
    return PurePosixPath(item.name).name


def _ours(note: Note, manifest: Any, written: frozenset[str]) -> bool:
    """True of notes about files and tables that we wrote ourselves beside the contract's."""
    if note.code == "file-ignored":
        return PurePosixPath(str(note.params["file"])).name in written
    counts = manifest.get("counts") if isinstance(manifest, dict) else None
    tables = counts if isinstance(counts, dict) else {}
    return note.code == "layer-ignored" and note.params["name"] in tables


def _bounded(item: Item, limit: int) -> None:
    if item.path.stat().st_size > limit:
        raise Refused("file-too-big", {"bytes": item.path.stat().st_size, "limit": limit})


def _settings(files: Gathered, request: dict[str, Any]) -> dict[str, Any]:
    """survey.toml, with what the caller states laid over it."""
    settings: dict[str, Any] = {}
    if files.settings is not None:
        _bounded(files.settings, limits.MEGABYTE)
        try:
            settings = tomllib.loads(files.settings.path.read_bytes().decode("utf-8-sig"))
        except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
            raise Refused("settings-invalid", {"reason": str(error)[:200]}) from error
    for section, key in (("crs", "default"), ("encoding", "default"), ("basis", "households")):
        if isinstance(settings.get(section), str):
            settings[section] = {key: settings[section]}
    for section in ("mapping", "crs", "encoding", "files", "basis", "repair"):
        if not isinstance(settings.get(section, {}), dict):
            raise Refused("settings-invalid", {"reason": section})
    if request.get("encoding"):
        settings["encoding"] = {"default": request["encoding"]}
    return settings


def _format(item: Item) -> str:
    form = sniff(item.head(), item.suffix)
    if form == "zip":
        return "kml" if item.suffix == ".kmz" else "workbook"
    return form


def _is_table(item: Item) -> bool:
    return item.suffix in (".csv", ".xlsx")


def _of_file(item: Item, files: Gathered, named: dict[str, str], notes: list[Note]) -> list[Source]:
    """The layers of one file; [] where its name says nothing and nobody says otherwise."""
    base = PurePosixPath(item.name).name
    stated = named.get(item.name) or named.get(base)
    layer = stated or layer_of(item.stem) or layer_of(item.archive or "")
    form = _format(item)
    if form == "geopackage":
        tables = geopackage.tables(item.path)
        parts = [(t.name, t) for t in tables]
    elif form == "kml":
        from . import kml

        parts = list(kml.folders(item, item.path))
    else:
        parts = []
    if parts or form in ("geopackage", "kml"):
        return _of_parts(item, layer, parts, notes)
    if layer is None:
        notes.append(Note("file-ignored", "warning", {"file": item.name}))
        return []
    return [(layer, barrier_kind_of(item.stem), item, None)]


def _of_parts(
    item: Item, layer: str | None, parts: list[tuple[str, Any]], notes: list[Note]
) -> list[Source]:
    by_name = [(layer_of(name), name, part) for name, part in parts]
    if layer is not None:  # buildings.gpkg: its layer of that name, or its only one
        own = [(name, part) for found, name, part in by_name if found == layer]
        chosen = own or [(name, part) for _, name, part in by_name]
        if len(chosen) != 1:
            names = ", ".join(n for n, _ in chosen)[:200]
            raise Refused("layer-ambiguous" if chosen else "layer-missing", {"names": names})
        return [(layer, barrier_kind_of(item.stem), item, chosen[0][1])]
    if parts and all(found is None for found, _, _ in by_name):
        raise Refused("layer-ambiguous", {"names": ", ".join(n for n, _ in parts)[:200]})
    notes += [
        Note("layer-ignored", "info", {"file": item.name, "name": name[:60]})
        for found, name, _ in by_name
        if found is None and name not in _OURS
    ]
    return [(f, barrier_kind_of(name), item, part) for f, name, part in by_name if f is not None]


def _check_lone_sidecars(files: Gathered, sources: list[Source]) -> None:
    have = {s[0] for s in sources}
    for item in files.all.values():
        layer = layer_of(item.stem)
        if item.suffix in (".dbf", ".shx") and layer in LAYERS and layer not in have:
            raise Refused("component-missing", {"component": ".shp", "file": item.name}, layer)


def _check_unique(sources: list[Source]) -> None:
    """One source of geometry and one table for a layer; barriers may lie in several files, and
    premises in two tables of one (a proposal keeps points and areas apart)."""
    seen: dict[tuple[str, bool], str] = {}
    for layer, _, item, _ in sources:
        key = (layer, _is_table(item))
        parts = layer == "barriers" or (layer == "premises" and seen.get(key) == item.name)
        if key in seen and not parts:
            raise Refused("layer-ambiguous", {"names": f"{seen[key]}, {item.name}"}, layer)
        seen[key] = item.name


def _digests(reading: Reading) -> list[tuple[str, str]]:
    """(role, sha256) of every file that is read; the role is the layer and the suffix."""
    roles: dict[Path, str] = {}
    for layer, kind, item, _ in reading.sources:
        role = "layers" if item.suffix in (".gpkg", ".kml", ".kmz") else f"{layer}/{kind or ''}"
        roles[item.path] = role + item.suffix
        if item.suffix == ".shp":
            for suffix in SIDECARS & {".shx", ".dbf", ".prj", ".cpg"}:
                part = reading.files.beside(item, suffix)
                if part is not None:
                    roles[part.path] = role + suffix
    if reading.files.settings is not None:
        roles[reading.files.settings.path] = "settings"
    out: list[tuple[str, str]] = []
    for path, role in roles.items():
        with path.open("rb") as stream:
            out.append((role, hashlib.file_digest(stream, "sha256").hexdigest()))
    return out
