"""The built files, read once: a name asked for is looked up here and never joined to a path."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

FOLDER = Path(__file__).with_name("built")
TYPES: Mapping[str, str] = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
"""Kinds of file that are served; whatever else a build may leave is not."""


@dataclass(frozen=True, slots=True)
class File:
    """One file in both encodings. ``tag``: its ETag."""

    media_type: str
    plain: bytes
    zipped: bytes
    tag: str


@lru_cache(maxsize=1)
def page() -> File | None:
    """index.html; None where the map has not been built."""
    place = FOLDER / "index.html"
    return _file(place, "text/html; charset=utf-8") if place.is_file() else None


@lru_cache(maxsize=1)
def assets() -> Mapping[str, Path]:
    """Scripts and styles by name; the name holds the hash of the content."""
    folder = FOLDER / "assets"
    if not folder.is_dir():
        return {}
    found = sorted(folder.iterdir())
    return {p.name: p for p in found if p.suffix in TYPES and p.is_file()}


@lru_cache(maxsize=256)
def asset(name: str) -> File | None:
    """One of them, read and zipped when first asked for; None where there is none of that name."""
    place = assets().get(name)
    return None if place is None else _file(place, TYPES[place.suffix])


def _file(place: Path, media_type: str) -> File:
    content = place.read_bytes()
    tag = hashlib.sha256(content).hexdigest()[:32]
    return File(media_type, content, gzip.compress(content, 6, mtime=0), f'W/"{tag}"')
