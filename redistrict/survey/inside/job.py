"""One job: the survey at a path is read and laid down, layer by layer, in the job's folder.

``request.json`` says what to read; ``answer.json`` what was found; ``<n>.arrow`` hold the layers.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import traceback
from pathlib import Path
from typing import Any

from . import limits
from .confine import confine
from .refused import Note, Refused


class _Absent:
    """pyarrow and pyogrio look for these; not to find them saves a second and 100 MB."""

    names = frozenset(("pandas", "geopandas", "pyproj", "matplotlib"))

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name in self.names:
            raise ModuleNotFoundError(name, name=name)


def main(folder: Path) -> int:
    """Do the job in ``folder``; 0 whenever an answer was written."""
    request = json.loads((folder / "request.json").read_text(encoding="utf-8"))
    granted = confine(int(request["parent"]))
    sys.meta_path.insert(0, _Absent())
    os.chdir(folder)
    sys.setrecursionlimit(1000)
    progress: dict[str, Any] = {"file": None, "layer": None}
    try:
        answer = _work(request, folder, progress)
    except Refused as refused:
        answer = {"refused": {**refused.as_dict(), **_place(progress, refused)}}
    except (MemoryError, OverflowError):
        refused = Refused("processing-limit", {"measure": "memory", "limit": limits.MEMORY_BYTES})
        answer = {"refused": {**refused.as_dict(), **_place(progress, refused)}}
    except Exception:  # noqa: BLE001  nothing a file does may leave as a traceback
        refused = Refused("file-corrupt", {"reason": "unreadable"})
        trace = traceback.format_exc(limit=-4)[-2000:]
        answer = {"refused": {**refused.as_dict(), **_place(progress, refused)}, "trace": trace}
    answer["granted"] = granted
    (folder / "answer.json").write_text(json.dumps(answer, allow_nan=False), encoding="utf-8")
    return 0


def _place(progress: dict[str, Any], refused: Refused) -> dict[str, Any]:
    file = refused.params.get("file") or progress["file"]
    return {"file": file, "layer": refused.layer or progress["layer"]}


def _work(request: dict[str, Any], folder: Path, progress: dict[str, Any]) -> dict[str, Any]:
    # heavy imports after the walls are up: numpy starts threads where it may
    import pyarrow as pa

    from .finish import finish
    from .survey_files import survey_files

    scratch = folder / "scratch"
    scratch.mkdir()
    reading = survey_files(Path(request["source"]), scratch, request, progress)
    layers: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    for number, (layer, kind, raw) in enumerate(reading.layers()):
        table, about = finish(raw)
        with (
            pa.OSFile(str(folder / f"{number}.arrow"), "wb") as sink,
            pa.ipc.new_file(sink, table.schema) as writer,
        ):
            writer.write_table(table)
        about |= {"layer": layer, "barrier_kind": kind, "arrow": f"{number}.arrow"}
        layers.append(about)
        notes += [_note(n, layer, raw.file) for n in raw.notes]
    notes += [_note(n, n.layer, None) for n in reading.notes]
    return {
        "layers": layers,
        "notes": notes,
        "settings": reading.settings,
        "manifest": reading.manifest,
        "proposal": reading.proposal,
        "hash": _hash(reading.hashes),
    }


def _note(note: Note, layer: str | None, file: str | None) -> dict[str, Any]:
    said = note.as_dict()
    said["layer"] = said["layer"] or layer
    if file:
        said["params"] = {"file": file, **said["params"]}
    return said


def _hash(parts: list[tuple[str, str]]) -> str:
    """Of (role, sha256) pairs, whatever the order and the names of files."""
    text = "\n".join(f"{role} {digest}" for role, digest in sorted(parts))
    return hashlib.sha256(text.encode()).hexdigest()
