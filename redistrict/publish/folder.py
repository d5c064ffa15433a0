"""All or nothing: a folder that appears whole, or not at all.

Files are written into a sibling ``<out>.partial-<pid>``, flushed to the disk and then put in the
place of ``out`` in one step, so that a kill at any moment leaves the old or the new.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import re
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from redistrict.model.errors import OutputError
from redistrict.model.finding import Finding
from redistrict.publish import alternatives

MANIFEST = "proposal.json"
FINDINGS = "findings.json"
REFUSED = "findings.refused.json"
_DATABASE = "proposal.gpkg"
_AT_FDCWD, _RENAME_EXCHANGE = -100, 2


def check_target(out: Path) -> None:
    """Raise `OutputError` unless a proposal may be put at ``out``; nothing is changed.

    Free are: a place where nothing is, an empty folder, a proposal of ours, and the findings.json
    of a refused survey. Call it before a long run.
    """
    try:
        _check(out.resolve())
    except (OSError, ValueError) as error:
        problem = getattr(error, "strerror", None) or type(error).__name__
        raise _refused("output-not-writable", out, problem=problem) from error


def _check(out: Path) -> None:
    if any(ord(c) < ord(" ") for c in str(out)):
        # GDAL takes a line break in a name for the end of it, after the whole run.
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
    if out.exists() and not out.is_dir():
        raise _refused("output-not-a-folder", out)
    if out.is_dir() and not (_is_ours(out) or _only_findings(out)):
        raise _refused("output-not-ours", out, entry=min(p.name for p in out.iterdir()))
    parent = out.parent
    while not parent.exists():
        parent = parent.parent
    if not parent.is_dir():
        raise _refused("output-not-writable", out, problem=os.strerror(errno.ENOTDIR))
    if not os.access(parent, os.W_OK | os.X_OK):
        raise _refused("output-not-writable", out, problem=os.strerror(errno.EACCES))


def holds_proposal(out: Path) -> bool:
    """True where ``out`` is a proposal written by us."""
    return out.is_dir() and _is_ours(out)


@contextmanager
def replaced(out: Path) -> Generator[Path]:
    """A new empty folder that takes the place of ``out`` when the context ends well.

    What a person has laid into an older proposal (files that its manifest does not name) is
    carried over. Raises `OutputError` where ``out`` is not ours or the disk refuses.
    """
    check_target(out)
    out = out.resolve()
    fresh = out.with_name(f"{out.name}.partial-{os.getpid()}")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        _clean(out)
        fresh.mkdir()
        yield fresh
        _carry_over(out, fresh)
        _flush(fresh)
        _put(fresh, out)
    except OSError as error:
        raise _refused(
            "output-not-writable", out, problem=error.strerror or type(error).__name__
        ) from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _put(fresh: Path, out: Path) -> None:
    """``fresh`` becomes ``out``; afterwards ``fresh`` is what was there, or is gone."""
    if not out.exists():
        fresh.rename(out)
    elif not _exchanged(fresh, out):
        # Between the two renames a kill leaves the old one aside, whole.
        aside = out.with_name(f"{out.name}.replaced-{os.getpid()}")
        out.rename(aside)
        fresh.rename(out)
        shutil.rmtree(aside, ignore_errors=True)
    _flush_entry(out.parent)


def _exchanged(a: Path, b: Path) -> bool:
    """Swap two paths in one step, where the platform can (Linux, renameat2)."""
    try:
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    done = renameat2(_AT_FDCWD, os.fsencode(a), _AT_FDCWD, os.fsencode(b), _RENAME_EXCHANGE)
    return done == 0


def _is_ours(folder: Path) -> bool:
    return bool(_manifest(folder).get("schema") == "redistrict-proposal")


def _only_findings(folder: Path) -> bool:
    return all(p.name == FINDINGS for p in folder.iterdir())


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def _carry_over(old: Path, fresh: Path) -> None:
    """Entries of ``old`` that we did not write go along; files by link, so at no cost."""
    if not holds_proposal(old):
        return
    ours = {MANIFEST, FINDINGS, REFUSED, *_manifest(old).get("files", ())}
    for entry in sorted(old.iterdir()):
        if alternatives.is_ours(entry):  # of the proposal that is replaced
            continue
        # The journals that a viewer left beside the old database would spoil the new one.
        if entry.name in ours or entry.name.startswith(_DATABASE) or (fresh / entry.name).exists():
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.copytree(entry, fresh / entry.name, symlinks=True)
            continue
        try:
            os.link(entry, fresh / entry.name, follow_symlinks=False)
        except OSError:
            shutil.copy2(entry, fresh / entry.name, follow_symlinks=False)


def _clean(out: Path) -> None:
    """Remove what runs that are dead left beside ``out``; restore a proposal they left aside."""
    pattern = re.compile(re.escape(out.name) + r"\.(partial|replaced)-(\d+)")
    for entry in sorted(out.parent.iterdir()):
        match = pattern.fullmatch(entry.name)
        if match is None or not entry.is_dir() or _alive(int(match[2])):
            continue
        if match[1] == "replaced" and not out.exists():
            entry.rename(out)
        else:
            shutil.rmtree(entry, ignore_errors=True)


def _alive(pid: int) -> bool:
    if pid == os.getpid():
        return False
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def _flush(folder: Path) -> None:
    for root, _, files in os.walk(folder):
        for name in files:
            _flush_entry(Path(root) / name)
        _flush_entry(Path(root))


def _flush_entry(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _refused(code: str, out: Path, **params: str) -> OutputError:
    return OutputError(Finding(code, "error", layer=out.name, params={"path": str(out), **params}))
