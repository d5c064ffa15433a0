"""The order in which proofs are tried on a task."""

from __future__ import annotations

from redistrict.districting.cutedges import bonds
from redistrict.districting.cutedges.instance import Instance
from redistrict.districting.cutedges.report import Report

PATTERN_ROWS = 600_000
"""Above this the proof by columns is not tried: its table would be too coarse and too slow."""
PATTERN_VERTICES = 250
MODEL_TERMS = 400_000
"""Largest labelling model, vertices and edges times parts; beyond it there is only a bound of 0."""


def hard(instance: Instance) -> bool:
    """Whether no proof is to be expected: more than two parts of a large graph."""
    return instance.parts > 2 and instance.graph.n > PATTERN_VERTICES


def first_bound(instance: Instance, report: Report) -> None:
    """A bound within seconds where `hard`."""
    from redistrict.districting.cutedges.bonds import quotient  # slow to load

    quotient.bound(instance, report)


def prove(instance: Instance, report: Report, work: float | None, seed: int) -> bool:
    """Prove ``instance`` optimal or infeasible; False where the budget ran out first.

    ``work``: deterministic seconds of the exact solver, None for no limit.
    """
    g = instance.graph
    patience = 1.0 if work is None else min(1.0, work / 100.0)
    if instance.parts == 2 and bonds.prove(instance, report, patience):
        return True
    if g.n <= PATTERN_VERTICES:
        from redistrict.districting.cutedges import columns  # slow to load
        from redistrict.districting.cutedges.columns.patterns import build

        patterns = build(g, PATTERN_ROWS)
        if patterns is not None and columns.prove(instance, patterns, report, patience):
            return True
    if (g.n + g.m) * instance.parts > MODEL_TERMS or report.stopped():
        return False
    from redistrict.districting.cutedges import labelling  # slow to load; a search needs it not

    return labelling.prove(instance, report, work, seed)
