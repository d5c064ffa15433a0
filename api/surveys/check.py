"""A survey looked at: opened in the sandbox, mended on paper, everything noticed written down."""

from __future__ import annotations

import math
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from redistrict import profiles, repair, survey
from redistrict.model.finding import Finding

AT_ONCE = threading.BoundedSemaphore(2)
"""A sandbox may take a core and a gigabyte."""
SETTINGS = "survey.toml"


@dataclass(frozen=True, slots=True)
class Stated:
    """What a person states about the survey; replaces the survey's own survey.toml."""

    crs: str | None = None
    encoding: str | None = None
    basis: str | None = None
    mapping: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])
    """Layer -> field of the contract -> column of the file."""

    @property
    def empty(self) -> bool:
        """Nothing is stated: the survey speaks for itself."""
        return not (self.crs or self.encoding or self.basis or self.mapping)


@dataclass(frozen=True, slots=True)
class Checked:
    """A survey that can be used."""

    content_hash: str
    crs: str
    basis: str
    rows: Mapping[str, int]
    mapping: Mapping[str, Mapping[str, str]]
    findings: tuple[Finding, ...]


def check(source: Path) -> Checked:
    """Read the survey at ``source`` and mend it as a run would.

    Raises SurveyError, its findings worded by the catalogues, where it cannot be used.
    """
    with AT_ONCE:
        read, noticed = survey.read(source)
        mended, found = repair.repair(read, profiles.load()[0])
    return Checked(
        read.content_hash,
        read.crs,
        read.basis,
        {name: len(frame) for name, frame in mended.layers.items()},
        {layer: dict(fields) for layer, fields in read.mapping.items()},
        (*noticed, *found),
    )


def write_settings(stated: Stated, folder: Path) -> None:
    """What is stated, as the survey.toml of ``folder``."""
    lines: list[str] = []
    for table, value in (("crs", stated.crs), ("encoding", stated.encoding)):
        if value:
            lines += [f"[{table}]", f"default = {_quoted(value)}"]
    if stated.basis:
        lines += ["[basis]", f"households = {_quoted(stated.basis)}"]
    for layer, fields in stated.mapping.items():
        lines.append(f"[mapping.{_quoted(layer)}]")
        lines += [f"{_quoted(key)} = {_quoted(column)}" for key, column in fields.items()]
    (folder / SETTINGS).write_text("\n".join(lines) + "\n", encoding="utf-8")


def _quoted(text: str) -> str:
    """A TOML basic string: JSON's escapes are a part of TOML's."""
    escaped = "".join(
        f"\\u{ord(c):04X}" if c in '"\\' or c < " " or c == "\x7f" else c for c in text
    )
    return f'"{escaped}"'


def kept(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """Findings as they are kept: codes and parameters, worded when they are read."""
    return [
        {
            "code": f.code,
            "severity": f.severity,
            "layer": f.layer,
            "feature_id": f.feature_id,
            "clause": f.clause,
            "outcome": f.outcome,
            "params": _plain(dict(f.params)),
            "action": f.action,
            "rows": f.rows,
        }
        for f in findings
    ]


def restored(said: Mapping[str, Any]) -> Finding:
    """A finding as `kept` wrote it."""
    return Finding(**said)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(v) for v in value]
    if isinstance(value, bool | int | str) or value is None:
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    number = getattr(value, "item", None)
    return _plain(number()) if callable(number) else str(value)
