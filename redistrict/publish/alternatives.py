"""The alternatives of a run: a folder each below the proposal's own, and what tells them apart."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

FOLDER = "alternatives"
LISTING = "alternatives.json"
SCHEMA = "redistrict-alternatives"


def place(out: Path, step: str) -> Path:
    """Where the alternative ``step`` of the proposal in ``out`` lies."""
    return out / FOLDER / step


def write_listing(
    out: Path, steps: Sequence[Mapping[str, Any]], left_out: Sequence[Mapping[str, Any]]
) -> Path:
    """``alternatives.json``: every step with its content hash, measures and distance from those
    before it; written last, so that what it names is there."""
    told = {"schema": SCHEMA, "schema_version": 1, "steps": list(steps), "left_out": list(left_out)}
    path = out / FOLDER / LISTING
    path.parent.mkdir(exist_ok=True)
    aside = path.with_suffix(".partial")
    aside.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return aside.rename(path)


def is_ours(folder: Path) -> bool:
    """Whether ``folder`` holds alternatives that an earlier run wrote."""
    if folder.name != FOLDER or folder.is_symlink() or not folder.is_dir():
        return False
    # Written last: a run that was killed before has left only folders of proposals.
    return (folder / LISTING).is_file() or any(
        (entry / "proposal.json").is_file() for entry in folder.iterdir()
    )
