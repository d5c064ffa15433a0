"""The city laid out, before anything has an id or an attribute."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from redistrict.synthetic.barriers import Roads
from redistrict.synthetic.land import Estate, Ints, Lot
from redistrict.synthetic.marks import Marks
from redistrict.synthetic.mesh import Mesh
from redistrict.synthetic.names import Names
from redistrict.synthetic.spec import CitySpec
from redistrict.synthetic.stand import Standing
from redistrict.synthetic.warp import Warp


@dataclass
class Laid:
    """Lots with their office and committee, and what stands on them."""

    spec: CitySpec
    lots: list[Lot]
    mesh: Mesh
    warp: Warp
    office: Ints
    """(lots,) dense office number."""
    committee: Ints
    """(lots,) dense committee number."""
    standing: Standing
    roads: Roads
    names: Names
    marks: Marks
    rng: np.random.Generator
    estates: list[Estate] = field(default_factory=list)
    estate_of_lot: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
