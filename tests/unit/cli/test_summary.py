"""What a planner reads: figures, reasons, proofs, files; in both languages, on any output."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console

from redistrict.cli.certificates import certificate_text
from redistrict.cli.progress import progress
from redistrict.cli.proofs import proofs
from redistrict.cli.summary import print_summary
from redistrict.i18n import LANGS, Lang, text
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
@pytest.mark.parametrize("width", [100, 140])
def test_nothing_is_wider_than_the_page_and_nothing_is_cut(
    tmp_path: Path, lang: Lang, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    console = Console(file=io.StringIO(), width=width)
    out = tmp_path / "p"
    print_summary(town(), out, lang, console)
    assert isinstance(console.file, io.StringIO)
    said = [line for line in console.file.getvalue().splitlines() if str(out) not in line]
    assert max(cell_len(line.rstrip()) for line in said) <= width
    assert "…" not in "".join(said)
    assert sum(line.startswith("┏") for line in said) == 3


@pytest.mark.parametrize("lang", LANGS)
def test_proofs_of_grids_are_added_up_by_what_is_proven(lang: Lang) -> None:
    made = town()
    mine = made.layers["committees"]
    office = str(made.layers["street_offices"]["street_office_id"].iloc[0])
    ids = mine.loc[mine["street_office_id"] == office, "committee_id"].tolist()
    answers = [
        _answer("optimal", FITS),
        _answer("infeasible", ("outside", 374, 374)),
        _answer("infeasible", ("outside", 566, 566)),
        _answer("unknown", ("outside", 96, 0)),
    ]
    named = [{**a, "committee_id": i} for a, i in zip(answers, ids[:4], strict=True)]
    told = {"solver": {"committees": [], "service_grids": named}}
    console = Console(file=io.StringIO(), width=140)
    console.print(proofs(made, told, lang))
    assert isinstance(console.file, io.StringIO)
    said = console.file.getvalue()
    where = text("cli.proof.committees", lang, count=2, total=4)
    assert text("cli.proof.least", lang, where=where, outside=940) in said
    assert "374" not in said
    where = text("cli.proof.committees", lang, count=1, total=4)
    assert text("cli.proof.unproven", lang, where=where, outside=96) in said
    assert text("cli.proof.fits", lang, where=where, optimal=1) in said


@pytest.mark.parametrize("lang", LANGS)
def test_ways_to_integrate_new_estates_are_laid_side_by_side(tmp_path: Path, lang: Lang) -> None:
    made = town()
    ways = ("mixed", "new-together", "with-neighbour")
    options = [
        {**_answer("optimal", FITS), "way": w, "households_outside_band": 1234 * k,
         "households_moved": k, "committees": 4}
        for k, w in enumerate(ways)
    ]  # fmt: skip
    row = {"street_office_id": "SO0", "taken": "new-together", "options": options}
    told = {**made.manifest, "integrations": [row]}
    said = _summary(replace(made, manifest=told), tmp_path, lang)
    for part in ("1,234", "2,468", text("cli.way.with-neighbour", lang)):
        assert part in said
    alone = {**told, "integrations": [{**row, "options": options[:1]}]}
    said = _summary(replace(made, manifest=alone), tmp_path, lang)
    assert text("cli.summary.integration", lang) not in said


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
