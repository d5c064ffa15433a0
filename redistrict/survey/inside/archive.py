"""Zip archives: looked at member by member before a byte is inflated."""

from __future__ import annotations

import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from . import limits
from .refused import Refused

_CHUNK = 1 << 20
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)


def members(path: Path) -> list[tuple[str, zipfile.ZipInfo]]:
    """(name, entry) of every file in the archive, names decoded; raises where it is not safe."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            start = archive.start_dir
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RecursionError) as error:
        raise Refused("file-corrupt", {"reason": "zip"}) from error
    if len(entries) > limits.ARCHIVE_MEMBERS:
        raise Refused("archive-too-big", {"count": len(entries), "limit": limits.ARCHIVE_MEMBERS})
    found: list[tuple[str, zipfile.ZipInfo]] = []
    for entry in entries:
        name = _decoded(entry)
        _check_member(name, entry)
        if not entry.is_dir():
            found.append((name, entry))
    _check_sizes(entries, start, path.stat().st_size)
    names = [name.casefold() for name, _ in found]
    if len(set(names)) < len(names):
        twice = next(n for n in names if names.count(n) > 1)
        raise Refused("layer-ambiguous", {"names": twice})
    return found


def _decoded(entry: zipfile.ZipInfo) -> str:
    name = entry.orig_filename
    if not entry.flag_bits & 0x800:  # not declared UTF-8: Chinese Windows writes GBK
        raw = name.encode("cp437", errors="replace")
        for encoding in ("ascii", "utf-8", "gb18030"):
            try:
                return raw.decode(encoding)
            except UnicodeDecodeError:
                continue
    return name


def _check_member(name: str, entry: zipfile.ZipInfo) -> None:
    path = PurePosixPath(name.replace("\\", "/"))
    drive = len(name) > 1 and name[1] == ":"
    if path.is_absolute() or drive or ".." in path.parts or "\x00" in name or "\\" in name:
        raise Refused("archive-unsafe", {"member": name[:100], "reason": "path"})
    mode = entry.external_attr >> 16
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise Refused("archive-unsafe", {"member": name[:100], "reason": "symlink"})
    if entry.flag_bits & 0x41:
        raise Refused("archive-unsafe", {"member": name[:100], "reason": "encrypted"})
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Refused("archive-unsafe", {"member": name[:100], "reason": "compression"})


def _check_sizes(entries: list[zipfile.ZipInfo], start: int, size: int) -> None:
    total = sum(e.file_size for e in entries)
    if total > limits.ARCHIVE_BYTES:
        raise Refused("archive-too-big", {"bytes": total, "limit": limits.ARCHIVE_BYTES})
    end_of_last = 0
    for entry in sorted(entries, key=lambda e: e.header_offset):
        if entry.header_offset < end_of_last:
            raise Refused("archive-too-big", {"member": entry.filename[:100], "reason": "overlap"})
        end_of_last = entry.header_offset + 30 + entry.compress_size
        if end_of_last > start or entry.compress_size > size:
            raise Refused("file-corrupt", {"reason": "zip"})
        if (
            entry.file_size > limits.ARCHIVE_RATIO_FROM
            and entry.file_size > limits.ARCHIVE_RATIO * max(1, entry.compress_size)
        ):
            raise Refused(
                "archive-too-big",
                {"member": entry.filename[:100], "bytes": entry.file_size, "reason": "ratio"},
            )


def inflate(path: Path, entry: zipfile.ZipInfo) -> bytes:
    """The content of one checked member."""
    try:
        with zipfile.ZipFile(path) as archive, archive.open(entry) as source:
            data = source.read(entry.file_size + 1)
    except _BROKEN as error:
        raise Refused("file-corrupt", {"reason": "zip"}) from error
    if len(data) > entry.file_size:
        raise Refused("archive-too-big", {"member": entry.filename[:100]})
    return data


def extract(path: Path, entry: zipfile.ZipInfo, to: Path) -> None:
    """Inflate one checked member, never more than it declared."""
    left = entry.file_size
    try:
        with zipfile.ZipFile(path) as archive, archive.open(entry) as source, to.open("wb") as out:
            while chunk := source.read(_CHUNK):
                left -= len(chunk)
                if left < 0:
                    raise Refused("archive-too-big", {"member": entry.filename[:100]})
                out.write(chunk)
    except _BROKEN as error:
        raise Refused("file-corrupt", {"reason": "zip"}) from error
