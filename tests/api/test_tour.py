"""docs/api-tour.md, run as it stands: every block in order, and what each prints."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

from tests.api.processes import COMMAND

TOUR = Path(__file__).parents[2] / "docs" / "api-tour.md"
MARK = "=== block"


def blocks() -> list[tuple[str, str | None]]:
    """Each block of commands and what the document says it prints."""
    found = re.findall(r"^```(sh|text)\n(.*?)^```$", TOUR.read_text("utf-8"), re.M | re.S)
    made: list[tuple[str, str | None]] = []
    for kind, content in found:
        if kind == "sh":
            made.append((content, None))
        else:
            made[-1] = (made[-1][0], content)
    return made


def test_the_tour_is_true(tmp_path: Path) -> None:
    told = blocks()
    assert len(told) >= 10
    script = ["set -euo pipefail", "trap 'kill \"$serving\" 2>/dev/null || true' ERR"]
    for number, (commands, _) in enumerate(told):
        script += [f"echo '{MARK} {number}'", commands]
    done = subprocess.run(
        ["bash", "-c", "\n".join(script)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=1800,
        check=False,
        env={
            **os.environ,
            "PATH": f"{COMMAND.parent}:{os.environ['PATH']}",
            "PYTHONUNBUFFERED": "1",
            "no_proxy": "127.0.0.1",
        },
    )
    log = tmp_path / "requests.log"
    trace = log.read_text()[-2000:] if log.exists() else ""
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr + trace
    printed = re.split(rf"^{MARK} \d+\n", done.stdout, flags=re.M)[1:]
    assert len(printed) == len(told)
    for (commands, expected), text in zip(told, printed, strict=True):
        assert expected is None or text == expected, commands
