"""Every refusal of the service, drawn as a tree; each is a problem detail of RFC 9457.

Problem
 ├─ BadRequest 400          malformed-json, malformed-request
 ├─ Unauthenticated 401     unauthenticated
 ├─ Forbidden 403           forbidden
 ├─ NotFound 404            not-found
 ├─ Timeout 408             timeout
 ├─ Conflict 409            what cannot be as things stand
 ├─ VersionConflict 412     version-conflict
 ├─ TooLarge 413            too-large
 ├─ UnsupportedFormat 415   unsupported-format
 ├─ Unprocessable 422       understood, and not acceptable
 ├─ PreconditionRequired 428 precondition-required
 ├─ TooManyRequests 429     too-many-requests, quota-exceeded
 ├─ Unavailable 503         unavailable, busy
 └─ StorageFull 507         storage-full, account-full

A problem carries a code and parameters; its sentences are ``problem.<code>`` (title) and
``problem.<code>.detail`` in the catalogues. Anything else that is raised is ``internal`` to the
client and a log line to us.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from redistrict.i18n import Lang, catalogue, text
from redistrict.model.finding import Finding
from redistrict.wording import sentence

TYPE = "/problems/"
"""Types are relative references that the service itself answers: ``/problems/<code>``."""


class Problem(Exception):
    """Base of every refusal. ``headers`` go with the answer; ``findings`` say more."""

    status: ClassVar[int]

    def __init__(
        self,
        code: str,
        findings: Sequence[Finding] = (),
        headers: Mapping[str, str] | None = None,
        **params: Any,
    ) -> None:
        self.code = code
        self.findings = tuple(findings)
        self.headers = dict(headers or {})
        self.params = params
        super().__init__(code)


class BadRequest(Problem):
    """The request cannot be understood."""

    status = 400


class Unauthenticated(Problem):
    """Nobody is signed in, or the proof is not good."""

    status = 401

    def __init__(self, code: str = "unauthenticated", **params: Any) -> None:
        super().__init__(code, headers={"WWW-Authenticate": "Bearer"}, **params)


class Forbidden(Problem):
    """The role or the area does not allow it."""

    status = 403

    def __init__(self, code: str = "forbidden", **params: Any) -> None:
        super().__init__(code, **params)


class NotFound(Problem):
    """There is none, or none for this viewer: both look the same."""

    status = 404

    def __init__(self, code: str = "not-found", **params: Any) -> None:
        super().__init__(code, **params)


class Timeout(Problem):
    """The body did not arrive in time."""

    status = 408


class Conflict(Problem):
    """Not as things stand."""

    status = 409


class VersionConflict(Problem):
    """Somebody else was there first."""

    status = 412


class TooLarge(Problem):
    """More bytes than are accepted."""

    status = 413


class UnsupportedFormat(Problem):
    """Not a format the contract names."""

    status = 415


class Unprocessable(Problem):
    """Understood, and not acceptable."""

    status = 422


class PreconditionRequired(Problem):
    """A change must say which version it is of."""

    status = 428


class TooManyRequests(Problem):
    """A quota or a rate is used up."""

    status = 429


class Unavailable(Problem):
    """Not now."""

    status = 503


class StorageFull(Problem):
    """No room to keep what was sent; nothing of it was kept."""

    status = 507


def told(finding: Finding, lang: Lang) -> dict[str, Any]:
    """A finding as the API shows it: code, place, and the sentences a person reads."""
    said: dict[str, Any] = {
        "code": finding.code,
        "severity": finding.severity,
        "layer": finding.layer,
        "feature_id": finding.feature_id,
        "clause": finding.clause,
        "outcome": finding.outcome,
        "message": sentence("finding", finding.code, finding, lang),
        "remedy": sentence("remedy", finding.code, finding, lang),
    }
    return {k: v for k, v in said.items() if v is not None}


def detail(problem: Problem, lang: Lang, instance: str | None = None) -> dict[str, Any]:
    """The members of the problem detail document of ``problem`` in ``lang``."""
    titled = f"problem.{problem.code}" in catalogue(lang)
    said: dict[str, Any] = {
        "type": TYPE + problem.code,
        "title": text(f"problem.{problem.code}", lang)
        if titled
        else text("problem.survey-refused", lang),
        "status": problem.status,
        "code": problem.code,
    }
    if f"problem.{problem.code}.detail" in catalogue(lang):
        said["detail"] = text(f"problem.{problem.code}.detail", lang, **problem.params)
    findings = [told(f, lang) for f in problem.findings]
    if findings:
        said.setdefault("detail", findings[0]["message"])
        said["findings"] = findings
    if problem.params:
        said["params"] = dict(problem.params)
    if instance:
        said["instance"] = instance
    return said
