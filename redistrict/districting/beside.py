"""Alternatives as the answer of `redistrict partition` tells them."""

from __future__ import annotations

from typing import Any

from redistrict.districting.alternatives import Alternatives
from redistrict.districting.graph_json import Graph
from redistrict.model.problem import TermName, TermValue

WEIGHED: tuple[TermName, ...] = ("outside", "deviation", "target", "moved")
"""Terms in the unit of the weights."""


def describe(found: Alternatives, graph: Graph) -> list[dict[str, Any]]:
    """Each alternative: name, status, terms with bounds and gaps in the file's own units, parts,
    assignment, and its distance from the plan as asked and from the alternatives before it."""
    told: list[dict[str, Any]] = []
    for i, step in enumerate(found.steps[1:], start=1):
        names = [s.name for s in found.steps[:i]]
        told.append(
            {
                "name": step.name,
                "status": step.outcome.status,
                "parts": step.outcome.parts,
                "terms": [_term(t, _unit(t, graph)) for t in step.outcome.terms],
                "distance": {n: round(float(found.distance[i, j]), 6) for j, n in enumerate(names)},
                "assignment": dict(zip(graph.ids, step.outcome.assignment.tolist(), strict=True)),
            }
        )
    return told


def _unit(term: TermValue, graph: Graph) -> int:
    if term.name in WEIGHED:
        return graph.weight_scale
    return graph.length_scale if term.name == "perimeter" else 1


def _term(term: TermValue, unit: int) -> dict[str, Any]:
    return {
        "name": term.name,
        "value": _scaled(term.value, unit),
        "bound": None if term.bound is None else _scaled(term.bound, unit),
        "gap": term.gap,
        "proven": term.proven,
    }


def _scaled(value: int, unit: int) -> float:
    return value if unit == 1 else value / unit
