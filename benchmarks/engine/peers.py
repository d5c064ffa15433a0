"""The peers from our side: one call each, with a clock that holds, scored by `score` like ours."""

from __future__ import annotations

import json
import os
import select
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from benchmarks.engine.score import Graph, Score, score
from redistrict.model.problem import Problem

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / "build" / "bench" / "venv" / "bin" / "python"
"""Made by ``scripts/bench-peers`` (`make bench-engine` runs it)."""
NAMES = ("gerrychain", "gerrychain_restarts", "spopt", "metis", "kahip")
GRACE = 3.0
BUSY = 4.0
"""A peer counts processor time; on the wall it gets `BUSY` times as much and `GRACE` seconds, then
it is killed."""
STARTING = 120.0


@dataclass(frozen=True)
class Answer:
    """A peer's best plan, or None if it found none in its time; ``seconds`` of
    processor time until that plan."""

    plan: tuple[int, ...] | None
    score: Score | None
    seconds: float | None
    killed: bool = False


def graph_of(problem: Problem) -> Graph:
    """What a peer can be told of a problem: weights, edges, window."""
    return Graph(
        problem.weights.tolist(),
        [(a, b) for a, b in problem.edges.tolist()],
        problem.lower,
        problem.upper,
    )


class Peer:
    """One peer's process; started when first asked, again after it had to be killed."""

    def __init__(self, name: str, python: Path = PYTHON) -> None:
        if name not in NAMES:
            raise ValueError(name)
        self.name = name
        self._python = python
        self._process: subprocess.Popen[bytes] | None = None
        self._buffer = b""

    def __enter__(self) -> Peer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def solve(
        self, graph: Graph, seconds: float, parts: int | None = None, patient: bool = False
    ) -> Answer:
        """The best plan within ``seconds`` of processor time.

        ``patient``: go on for fewer cut edges once nothing lies outside.
        """
        process = self._started()
        asked = {
            "weights": list(graph.weights),
            "edges": list(graph.edges),
            "lower": graph.lower,
            "upper": graph.upper,
            "parts": parts,
            "seconds": seconds,
            "patient": patient,
        }
        assert process.stdin is not None
        process.stdin.write(json.dumps(asked).encode() + b"\n")
        process.stdin.flush()
        best: dict[str, Any] | None = None
        until = time.monotonic() + BUSY * seconds + GRACE
        killed = False
        while True:
            told = self._line(until)
            if told is None:
                self.close()
                killed = True
                break
            if "done" in told:
                break
            best = told
        if best is None:
            return Answer(None, None, None, killed)
        plan = tuple(best["plan"])
        return Answer(plan, score(graph, plan), float(best["seconds"]), killed)

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            if not self._python.is_file():
                raise SystemExit("the peers are not installed: run scripts/bench-peers")
            self._process = subprocess.Popen(
                [str(self._python), "-m", "benchmarks.engine.peer_child", self.name],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=ROOT,
                env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "0"},
            )
            self._buffer = b""
            if self._line(time.monotonic() + STARTING) is None:
                self.close()
                raise SystemExit(f"{self.name} does not start: run scripts/bench-peers again")
        return self._process

    def _line(self, until: float) -> dict[str, Any] | None:
        """The next line, or None when the time is up or the process has ended."""
        assert self._process is not None
        assert self._process.stdout is not None
        stream = self._process.stdout.fileno()
        while b"\n" not in self._buffer:
            ready, _, _ = select.select([stream], [], [], max(0.0, until - time.monotonic()))
            read = os.read(stream, 1 << 16) if ready else b""
            if not read:
                return None
            self._buffer += read
        line, self._buffer = self._buffer.split(b"\n", 1)
        return json.loads(line)

    def close(self) -> None:
        """End the process, whatever it is doing."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None
