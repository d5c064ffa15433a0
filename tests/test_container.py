"""The container's files, without an engine: their steps are those of the set-up, and work."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml
from typer.main import get_command

from redistrict.cli import build
from tests.api.processes import serving

ROOT = Path(__file__).parents[1]
UV = Path(sys.executable).with_name("uv")


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile as (instruction, rest), lines that go on put together."""
    text = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(line.split(" ", 1)[0], line.split(" ", 1)[1].strip()) for line in lines]


def steps() -> list[str]:
    return [rest for name, rest in instructions() if name == "RUN"]


def test_it_has_stages_a_user_and_a_sign_of_life() -> None:
    found = instructions()
    stages = [rest for name, rest in found if name == "FROM"]
    assert [s.partition(" AS ")[2] for s in stages] == ["map", "build", ""]
    last = found[max(i for i, (name, _) in enumerate(found) if name == "FROM") :]
    names = [name for name, _ in last]
    assert dict(last)["USER"] not in ("root", "0")
    assert names.index("USER") < names.index("ENTRYPOINT")
    assert "HEALTHCHECK" in names
    for name, rest in found:  # what is copied is there, or comes from a stage that is
        if name == "COPY":
            words = [w for w in rest.split() if not w.startswith("--")]
            stage = re.search(r"--from=(\w+)", rest)
            if stage is None:
                assert all((ROOT / word).exists() for word in words[:-1]), rest
            else:
                assert any(s.endswith(f" AS {stage[1]}") for s in stages)


def test_its_steps_are_those_of_the_set_up() -> None:
    """A step of scripts/setup that the container does another way would be two truths."""
    setup = (ROOT / "scripts" / "setup").read_text("utf-8")
    for shared in (
        "'uv>=0.9,<1'",
        "--require-hashes -r",
        "npm ci --silent && npm run --silent build",
        "compileall -qq -j 0 -x '/tests?/'",
        "generate --households 4000 --seed 1 --out",
        "fontconfig fonts-noto-cjk",
    ):
        assert shared in setup, shared
        assert any(shared in step for step in steps()), shared


@pytest.mark.parametrize("step", steps())
def test_every_step_is_something_a_shell_understands(step: str) -> None:
    done = subprocess.run(["sh", "-n", "-c", step], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_step_that_installs_us_brings_everything(tmp_path: Path) -> None:
    """Run as it stands, on a copy of what git knows, into an environment of its own."""
    copy, place = tmp_path / "build", tmp_path / "opt"
    names = subprocess.run(
        ["git", "ls-files", "-z", "redistrict", "api", "pyproject.toml", "README.md", "LICENSE"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split("\0")  # fmt: skip
    for name in filter(None, names):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).exists():
            (copy / name).write_bytes((ROOT / name).read_bytes())
    (copy / "api" / "web" / "built").mkdir(parents=True, exist_ok=True)
    (copy / "api" / "web" / "built" / "index.html").write_text("the map")
    subprocess.run([str(UV), "venv", "-q", "--python", sys.executable, str(place)], check=True)
    step = next(s for s in steps() if s.endswith("--no-deps ."))
    step = step.replace("/opt/redistrict/bin/uv", str(UV)).replace("/opt/redistrict", str(place))
    subprocess.run(["sh", "-e", "-c", step], cwd=copy, check=True)
    (library,) = place.glob("lib/python*/site-packages")
    for needed in (
        "api/store/migrations/versions/0001_accounts_sessions_tokens_and_the_audit.py",
        "api/web/built/index.html",
        "redistrict/locale/zh/service.po",
        "redistrict/profiles/tengzhou-2007.toml",
    ):
        assert (library / needed).is_file(), needed
    names = (next(library.glob("redistrict-*.dist-info")) / "entry_points.txt").read_text()
    for command in ("serve", "backup", "restore", "fsck"):
        assert f"{command} = api.commands" in names
    assert (place / "bin" / "redistrict").is_file()
    assert not zipfile.is_zipfile(place / "bin" / "redistrict")


def options(words: list[str]) -> None:
    """Fails where the command line does not know them."""
    name, *rest = words
    command = get_command(build((name,) if name not in ("serve",) else ())).commands[name]  # type: ignore[attr-defined]
    command.make_context(name, rest)


def test_what_it_starts_is_a_command_of_ours() -> None:
    found = dict(instructions())
    assert json.loads(found["ENTRYPOINT"]) == ["redistrict"]
    options(json.loads(found["CMD"]))
    service = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))["services"]["service"]
    options([os.path.expandvars(word) for word in service["command"]])


def test_its_sign_of_life_is_one(tmp_path: Path) -> None:
    """The very command, asked of a service that is ready, and of one that has ended."""
    rest = dict(instructions())["HEALTHCHECK"].partition("CMD ")[2]
    command = json.loads(rest)
    with serving(tmp_path / "data") as served:
        port = str(served.client.base_url.port)
        asked = [sys.executable, *(w.replace("8000", port) for w in command[1:])]
        assert subprocess.run(asked, capture_output=True, check=False).returncode == 0
    assert subprocess.run(asked, capture_output=True, check=False).returncode != 0


def test_compose_keeps_both_and_shows_neither() -> None:
    said = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
    service, database = said["services"]["service"], said["services"]["database"]
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    assert "ports" not in database
    assert service["depends_on"]["database"]["condition"] == "service_healthy"
    named = {v.partition(":")[0] for s in (service, database) for v in s["volumes"]}
    assert named == set(said["volumes"])
    kept = {v.partition(":")[2] for v in service["volumes"]}
    assert kept == {dict(instructions())["VOLUME"]}
    text = (ROOT / "compose.yaml").read_text("utf-8")
    assert shlex.quote("POSTGRES_PASSWORD") in text  # asked for, never written here
    assert not re.search(r"POSTGRES_PASSWORD: [^$]", text)
