"""Exact least cut into two connected parts of a planar graph.

The edges between two connected parts are a simple cycle of the dual graph. Cycles through one face
are put together from two half-cycles, matched by the weight they enclose; a face done with is taken
out. (Cycles in the dual as cuts of a planar graph: Whitney 1932; weights along a cycle by Green's
sums over a tree, as in Park and Phillips 1993, Finding minimum-quotient cuts in planar graphs.)
"""

from redistrict.districting.cutedges.bonds.proof import prove

__all__ = ["prove"]
