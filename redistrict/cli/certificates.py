"""Certificates of the manifest in words: how good the plans are proven to be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, cast

from redistrict.i18n import Lang, text


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
    if status == "infeasible" and outside is not None and outside["bound"]:
        return text("cli.certificate.infeasible_by", lang, bound=outside["bound"])
    open_ = next((t for t in terms if not t["proven"]), None)
    if status == "feasible" and open_ is not None and open_["gap"] is not None:
        # Terms are lexicographic: the first that is not proven is where the plan may be bettered.
        gap = _ceiling_percent(float(open_["gap"]))
        return text("cli.certificate.gap", lang, gap=gap)
    return text(f"cli.certificate.{status}", lang)


def _ceiling_percent(gap: float) -> str:
    for step in (1, 2, 5, 10, 20, 50):
        if gap * 100 <= step:
            return f"{step}%"
    return "100%"


def office_of(certificate: Mapping[str, Any], owner: Mapping[str, str]) -> str | None:
    """The street office a certificate speaks of; ``owner``: committee id -> street office id."""
    stated = certificate.get("street_office_id")
    return stated if stated is not None else owner.get(str(certificate.get("committee_id")))
