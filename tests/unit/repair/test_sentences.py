"""Every code that repair and rulings can emit has its sentence in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import redistrict
from redistrict.i18n import LANGS, Lang, catalogue

ROOT = Path(redistrict.__file__).parent
WORD = re.compile(r'"([a-z]+(?:-[a-z]+)+)"')


def words(stage: str) -> set[str]:
    """Every kebab-case string in the stage's code: finding codes, actions and bases."""
    text = "".join(p.read_text(encoding="utf-8") for p in sorted((ROOT / stage).glob("*.py")))
    return set(WORD.findall(text))


@pytest.mark.parametrize("stage", ["repair", "rulings"])
@pytest.mark.parametrize("lang", LANGS)
def test_every_code_action_and_basis_is_worded(stage: str, lang: Lang) -> None:
    known = catalogue(lang)
    elsewhere = {"processing-limit"}  # the survey stage words it
    lacking = [
        word
        for word in sorted(words(stage) - elsewhere)
        if not any(f"{kind}.{word}" in known for kind in ("finding", "action", "basis"))
    ]
    assert lacking == []


@pytest.mark.parametrize("lang", LANGS)
def test_both_languages_say_the_same_things(lang: Lang) -> None:
    other: Lang = "en" if lang == "zh" else "zh"
    ours = words("repair") | words("rulings")
    for key, template in catalogue(lang).items():
        kind, _, word = key.partition(".")
        if kind not in ("finding", "remedy") or word not in ours:
            continue
        fields = set(re.findall(r"\{(\w+)", template))
        assert fields == set(re.findall(r"\{(\w+)", catalogue(other)[key])), key
