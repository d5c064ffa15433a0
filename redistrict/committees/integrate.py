"""2.2: small new estates together, or with a neighbouring committee: both drawn and compared.

A new estate of fewer households than a committee is a unit of its own, which may go either way.
Where two of them adjoin, each way is also drawn by itself, by closing the boundaries that it may
not cross; the free drawing, in which each place is settled as suits it best, is the third.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from redistrict.atoms import CellGraph, IntArray, components
from redistrict.committees.columns import Columns
from redistrict.committees.problems import PRESENT_TERMS, Stated, state
from redistrict.committees.rank import rank
from redistrict.model.plan import Way
from redistrict.model.problem import Outcome, Problem, Reason, TermName, TermValue
from redistrict.model.profile import CommitteeRule

LOOKS: tuple[TermName, ...] = ("crossings", "perimeter")
"""Terms that closed boundaries falsify: they tell how a drawing looks, and decide nothing here."""


@dataclass(frozen=True)
class Drawing:
    """One way the committees of a street office were drawn."""

    way: Way
    stated: Stated
    outcome: Outcome


def groups(graph: CellGraph, fresh: IntArray) -> list[IntArray]:
    """Small new estates that adjoin one another, as sets of labels; lone ones by themselves.

    ``fresh``: (graph.n,) label of the small new estate each cell lies in, -1 elsewhere.
    """
    names = np.unique(fresh[fresh >= 0])
    at = np.searchsorted(names, fresh)
    touching = (fresh[graph.a] >= 0) & (fresh[graph.b] >= 0)
    number = components(len(names), at[graph.a[touching]], at[graph.b[touching]])
    return [names[number == k] for k in range(int(number.max(initial=-1)) + 1)]


def ways(
    graph: CellGraph,
    units: IntArray,
    known: Columns,
    rule: CommitteeRule,
    solve: Callable[[Problem], Outcome],
    free: Drawing,
) -> list[Drawing]:
    """The free drawing and, where new estates adjoin, each of the two ways by itself.

    ``units``: (graph.n,) what ``free`` moved; no unit holds both new and other land.
    """
    several = [g for g in groups(graph, known.fresh) if len(g) > 1]
    if not several:
        return [free]
    fresh = _of_units(units, known)
    joined = np.isin(fresh, np.concatenate(several))
    new, other = fresh[graph.a], fresh[graph.b]
    closed: dict[Way, NDArray[np.bool_]] = {
        "new-together": joined[graph.a] != joined[graph.b],
        "with-neighbour": (new >= 0) & (other >= 0) & (new != other),
    }
    drawn = [free]
    for way, shut in closed.items():
        stated = state(_without(graph, shut), units, known, rule, PRESENT_TERMS)
        drawn.append(Drawing(way, stated, solve(stated.problem)))
    return drawn


def best(drawn: Sequence[Drawing], known: Columns) -> Drawing:
    """The first of the best by the terms in their order; looks decide nothing."""

    def worth(one: Drawing) -> tuple[int, ...]:
        first, *rest = (t.name for t in one.outcome.terms)
        values = rank(one.stated, one.outcome, known)
        names = (first, "unparted", *rest)
        return tuple(v for name, v in zip(names, values, strict=True) if name not in LOOKS)

    return min(drawn, key=worth)


def adopted(chosen: Drawing, free: Drawing) -> Outcome:
    """``chosen`` with what is proven of it as an answer to the free problem, which is little.

    The bounds and reasons of a drawing with closed boundaries say nothing about the others.
    """
    first, *rest = chosen.outcome.terms
    bound = free.outcome.terms[0].bound
    terms = (
        TermValue(first.name, first.value, bound, first.value == bound),
        *(TermValue(t.name, t.value, None, False) for t in rest),
    )
    outside = {r.part: Reason("search-limit", r.part) for r in chosen.outcome.reasons}
    return replace(
        chosen.outcome,
        status="feasible" if first.value == 0 else "unknown",
        terms=terms,
        reasons=tuple(outside.values()),
    )


def _of_units(units: IntArray, known: Columns) -> IntArray:
    """``fresh`` by cell, the same throughout a unit: empty land goes with whoever hosts it."""
    unit = np.unique(units, return_inverse=True)[1]
    label = np.full(int(unit.max()) + 1, -1, dtype=np.int64)
    np.maximum.at(label, unit, known.fresh)
    lived = known.households > 0
    label[unit[lived]] = known.fresh[lived]
    return label[unit]


def _without(graph: CellGraph, shut: NDArray[np.bool_]) -> CellGraph:
    kept = ~shut
    return CellGraph(
        graph.cells, graph.a[kept], graph.b[kept], graph.length[kept], graph.barrier[kept]
    )


def taken(graph: CellGraph, known: Columns, area: IntArray) -> Way:
    """Which way a drawing went: ``area`` (graph.n,) by cell."""
    lived = known.households > 0
    old = np.unique(area[lived & (known.fresh < 0)])
    new = area[lived & (known.fresh >= 0)]
    beside = np.isin(new, old)
    if beside.all():
        return "with-neighbour"
    return "mixed" if beside.any() else "new-together"
