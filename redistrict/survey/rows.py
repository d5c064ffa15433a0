"""Rows in = rows kept + rows reported, per layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from redistrict.model.finding import Finding


@dataclass(frozen=True)
class Rows:
    """How many rows of a layer's file came in, stayed, and were named in a finding instead."""

    layer: str
    read: int
    kept: int
    reported: int

    @property
    def balanced(self) -> bool:
        return self.read == self.kept + self.reported


def account(
    read: Mapping[str, int], kept: Mapping[str, int], findings: Sequence[Finding]
) -> tuple[Rows, ...]:
    """One `Rows` per layer; ``findings`` are those made since the rows were counted."""
    reported = dict.fromkeys(read, 0)
    for finding in findings:
        if finding.layer in reported:
            reported[finding.layer] += finding.rows
    return tuple(Rows(name, n, kept.get(name, 0), reported[name]) for name, n in read.items())
