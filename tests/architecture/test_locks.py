"""What users install is what was tested: both lock files name the same versions."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def pins(name: str) -> dict[str, str]:
    lines = (ROOT / name).read_text("utf-8")
    return dict(re.findall(r"^([a-z0-9_.-]+)==(\S+)", lines, re.MULTILINE))


def test_the_locks_agree() -> None:
    used, tested = pins("requirements.lock"), pins("requirements-dev.lock")
    assert len(used) > 50
    assert {name: tested.get(name) for name in used} == used
