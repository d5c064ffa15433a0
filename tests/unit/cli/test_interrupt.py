"""Ctrl-C and SIGTERM: out soon, nothing half-written, nobody left behind.

The seconds allowed are far above what is promised and far below what the work would take.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from redistrict.cli.errors import EXIT_CANCELLED

ROOT = Path(__file__).parents[3]
SOON = 10.0
START = 60.0
"""Seconds within which a command is loaded, however busy the machine."""
COMMAND = [sys.executable, "-c", "from redistrict.cli import main; main()"]


def lattice(path: Path, side: int) -> Path:
    """A lattice too large to be done with soon."""
    nodes = [{"id": i, "pop": 1 + (i * 7919) % 19} for i in range(side * side)]
    links = [
        {"source": i, "target": j}
        for i in range(side * side)
        for j in (i + 1, i + side)
        if j < side * side and (j != i + 1 or j % side)
    ]
    path.write_text(json.dumps({"nodes": nodes, "links": links}), encoding="utf-8")
    return path


def interrupted(
    args: list[str], number: signal.Signals, after: float
) -> tuple[subprocess.Popen[str], str]:
    """Run ``args``, send the signal after some seconds; the process and what it said on stderr."""
    process = subprocess.Popen(
        args,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        cwd=ROOT,
    )
    try:
        until = time.monotonic() + START
        while not listens(process.pid, number) and time.monotonic() < until:
            time.sleep(0.02)
        time.sleep(after)
        assert process.poll() is None, "it ended before it could be interrupted"
        process.send_signal(number)
        out, errors = process.communicate(timeout=SOON)
        assert out == "" or args[3] == "run"
        until = time.monotonic() + SOON
        while alive(process.pid) and time.monotonic() < until:
            time.sleep(0.05)
        assert not alive(process.pid), "workers outlive the command"
    finally:
        if alive(process.pid):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    return process, errors


def listens(process: int, number: signal.Signals) -> bool:
    """Whether Python has got so far that the command has its own handler for the signal."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    caught = int(next(x for x in status.splitlines() if x.startswith("SigCgt")).split()[1], 16)
    return bool(caught >> (signal.SIGTERM - 1) & 1) and bool(caught >> (number - 1) & 1)


def alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(
    "options",
    [
        ("--minimize", "cut-edges"),
        ("--minimize", "cut-edges", "--time-limit", "300"),
        ("--parts", "12", "--minimize", "cut-edges", "--time-limit", "300"),
    ],
)
def test_partition(tmp_path: Path, number: signal.Signals, options: tuple[str, ...]) -> None:
    source, out = lattice(tmp_path / "g.json", 130), tmp_path / "answer.json"
    out.write_text("the last answer", encoding="utf-8")
    args = ["partition", str(source), "--weight", "pop", "--lower", "12000", "--upper", "15000"]
    process, errors = interrupted([*COMMAND, *args, *options, "--out", str(out)], number, after=3.0)
    assert process.returncode == EXIT_CANCELLED
    assert "Traceback" not in errors
    assert out.read_text(encoding="utf-8") == "the last answer"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["answer.json", "g.json"]


def test_run_with_workers(tmp_path: Path) -> None:
    out = tmp_path / "out"
    args = ["run", str(ROOT / "data" / "boundaries"), "--out", str(out), "--workers", "2"]
    process, errors = interrupted([*COMMAND, *args], signal.SIGTERM, after=8.0)
    assert process.returncode == EXIT_CANCELLED
    assert "Traceback" not in errors
    assert list(tmp_path.iterdir()) == []


IN_FLIGHT = """
import numpy as np, sys
from redistrict.cli.interrupt import end_promptly
from redistrict.districting.watch import Watch
from redistrict.districting import linear
from tests.unit.districting.test_supervised import market_split
end_promptly()
print("ready", file=sys.stderr, flush=True)
linear.choose(market_split(5, 40), 10**9, Watch())
"""


def test_an_integer_search_in_the_main_thread_does_not_hold_it_up() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", IN_FLIGHT], stderr=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert process.stderr is not None
    try:
        assert process.stderr.readline().strip() == "ready"
        time.sleep(0.5)
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        assert process.wait(SOON) == EXIT_CANCELLED
    finally:
        process.kill()
        process.wait()
        process.stderr.close()
