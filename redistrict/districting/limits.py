"""Efforts in work units, so that the same limits give the same answer on any machine."""

from __future__ import annotations

from dataclasses import dataclass

from redistrict.model.problem import Limits


@dataclass(frozen=True)
class Budget:
    """``proposals`` of the annealer; ``columns`` that may be enumerated; ``nodes`` of exact search;
    ``rounds`` of column generation."""

    proposals: int
    columns: int
    nodes: int
    rounds: int


_EFFORT = {
    "quick": Budget(8_000, 60_000, 200_000, 20),
    "standard": Budget(24_000, 600_000, 2_000_000, 60),
    "certify": Budget(240_000, 4_000_000, 40_000_000, 400),
}


def budget(limits: Limits, share: float = 1.0) -> Budget:
    """What ``limits`` allow; ``share`` of it for one of several cores."""
    chosen = _EFFORT[limits.effort]
    if limits.work is None:
        return chosen
    scale = max(0.0, limits.work * share) / chosen.proposals
    return Budget(
        max(1, int(limits.work * share)),
        max(1_000, int(chosen.columns * min(1.0, scale))),
        max(1_000, int(chosen.nodes * scale)),
        chosen.rounds,
    )
