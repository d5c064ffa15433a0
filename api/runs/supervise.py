"""The parent's side of a run: start the process, pass on what it tells, stop it when asked."""

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
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from api.rulings import book
from api.runs import ledger
from api.runs.ledger import Run
from api.store import Artifacts, Store
from api.surveys.shelf import Shelf

LOOK = 0.5
"""Seconds between looks at whether somebody asked to cancel."""
ATTEMPTS = 3
"""How often a run may lose its process before it is given up."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How the work ended; ``running``: it did not. ``files``, ``layers``: name -> artifact."""

    state: ledger.State
    findings: list[Mapping[str, Any]] = field(default_factory=list[Mapping[str, Any]])
    files: Mapping[str, str] = field(default_factory=dict[str, str])
    layers: Mapping[str, str] = field(default_factory=dict[str, str])
    content_hash: str = ""


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

    def solve(self, number: str) -> Ending:
        """Work on the run until it has ended one way or another; safe to be repeated."""
        while True:
            run = ledger.begin(self._store, number)
            if run.state != "running":
                return Ending(run.state)
            if run.cancel_asked:
                return Ending("cancelled")
            ending = self._attempt(run)
            if ending.state != "crashed" or run.attempts >= ATTEMPTS:
                return ending
            ledger.tell(self._store, number, {"stage": "again", "attempt": run.attempts + 1})

    def _attempt(self, run: Run) -> Ending:
        folder = self._folder / run.id
        shutil.rmtree(folder, ignore_errors=True)  # what a killed process left
        folder.mkdir(parents=True)
        try:
            with self._shelf.files(run.asked.survey, run.asked.version) as source:
                job = {
                    "source": str(source),
                    "profile": run.asked.profile,
                    "seed": run.asked.seed,
                    "effort": run.asked.effort,
                    "rulings": self._rulings(run),
                    "workers": len(os.sched_getaffinity(0)),
                }
                (folder / "job.json").write_text(json.dumps(job), "utf-8")
                said = self._work(run.id, folder)
            return self._gathered(folder, said)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _rulings(self, run: Run) -> list[dict[str, str | None]]:
        """What held when the run was asked for, whatever has been decided since."""
        every = book.records(self._store, run.asked.survey)
        return book.as_rows([ruling for ruling in every if ruling.id in run.rulings])

    def _work(self, number: str, folder: Path) -> Mapping[str, Any]:
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
            said = self._listen(number, lines)
        finally:
            process.kill()
            process.wait()
        return said

    def _listen(self, number: str, lines: queue.SimpleQueue[str | None]) -> Mapping[str, Any]:
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
                if ledger.tell(self._store, number, waiting):
                    return {"ended": "cancelled"}
                waiting = {}
            if self._stopping.is_set():
                return {"ended": "running"}

    def _gathered(self, folder: Path, said: Mapping[str, Any]) -> Ending:
        if said["ended"] != "done":
            return Ending(said["ended"], list(said.get("findings", [])))
        files = {
            path.name: self._artifacts.put_file(path) for path in sorted((folder / "out").iterdir())
        }
        layers = {
            path.stem: self._artifacts.put_file(path)
            for path in sorted((folder / "layers").iterdir())
        }
        return Ending("done", [], files, layers, str(said["content_hash"]))


def _pump(process: subprocess.Popen[str], lines: queue.SimpleQueue[str | None]) -> None:
    if process.stdout is not None:
        for line in process.stdout:
            lines.put(line)
    lines.put(None)
