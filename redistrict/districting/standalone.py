"""The engine by itself: a graph file and a window in, the contract's JSON out."""

from __future__ import annotations

import json
import math
import os
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import numpy as np

from redistrict.districting import alternatives, cutedges, solve, solve_supervised
from redistrict.districting.beside import describe
from redistrict.districting.enumeration import TooMany, count_partitions
from redistrict.districting.graph_json import Graph, read_graph, refuse, to_integer
from redistrict.districting.validate import LARGEST
from redistrict.i18n import Lang, text
from redistrict.model.errors import OutputError
from redistrict.model.finding import Finding
from redistrict.model.problem import Limits, Outcome, Problem

MOST_ALTERNATIVES = 3
MARGIN = 1.0
"""Seconds of the time limit kept for writing the answer, at most a tenth of it."""


@dataclass(frozen=True)
class Request:
    """The options of `redistrict partition`."""

    graph: Path
    weight: str
    lower: Decimal
    upper: Decimal
    parts: int | None = None
    minimize: Literal["cut-edges", "shared-perimeter"] | None = None
    edge_length: str | None = None
    enumerate: bool = False
    seconds: float | None = None
    seed: int = 0
    alternatives: int = 0


def answer(request: Request, lang: Lang = "zh", began: float | None = None) -> dict[str, Any]:
    """The contract's answer to ``request``, ready for JSON. Raises `GraphError` for bad input.

    ``began``: `time.monotonic()` from which ``request.seconds`` counts.
    """
    began = time.monotonic() if began is None else began
    _check(request)
    graph = _read(request)
    problem = _problem(request, graph)
    count: int | None = None
    note = ""
    if request.enumerate:
        try:
            left = _left(request, began)
            # Half: a plan is wanted as well, and a count that takes longer will hardly end.
            count = count_partitions(problem, seconds=None if left is None else left / 2)
        except TooMany:
            note = text("partition.not-counted", lang)
    if count == 0:
        return _empty(graph, text("partition.counted-none", lang).strip(), began)
    left = _left(request, began)
    # With alternatives, half of the time is for them.
    share = left if left is None or not request.alternatives else left / 2
    outcome = _solve(request, problem, share)
    beside = None
    if request.alternatives:
        limits = Limits(seed=request.seed, seconds=_left(request, began))
        beside = alternatives(problem, outcome, limits, most=request.alternatives)
    result = _describe(request, graph, problem, outcome, lang, began)
    if beside is not None:
        result["alternatives"] = describe(beside, graph)
    if count is not None:
        result["count"] = count
    elif request.enumerate:
        result["reason"] = " ".join(x for x in (result["reason"], note.strip()) if x)
    return result


def write(result: dict[str, Any], out: Path | None) -> None:
    """Write ``result`` as JSON to ``out`` (aside, then renamed) or to standard output."""
    body = json.dumps(result, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    if out is None:
        sys.stdout.write(body)
        sys.stdout.flush()
        return
    aside: str | None = None
    try:
        handle, aside = tempfile.mkstemp(prefix=f".{out.name}.", dir=out.parent)
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(body)
        mask = os.umask(0)
        os.umask(mask)
        Path(aside).chmod(0o666 & ~mask)
        Path(aside).replace(out)
    except OSError as error:
        params = {"file": str(out), "why": error.strerror or ""}
        raise OutputError(Finding("partition-output", "error", params=params)) from error
    finally:
        if aside is not None:  # gone by now, unless something (Ctrl-C, too) came between
            Path(aside).unlink(missing_ok=True)


def _check(request: Request) -> None:
    if request.lower < 0 or request.upper < 0:
        refuse("partition-window-negative", lower=str(request.lower), upper=str(request.upper))
    if request.lower > request.upper:
        refuse("partition-window-empty", lower=str(request.lower), upper=str(request.upper))
    if request.parts is not None and request.parts < 1:
        refuse("partition-parts", parts=request.parts)
    if not 0 <= request.alternatives <= MOST_ALTERNATIVES:
        refuse("partition-alternatives", alternatives=request.alternatives, most=MOST_ALTERNATIVES)
    if request.seconds is not None and not (0 < request.seconds < math.inf):
        refuse("partition-time-limit", seconds=str(request.seconds))


def _read(request: Request) -> Graph:
    if request.minimize != "shared-perimeter":
        return read_graph(request.graph, request.weight)
    if request.edge_length is None:
        refuse("partition-edge-length-needed")
    return read_graph(request.graph, request.weight, request.edge_length)


def _problem(request: Request, graph: Graph) -> Problem:
    perimeter = request.minimize == "shared-perimeter"
    limit = LARGEST  # beyond every total: a window of any size is one the engine takes
    return Problem(
        ids=graph.ids,
        weights=graph.weights,
        edges=graph.edges,
        lower=min(limit, to_integer(request.lower, graph.weight_scale, up=True)),
        upper=min(limit, to_integer(request.upper, graph.weight_scale, up=False)),
        lengths=graph.lengths_scaled if perimeter else None,
        parts=request.parts,
        terms=("perimeter",) if perimeter else ("cut_edges",),
    )


def _left(request: Request, began: float) -> float | None:
    if request.seconds is None:
        return None
    margin = min(MARGIN, request.seconds / 10)
    return max(0.1, request.seconds - margin - (time.monotonic() - began))


def _solve(request: Request, problem: Problem, seconds: float | None) -> Outcome:
    limits = Limits(seed=request.seed, seconds=seconds)
    if request.minimize is None and request.parts is None:
        # Only a process of its own can be ended on time, whatever it is at.
        engine = solve if seconds is None else solve_supervised
        outcome = engine(replace(problem, terms=("outside", "deviation")), limits)
        status = "feasible" if outcome.status == "optimal" else outcome.status
        return replace(outcome, status=status, terms=())  # any plan is as good as another
    return cutedges.solve(problem, limits, any_plan=request.minimize is None)


def _empty(graph: Graph, reason: str, began: float) -> dict[str, Any]:
    return {
        "status": "infeasible",
        "assignment": {},
        "parts": 0,
        "objective": None,
        "bound": None,
        "gap": None,
        "seconds": round(time.monotonic() - began, 3),
        "reason": reason,
        "count": 0,
    }


def _describe(
    request: Request, graph: Graph, problem: Problem, outcome: Outcome, lang: Lang, began: float
) -> dict[str, Any]:
    objective: float | None = None
    bound: float | None = None
    if outcome.terms and request.minimize is not None:
        term = outcome.terms[0]
        objective, bound = term.value, term.bound
        if request.minimize == "shared-perimeter" and graph.lengths is not None:
            ends = outcome.assignment[problem.edges]
            objective = math.fsum(graph.lengths[ends[:, 0] != ends[:, 1]].tolist())
            if bound is not None:
                scaled = bound / graph.length_scale
                bound = objective if term.proven else min(objective, scaled)
    gap = None
    if objective is not None and bound is not None:
        gap = 0.0 if objective <= bound else (objective - bound) / objective
    part = outcome.assignment.tolist()
    return {
        "status": outcome.status,
        "assignment": dict(zip(graph.ids, part, strict=True)),
        "parts": outcome.parts,
        "objective": objective,
        "bound": bound,
        "gap": gap,
        "seconds": round(time.monotonic() - began, 3),
        "reason": _reason(graph, problem, outcome, request.minimize is not None, lang),
    }


def _reason(graph: Graph, problem: Problem, outcome: Outcome, minimised: bool, lang: Lang) -> str:
    key = f"partition.{outcome.status}"
    if not minimised and outcome.status == "feasible":
        key = "partition.any"
    weight = np.zeros(max(1, outcome.parts), dtype=np.int64)
    np.add.at(weight, outcome.assignment, graph.weights)
    outside = (weight < problem.lower) | (weight > problem.upper)
    said = text(key, lang, outside=int(outside.sum()), parts=outcome.parts)
    if outcome.reasons and outcome.reasons[0].code == "arithmetic":
        said += text("partition.arithmetic", lang)
    if outcome.terms and outcome.terms[0].name == "perimeter":
        said += text("partition.resolution", lang, scale=graph.length_scale)
    return said.strip()
