"""Report: what was checked, and how it came out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from shapely.geometry.base import BaseGeometry

from redistrict.model.errors import InternalError
from redistrict.model.finding import Finding, RulingOutcome

FINDINGS_KEPT = 200
"""A check keeps the first so many findings; `Check.failures` counts all of them."""


@dataclass(frozen=True)
class Check:
    """One statement of the contract, checked on ``count`` features.

    ``outcome``: `fail` where any feature breaks it, `refer` where none does but something could
    not be decided here (``findings`` say what), else `pass`.
    """

    name: str
    """Catalogue key ``check.<name>``."""
    invariant: int
    """1..5, the numbers of "Always true of a proposal" in the contract."""
    outcome: RulingOutcome
    count: int
    failures: int = 0
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Report:
    """All checks, by invariant; `ok` when nothing fails (what is referred is for people)."""

    checks: tuple[Check, ...]
    notes: tuple[Finding, ...] = field(default_factory=tuple)
    """What was noticed on reading, and what the proposal lacks and could not be looked at."""

    @property
    def ok(self) -> bool:
        """True when no check fails."""
        return not self.failed

    @property
    def failed(self) -> tuple[Check, ...]:
        """The checks that fail."""
        return tuple(c for c in self.checks if c.outcome == "fail")

    def check(self, name: str) -> Check:
        """The check called ``name``; KeyError where there is none."""
        return {c.name: c for c in self.checks}[name]


def failure(
    code: str, layer: str, feature: object, geometry: object = None, **params: object
) -> Finding:
    """What breaks a statement of the contract, on one feature."""
    return Finding(
        code,
        "error",
        layer,
        None if feature is None else str(feature),
        outcome="fail",
        params=params,
        geometry=geometry if isinstance(geometry, BaseGeometry) else None,
    )


def judged(name: str, invariant: int, count: int, findings: Iterable[Finding]) -> Check:
    """A `Check` from its findings: those of outcome `fail` break it, `refer` leave it open."""
    found = list(findings)
    failures = [f for f in found if f.outcome == "fail"]
    referred = [f for f in found if f.outcome == "refer"]
    outcome: RulingOutcome = "fail" if failures else "refer" if referred else "pass"
    kept: Sequence[Finding] = [*failures, *referred][:FINDINGS_KEPT]
    return Check(name, invariant, outcome, count, len(failures), tuple(kept))


def insist(report: Report) -> None:
    """Raise `InternalError` where our own proposal does not hold: it must not be published."""
    if not report.ok:
        failed = "、".join(f"{c.invariant}:{c.name}({c.failures})" for c in report.failed)
        first = [c.findings[0] for c in report.failed]
        raise InternalError(
            [Finding("proposal-not-verified", "error", params={"failed": failed}), *first]
        )
