"""Proof by parts as columns.

First a Lagrangian bound over all connected parts within the window, priced by a dynamic program
over a frontier; then every part that could still be in a better plan; then the best cover by them
(after Mehrotra, Johnson and Nemhauser 1998, An optimization based heuristic for political
districting, and the route enumeration of Baldacci, Christofides and Mingozzi 2008).
"""

from redistrict.districting.cutedges.columns.proof import prove

__all__ = ["prove"]
