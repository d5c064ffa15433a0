"""The parent's side of a run: start the process, pass on what it tells, stop it when asked.

A run has a folder: ``steps`` (what it has worked out, for whoever takes it up) and one folder an
attempt. The folder goes when the run has ended.
"""

from __future__ import annotations

import json
import os
import queue
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from api.outside import UNREACHABLE
from api.rulings import book
from api.runs import ledger, rules
from api.runs.ledger import Run
from api.runs.places import alternatives_of, places
from api.store import Artifacts, Store
from api.surveys.shelf import Shelf

LOOK = 0.5
"""Seconds between looks at whether somebody asked to cancel."""
ATTEMPTS = 3
"""How often in a row a run may lose its process, no step kept, before it is given up."""
MOST = 50
"""How often a run is taken up in all: one that takes its whole service down has to end, too."""
SMALL = 3_000
"""Rows of a survey that one process solves before a second would have started."""


@dataclass(frozen=True, slots=True)
class Made:
    """One proposal of a run. ``files``, ``layers``: name -> artifact."""

    step: str
    files: Mapping[str, str]
    layers: Mapping[str, str]
    content_hash: str


@dataclass(frozen=True, slots=True)
class Ending:
    """How the work ended; ``running``: it did not. ``files``, ``layers``: name -> artifact."""

    state: ledger.State
    findings: list[Mapping[str, Any]] = field(default_factory=list[Mapping[str, Any]])
    files: Mapping[str, str] = field(default_factory=dict[str, str])
    layers: Mapping[str, str] = field(default_factory=dict[str, str])
    content_hash: str = ""
    worker: str | None = None
    """Who says so."""
    alternatives: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    """Each as the fields of `Made`; ``beside``: alternatives.json, where any were asked for."""
    beside: Mapping[str, Any] | None = None


class Supervisor:
    """Works on runs, each in a process of its own, in folders below ``folder``."""

    def __init__(self, store: Store, artifacts: Artifacts, shelf: Shelf, folder: Path) -> None:
        self._store = store
        self._artifacts = artifacts
        self._shelf = shelf
        self._folder = folder
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Give up what is being worked on; it is taken up again at the next start."""
        self._stopping.set()

    def forget(self, number: str) -> None:
        """The run has ended: what was kept for whoever might take it up is not needed."""
        shutil.rmtree(self._folder / number, ignore_errors=True)

    def tidy(self, unfinished: set[str]) -> None:
        """Take away what ended runs have left, where a kill came between."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for folder in self._folder.iterdir():
            if folder.name not in unfinished:
                shutil.rmtree(folder, ignore_errors=True)

    def solve(self, number: str, worker: str | None = None) -> Ending:
        """Work on the run until it has ended one way or another; safe to be repeated.

        ``running``: it has not; this process stops, or another has taken the run over.
        """
        lost = 0
        while True:
            run = ledger.begin(self._store, number, worker)
            if run.state != "running":
                return Ending(run.state)
            if run.cancel_asked:
                return Ending("cancelled", worker=worker)
            before = self._steps(number)
            ending = self._attempt(run, worker)
            lost = 1 if self._steps(number) > before else lost + 1
            if ending.state != "crashed" or lost >= ATTEMPTS or run.attempts >= MOST:
                return ending
            again = {"stage": "again", "attempt": run.attempts + 1}
            ledger.tell(self._store, number, again, worker)

    def _steps(self, number: str) -> int:
        return sum(1 for _ in (self._folder / number / "steps").glob("*.kept"))

    def _attempt(self, run: Run, worker: str | None) -> Ending:
        home = self._folder / run.id
        home.mkdir(parents=True, exist_ok=True)
        for left in home.glob("attempt-*"):  # by a killed process
            shutil.rmtree(left, ignore_errors=True)
        folder = home / f"attempt-{run.attempts}"
        folder.mkdir()
        try:
            with self._shelf.files(run.asked.survey, run.asked.version) as source:
                rows = self._shelf.version(run.asked.survey, run.asked.version).rows
                job = {
                    "source": str(source),
                    "steps": str(home / "steps"),
                    "survey": [run.asked.survey, run.asked.version],
                    "profile": rules.source(self._artifacts, run.asked.profile),
                    "seed": run.asked.seed,
                    "effort": run.asked.effort,
                    "alternatives": run.asked.alternatives,
                    "rulings": self._rulings(run),
                    "workers": _processes(sum(rows.values())),
                }
                (folder / "job.json").write_text(json.dumps(job), "utf-8")
                said = self._work(run.id, folder, worker)
            return self._gathered(folder, said, worker)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _rulings(self, run: Run) -> list[dict[str, str | None]]:
        """What held when the run was asked for, whatever has been decided since."""
        every = book.records(self._store, run.asked.survey)
        return book.as_rows([ruling for ruling in every if ruling.id in run.rulings])

    def _work(self, number: str, folder: Path, worker: str | None) -> Mapping[str, Any]:
        """What the process said last; ``crashed`` where it ended without a last word."""
        lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        with (folder / "stderr").open("wb") as errors:
            process = subprocess.Popen(
                [sys.executable, "-m", "api.runs.work", str(folder)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        try:
            reader = threading.Thread(target=_pump, args=(process, lines), daemon=True)
            reader.start()
            said = self._listen(number, lines, worker)
        finally:
            process.kill()
            process.wait()
        return said

    def _listen(
        self, number: str, lines: queue.SimpleQueue[str | None], worker: str | None
    ) -> Mapping[str, Any]:
        looked, waiting = 0.0, {}
        while True:
            try:
                line = lines.get(timeout=LOOK)
            except queue.Empty:
                line = ""
            if line is None:
                return {"ended": "crashed"}
            said: dict[str, Any] = json.loads(line) if line else {}
            if "ended" in said:
                return said
            fresh = "stage" in said and "place" not in said
            waiting = said or waiting
            if fresh or time.monotonic() - looked >= LOOK:
                looked = time.monotonic()
                with suppress(*UNREACHABLE):  # the work goes on; it is told when there is an answer
                    stop = ledger.tell(self._store, number, waiting, worker)
                    if stop is not None:
                        return {"ended": stop}
                    waiting = {}
            if self._stopping.is_set():
                return {"ended": "running"}

    def _gathered(self, folder: Path, said: Mapping[str, Any], worker: str | None) -> Ending:
        if said["ended"] != "done":
            return Ending(said["ended"], list(said.get("findings", [])), worker=worker)
        first, *others = (
            self._made(folder, str(one["step"]), str(one["content_hash"]))
            for one in said["proposals"]
        )
        listing = alternatives_of(folder / "out")
        return Ending(
            "done",
            [],
            first.files,
            first.layers,
            first.content_hash,
            worker,
            [asdict(one) for one in others],
            listing,
        )

    def _made(self, folder: Path, step: str, content_hash: str) -> Made:
        out, layers = places(folder, step)
        return Made(
            step,
            {p.name: self._artifacts.put_file(p) for p in sorted(out.iterdir()) if p.is_file()},
            {p.stem: self._artifacts.put_file(p) for p in sorted(layers.iterdir())},
            content_hash,
        )


def _processes(rows: int) -> int:
    """How many processes a run of so many rows is worth; the answer is the same."""
    return 1 if rows < SMALL else len(os.sched_getaffinity(0))


def _pump(process: subprocess.Popen[str], lines: queue.SimpleQueue[str | None]) -> None:
    if process.stdout is not None:
        for line in process.stdout:
            lines.put(line)
    lines.put(None)
