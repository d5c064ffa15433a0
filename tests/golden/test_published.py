"""What is published of one small town, to the letter: a change here is a change for readers.

To accept a change on purpose: ``REDISTRICT_GOLDEN=write`` and look at the difference.
"""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import pytest
from rich.console import Console

from redistrict import publish
from redistrict.cli.summary import print_summary
from redistrict.i18n import LANGS, Lang
from redistrict.publish import files
from tests.unit.publish.fakes import town

KEPT = Path(__file__).parent / "town"
FILES = (
    "committees.geojson",
    "correspondence.csv",
    "findings.json",
    "premises_plan.csv",
    "proposal.json",
    "rulings.geojson",
    "service_grids.geojson",
)


def _agree(name: str, made: str) -> None:
    kept = KEPT / name
    if os.environ.get("REDISTRICT_GOLDEN") == "write":
        kept.write_text(made, encoding="utf-8", newline="")
    assert made == kept.read_bytes().decode("utf-8")


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The town's files, without the pictures."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "write_overviews", lambda *given: list)
        out = tmp_path_factory.mktemp("golden") / "town"
        publish.write(town(size=4), out, "zh", {"read": 1.0})
    return out


@pytest.mark.parametrize("name", FILES)
def test_files(published: Path, name: str) -> None:
    made = (published / name).read_bytes().decode("utf-8")
    if name == "proposal.json":
        told = json.loads(made)
        told["seconds"]["publish"] = 0.0
        made = json.dumps(told, ensure_ascii=False, indent=1) + "\n"
    _agree(name, made)


@pytest.mark.parametrize("lang", LANGS)
def test_summary(lang: Lang) -> None:
    said = io.StringIO()
    print_summary(town(size=4), Path("out"), lang, Console(file=said, width=80))
    _agree(f"summary-{lang}.txt", said.getvalue())
