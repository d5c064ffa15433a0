"""What is kept beside a proposal so that it can be edited: its workings."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from redistrict.assembly.proposal import Drawn, Names
from redistrict.model.proposal import Proposal
from redistrict.model.survey import Survey
from redistrict.model.workings import Workings

BEFORE = ("committees", "service_grids", "street_offices")
"""Layers that rulings may change."""
KEPT = ("service_grids", "committees", "rulings")


def with_workings(
    proposal: Proposal,
    drawn: Drawn,
    names: Names,
    ruled: Survey,
    present: Survey,
    lasting: int,
) -> Proposal:
    """``proposal`` with its `Workings`; ``present`` is the survey before the rulings, ``lasting``
    the number of its findings that hold whatever is drawn."""
    grids = np.array(names.grids, dtype=object)
    committees = np.array(names.committees, dtype=object)
    return replace(
        proposal,
        workings=Workings(
            drawn.cells,
            grids[drawn.grid],
            committees[drawn.committee],
            {n: proposal.layers[n] for n in KEPT},
            ruled.layers,
            {n: f for n in BEFORE if (f := present.layer(n)) is not None},
            present.working_crs,
            lasting,
        ),
    )
