"""Why an area is not as the rule wants it, in words a planner understands."""

from __future__ import annotations

import json
from typing import Any, cast

import geopandas as gpd
import pandas as pd

from redistrict.i18n import Lang
from redistrict.wording import reason_text


def worded(frame: gpd.GeoDataFrame, lang: Lang) -> gpd.GeoDataFrame:
    """``frame`` with ``reason`` filled in from ``reason_code`` and ``reason_params`` (JSON)."""
    if not {"reason", "reason_code"} <= set(frame.columns):
        return frame
    given = frame["reason_params"] if "reason_params" in frame else pd.Series([None] * len(frame))
    facts = (
        frame[name].tolist() if name in frame else [None] * len(frame)
        for name in ("households", "reason", "reason_code")
    )
    sentences = [
        _sentence(code, params, households, stated, lang)
        for params, households, stated, code in zip(given.tolist(), *facts, strict=True)
    ]
    said = pd.Series(sentences, index=frame.index, dtype=object)
    return cast("gpd.GeoDataFrame", frame.assign(reason=said))


def _sentence(code: Any, params: Any, households: Any, stated: Any, lang: Lang) -> str | None:
    if isinstance(stated, str) and stated:
        return stated
    if not isinstance(code, str) or not code:
        return None
    known = json.loads(params) if isinstance(params, str) and params else {}
    return reason_text(code, {"households": households, **known}, lang)
