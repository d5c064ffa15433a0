"""Which of two drawings of one street office is better, whatever their units are."""

from __future__ import annotations

import numpy as np

from redistrict.atoms import IntArray
from redistrict.committees.columns import Columns
from redistrict.committees.problems import Stated
from redistrict.model.problem import Outcome


def rank(stated: Stated, outcome: Outcome, known: Columns) -> tuple[int, ...]:
    """The terms in their order, smaller is better, with unmet keep-apart wishes after the first.

    `moved` of whole committees is 0, so a division must bring households into the band, or part
    estates that are to be kept apart, to win.
    """
    first, *rest = (t.value for t in outcome.terms)
    return (first, len(unparted(stated, outcome, known)), *rest)


def unparted(stated: Stated, outcome: Outcome, known: Columns) -> IntArray:
    """Parts that hold households of two estates to be kept apart, one entry per pair and part."""
    part = stated.per_cell(outcome.assignment)
    lived = known.households > 0
    held = [
        np.intersect1d(part[lived & (known.estate == i)], part[lived & (known.estate == j)])
        for i, j in known.apart
    ]
    return np.concatenate([*held, np.zeros(0, dtype=np.int64)])
