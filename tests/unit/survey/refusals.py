"""What `read` answers, in one word."""

from __future__ import annotations

from pathlib import Path

from redistrict.i18n import LANGS, catalogue, text
from redistrict.model.errors import SurveyError
from redistrict.survey import ReadOptions, read
from redistrict.survey.problems import PROBLEMS


def answer(path: Path, options: ReadOptions | None = None) -> str:
    """``accepted`` or the problem type; every sentence is checked on the way."""
    try:
        _, findings = read(path, options or ReadOptions())
    except SurveyError as error:
        findings = list(error.findings)
    else:
        _check_words(findings)
        return "accepted"
    (refusal,) = findings
    assert refusal.code in PROBLEMS
    assert refusal.severity == "error"
    _check_words(findings)
    return refusal.code


def _check_words(findings) -> None:
    for finding in findings:
        for lang in LANGS:
            said = text(f"finding.{finding.code}", lang, **finding.params)
            assert not said.startswith("finding."), finding.code
            assert "{" not in said.replace(str(finding.params.get("guess", "")), ""), said
            if finding.severity == "error":
                assert f"remedy.{finding.code}" in catalogue(lang), finding.code
