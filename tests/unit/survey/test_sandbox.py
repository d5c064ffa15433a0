"""The walls of the sandbox stand, and what comes back over them is checked."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from redistrict.model.errors import SurveyError
from redistrict.survey import read, sandbox
from redistrict.survey.inside import limits
from tests.unit.survey import makers as m

INSIDE = Path(sandbox.__file__).parent / "inside"


def run_inside(code: str) -> subprocess.CompletedProcess[str]:
    """Code behind the walls: in a child of this process, confined as a job is."""
    start = (
        "import importlib.util, importlib, sys, os\n"
        f"spec = importlib.util.spec_from_file_location('inside_', {str(INSIDE / '__init__.py')!r},"
        f" submodule_search_locations=[{str(INSIDE)!r}])\n"
        "module = importlib.util.module_from_spec(spec); sys.modules['inside_'] = module\n"
        "spec.loader.exec_module(module)\n"
        f"granted = importlib.import_module('inside_.confine').confine({os.getpid()})\n"
    )
    return subprocess.run(
        [sys.executable, "-I", "-c", start + code], capture_output=True, text=True, check=False
    )


def test_memory_is_limited() -> None:
    done = run_inside("x = bytearray(1 << 30)")
    assert done.returncode != 0
    assert "MemoryError" in done.stderr


def test_cpu_time_is_limited() -> None:
    code = "import resource; print(resource.getrlimit(resource.RLIMIT_CPU)[0])"
    assert run_inside(code).stdout.strip() == str(limits.CPU_SECONDS)


def test_there_is_no_network_where_the_platform_grants_a_namespace() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        code = (
            "import socket\nprint(granted['no_network'])\n"
            "try:\n"
            f"    socket.create_connection(('127.0.0.1', {port}), 2)\n    print('connected')\n"
            "except OSError:\n    print('nothing')\n"
        )
        granted, outcome = run_inside(code).stdout.split()
    assert outcome == ("nothing" if granted == "True" else "connected")


def test_gdal_has_two_drivers_only() -> None:
    code = (
        "gdal = importlib.import_module('inside_.gdal')\ngdal.prepare()\n"
        "import pyogrio\nprint(sorted(pyogrio.list_drivers()))"
    )
    assert run_inside(code).stdout.strip() == "['ESRI Shapefile', 'FlatGeobuf']"


def test_a_hung_process_is_killed_from_outside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hang = tmp_path / "hang.py"
    hang.write_text("import signal, time\nsignal.alarm(0)\nwhile True: time.sleep(1)")
    monkeypatch.setattr(sandbox, "_START", hang)
    monkeypatch.setattr(limits, "WALL_SECONDS", 0.3)
    with pytest.raises(SurveyError, match="processing-limit"):
        read(m.good_survey(tmp_path / "s"))


def test_a_crash_is_an_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    crash = tmp_path / "crash.py"
    crash.write_text("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)")
    monkeypatch.setattr(sandbox, "_START", crash)
    with pytest.raises(SurveyError, match="file-corrupt"):
        read(m.good_survey(tmp_path / "s"))


@pytest.mark.parametrize(
    ("about", "data"),
    [({"arrow": "0.arrow"}, b"no arrow at all"), ({"arrow": "../../etc/passwd"}, b"")],
)
def test_what_is_handed_over_is_not_trusted(
    about: dict[str, str], data: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    layer = {"layer": "buildings", "file": "f", "barrier_kind": None, "crs": None, "rows": 1,
             "crs_stated": True, "geometry": False, "forbidden_text": {}, **about}  # fmt: skip
    answer = {"layers": [layer], "notes": [], "settings": {}, "manifest": None,
              "proposal": False, "hash": "", "granted": {}}  # fmt: skip
    child = tmp_path / "child.py"
    child.write_text(
        "import sys, pathlib\nfolder = pathlib.Path(sys.argv[1])\n"
        f"(folder / '0.arrow').write_bytes({data!r})\n"
        f"(folder / 'answer.json').write_text({json.dumps(answer)!r})\n"
    )
    monkeypatch.setattr(sandbox, "_START", child)
    with pytest.raises(SurveyError, match="file-corrupt"):
        read(m.good_survey(tmp_path / "s"))


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = tmp_path / "jobs"
    jobs.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(jobs))
    read(m.good_survey(tmp_path / "s"))
    assert list(jobs.iterdir()) == []
