"""Certificates of the manifest in words: how good the plans are proven to be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, cast

from redistrict.i18n import Lang, text

TELLING = 0.2
"""A bound further away than this says nothing to a planner."""


def certificate_text(certificates: Sequence[Mapping[str, Any]], lang: Lang) -> str:
    """How good the plans are proven to be: one phrase, or each phrase with its count."""
    if not certificates:
        return text("cli.certificate.none", lang)
    said = Counter(_certificate(c, lang) for c in certificates)
    if len(said) == 1 and len(certificates) == 1:
        return next(iter(said))
    return "\n".join(
        text("cli.certificate.count", lang, said=phrase, count=count)
        for phrase, count in sorted(said.items(), key=lambda item: (-item[1], item[0]))
    )


def _certificate(certificate: Mapping[str, Any], lang: Lang) -> str:
    status = str(certificate["status"])
    terms = cast("Sequence[Mapping[str, Any]]", certificate.get("terms", ()))
    outside = next((t for t in terms if t["name"] == "outside"), None)
    value = int(outside["value"]) if outside else 0
    if status == "infeasible" and outside and outside["bound"]:
        key = "infeasible_least" if outside["proven"] else "infeasible_by"
        return text(f"cli.certificate.{key}", lang, outside=value, bound=outside["bound"])
    # Terms are lexicographic: the first that is not proven is where the plan may be bettered.
    improvable = next((t for t in terms if not t["proven"]), None)
    if status == "feasible" and improvable is not None:
        term = text(f"term.{improvable['name']}", lang)
        gap = improvable["gap"]
        if gap is not None and gap <= TELLING:
            return text("cli.certificate.gap", lang, term=term, gap=_ceiling_percent(float(gap)))
        return text("cli.certificate.open", lang, term=term)
    return text(f"cli.certificate.{status}", lang, outside=value)


def _ceiling_percent(gap: float) -> str:
    for step in (1, 2, 5, 10):
        if gap * 100 <= step:
            return f"{step}%"
    return f"{TELLING:.0%}"


def office_of(certificate: Mapping[str, Any], owner: Mapping[str, str]) -> str | None:
    """The street office a certificate speaks of; ``owner``: committee id -> street office id."""
    stated = certificate.get("street_office_id")
    return stated if stated is not None else owner.get(str(certificate.get("committee_id")))
