"""What nobody thought of is a sentence too, never a traceback."""

from __future__ import annotations

import pytest
import typer

from redistrict.cli.errors import EXIT_INTERNAL, TRACE, guarded, language, sentence
from redistrict.i18n import Lang
from redistrict.model.finding import Finding


def _faulty(lang: str | None = None) -> None:
    del lang
    raise ZeroDivisionError("17 / 0")


@pytest.mark.parametrize(("lang", "said"), [("zh", "程序内部出错"), ("en", "failed inside")])
def test_a_fault_of_ours_is_one_sentence(
    lang: str, said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(TRACE, raising=False)
    with pytest.raises(typer.Exit) as left:
        guarded(_faulty)(lang=lang)
    assert left.value.exit_code == EXIT_INTERNAL
    told = capsys.readouterr().err
    assert said in told
    assert "ZeroDivisionError" in told
    assert "test_errors.py" in told
    assert "Traceback" not in told
    assert TRACE in told


def test_its_traceback_is_there_for_who_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TRACE, "1")
    with pytest.raises(ZeroDivisionError):
        guarded(_faulty)(lang="zh")


def test_how_a_command_ends_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(TRACE, raising=False)

    def ends() -> None:
        raise typer.Exit(1)

    with pytest.raises(typer.Exit) as left:
        guarded(ends)()
    assert left.value.exit_code == 1


def test_another_language_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDISTRICT_LANG", "fr")
    assert language() == "zh"
    assert language("en") == "en"
    with pytest.raises(typer.BadParameter):
        language("fr")


@pytest.mark.parametrize(("lang", "stop"), [("zh", "。"), ("en", ".")])
def test_what_is_wrong_and_what_to_do_are_two_sentences(lang: Lang, stop: str) -> None:
    said = sentence(Finding("source-missing", "error", params={"file": "nope"}), lang)
    assert said.count(stop) >= 2
    assert said.endswith(stop)
