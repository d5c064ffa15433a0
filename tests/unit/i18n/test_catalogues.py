"""Every sentence exists in both languages, says the same things, and none is missing."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.pofile import read_po

import redistrict
from redistrict.i18n import LANGS, Lang, catalogue, text

PACKAGE = Path(redistrict.__file__).parent
REASONS = (
    "arithmetic",
    "oversized",
    "trapped",
    "no-feasible-part",
    "proven-minimum",
    "search-limit",
)
"""Codes of `redistrict.model.problem.Reason`."""


def _fields(template: str) -> set[str]:
    return {
        name.split(".")[0].split("[")[0]
        for _, name, _, _ in Formatter().parse(template)
        if name is not None
    }


def test_both_languages_have_the_same_keys() -> None:
    zh, en = set(catalogue("zh")), set(catalogue("en"))
    assert zh - en == set()
    assert en - zh == set()


@pytest.mark.parametrize("lang", LANGS)
def test_both_languages_have_the_same_domains_and_no_key_twice(lang: Lang) -> None:
    other = LANGS[1 - LANGS.index(lang)]
    files = sorted((PACKAGE / "locale" / lang).glob("*.po"))
    assert [f.name for f in files] == [
        f.name for f in sorted((PACKAGE / "locale" / other).glob("*.po"))
    ]
    keys: Counter[str] = Counter()
    for file in files:
        with file.open("rb") as stream:
            keys.update(str(m.id) for m in read_po(stream) if m.id)
    assert [k for k, count in keys.items() if count > 1] == []


def test_translations_have_the_same_fields() -> None:
    zh, en = catalogue("zh"), catalogue("en")
    differing = {
        key: (_fields(zh[key]), _fields(en[key]))
        for key in zh
        if key in en and _fields(zh[key]) != _fields(en[key])
    }
    assert differing == {}


@pytest.mark.parametrize("lang", LANGS)
def test_fields_have_names_and_texts_are_not_empty(lang: Lang) -> None:
    for key, template in catalogue(lang).items():
        assert template.strip(), key
        assert all(name.isidentifier() for name in _fields(template)), key


def _string(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _call_name(call: ast.Call) -> str:
    func = call.func
    return func.id if isinstance(func, ast.Name) else getattr(func, "attr", "")


def _argument(call: ast.Call, position: int, name: str) -> ast.expr | None:
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    plain = not any(isinstance(a, ast.Starred) for a in call.args[: position + 1])
    return call.args[position] if plain and len(call.args) > position else None


def _helpers(tree: ast.AST) -> Iterator[tuple[str, int, str]]:
    """Functions that hand a parameter of theirs on as the code: name, position, parameter."""
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        parameters = [a.arg for a in function.args.args]
        shift = 1 if parameters[:1] in (["self"], ["cls"]) else 0
        for call in ast.walk(function):
            if isinstance(call, ast.Call) and _call_name(call) == "Finding":
                code = _argument(call, 0, "code")
                if isinstance(code, ast.Name) and code.id in parameters:
                    yield function.name, parameters.index(code.id) - shift, code.id


@cache
def calls() -> dict[Path, list[ast.Call]]:
    """Every call in every file of redistrict/."""
    return {
        path: [n for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.Call)]
        for path in sorted(PACKAGE.rglob("*.py"))
    }


@cache
def emitted() -> dict[str, str]:
    """Code of every finding that redistrict/ makes by a literal -> a file that makes it."""
    helpers = {path: set(_helpers(ast.parse(path.read_text("utf-8")))) for path in calls()}
    found: dict[str, str] = {}
    for path, made in calls().items():
        # A helper is called in its own package only; two packages may use one name differently.
        makers = {("Finding", 0, "code")}
        makers.update(*(h for p, h in helpers.items() if p.is_relative_to(path.parent)))
        for name, position, parameter in sorted(makers):
            for call in (c for c in made if _call_name(c) == name):
                given = _argument(call, position, parameter)
                branches = [given.body, given.orelse] if isinstance(given, ast.IfExp) else [given]
                for code in filter(None, map(_string, branches)):
                    found.setdefault(code, str(path.relative_to(PACKAGE)))
    return found


def test_the_search_for_codes_finds_what_is_known() -> None:
    found = emitted()
    assert "overview-without-chinese-font" in found
    assert found["output-not-ours"] == "publish/folder.py"  # by a helper
    assert len(found) > 20


@pytest.mark.parametrize("lang", LANGS)
def test_every_finding_has_its_sentence(lang: Lang) -> None:
    known = catalogue(lang)
    missing = {code: where for code, where in emitted().items() if f"finding.{code}" not in known}
    assert missing == {}


@pytest.mark.parametrize("lang", LANGS)
def test_every_action_and_every_reason_has_its_sentence(lang: Lang) -> None:
    known = catalogue(lang)
    actions: dict[str, str] = {}
    for path, made in calls().items():
        for call in (c for c in made if _call_name(c) == "Finding"):
            action = _string(_argument(call, 7, "action"))
            if action is not None:
                actions.setdefault(action, str(path.relative_to(PACKAGE)))
    assert {a: w for a, w in actions.items() if f"action.{a}" not in known} == {}
    assert [r for r in REASONS if f"reason.{r}" not in known] == []


def worded() -> dict[str, tuple[set[str] | None, str]]:
    """Key of every ``text("key", lang, ...)`` -> the fields given (None: passed on), the file."""
    found: dict[str, tuple[set[str] | None, str]] = {}
    for path, made in calls().items():
        for call in (c for c in made if _call_name(c) == "text"):
            key = _string(call.args[0] if call.args else None)
            if key is not None and "." in key:
                names = {k.arg for k in call.keywords}
                given = None if None in names else {n for n in names if n is not None}
                found[key] = (given, str(path.relative_to(PACKAGE)))
    return found


@pytest.mark.parametrize("lang", LANGS)
def test_every_sentence_asked_for_exists_and_gets_all_its_fields(lang: Lang) -> None:
    known, asked = catalogue(lang), worded()
    assert len(asked) > 30  # the search finds what it is for
    assert {k: where for k, (_, where) in asked.items() if k not in known} == {}
    short = {
        key: _fields(known[key]) - given
        for key, (given, _) in asked.items()
        if given is not None and _fields(known[key]) - given
    }
    assert short == {}


def test_english_is_english() -> None:
    # Names that users know in Chinese may be quoted; sentences may not be left untranslated.
    same = [k for k, said in catalogue("en").items() if said == catalogue("zh")[k] and _han(said)]
    assert same == []


def _han(said: str) -> bool:
    return any("\u4e00" <= c <= "\u9fff" for c in said)


@pytest.mark.parametrize("lang", LANGS)
def test_a_code_inside_a_sentence_is_worded_too(lang: Lang) -> None:
    for key, params in (
        ("finding.coordinate-out-of-area", {"file": "x", "reason": "apart"}),
        ("finding.unsupported-format", {"file": "x", "found": "?"}),
    ):
        said = text(key, lang, **params)
        assert "apart" not in said
        assert "?" not in said
