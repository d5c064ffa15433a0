"""Finding: one thing noticed about the input, the run or the proposal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:  # slow to load, and most commands show no geometry
    from shapely.geometry.base import BaseGeometry

Severity = Literal["error", "warning", "info"]
RulingOutcome = Literal["pass", "fail", "refer"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One observation, worded by the catalogues and never by the code that makes it.

    The sentence a person reads is the catalogue entry ``finding.<code>`` (Chinese and English)
    filled with ``params``; ``remedy.<code>``, where present, says what to do.
    """

    code: str
    """kebab-case; hostile input uses the problem types of CASES.tsv (``file-corrupt`` ...)."""
    severity: Severity = "warning"
    layer: str | None = None
    """Contract layer name, or the file's name where no layer could be read."""
    feature_id: str | None = None
    """Id of the feature (``building_id`` ...); ``row:<n>`` (0-based) where it has none."""
    clause: str | None = None
    """Policy clause such as ``5.1(5)``."""
    outcome: RulingOutcome | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    """JSON-ready values for the sentence; lengths in metres, areas in square metres."""
    action: str | None = None
    """What was done, a catalogue key ``action.<action>`` (``dropped``, ``kept-first`` ...)."""
    geometry: BaseGeometry | None = None
    """Something to look at, in the survey's working CRS; None where nothing can be shown."""
    rows: int = 1
    """How many input rows this finding reports (rows in = rows kept + rows reported)."""
