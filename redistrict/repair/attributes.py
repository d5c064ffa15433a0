"""Attributes of buildings, estates, committees and barriers in canonical words and types."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from redistrict.model.errors import SurveyError
from redistrict.model.finding import Finding, RulingOutcome, Severity
from redistrict.model.profile import Profile
from redistrict.repair.columns import column, numbers, objects, texts
from redistrict.repair.naming import feature_ids
from redistrict.repair.vocabulary import BARRIERS, MANAGED, STAGES, word, yes_or_no

MOST_HOUSEHOLDS = 2**31
"""No count of anything on this planet is larger; sums of it stay exact."""

ABSURD_HOUSEHOLDS = 5_000
"""No single building holds more dwellings; above this a column or a unit has been mistaken."""

MOST_STOREYS_OR_STAIRS = 1_000
"""No building has so many floors or stairwells; a slice for each would never end."""

_LISTED = 20


def clean_buildings(frame: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Households as int64 >= 0; stairwells and floors whole and positive or NaN.

    Raises SurveyError (``households-unreadable``) where not one building has a number of them.
    """
    frame = frame.copy()
    ids = feature_ids(frame, "buildings")
    findings: list[Finding] = []
    value = numbers(frame, "households")
    missing = ~np.isfinite(value)
    negative = ~missing & (value < 0)
    if len(frame) and (missing | negative).all():
        raise SurveyError(_no_households(frame, ids, missing))
    whole = np.where(missing | negative, 0.0, np.floor(np.where(missing, 0.0, value) + 0.5))
    fraction = ~missing & ~negative & (whole != value)
    beyond = whole > MOST_HOUSEHOLDS
    absurd = (whole > ABSURD_HOUSEHOLDS) & ~beyond
    limit = {"limit": ABSURD_HOUSEHOLDS}
    findings += _counted("households-missing", missing, ids, "set-to-zero")
    findings += _counted("households-negative", negative, ids, "set-to-zero")
    findings += _counted("households-fractional", fraction, ids, "rounded")
    findings += _counted("households-absurd", absurd, ids, "kept", "error", limit)
    most = {"limit": MOST_HOUSEHOLDS}
    findings += _counted("households-beyond", beyond, ids, "set-to-limit", "error", most)
    frame["households"] = np.minimum(whole, MOST_HOUSEHOLDS).astype(np.int64)
    for field in ("stairwells", "floors"):
        if field in frame:
            number = numbers(frame, field)
            odd = (number < 1) | (number > MOST_STOREYS_OR_STAIRS) | (number != np.floor(number))
            bad = np.isfinite(number) & odd
            findings += _counted(f"{field}-invalid", bad, ids, "set-to-unknown")
            frame[field] = np.where(bad | ~np.isfinite(number), np.nan, number)
    if "part" in frame:
        frame["part"] = np.nan_to_num(numbers(frame, "part")).astype(np.int64)
    if "basis" in frame:
        bases = sorted({w for w in map(word, frame["basis"]) if w})
        if len(bases) > 1:
            findings.append(
                Finding(
                    "households-basis-mixed",
                    "error",
                    "buildings",
                    outcome="refer",
                    params={"bases": ", ".join(bases)},
                    action="kept",
                    rows=0,
                )
            )
    return frame, findings


def _no_households(frame: gpd.GeoDataFrame, ids: list[str], missing: NDArray[np.bool_]) -> Finding:
    """Nothing to share out: most likely another column was meant."""
    said = [word(v) for v in column(frame, "households")]
    shown = next((i for i, text in enumerate(said) if text), 0)
    return Finding(
        "households-unreadable",
        "error",
        "buildings",
        ids[shown],
        params={
            "count": len(frame),
            "missing": int(missing.sum()),
            "negative": int((~missing).sum()),
            "example": (said[shown] or "—")[:40],
        },
        action="refused",
    )


def clean_estates(frame: gpd.GeoDataFrame, basis: str) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Stage and property_managed in the contract's words, planned households whole or NaN.

    A stage nobody understands is None; management nobody understands is ``unknown``, which is
    not ``yes``. Planned households of an estate that already stands are another basis than its
    buildings' households: set aside and reported, never mixed.
    """
    frame = frame.copy()
    ids = feature_ids(frame, "estates")
    stage, odd_stage = _translated(frame, "stage", STAGES)
    managed, odd_managed = _translated(frame, "property_managed", MANAGED)
    findings = _counted("stage-unknown", odd_stage, ids, "set-to-unknown", layer="estates")
    findings += _counted("managed-unknown", odd_managed, ids, "set-to-unknown", layer="estates")
    frame["stage"] = stage
    frame["property_managed"] = objects([m or "unknown" for m in managed], frame)
    planned = numbers(frame, "planned_households")
    given = np.isfinite(planned)
    negative = given & (planned < 0)
    whole = np.floor(np.where(given & ~negative, planned, 0.0) + 0.5)
    fraction = given & ~negative & (whole != planned)
    findings += _counted("planned-negative", negative, ids, "set-to-unknown", layer="estates")
    findings += _counted("planned-fractional", fraction, ids, "rounded", layer="estates")
    standing = np.array([s in ("built", "old_town") for s in stage], dtype=bool)
    mixed = given & ~negative & standing & (whole > 0)
    findings += _counted(
        "planned-households-of-built", mixed, ids, "set-aside", "info", {"basis": basis}, "estates"
    )
    frame["planned_households"] = np.where(given & ~negative & ~mixed, whole, np.nan)
    if "standalone_reason" in frame:
        frame["standalone_reason"] = texts(frame, "standalone_reason")
    if "standalone" in frame:
        wanted = np.array([yes_or_no(v) is True for v in frame["standalone"]], dtype=bool)
        bare = wanted & frame["standalone_reason"].isna().to_numpy()
        for i in np.flatnonzero(bare):
            findings.append(
                Finding(
                    "standalone-without-reason",
                    "error",
                    "estates",
                    ids[i],
                    clause="2.2",
                    outcome="fail",
                    action="not-standalone",
                    geometry=frame.geometry.iloc[i],
                    rows=0,
                )
            )
    return frame, findings


def clean_committees(
    frame: gpd.GeoDataFrame, today: dt.date | None
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """``old_town`` as bool; ``frozen`` (bool, added) only with a reason (clause 2.2).

    ``frozen_until`` becomes ``YYYY-MM-DD`` or None. A review date before ``today`` is referred:
    the committee stays frozen until somebody has looked at it.
    """
    frame = frame.copy()
    ids = feature_ids(frame, "committees")
    findings: list[Finding] = []
    known = [yes_or_no(v) for v in column(frame, "old_town")]
    said = [word(v) is not None for v in column(frame, "old_town")]
    odd = np.array([s and k is None for s, k in zip(said, known, strict=True)], dtype=bool)
    findings += _counted("old-town-unknown", odd, ids, "set-to-no", layer="committees")
    frame["old_town"] = np.array([k is True for k in known], dtype=bool)
    reason = texts(frame, "frozen_reason")
    until_text: list[str | None] = list(texts(frame, "frozen_until"))
    until = [_date(v) for v in column(frame, "frozen_until")]
    asked = [yes_or_no(v) is True for v in column(frame, "frozen")]
    for i, name in enumerate(ids):
        fault = _freeze_fault(reason[i] is not None, until_text[i], until[i], asked[i], today)
        if fault is not None:
            code, severity, outcome, action = fault
            findings.append(
                Finding(
                    code,
                    severity,
                    "committees",
                    name,
                    clause="2.2",
                    outcome=outcome,
                    params={"committee_id": name, "frozen_until": until_text[i]},
                    action=action,
                    geometry=frame.geometry.iloc[i],
                    rows=0,
                )
            )
    frame["frozen_reason"] = reason
    frame["frozen_until"] = objects(until, frame)
    frame["frozen"] = reason.notna().to_numpy(dtype=bool)
    return frame, findings


def _freeze_fault(
    reasoned: bool, said: str | None, until: str | None, asked: bool, today: dt.date | None
) -> tuple[str, Severity, RulingOutcome, str] | None:
    """What clause 2.2 misses in a frozen committee: code, severity, outcome, action."""
    if not reasoned:
        wanted = said is not None or asked
        return ("frozen-without-reason", "error", "fail", "not-frozen") if wanted else None
    if until is None:
        return "frozen-without-review-date", "warning", "refer", "kept-frozen"
    if today is not None and until < today.isoformat():
        return "frozen-review-overdue", "warning", "refer", "kept-frozen"
    return None


def clean_barriers(
    frame: gpd.GeoDataFrame, profile: Profile
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """``kind`` in one word, ``crossable`` as bool: from the survey, else from the profile."""
    frame = frame.copy()
    ids = feature_ids(frame, "barriers")
    kind, odd = _translated(frame, "kind", BARRIERS)
    kept = [k or word(v) or "other" for k, v in zip(kind, column(frame, "kind"), strict=True)]
    said = [yes_or_no(v) for v in column(frame, "crossable")]
    unsaid = np.array([s is None for s in said], dtype=bool)
    frame["kind"] = objects(kept, frame)
    frame["crossable"] = np.array(
        [
            k not in profile.barriers.uncrossable if s is None else s
            for k, s in zip(kept, said, strict=True)
        ],
        dtype=bool,
    )
    findings = _counted("barrier-kind-unknown", odd, ids, "kept", "info", layer="barriers")
    by_kind = {"kinds": sorted({k for k, u in zip(kept, unsaid, strict=True) if u})}
    findings += _counted(
        "barrier-crossable-from-profile", unsaid, ids, "from-profile", "info", by_kind, "barriers"
    )
    return frame, findings


def _translated(
    frame: gpd.GeoDataFrame, field: str, words: Mapping[str, str]
) -> tuple[pd.Series, np.ndarray]:
    """Canonical words (None where unknown) and where something was said but not understood."""
    said = [word(v) for v in column(frame, field)]
    known = [words.get(s) if s else None for s in said]
    odd = np.array([s is not None and k is None for s, k in zip(said, known, strict=True)])
    return pd.Series(known, index=frame.index, dtype=object), odd.astype(bool)


def _date(value: object) -> str | None:
    if word(value) is None:
        return None
    stamp = pd.to_datetime(str(value).strip().replace("年", "-").replace("月", "-").rstrip("日"),
                           errors="coerce")  # fmt: skip
    return None if pd.isna(stamp) else stamp.date().isoformat()


def _counted(
    code: str,
    rows: np.ndarray,
    ids: list[str],
    action: str,
    severity: Severity = "warning",
    params: Mapping[str, object] | None = None,
    layer: str = "buildings",
) -> list[Finding]:
    """One finding for all rows alike: a survey of 64,000 rows must stay readable."""
    where = np.flatnonzero(rows)
    if len(where) == 0:
        return []
    listed = sorted(ids[i] for i in where)[:_LISTED]
    return [
        Finding(
            code,
            severity,
            layer,
            listed[0] if len(where) == 1 else None,
            params={"count": len(where), "features": listed, **(params or {})},
            action=action,
            rows=0,
        )
    ]
