"""The parent's side of the sandbox: start the process, watch it, check what it hands back."""

from __future__ import annotations

import errno
import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from redistrict.model.errors import SurveyError
from redistrict.model.finding import Finding
from redistrict.survey.inside import limits, wkb
from redistrict.survey.inside.confine import ENVIRONMENT
from redistrict.survey.problems import PROBLEMS

_START = Path(__file__).parent / "inside" / "__main__.py"
_ANSWER_BYTES = 64 * limits.MEGABYTE
Geometries = NDArray[np.object_]


@dataclass(frozen=True)
class SafeLayer:
    """One layer as handed over: plain columns, 2-D shapes already checked, nothing interpreted."""

    layer: str
    file: str
    barrier_kind: str | None
    columns: pa.Table
    shapes: Geometries | None
    """(rows,) shapely geometries or None; None where the file is a table."""
    crs: str | None
    crs_stated: bool
    forbidden_text: Mapping[str, int]
    """Column -> first row whose text may not be shown (it was blanked)."""

    @property
    def rows(self) -> int:
        return self.columns.num_rows


@dataclass(frozen=True)
class SafeSurvey:
    """Everything the sandboxed process found."""

    layers: tuple[SafeLayer, ...]
    findings: tuple[Finding, ...]
    settings: Mapping[str, Any]
    content_hash: str
    proposal: bool
    manifest: Any
    """proposal.json as parsed, None where there is none."""
    granted: Mapping[str, bool] = field(default_factory=dict)


def shapes_in(layer: SafeLayer) -> Geometries:
    """The shapes of a layer; none for a table."""
    return np.empty(0, dtype=object) if layer.shapes is None else layer.shapes


def open_sandboxed(
    source: Path,
    layers: Sequence[str],
    encoding: str | None = None,
    single: str | None = None,
) -> SafeSurvey:
    """Read ``source`` in a process of its own and check what comes back.

    ``layers``: those wanted; ``single``: the layer that the one file given is, whatever its name.

    Raises SurveyError with one finding that names the problem type, the file and the place.
    """
    if not source.exists():
        raise refusal("source-missing", str(source.name))
    with _job_folder() as folder:
        request = {
            "source": str(source.resolve()),
            "layers": list(layers),
            "encoding": encoding,
            "single": single,
            "parent": os.getpid(),
        }
        (folder / "request.json").write_text(json.dumps(request), encoding="utf-8")
        _run(folder, source.name)
        return _collect(folder, source.name)


@contextmanager
def _job_folder() -> Generator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="redistrict-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(folder: Path, name: str) -> None:
    environment = {**ENVIRONMENT, "TMPDIR": str(folder), "HOME": str(folder)}
    with (folder / "stderr").open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-I", str(_START), str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            cwd=folder,
            env=environment,
            start_new_session=True,
            close_fds=True,
        )
        try:
            code = process.wait(limits.WALL_SECONDS)
        except subprocess.TimeoutExpired as expired:
            raise refusal(
                "processing-limit", name, measure="seconds", limit=limits.WALL_SECONDS
            ) from expired
        finally:
            _kill(process)
    if code == 0:
        return
    if code in (-signal.SIGXCPU, -signal.SIGKILL):
        raise refusal("processing-limit", name, measure="CPU seconds", limit=limits.CPU_SECONDS)
    if code in (-signal.SIGXFSZ,):
        raise refusal("archive-too-big", name)
    if shutil.disk_usage(folder).free < limits.MEGABYTE:
        raise OSError(errno.ENOSPC, "no room for what is read")  # not the file's fault
    # a crash in a library: what the file asked of it was not sane
    raise refusal("file-corrupt", name, reason="crash")


def _kill(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.kill()
        process.wait()


def refusal(code: str, file: str | None, layer: str | None = None, **params: Any) -> SurveyError:
    """A SurveyError with one finding; where no layer is known the file stands for it."""
    feature = params.pop("feature", None)
    said = {"file": file, **PROBLEMS[code], **params}
    place = layer or (str(said["file"]) if said["file"] else None)
    return SurveyError(Finding(code, "error", place, feature, params=said, action="refused"))


def _collect(folder: Path, name: str) -> SafeSurvey:
    answer_file = folder / "answer.json"
    if not answer_file.is_file() or answer_file.stat().st_size > _ANSWER_BYTES:
        raise refusal("file-corrupt", name, reason="no answer")
    answer = json.loads(answer_file.read_text(encoding="utf-8"))
    if "trace" in answer:  # for us, never for the user: which of our checks was not thought of
        logging.getLogger(__name__).debug("%s: %s", name, answer["trace"])
    if "refused" in answer:
        raise _refused(answer["refused"], name)
    return SafeSurvey(
        layers=tuple(_layer(folder, about) for about in answer["layers"]),
        findings=tuple(_finding(note) for note in answer["notes"]),
        settings=answer["settings"],
        content_hash=str(answer["hash"]),
        proposal=bool(answer["proposal"]),
        manifest=answer["manifest"],
        granted=answer["granted"],
    )


def _refused(said: Mapping[str, Any], name: str) -> SurveyError:
    code = str(said["code"])
    if code not in PROBLEMS:
        return refusal("file-corrupt", name, reason="handed over")
    params = {"feature": said.get("feature"), **said.get("params", {})}
    return refusal(code, said.get("file") or name, said.get("layer"), **_without_file(params))


def _without_file(params: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in params.items() if k not in ("code", "file", "layer")}


def _finding(said: Mapping[str, Any]) -> Finding:
    severity = said["severity"] if said["severity"] in ("error", "warning", "info") else "warning"
    return Finding(
        str(said["code"]),
        severity,
        said.get("layer"),
        said.get("feature"),
        params=dict(said.get("params", {})),
        rows=int(said.get("rows", 0)),
    )


def _layer(folder: Path, about: Mapping[str, Any]) -> SafeLayer:
    """A layer's Arrow file, not trusted either: validated in full, its WKB scanned again."""
    file = str(about["file"])
    try:
        with pa.OSFile(str(folder / Path(str(about["arrow"])).name), "rb") as source:
            table = pa.ipc.open_file(source).read_all().combine_chunks()
        table.validate(full=True)
    except (pa.ArrowException, OSError) as error:
        raise refusal("file-corrupt", file, reason="handed over") from error
    shapes = None
    if about["geometry"]:
        column = str(about["geometry_column"])
        data = table.column(column).to_pylist()
        if any(one is not None and wkb.scan(one).problem for one in data):
            raise refusal("file-corrupt", file, reason="handed over")
        shapes = shapely.from_wkb(np.array(data, dtype=object))
        table = table.drop_columns([column])
    if any(pa.types.is_nested(f.type) for f in table.schema):
        raise refusal("file-corrupt", file, reason="handed over")
    return SafeLayer(
        layer=str(about["layer"]),
        file=file,
        barrier_kind=about["barrier_kind"],
        columns=table,
        shapes=shapes,
        crs=about["crs"],
        crs_stated=bool(about["crs_stated"]),
        forbidden_text=dict(about["forbidden_text"]),
    )
