"""Efforts in work units, so that the same limits give the same answer on any machine."""

from __future__ import annotations

from dataclasses import dataclass

from redistrict.model.problem import Limits


@dataclass(frozen=True)
class Budget:
    """``proposals`` of the annealer; ``columns`` that may be enumerated; ``nodes`` of each integer
    search; ``rounds`` of column generation; ``restarts`` while weight lies outside unexplained;
    ``choice``: more columns than this are not handed to the integer solver; ``lonely``: sets tried
    to prove that an atom is in no feasible part; ``pool``: columns of a choice of short parts;
    ``regions``: neighbourhoods searched exactly; ``shape``: as ``choice``, for terms of looks;
    ``cuts``: rows that sharpen one term's LP; ``steps``: looks at a member of a column in one
    exhaustive search."""

    proposals: int
    columns: int
    nodes: int
    rounds: int
    restarts: int
    choice: int
    lonely: int = 100_000
    pool: int = 60_000
    regions: int = 60
    shape: int = 500
    cuts: int = 80
    steps: int = 400_000_000


_EFFORT = {
    "quick": Budget(6_000, 60_000, 50, 20, 2, 1_000, 10_000, 30_000, 20, 300, 40, 20_000_000),
    "standard": Budget(24_000, 4_000_000, 60, 60, 8, 3_000),
    "certify": Budget(
        240_000,
        8_000_000,
        20_000,
        400,
        12,
        12_000,
        1_000_000,
        400_000,
        1_000,
        12_000,
        600,
        4_000_000_000,
    ),
}


def budget(limits: Limits, share: float = 1.0) -> Budget:
    """What ``limits`` allow; ``share`` of ``limits.work`` for one of several cores."""
    chosen = _EFFORT[limits.effort]
    if limits.work is None:
        return chosen
    scale = max(0.0, limits.work * share) / chosen.proposals
    return Budget(
        max(1, int(limits.work * share)),
        max(1_000, int(chosen.columns * min(1.0, scale))),
        max(10, int(chosen.nodes * min(1.0, scale))),
        chosen.rounds,
        chosen.restarts,
        chosen.choice,
        chosen.lonely,
        chosen.pool,
        max(1, int(chosen.regions * min(1.0, scale))),
        chosen.shape,
        chosen.cuts,
        max(100_000, int(chosen.steps * min(1.0, scale))),
    )


def proposals(allowed: Budget, atoms: int, each: float) -> int:
    """Proposals for a core of ``atoms`` whose parts have about ``each`` of them.

    Large parts cost more apiece; many parts need more in all, up to twenty times as many.
    """
    parts = atoms / max(each, 1e-9)
    share = min(1.0, max(1 / 6, 10 / max(each, 1.0))) * min(20.0, max(1.0, parts / 20))
    return max(1, int(allowed.proposals * share))
