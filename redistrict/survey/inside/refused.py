"""Refused: the file cannot be used; travels to the parent as data, never as a traceback."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Refused(Exception):
    """``code`` is a problem type of CASES.tsv; the rest says where."""

    code: str
    params: dict[str, Any] = field(default_factory=dict)
    layer: str | None = None
    feature: str | None = None
    """Id of the feature, or ``row:<n>``."""

    def __post_init__(self) -> None:
        super().__init__(self.code)

    def as_dict(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "params": self.params,
            "layer": self.layer,
            "feature": self.feature,
        }


@dataclass(frozen=True)
class Note:
    """Something noticed that does not stop the reading."""

    code: str
    severity: str = "warning"
    params: dict[str, Any] = field(default_factory=dict)
    layer: str | None = None
    feature: str | None = None
    rows: int = 0

    def as_dict(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "severity": self.severity,
            "params": self.params,
            "layer": self.layer,
            "feature": self.feature,
            "rows": self.rows,
        }
