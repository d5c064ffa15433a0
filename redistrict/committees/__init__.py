"""Clause 2.2: residents' committees of about 3,000 households, from the present ones.

Per street office: what is frozen or standalone is set aside; whole committees are merged first
(nobody is parted from neighbours); only where that leaves households outside the band are
committees next to the trouble divided. A greenfield office has its service grids drawn first
and gathers them into committees (`gather`).
"""

from redistrict.committees.draw import draw
from redistrict.committees.gather import gather
from redistrict.committees.identity import Identity, identify
from redistrict.committees.settled import movable, settled
from redistrict.committees.wishes import Wish, wishes

__all__ = ["Identity", "Wish", "draw", "gather", "identify", "movable", "settled", "wishes"]
