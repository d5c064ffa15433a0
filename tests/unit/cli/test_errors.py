"""What nobody thought of is a sentence too, never a traceback."""

from __future__ import annotations

import pytest
import typer

from redistrict.cli.errors import EXIT_INTERNAL, TRACE, guarded


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
