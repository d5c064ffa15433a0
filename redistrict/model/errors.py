"""The errors that leave the library, drawn as a tree.

RedistrictError
 ├─ InputError          the survey, profile, graph or proposal cannot be used (exit 2)
 │   ├─ SurveyError     a survey file
 │   ├─ ProfileError    a rule profile
 │   ├─ GraphError      a graph for `redistrict partition`
 │   └─ ProposalError   a proposal given to `redistrict check`
 ├─ OutputError         the place to write to cannot be used (exit 2)
 ├─ Cancelled           the caller asked to stop
 └─ InternalError       our fault; never shown with a traceback (exit 3)

Solver statuses are values (`Outcome.status`), never exceptions.
"""

from __future__ import annotations

from collections.abc import Sequence

from redistrict.model.finding import Finding


class RedistrictError(Exception):
    """Base of every error that leaves the library; carries findings, worded by the catalogues."""

    def __init__(self, findings: Finding | Sequence[Finding]) -> None:
        self.findings: tuple[Finding, ...] = (
            (findings,) if isinstance(findings, Finding) else tuple(findings)
        )
        super().__init__(", ".join(f.code for f in self.findings))


class InputError(RedistrictError):
    """What was given cannot be used; every finding says where and what to do."""


class SurveyError(InputError):
    """A survey file cannot be used."""


class ProfileError(InputError):
    """A rule profile cannot be used."""


class GraphError(InputError):
    """A graph for the engine cannot be used."""


class ProposalError(InputError):
    """A proposal to check cannot be read."""


class OutputError(RedistrictError):
    """The output cannot be written."""


class Cancelled(RedistrictError):
    """The caller asked to stop; nothing was written."""


class InternalError(RedistrictError):
    """A fault of ours."""
