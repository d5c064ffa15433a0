"""Fills of areas whose neighbours have become others: only what an edit touched changes colour."""

from __future__ import annotations

from typing import Any

import numpy as np

from redistrict.atoms import IntArray
from redistrict.publish.palette import FILLS
from redistrict.revision.events import AreaLayer
from redistrict.revision.state import State


def recoloured(state: State, layer: AreaLayer, colours: list[Any], touched: IntArray) -> list[Any]:
    """(g,) fills by number; of the ``touched`` areas only those that a neighbour shares one with
    or that have none get another, the first that no neighbour has."""
    found = list(colours)
    base = state.base
    of = state.grid if layer == "service_grids" else state.committee[state.grid]
    near = np.isin(of, touched)
    edge = near[base.a] | near[base.b]
    a, b = of[base.a[edge]], of[base.b[edge]]
    across = a != b
    pairs = np.unique(
        np.column_stack([np.r_[a[across], b[across]], np.r_[b[across], a[across]]]), axis=0
    )
    for n in np.unique(of[near]).tolist():
        around = {found[m] for m in pairs[pairs[:, 0] == n, 1].tolist()}
        if found[n] is None or found[n] in around:
            free = [c for c in range(len(FILLS)) if c not in around]
            found[n] = free[0] if free else n % len(FILLS)
    return found
