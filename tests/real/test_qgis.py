"""QGIS itself opens proposal.gpkg: valid, styled, labelled, drawn. Nothing is set by hand."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from redistrict import publish
from tests.unit.publish.fakes import town

PROBE = Path(__file__).with_name("qgis_probe.py")
SYSTEM_PYTHON = "/usr/bin/python3"
"""The interpreter that Debian's python3-qgis is for."""


def _has_qgis() -> bool:
    if not Path(SYSTEM_PYTHON).exists():
        return False
    done = subprocess.run([SYSTEM_PYTHON, "-c", "import qgis.core"], capture_output=True)
    return done.returncode == 0


pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not _has_qgis(), reason="QGIS (Debian: python3-qgis) is not installed"),
]


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path]:
    """What QGIS says of a town, and its picture."""
    folder = tmp_path_factory.mktemp("qgis")
    publish.write(town("EPSG:4490"), folder / "out")
    picture = folder / "map.png"
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL_ENV"))},
        "QT_QPA_PLATFORM": "offscreen",
        "HOME": str(folder),
        "XDG_RUNTIME_DIR": str(folder),
    }
    done = subprocess.run(
        [SYSTEM_PYTHON, str(PROBE), str(folder / "out" / "proposal.gpkg"), str(picture)],
        capture_output=True,
        text=True,
        timeout=110,
        env=environment,
        check=False,
    )
    said = [line for line in done.stdout.splitlines() if line.startswith("ANSWER ")]
    assert said, done.stderr
    assert "Warning" not in done.stderr
    return json.loads(said[0].removeprefix("ANSWER ")), picture


def test_layers_open_with_their_styles(opened: tuple[dict[str, Any], Path]) -> None:
    answer, _ = opened
    renderers = {
        "committees": "categorizedSymbol",
        "buildings": "categorizedSymbol",
        "service_grids": "RuleRenderer",
        "rulings": "RuleRenderer",
        "barriers": "RuleRenderer",
        "findings": "RuleRenderer",
    }
    assert {n: answer[n]["renderer"] for n in renderers} == renderers
    assert answer["service_grids"]["legend"] == ["户数符合规定的网格", "户数不符合规定的网格"]
    assert answer["buildings"]["features"] == 128
    assert answer["correspondence"]["features"] == 16


def test_labels_say_number_and_households(opened: tuple[dict[str, Any], Path]) -> None:
    answer, _ = opened
    assert answer["service_grids"]["label"] == "1\n465"
    assert answer["committees"]["label"] == "和平路第1社区\n1125"
    assert answer["street_offices"]["label"] == "北辛街道"
    for name in ("service_grids", "committees", "street_offices", "rulings"):
        assert answer[name]["labels"]
        assert answer[name]["label_error"] == ""


def test_fields_have_chinese_titles(opened: tuple[dict[str, Any], Path]) -> None:
    answer, _ = opened
    for name in ("buildings", "service_grids", "committees", "rulings", "correspondence"):
        untitled = [f for f, title in answer[name]["aliases"].items() if not title and f != "fid"]
        assert untitled == []
    assert answer["service_grids"]["aliases"]["households"] == "户数"


def test_the_map_is_drawn(opened: tuple[dict[str, Any], Path]) -> None:
    answer, picture = opened
    assert answer["errors"] == []
    pixels = np.asarray(Image.open(picture).convert("RGB")).reshape(-1, 3)
    assert (pixels != 255).any(axis=1).mean() > 0.4
    red = (pixels[:, 0] > 170) & (pixels[:, 1] < 110) & (pixels[:, 2] < 90)
    assert red.sum() > 300  # the hatch of the two grids outside the window
