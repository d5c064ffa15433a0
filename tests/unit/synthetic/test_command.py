"""`redistrict generate`."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from redistrict.cli import build
from redistrict.i18n import catalogue

APP = build(("generate", "run"))


def generate(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(APP, ["generate", *words])
    return result.exit_code, result.output


def test_generate(tmp_path: Path) -> None:
    code, said = generate(
        "--out", str(tmp_path / "c"), "--buildings", "90", "--seed", "4", "--lang", "en",
        "--features", "river,committees", "--format", "gpkg",
    )  # fmt: skip
    assert code == 0, said
    assert "buildings" in said
    assert sorted(p.name for p in (tmp_path / "c").iterdir()) == ["survey.gpkg", "survey.toml"]


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--buildings", "5"], "synthetic-size"),
        (["--buildings", "100", "--households", "5000"], "synthetic-size"),
        (["--features", "castle"], "synthetic-feature"),
        (["--crs", "EPSG:3857"], "synthetic-crs"),
    ],
)
def test_refused_with_a_sentence(tmp_path: Path, words: list[str], named: str) -> None:
    code, said = generate("--out", str(tmp_path / "c"), *words)
    assert code == 2
    assert named in said
    assert "Traceback" not in said
    assert not (tmp_path / "c").exists()


def test_every_sentence_in_both_languages() -> None:
    zh, en = ({k for k in catalogue(lang) if "synthetic" in k or k.startswith("generate.")}
              for lang in ("zh", "en"))  # fmt: skip
    assert zh == en
    for code in ("size", "feature", "crs", "out-taken"):
        assert {f"finding.synthetic-{code}", f"remedy.synthetic-{code}"} <= zh
