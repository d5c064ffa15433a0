"""What a consequence sees and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import geopandas as gpd
import pandas as pd

from redistrict.model.finding import Finding
from redistrict.model.profile import Profile


@dataclass(frozen=True)
class Context:
    """A proposal and the survey it came from; nothing here is ever written to.

    ``layers``: the proposal's `buildings`, `service_grids`, `committees`, `street_offices` with the
    contract's fields, metric CRS. ``survey``: layers of the repaired survey in the same CRS, of
    which `buildings` (``address``), `estates`, `committees` and `premises` are looked at; each may
    be absent. What no survey layer holds may be given beside it: ``present_staff`` (committee id ->
    members today), ``labour_staff`` (committee id -> full-time staff of its station) and
    ``accepted_on`` (estate id -> day of joint acceptance).
    """

    layers: Mapping[str, gpd.GeoDataFrame]
    profile: Profile
    survey: Mapping[str, gpd.GeoDataFrame] = field(default_factory=dict)
    present_staff: Mapping[str, int] = field(default_factory=dict)
    labour_staff: Mapping[str, int] = field(default_factory=dict)
    accepted_on: Mapping[str, date] = field(default_factory=dict)

    @property
    def buildings(self) -> gpd.GeoDataFrame:
        """One row per building or part."""
        return self.layers["buildings"]

    @property
    def committees(self) -> gpd.GeoDataFrame:
        """One row per proposed committee."""
        return self.layers["committees"]

    def households(self) -> dict[str, int]:
        """Committee id -> households, in the order of the committees layer."""
        rows = self.committees
        return {
            str(i): int(h) for i, h in zip(rows["committee_id"], rows["households"], strict=True)
        }


@dataclass(frozen=True)
class Result:
    """One consequence: ``values`` are JSON-ready, ``columns`` committee id -> extra fields."""

    values: Mapping[str, Any] = field(default_factory=dict)
    columns: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Consequences:
    """All of them together; names never collide (`evaluate` sees to it)."""

    columns: Mapping[str, Mapping[str, Any]]
    tables: Mapping[str, pd.DataFrame]
    values: Mapping[str, Any]
    findings: tuple[Finding, ...]


def text_or_none(value: object) -> str | None:
    """A cell of an optional text column: None for missing, NaN and blanks."""
    return value.strip() or None if isinstance(value, str) else None
