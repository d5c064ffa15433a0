"""The order in which proofs are tried on a task."""

from __future__ import annotations

from redistrict.districting.cutedges.instance import Instance
from redistrict.districting.cutedges.report import Report


def prove(instance: Instance, report: Report, work: float | None, seed: int) -> bool:
    """Prove ``instance`` optimal or infeasible; False where the budget ran out first.

    ``work``: deterministic seconds of the exact solver, None for no limit.
    """
    from redistrict.districting.cutedges import labelling  # slow to load; a search needs it not

    return labelling.prove(instance, report, work, seed)
