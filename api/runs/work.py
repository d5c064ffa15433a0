"""The process a run works in: ``python -m api.runs.work FOLDER``.

Reads ``job.json`` in the folder, writes the proposal to ``out`` beside it and its layers as
GeoParquet to ``layers``; keeps what it has worked out in the folder that the job names as
``steps``. Says on its standard output what it is at, one JSON object a line; what libraries print
goes to standard error. Ends with its parent, and yields to requests.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

NICE = 19
"""As little of a core as there is, as soon as anybody else wants it."""
_PR_SET_PDEATHSIG = 1


class Told:
    """`redistrict.assembly.progress.Progress` as lines for the supervisor."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._stage = ""

    @contextmanager
    def stage(self, name: str) -> Generator[None]:
        """A stage begins."""
        outer, self._stage = self._stage, name
        self.say(stage=name)
        yield
        self._stage = outer

    def office(self, name: str, done: int, total: int, own: tuple[int, int] | None = None) -> None:
        """A problem of the stage is answered; ``own``: how many of how many of its office are."""
        self.say(stage=self._stage, place=name, done=done, total=total, own=own)

    def say(self, **said: Any) -> None:
        """One line."""
        self._out.write(json.dumps(said, ensure_ascii=False) + "\n")
        self._out.flush()


def solve(folder: Path, told: Told) -> None:
    """Work on the job; the last line says how it ended."""
    from api.runs.places import alternatives_of, places
    from api.store.tables import AS_ASKED
    from api.surveys.check import kept
    from redistrict import pipeline
    from redistrict.memory import Kept
    from redistrict.model.errors import InputError, InternalError, OutputError
    from redistrict.model.settings import RunSettings
    from redistrict.survey import ReadOptions

    job = json.loads((folder / "job.json").read_text("utf-8"))
    settings = RunSettings(
        job["seed"], job["effort"], job["workers"], alternatives=job["alternatives"]
    )
    try:
        source, out = Path(job["source"]), folder / "out"
        options = ReadOptions(rulings=tuple(job["rulings"]))
        asked = {k: job[k] for k in ("survey", "profile", "seed", "effort", "rulings")}
        steps = Kept(Path(job["steps"]), asked)
        if len(steps):
            told.say(stage="resumed", kept=len(steps))
        result = pipeline.run(
            source,
            out,
            job["profile"],
            settings,
            options=options,
            progress=told,
            memory=steps,
        )
    except InputError as error:
        told.say(ended="refused", findings=kept(error.findings))
        return
    except (InternalError, OutputError) as error:
        told.say(ended="failed", findings=kept(error.findings))
        return
    told.say(stage="layers")
    listing = alternatives_of(out)
    first = {"name": AS_ASKED, "content_hash": result.content_hash}
    made = [first] if listing is None else listing["steps"]
    for one in made:
        _layers(*places(folder, one["name"]))
    hashes = [{"step": one["name"], "content_hash": one["content_hash"]} for one in made]
    told.say(ended="done", proposals=hashes)


def _layers(out: Path, layers: Path) -> None:
    """The layers of the proposal in ``out``, to be read quickly."""
    import geopandas as gpd

    from redistrict.model.proposal import CARRIED_LAYERS, PROPOSAL_LAYERS
    from redistrict.publish.carried import carried

    layers.mkdir(exist_ok=True)
    for layer in PROPOSAL_LAYERS:
        frame = gpd.read_file(out / "proposal.gpkg", layer=layer, engine="pyogrio")
        frame.to_parquet(layers / f"{layer}.parquet", compression="zstd")
    for layer in CARRIED_LAYERS:
        brought = carried(out / "proposal.gpkg", layer)
        if brought is not None:
            brought.to_parquet(layers / f"{layer}.parquet", compression="zstd")


def _main(folder: Path) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() == 1:  # it died before we asked
            sys.exit(1)
    os.nice(NICE)
    own = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    solve(folder, Told(own))


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
