"""Problem and Outcome: all the engine knows. No geometry, no policy words.

A *unit* is the smallest thing the engine moves. Parts are connected sets of units; units and
edges are indices into the arrays here. Everything is integer, so that optimality is exact.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Status = Literal["optimal", "feasible", "infeasible", "unknown"]

TermName = Literal[
    "outside",  # weight lying in parts whose weight is not in [lower, upper]
    "deviation",  # sum over parts of max(0, lower - w, w - upper)
    "outside_priority",  # sum of `priority` over units in parts outside the window
    # weight of the units with small[u] that lie in parts lighter than small_below
    "unmerged",
    "moved",  # per present label: its weight minus its largest share in one part, summed
    # per soft group: (number of parts it touches - 1) x weight of its layer, summed
    "groups_cut",
    "target",  # sum over parts of |w - target|, less `target_slack`
    "crossings",  # sum of `crossing` over edges whose ends lie in the same part
    "perimeter",  # sum of `length` over edges whose ends lie in different parts
    "cut_edges",  # number of edges whose ends lie in different parts
    "parts",  # number of parts
]


@dataclass(frozen=True)
class Problem:
    """Divide ``n`` units into connected parts with weight in [lower, upper].

    Shapes: n units, m edges. ``edges`` must be simple (no loops, no duplicates), each row a < b.
    Connectivity uses every edge of ``edges``; a pair that may not be walked across is simply not
    an edge. Raises nothing itself: `redistrict.districting.validate` does.
    """

    ids: tuple[str, ...]
    weights: NDArray[np.int64]  # (n,) >= 0
    edges: NDArray[np.int32]  # (m, 2)
    lower: int
    upper: int
    lengths: NDArray[np.int64] | None = None  # (m,) >= 0, e.g. millimetres
    crossing: NDArray[np.int64] | None = None  # (m,) >= 0, penalty for joining the two ends
    parts: int | None = None  # fixed number of parts, or free
    together: NDArray[np.int32] | None = None  # (n,) group id or -1: hard, contracted
    apart: NDArray[np.int32] | None = None  # (k, 2) pairs of units never in one part
    present: NDArray[np.int32] | None = None  # (n,) present label or -1
    steady: bool = False  # the present plan stands unless a search without it ranks higher
    locked: NDArray[np.bool_] | None = None  # (n,) True: stays with the locked units of its present
    # label, all in one part, to which no other unit may be added and from which none may be taken
    soft_groups: NDArray[np.int32] | None = None  # (g, n): label or -1 per layer of grouping
    soft_weights: tuple[int, ...] = ()  # weight of each of the g layers
    priority: NDArray[np.int64] | None = None  # (n,)
    small: NDArray[np.bool_] | None = None  # (n,)
    small_below: int = 0
    target: int | None = None
    target_slack: int = 0  # a part this near the target is at it
    terms: tuple[TermName, ...] = ("outside", "deviation", "perimeter")
    """Lexicographic order, most important first."""

    @property
    def n(self) -> int:
        return len(self.ids)


@dataclass(frozen=True)
class Limits:
    """How long to work. Work units make the answer repeatable; seconds are an extra stop."""

    effort: Literal["quick", "standard", "certify"] = "standard"
    seed: int = 0
    work: int | None = None  # overrides the effort's work units
    seconds: float | None = None  # wall-clock stop; the same answer is then not promised


@dataclass(frozen=True)
class TermValue:
    """One lexicographic term. ``gap`` = (value - bound) / max(1, value), None without a bound."""

    name: str
    value: int
    bound: int | None
    proven: bool  # value == bound, given the values of the terms before it

    @property
    def gap(self) -> float | None:
        return None if self.bound is None else (self.value - self.bound) / max(1, abs(self.value))


@dataclass(frozen=True)
class Reason:
    """Why a part is outside the window (or nothing fits). Must be true.

    ``code``: ``arithmetic`` (params total, lower, upper: no p has L p <= T <= U p for the
    connected component holding it), ``oversized`` (units of one indivisible atom above upper),
    ``trapped`` (a branch hanging on a cut vertex fits no way: params branch total),
    ``no-feasible-part`` (the atom is in no connected set within the window),
    ``proven-minimum`` (an exact argument, LP or search shows that at least ``params.bound``
    weight stays outside), ``conflict`` (no part: side rules about ``units`` rule out every plan in
    the window; only where it is asked for, `districting.explained`), ``search-limit`` (none of
    these: not proven; the honest rest).
    """

    code: str
    part: int | None
    units: tuple[int, ...] = ()
    params: Mapping[str, int | str | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Alternative:
    """A Pareto step: least moved, best balanced or most compact."""

    name: Literal["least_moved", "best_balanced", "most_compact"]
    assignment: NDArray[np.int32]
    terms: tuple[TermValue, ...]


@dataclass(frozen=True)
class Outcome:
    """The engine's answer with its certificate.

    ``status``: ``optimal``: every unit is assigned, all parts in the window and every term
    proven; ``feasible``: all parts in the window, not every term proven; ``infeasible``: proven
    that not all parts can be in the window (``assignment`` is then the least-violating plan
    found, ``terms`` says how far it is proven least); ``unknown``: some part outside, not proven
    necessary.
    """

    assignment: NDArray[np.int32]  # (n,) parts 0..k-1, numbered by first unit
    status: Status
    terms: tuple[TermValue, ...]
    reasons: tuple[Reason, ...] = ()
    seed: int = 0
    work: int = 0
    seconds: float = 0.0
    method: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    alternatives: tuple[Alternative, ...] = ()

    @property
    def parts(self) -> int:
        return int(self.assignment.max()) + 1 if len(self.assignment) else 0
