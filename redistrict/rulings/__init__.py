"""Rulings: which street office governs an estate that straddles (clause 5.1(5))."""

from __future__ import annotations

from redistrict.model.finding import Finding
from redistrict.model.profile import Profile
from redistrict.model.ruling import Ruling
from redistrict.model.survey import Survey
from redistrict.rulings.cases import Cases
from redistrict.rulings.move import Moves, apply_moves

__all__ = ["rule"]


def rule(
    survey: Survey, profile: Profile, today: str | None = None
) -> tuple[Survey, list[Ruling], list[Finding]]:
    """The repaired survey with every decided estate whole in its street office.

    Computed only for estates whose stage is in ``profile.ruling.new_stages``; recorded rulings
    (``survey.tables["rulings"]``) hold for any estate and come first. A referred estate changes
    nothing on the map. ``today`` (``YYYY-MM-DD``) only tells rulings dated in the future.
    Raises SurveyError naming the row where a recorded ruling cannot be applied.
    """
    cases = Cases(survey, profile, today)
    rulings, findings = cases.settle()
    if cases.moves:
        survey, after = apply_moves(survey, Moves(cases.moves))
        findings += after
    return survey, rulings, findings
