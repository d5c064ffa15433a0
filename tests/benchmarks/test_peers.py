"""Our side of a peer's process: answers so far survive it, and it never outlives its time."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from benchmarks.engine import peers
from benchmarks.engine.peers import Peer
from benchmarks.engine.score import Graph

PAIR = Graph([110, 110], [(0, 1)], 200, 250)


def _script(folder: Path, lines: str) -> Path:
    path = folder / "peer"
    path.write_text(f"#!/bin/sh\n{lines}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def test_the_last_plan_told_is_the_answer(tmp_path: Path) -> None:
    script = _script(
        tmp_path,
        """echo '{"ready": true}'
while read -r asked; do
  echo '{"plan": [0, 1], "seconds": 0.1}'; echo '{"plan": [0, 0], "seconds": 0.2}'
  echo '{"done": true}'
done""",
    )
    with Peer("metis", script) as peer:
        for _ in range(2):  # the same process serves the next problem
            answer = peer.solve(PAIR, 5.0)
            assert (answer.plan, answer.seconds, answer.killed) == ((0, 0), 0.2, False)
            assert answer.score is not None
            assert answer.score.outside == 0


def test_a_peer_that_hangs_is_killed_and_keeps_its_plan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peers, "GRACE", 0.2)
    noted = tmp_path / "pid"
    script = _script(
        tmp_path,
        f"""echo $$ > {noted}
echo '{{"ready": true}}'
read -r asked
echo '{{"plan": [0, 1], "seconds": 0.1}}'
exec sleep 600""",
    )
    with Peer("metis", script) as peer:
        answer = peer.solve(PAIR, 0.05)
    assert answer.killed
    assert answer.plan == (0, 1)
    assert answer.score is not None
    assert answer.score.outside == 220
    with pytest.raises(ProcessLookupError):
        os.kill(int(noted.read_text()), 0)


def test_a_peer_that_ends_without_a_plan_has_none(tmp_path: Path) -> None:
    script = _script(tmp_path, """echo '{"ready": true}'; read -r asked; exit 0""")
    with Peer("metis", script) as peer:
        answer = peer.solve(PAIR, 5.0)
    assert (answer.plan, answer.score, answer.killed) == (None, None, True)


def test_peers_that_are_not_installed_are_said_so(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="bench-peers"):
        Peer("metis", tmp_path / "python").solve(PAIR, 1.0)
    with pytest.raises(SystemExit, match="does not start"):
        Peer("metis", _script(tmp_path, "exit 1")).solve(PAIR, 1.0)
