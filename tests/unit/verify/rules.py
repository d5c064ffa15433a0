"""Profiles and shorthands for the verifier's tests."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from redistrict import profiles
from redistrict.model.profile import Profile
from redistrict.verify import Report, verify
from tests.proposals import Paper


def rules(lower: int = 400, upper: int = 500, grid: tuple[int, int] = (200, 250)) -> Profile:
    """The default profile with a band that a small town can meet."""
    base = profiles.load()[0]
    band = replace(base.committee, lower=lower, upper=upper, target=(lower + upper) // 2)
    window = replace(base.grid, lower=grid[0], upper=grid[1])
    return replace(base, committee=band, grid=window)


def checked(paper: Paper, profile: Profile | None = None, survey: Any = None) -> Report:
    """The report on a paper proposal."""
    return verify(paper.layers, paper.tables, paper.manifest, profile or rules(), survey)


def failing(report: Report) -> set[str]:
    """Names of the checks that fail."""
    return {c.name for c in report.failed}


def codes(report: Report, name: str) -> set[str]:
    """Finding codes of one check."""
    return {f.code for f in report.check(name).findings}


def reason(paper: Paper, layer: str, row: str, code: str, **params: Any) -> None:
    """Give an area a coded reason."""
    paper.set(layer, row, reason_code=code, reason_params=json.dumps(params))
