"""Latitudes: figures the policy leaves to judgement, which need a recorded reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from redistrict.model.finding import Finding
from redistrict.model.profile import Profile
from redistrict.profiles.fields import OPEN

LATITUDES: Mapping[str, str] = {
    "committee.target": "左右",
    "committee.lower": "左右",
    "committee.upper": "左右",
    "committee.near_target": "左右",
    "committee.small_old_town": "尽量",
    "ruling.tolerance": "原则上",
    "ruling.new_stages": "原则上",
    "staff.rounding": "未写明",
    "barriers.uncrossable": "便利性",
}
"""Figures the policy leaves to judgement, with the word that leaves them."""


def noticed(
    profile: Profile, base: Profile | None, changed: Mapping[str, Any], file: str
) -> tuple[Finding, ...]:
    """Latitudes used without a reason of the file's own, and other figures it changed.

    ``changed``: key -> the base's value. A reason inherited with an unchanged figure counts.
    """
    found: list[Finding] = []
    for key, word in LATITUDES.items():
        used = key in changed if base is not None else True
        if used and key not in profile.latitude:
            found.append(
                Finding(
                    "latitude-without-reason",
                    "warning",
                    layer=file,
                    feature_id=key,
                    clause=_clause(profile, key),
                    outcome="refer",
                    params={
                        "file": file,
                        "key": key,
                        "word": word,
                        **_values(profile, key, changed),
                    },
                )
            )
    found += [
        Finding(
            "profile-figure-changed",
            "info",
            layer=file,
            feature_id=key,
            clause=_clause(profile, key),
            params={"key": key, "base": base.name, **_values(profile, key, changed)},
        )
        for key in changed
        if base is not None and key not in LATITUDES and key not in profile.latitude
    ]
    return tuple(found)


def _clause(profile: Profile, key: str) -> str | None:
    return getattr(getattr(profile, key.split(".")[0]), "clause", None)


def _values(profile: Profile, key: str, changed: Mapping[str, Any]) -> dict[str, str]:
    section, name = key.split(".")
    now = getattr(getattr(profile, section), name)
    return {"value": _word(now), "was": _word(changed.get(key, now))}


def _word(value: Any) -> str:
    if value is None:
        return OPEN
    return "、".join(map(str, value)) if isinstance(value, tuple) else str(value)
