"""The files of a survey, wherever they come from: a folder, an archive, one file."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from . import archive, limits
from .refused import Note, Refused
from .sniff import DATA, SIDECARS, sniff

_PROPOSAL = "proposal.gpkg"
_MANIFEST = "proposal.json"
_SETTINGS = "survey.toml"
_DEPTH = 3
_ABOUT = ("readme", "license", "licence", "copying", "notice", "changelog", "读我")
_TEXTS = ("", ".md", ".txt", ".rst", ".html", ".pdf", ".doc", ".docx")


@dataclass(frozen=True)
class Item:
    """One file: ``name`` as people know it (posix, relative), ``path`` where it can be opened."""

    name: str
    path: Path
    archive: str | None = None
    """Stem of the archive of one layer that the file came from (buildings.zip)."""

    @property
    def stem(self) -> str:
        return PurePosixPath(self.name).stem

    @property
    def suffix(self) -> str:
        return PurePosixPath(self.name).suffix.casefold()

    def head(self) -> bytes:
        with self.path.open("rb") as stream:
            return stream.read(8192)


@dataclass
class Gathered:
    """``items``: data files (shapefiles once, by their .shp); ``all``: every file by name."""

    items: list[Item]
    all: dict[str, Item]
    settings: Item | None = None
    proposal: bool = False
    """One of our own proposals: only its GeoPackage is read, where it is there."""
    manifest: Item | None = None
    """proposal.json beside a proposal, whatever the layers are in."""
    notes: list[Note] = field(default_factory=list)

    def beside(self, item: Item, suffix: str) -> Item | None:
        """The file with the same stem and another suffix, whatever the case."""
        wanted = str(PurePosixPath(item.name).with_suffix(suffix)).casefold()
        return self.all.get(wanted)


def gather(source: Path, scratch: Path) -> Gathered:
    """Every file of the survey; archives are inflated into ``scratch``."""
    if source.is_dir():
        items = _folder(source)
        unpacked: list[Item] = []
        for item in items:
            if item.suffix != ".zip":
                unpacked.append(item)
                continue
            try:
                unpacked += _opened(item, scratch)
            except Refused as refused:
                refused.params.setdefault("file", item.name)
                raise
        return _sorted_out(unpacked, single=False)
    item = Item(source.name, source)
    if item.suffix == ".shp":
        beside = [p for p in sorted(source.parent.iterdir()) if p.stem == source.stem]
        return _sorted_out([Item(p.name, p) for p in beside], single=False)
    if source.stat().st_size > limits.FILE_BYTES:
        raise Refused("file-too-big", {"bytes": source.stat().st_size, "limit": limits.FILE_BYTES})
    if item.suffix == ".zip":
        return _sorted_out(_opened(item, scratch), single=False)
    return _sorted_out([item], single=True)


def _folder(source: Path) -> list[Item]:
    items: list[Item] = []
    for root, folders, files in os.walk(source):
        depth = len(Path(root).relative_to(source).parts)
        folders[:] = sorted(f for f in folders if not f.startswith(".") and depth < _DEPTH)
        for name in sorted(files):
            path = Path(root) / name
            if name.startswith(".") or not path.is_file():
                continue
            if len(items) >= limits.FILES:
                raise Refused("too-many-files", {"limit": limits.FILES})
            items.append(Item(path.relative_to(source).as_posix(), path))
    return items


def _opened(item: Item, scratch: Path) -> list[Item]:
    """The members of an archive as files; the archive's own name becomes a folder's."""
    if sniff(item.head(), ".zip") != "zip":
        raise Refused("unsupported-format", {"found": item.suffix})
    out: list[Item] = []
    useful = False
    for number, (name, entry) in enumerate(archive.members(item.path)):
        suffix = PurePosixPath(name).suffix.casefold()
        if _hidden(name):
            continue
        if suffix == ".zip":
            raise Refused("archive-unsafe", {"member": name[:100], "reason": "nested"})
        useful = useful or suffix in DATA
        if suffix in DATA or suffix in SIDECARS or name.casefold().endswith(".toml"):
            to = scratch / f"{sum(1 for _ in scratch.iterdir())}-{number}{suffix}"
            archive.extract(item.path, entry, to)
            member = Item(f"{PurePosixPath(item.name).stem}/{name}", to, item.stem)
            if suffix not in (".kmz", ".xlsx") and member.head().startswith(b"PK\x03\x04"):
                raise Refused("archive-unsafe", {"member": name[:100], "reason": "nested"})
            out.append(member)
    if not useful:
        raise Refused("unsupported-format", {"found": "zip"})
    return out


def _hidden(name: str) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in PurePosixPath(name).parts)


def _prose(item: Item) -> bool:
    """True for what is written about the data, for people: nobody expects it to be read."""
    stem = item.stem.casefold()
    return item.suffix in _TEXTS and ("说明" in stem or stem.split(".")[0] in _ABOUT)


def _apart(items: list[Item]) -> tuple[list[Item], list[Note]]:
    """``items`` without proposals of ours that lie among the files of a survey (``--out`` inside
    the survey's folder): the next run is to read the survey, not what the last one made of it."""
    notes: list[Note] = []
    marks = {PurePosixPath(i.name) for i in items}
    for folder in sorted({m.parent for m in marks if m.name.casefold() in (_PROPOSAL, _MANIFEST)}):
        inside = {i.name for i in items if folder in PurePosixPath(i.name).parents}
        if any(i.suffix in DATA and i.name not in inside for i in items):
            items = [i for i in items if i.name not in inside]
            notes.append(Note("proposal-ignored", "info", {"file": f"{folder}/"}))
    return items, notes


def _sorted_out(items: list[Item], single: bool) -> Gathered:
    items, notes = _apart(items)
    everything: dict[str, Item] = {}
    for item in items:
        if item.name.casefold() in everything:
            raise Refused("layer-ambiguous", {"names": item.name})
        everything[item.name.casefold()] = item
    shapes = [i.stem.casefold() for i in items if i.suffix == ".shp"]
    if len(set(shapes)) < len(shapes):
        raise Refused("layer-ambiguous", {"names": next(s for s in shapes if shapes.count(s) > 1)})
    base = {PurePosixPath(i.name).name.casefold(): i for i in items}
    gathered = Gathered([], everything, base.get(_SETTINGS), notes=notes)
    gathered.manifest = base.get(_MANIFEST)
    if _PROPOSAL in base:
        gathered.items = [base[_PROPOSAL]]
        gathered.proposal = True
        return gathered
    for item in items:
        if item is gathered.manifest:
            continue
        if item.suffix in DATA or single:
            gathered.items.append(item)
        elif item.suffix not in SIDECARS and item is not gathered.settings and not _prose(item):
            gathered.notes.append(Note("file-ignored", "info", {"file": item.name}))
    return gathered
