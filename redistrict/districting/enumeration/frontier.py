"""Counting by a frontier: one vertex after another, states that look alike counted together.

Frontier-based search (Sekine, Imai and Tani 1995; Kawahara, Horiyama, Hotta and Minato 2017,
Generating all patterns of graph partitions within a disparity bound). After some vertices are
placed, all that matters is how the vertices with unplaced neighbours (the frontier) are
distributed over pieces and parts, and what the open parts weigh; the number of ways to get there is
carried along as an exact integer.
"""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import dataclass

from redistrict.districting.cutedges.instance import Graph
from redistrict.districting.cutedges.order import Allowance, TooWide, vertex_order
from redistrict.districting.cutedges.split import contract
from redistrict.model.problem import Problem

ORDER_WORK = 10_000_000
"""Candidates looked at for an order of the vertices: some seconds."""
MAX_STATES = 2_000_000
"""States of one layer that are kept; about 1 GB."""

State = tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...], int]
"""piece of each frontier vertex; part of each piece; weight of each open part; parts closed."""


class TooMany(Exception):
    """The count is not practical within the limits."""


@dataclass(frozen=True)
class _Step:
    """Placing one vertex: where its placed neighbours and the leaving vertices stand."""

    weight: int
    near: tuple[int, ...]  # positions in the frontier before, of neighbours
    keep: tuple[int, ...]  # positions (the new vertex is last) that stay
    left: int  # weight still unplaced afterwards
    rest: int  # vertices still unplaced afterwards


def count_partitions(problem: Problem, seconds: float | None = None) -> int:
    """Number of ways to divide ``problem`` into connected parts with weight in [lower, upper].

    ``problem.parts`` fixes the number of parts, otherwise it is free; parts are not named, so
    that plans differing in part numbers only are one. ``together`` is obeyed.
    Raises `TooMany` beyond `MAX_STATES` states, `ORDER_WORK` or ``seconds``.
    """
    graph, _ = contract(problem)
    deadline = None if seconds is None else time.monotonic() + seconds
    most = problem.parts if problem.parts is not None else graph.n
    layer: dict[State, int] = {((), (), (), 0): 1}
    try:
        steps = _steps(graph, Allowance(ORDER_WORK, deadline))
    except TooWide:
        raise TooMany from None
    for step in steps:
        following: defaultdict[State, int] = defaultdict(int)
        for i, (state, ways) in enumerate(layer.items()):
            for new in _place(state, step, problem.lower, problem.upper, most):
                following[new] += ways
            if i % 4096 == 0 and (
                len(following) > MAX_STATES
                or (deadline is not None and time.monotonic() > deadline)
            ):
                raise TooMany
        layer = dict(following)
    return sum(
        ways
        for (_, _, _, closed), ways in layer.items()
        if problem.parts is None or closed == problem.parts
    )


def _steps(graph: Graph, allowed: Allowance) -> list[_Step]:
    order = vertex_order(graph, allowed)
    when = {v: i for i, v in enumerate(order)}
    near = [graph.neighbour[graph.start[v] : graph.start[v + 1]].tolist() for v in range(graph.n)]
    last = {v: max([when[u] for u in near[v]], default=-1) for v in order}
    frontier: list[int] = []
    left = graph.total
    steps: list[_Step] = []
    for i, v in enumerate(order):
        left -= int(graph.weights[v])
        beside = tuple(p for p, u in enumerate(frontier) if u in near[v])
        both = [*frontier, v]
        keep = tuple(p for p, u in enumerate(both) if last[u] > i)
        steps.append(_Step(int(graph.weights[v]), beside, keep, left, len(order) - i - 1))
        frontier = [both[p] for p in keep]
    return steps


def _place(state: State, step: _Step, lower: int, upper: int, most: int) -> list[State]:
    piece, part, weight, closed = state
    out: list[State] = []
    if step.weight <= upper and closed + len(weight) < most:
        new = _leave(
            (*piece, len(part)), (*part, len(weight)), (*weight, step.weight), closed, step, lower
        )
        if new is not None:
            out.append(new)
    for p in range(len(weight)):
        heavier = weight[p] + step.weight
        if heavier > upper:
            continue
        touched = {piece[i] for i in step.near if part[piece[i]] == p}
        fresh = len(part)
        pieces = (*(fresh if c in touched else c for c in piece), fresh)
        weights = (*weight[:p], heavier, *weight[p + 1 :])
        new = _leave(pieces, (*part, p), weights, closed, step, lower, touched)
        if new is not None:
            out.append(new)
    return out


def _leave(
    piece: tuple[int, ...],
    part: tuple[int, ...],
    weight: tuple[int, ...],
    closed: int,
    step: _Step,
    lower: int,
    merged: set[int] | None = None,
) -> State | None:
    """Drop the vertices without unplaced neighbours; None where a part can no longer be whole."""
    kept = tuple(piece[i] for i in step.keep)
    alive = set(kept)
    pieces_of: dict[int, int] = {}
    lost: list[int] = []
    for c, p in enumerate(part):
        if merged and c in merged:
            continue
        pieces_of[p] = pieces_of.get(p, 0) + 1
        if c not in alive:
            lost.append(p)
    for p in lost:
        if pieces_of[p] > 1 or weight[p] < lower:
            return None
    closed += len(lost)
    # names in order of appearance, so that equal states are equal
    new_piece: dict[int, int] = {}
    new_part: dict[int, int] = {}
    parts: list[int] = []
    weights: list[int] = []
    for c in kept:
        if c not in new_piece:
            new_piece[c] = len(new_piece)
            p = part[c]
            if p not in new_part:
                new_part[p] = len(new_part)
                weights.append(weight[p])
            parts.append(new_part[p])
    lacking = 0
    for w in weights:
        if w < lower:
            lacking += lower - w
    if lacking > step.left:
        return None
    return tuple(new_piece[c] for c in kept), tuple(parts), tuple(weights), closed
