"""What a planner reads: figures, reasons, proofs, files; in both languages, on any output."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from redistrict.cli.certificates import certificate_text
from redistrict.cli.progress import progress
from redistrict.cli.summary import print_summary
from redistrict.i18n import LANGS, Lang
from redistrict.model.finding import Finding
from redistrict.model.proposal import Proposal
from tests.unit.publish.fakes import town


def _summary(proposal: Proposal, out: Path, lang: Lang) -> str:
    console = Console(file=io.StringIO(), width=80)
    print_summary(proposal, out, lang, console)
    told = console.file
    assert isinstance(told, io.StringIO)
    return told.getvalue()


@pytest.mark.parametrize("lang", LANGS)
def test_figures_reasons_and_files_are_told(tmp_path: Path, lang: Lang) -> None:
    said = _summary(town(), tmp_path, lang)
    for part in ("87.65%", "7,530", "B0-000000", str(tmp_path), "北辛街道", "3,600", "120", "5%"):
        assert part in said
    for key in ("cli.", "stage.", "reason.", "{", "None", "nan"):
        assert key not in said


def test_nearly_all_is_never_all(tmp_path: Path) -> None:
    made = town()
    figures = {**made.manifest["measures"], "share_in_window": 0.999999}
    said = _summary(replace(made, manifest={**made.manifest, "measures": figures}), tmp_path, "zh")
    assert "99.99%" in said
    assert "100%" not in said


def test_a_proposal_without_exceptions_says_so(tmp_path: Path) -> None:
    made = town()
    layers = dict(made.layers)
    layers["service_grids"] = layers["service_grids"].assign(within_window=True)
    layers["committees"] = layers["committees"].assign(within_band=True)
    said = _summary(replace(made, layers=layers, present={}), tmp_path, "zh")
    assert "没有例外" in said
    assert "新设社区居委会 8 个" in said


@pytest.mark.parametrize("lang", LANGS)
def test_wishes_are_told_where_there_are_any(tmp_path: Path, lang: Lang) -> None:
    made = town()
    assert "E-1" not in _summary(made, tmp_path, lang)
    params = {"first": "E-1", "second": "E-2", "committees": "C-9", "reason": "wish-frozen"}
    finding = Finding("keep-with-unmet", params={**params, "frozen": "C-9"})
    told = {**made.manifest, "wishes": {"stated": 3, "met": 2, "unmet": []}}
    said = _summary(replace(made, manifest=told, findings=(finding,)), tmp_path, lang)
    for part in ("E-1", "E-2", "C-9", "3"):
        assert part in said
    assert "wish" not in said.replace("wishes", "").replace("Wishes", "")


def test_names_with_markup_are_printed_as_they_are(tmp_path: Path) -> None:
    made = town()
    layers = dict(made.layers)
    layers["street_offices"] = layers["street_offices"].assign(name=["[red]北[/red]", "[/]"])
    said = _summary(replace(made, layers=layers), tmp_path, "zh")
    assert "[red]北[/red]" in said


def _answer(status: str, *terms: tuple[str, int, int | None]) -> dict[str, Any]:
    """Terms: name, value, bound."""
    said = [
        {
            "name": name,
            "value": value,
            "bound": bound,
            "gap": None if bound is None else (value - bound) / max(1, value),
            "proven": value == bound,
        }
        for name, value, bound in terms
    ]
    return {"status": status, "terms": said}


FITS = ("outside", 0, 0)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (_answer("optimal", FITS), "optimal (proven)"),
        (
            _answer("feasible", FITS, ("perimeter", 1000, 996)),
            "all within; length of boundaries within 1% of optimal",
        ),
        (
            _answer("feasible", FITS, ("moved", 100, 81), ("perimeter", 9, 9)),
            "all within; households moved within 20% of optimal",
        ),
        (
            _answer("feasible", FITS, ("moved", 100, 0)),
            "all within; households moved not proven optimal",
        ),
        (
            _answer("feasible", FITS, ("perimeter", 9, None)),
            "all within; length of boundaries not proven optimal",
        ),
        (
            _answer("infeasible", ("outside", 300, 300)),
            "300 households outside, proven the fewest",
        ),
        (
            _answer("infeasible", ("outside", 1300, 300)),
            "1,300 households outside, proven at least 300",
        ),
        (_answer("infeasible", ("outside", 300, None)), "proven: not all can fit"),
        (_answer("unknown", ("outside", 90, 0)), "90 households outside, not proven necessary"),
    ],
)
def test_certificates_in_words(answer: dict[str, Any], said: str) -> None:
    assert certificate_text([answer], "en") == said


def test_certificates_are_counted() -> None:
    best, open_ = _answer("optimal", FITS), _answer("unknown", ("outside", 90, 0))
    assert certificate_text([open_, best, best], "en").splitlines() == [
        "optimal (proven) x 2",
        "90 households outside, not proven necessary x 1",
    ]
    assert certificate_text([], "en") == "-"


def test_progress_is_silent_in_a_log_and_shown_on_a_terminal() -> None:
    log = io.StringIO()
    with progress(Console(file=log), "zh") as shown:
        assert shown is None
    assert log.getvalue() == ""
    terminal = io.StringIO()
    with progress(Console(file=terminal, force_terminal=True, width=100), "zh") as shown:
        assert shown is not None
        with shown.stage("committees"):
            shown.office("[北]辛", 1, 2)
            with shown.stage("inner"):
                shown.office("x", 1, 1)
            shown.office("y", 2, 2)
        with pytest.raises(ValueError), shown.stage("read"):
            raise ValueError
    assert "划分社区居委会" in terminal.getvalue()
    assert "2/2" in terminal.getvalue()
