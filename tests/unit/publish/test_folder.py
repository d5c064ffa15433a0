"""All or nothing: what is there afterwards, whatever happens."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from redistrict import publish
from redistrict.model.errors import OutputError
from redistrict.publish import folder
from redistrict.publish.folder import replaced
from tests.unit.publish.fakes import findings


def _put(out: Path, name: str = "a.txt", content: str = "a") -> None:
    with replaced(out) as fresh:
        (fresh / name).write_text(content)
        manifest = {"schema": "redistrict-proposal", "files": [name, "proposal.json"]}
        (fresh / "proposal.json").write_text(json.dumps(manifest))


def _names(out: Path) -> set[str]:
    return {p.name for p in out.iterdir()}


def test_an_older_proposal_is_replaced_and_nothing_else_is_left(tmp_path: Path) -> None:
    _put(tmp_path / "deep" / "out")
    _put(tmp_path / "deep" / "out", "b.txt")
    assert _names(tmp_path / "deep" / "out") == {"b.txt", "proposal.json"}
    assert _names(tmp_path / "deep") == {"out"}


def test_without_an_atomic_exchange_it_is_replaced_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder, "_exchanged", lambda a, b: False)
    _put(tmp_path / "out")
    _put(tmp_path / "out", "b.txt")
    assert _names(tmp_path / "out") == {"b.txt", "proposal.json"}
    assert _names(tmp_path) == {"out"}


def test_what_a_person_put_beside_it_is_carried_over(tmp_path: Path) -> None:
    out = tmp_path / "out"
    _put(out)
    (out / "map.qgz").write_text("mine")
    (out / "notes").mkdir()
    (out / "notes" / "n.txt").write_text("mine")
    (out / "proposal.gpkg-wal").write_text("left by a viewer")
    _put(out, "b.txt")
    assert _names(out) == {"b.txt", "proposal.json", "map.qgz", "notes"}
    assert (out / "notes" / "n.txt").read_text() == "mine"


def test_a_folder_that_is_not_ours_is_refused_untouched(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_text("x")
    with pytest.raises(OutputError) as caught:
        publish.check_target(tmp_path)
    assert caught.value.findings[0].code == "output-not-ours"
    with pytest.raises(OutputError):
        _put(tmp_path)
    with pytest.raises(OutputError):
        publish.write_findings(findings(), tmp_path)
    assert _names(tmp_path) == {"photo.jpg"}


@pytest.mark.parametrize("content", ["{", "[]", '{"schema": "other"}', "[" * 100_000])
def test_a_strange_proposal_json_is_not_ours(tmp_path: Path, content: str) -> None:
    (tmp_path / "proposal.json").write_text(content)
    with pytest.raises(OutputError):
        publish.check_target(tmp_path)


def test_a_line_break_in_the_name_is_refused_and_a_wide_space_is_not(tmp_path: Path) -> None:
    with pytest.raises(OutputError) as refused:
        publish.check_target(tmp_path / "a\nb")
    assert refused.value.findings[0].code == "output-not-writable"
    publish.check_target(tmp_path / "方案\u3000一")


def test_a_file_and_a_place_below_a_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("x")
    for place, code in (("f", "output-not-a-folder"), ("f/out", "output-not-writable")):
        with pytest.raises(OutputError) as caught:
            publish.check_target(tmp_path / place)
        assert caught.value.findings[0].code == code
    with pytest.raises(OutputError):
        publish.check_target(tmp_path / ("x" * 300))


def test_an_error_on_the_way_leaves_the_old_one(tmp_path: Path) -> None:
    out = tmp_path / "out"
    _put(out)
    with pytest.raises(RuntimeError), replaced(out):
        raise RuntimeError
    assert _names(out) == {"a.txt", "proposal.json"}
    assert _names(tmp_path) == {"out"}


def test_a_full_disk_is_told_and_leaves_the_old_one(tmp_path: Path) -> None:
    out = tmp_path / "out"
    _put(out)
    with pytest.raises(OutputError) as caught, replaced(out):
        raise OSError(28, "No space left on device")
    assert caught.value.findings[0].params["problem"] == "No space left on device"
    assert _names(tmp_path) == {"out"}


def test_remains_of_dead_runs_are_cleaned_and_of_living_ones_kept(tmp_path: Path) -> None:
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    for name in (f"out.partial-{done.pid}", f"out.partial-{os.getppid()}", "out.partial-mine"):
        (tmp_path / name).mkdir()
    _put(tmp_path / "out")
    assert _names(tmp_path) == {"out", f"out.partial-{os.getppid()}", "out.partial-mine"}


def test_a_proposal_left_aside_by_a_killed_run_comes_back(tmp_path: Path) -> None:
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    _put(tmp_path / "out")
    (tmp_path / "out" / "mine.txt").write_text("x")
    (tmp_path / "out").rename(tmp_path / f"out.replaced-{done.pid}")
    _put(tmp_path / "out", "b.txt")
    assert _names(tmp_path / "out") == {"b.txt", "proposal.json", "mine.txt"}


def test_findings_alone_and_beside_an_older_proposal(tmp_path: Path) -> None:
    assert (
        publish.write_findings(findings(), tmp_path / "new") == tmp_path / "new" / "findings.json"
    )
    assert _names(tmp_path / "new") == {"findings.json"}
    publish.write_findings(findings()[:1], tmp_path / "new")
    assert len(json.loads((tmp_path / "new" / "findings.json").read_text())) == 1
    _put(tmp_path / "new")
    publish.write_findings(findings(), tmp_path / "new")
    assert _names(tmp_path / "new") == {"a.txt", "proposal.json", "findings.refused.json"}
    _put(tmp_path / "new")
    assert _names(tmp_path / "new") == {"a.txt", "proposal.json"}


_WRITER = """
import os, sys
from pathlib import Path
from redistrict.publish import files
from tests.unit.publish.fakes import town
files.write_overviews = lambda *given: list  # the kill should fall on files and renames
town = town(size=4)
for line in sys.stdin:
    child = os.fork()
    while child == 0:
        files.write(town, Path(sys.argv[1]))
        os.write(1, b"written\\n")
    os.write(1, b"%d\\n" % child)
    os.waitpid(child, 0)
    os.write(1, b"dead\\n")
"""


def test_killed_at_any_moment_there_is_a_whole_proposal_or_none(tmp_path: Path) -> None:
    out, rng = tmp_path / "out", random.Random(5)
    writer = subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(out)],
        cwd=Path(__file__).parents[3],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert writer.stdin is not None
    assert writer.stdout is not None
    for attempt in range(6):
        writer.stdin.write("go\n")
        writer.stdin.flush()
        lines = iter(writer.stdout.readline, "")
        child = int(next(line for line in lines if line.strip().isdigit()))
        if attempt:
            # From here on one replaces another; before, there is nothing yet.
            next(line for line in lines if line == "written\n")
        time.sleep(rng.random() * 0.5)
        os.kill(child, signal.SIGKILL)
        next(line for line in lines if line == "dead\n")
        if not out.exists():
            assert attempt == 0
            continue
        told = json.loads((out / "proposal.json").read_text(encoding="utf-8"))
        assert _names(out) == set(told["files"])
        assert all(p.stat().st_size for p in out.iterdir())
    writer.stdin.close()
    writer.wait()
    _put(out)
    assert _names(tmp_path) == {"out"}
