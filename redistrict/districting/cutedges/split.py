"""A problem as independent tasks: one connected component into one number of parts.

The best whole plan is the best choice of one task per component with the numbers of parts adding
up (a min-plus sum over components); the same sum over the tasks' bounds bounds the whole.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from redistrict.districting.cutedges.instance import Assignment, Graph, Instance
from redistrict.model.problem import Problem

Kind = Literal["value", "bound"]

SEARCHED_COUNTS = 6
"""Where the number of parts is free, so many numbers are searched for each component."""


@dataclass
class Task:
    """One instance with what is known of it. ``bound`` None: proven infeasible."""

    component: int
    instance: Instance
    vertices: NDArray[np.intp]
    bound: int | None = 0
    cost: int | None = None
    outside: int | None = None
    plan: Assignment | None = None

    @property
    def closed(self) -> bool:
        """Nothing is left to find or to prove."""
        return self.bound is None or (self.cost is not None and self.cost <= self.bound)

    def offer(self, outside: int, cost: int, plan: Assignment) -> bool:
        """Keep ``plan`` if it is better than the one known."""
        if self.outside is not None and (outside, cost) >= (
            self.outside,
            self.cost if self.cost is not None else cost + 1,
        ):
            return False
        self.outside, self.plan = outside, plan
        self.cost = cost if outside == 0 else None
        return True

    def raise_bound(self, bound: int | None) -> None:
        """Keep a proven bound (None: infeasible) if it is higher than the one known."""
        if bound is None:
            self.bound = None
        elif self.bound is not None:
            self.bound = max(self.bound, bound)


@dataclass
class Whole:
    """The problem cut into tasks; ``tasks`` are empty where no choice of parts adds up."""

    units: int
    unit_vertex: NDArray[np.int32]
    graph: Graph
    parts: int | None
    component: NDArray[np.int32]
    tasks: list[Task] = field(default_factory=list)

    def best(self) -> tuple[int, Assignment] | None:
        """The best whole plan known: cost and part of each unit."""
        chosen = self._choose("value")
        if chosen is None:
            return None
        cost, picks = chosen
        plan = np.full(self.graph.n, -1, dtype=np.int32)
        offset = 0
        for i in picks:
            task = self.tasks[i]
            if task.plan is None:
                return None
            plan[task.vertices] = task.plan + offset
            offset += task.instance.parts
        return cost, plan[self.unit_vertex]

    def bound(self) -> int | None:
        """A proven lower bound; None where it is proven that nothing fits."""
        chosen = self._choose("bound")
        return None if chosen is None else chosen[0]

    def best_is_proven(self) -> bool:
        """Whether the best plan's cut meets the bound, or nothing fits."""
        bound, best = self.bound(), self.best()
        return bound is None or (best is not None and best[0] <= bound)

    def _choose(self, kind: Kind) -> tuple[int, tuple[int, ...]] | None:
        table: dict[int, tuple[int, tuple[int, ...]]] = {0: (0, ())}
        of_component: list[list[int]] = [[] for _ in range(int(self.component.max(initial=-1)) + 1)]
        for i, task in enumerate(self.tasks):
            of_component[task.component].append(i)
        for choices in of_component:
            step: dict[int, tuple[int, tuple[int, ...]]] = {}
            for i in choices:
                task = self.tasks[i]
                value = task.cost if kind == "value" else task.bound
                if value is None:
                    continue
                for used, (cost, picks) in table.items():
                    total = used + task.instance.parts
                    if self.parts is not None and total > self.parts:
                        continue
                    entry = (cost + value, (*picks, i))
                    if total not in step or entry < step[total]:
                        step[total] = entry
            table = step
        if self.parts is not None:
            return table.get(self.parts)
        return min(table.values(), default=None)


def contract(problem: Problem) -> tuple[Graph, NDArray[np.int32]]:
    """The graph with ``together`` groups made one vertex each, and each unit's vertex."""
    vertex = np.arange(problem.n, dtype=np.int32)
    if problem.together is not None:
        first: dict[int, int] = {}
        for unit, group in enumerate(problem.together.tolist()):
            if group >= 0:
                vertex[unit] = first.setdefault(group, unit)
    _, vertex = np.unique(vertex, return_inverse=True)
    vertex = vertex.astype(np.int32)
    count = int(vertex.max()) + 1 if problem.n else 0
    weights = np.zeros(count, dtype=np.int64)
    np.add.at(weights, vertex, problem.weights)
    ends = np.sort(vertex[problem.edges.reshape(-1, 2)], axis=1)
    if problem.terms[0] == "perimeter" and problem.lengths is not None:
        lengths = problem.lengths.astype(np.int64)
    else:
        lengths = np.ones(len(ends), dtype=np.int64)
    outer = ends[:, 0] != ends[:, 1]
    pairs, back = np.unique(ends[outer], axis=0, return_inverse=True)
    merged = np.zeros(len(pairs), dtype=np.int64)
    np.add.at(merged, back.reshape(-1), lengths[outer])
    pairs = pairs.reshape(-1, 2).astype(np.int32)
    return Graph(weights, pairs[:, 0].copy(), pairs[:, 1].copy(), merged), vertex


def split(problem: Problem) -> Whole:
    """Tasks for every component and every number of parts that arithmetic and the other
    components allow, fewest parts first."""
    graph, vertex = contract(problem)
    component = graph.components()
    whole = Whole(problem.n, vertex, graph, problem.parts, component)
    count = int(component.max()) + 1 if graph.n else 0
    order = np.argsort(component, kind="stable")
    members = np.split(order, np.cumsum(np.bincount(component, minlength=count))[:-1])
    choices = [_part_counts(graph.weights[m], problem.lower, problem.upper) for m in members]
    if problem.parts is not None:
        low = sum(c.start for c in choices)
        high = sum(c.stop - 1 for c in choices)
        choices = [
            range(
                max(c.start, problem.parts - (high - (c.stop - 1))),
                min(c.stop, problem.parts - (low - c.start) + 1),
            )
            for c in choices
        ]
    for c, (vertices, counts) in enumerate(zip(members, choices, strict=True)):
        sub, _ = graph.induced(vertices)
        # k parts of a connected graph are joined by at least k - 1 edges: a first bound
        least = np.concatenate([[0], np.cumsum(np.sort(sub.lengths))])
        for parts in counts:
            instance = Instance(sub, parts, problem.lower, problem.upper)
            task = Task(c, instance, vertices, bound=int(least[parts - 1]))
            if parts == 1:
                task.offer(0, 0, np.zeros(sub.n, dtype=np.int32))
            elif parts == sub.n:  # every vertex by itself, or nothing
                fits = problem.lower <= sub.weights.min() and sub.weights.max() <= problem.upper
                task.raise_bound(int(sub.lengths.sum()) if fits else None)
                if fits:
                    task.offer(0, int(sub.lengths.sum()), np.arange(sub.n, dtype=np.int32))
            whole.tasks.append(task)
    return whole


def open_tasks(whole: Whole) -> list[Task]:
    """Tasks still worth work: not closed and, where the number of parts is free and there are many
    choices, the three smallest numbers (least cut) and three in between (most room)."""
    out: list[Task] = []
    of_component: dict[int, list[Task]] = {}
    for task in whole.tasks:
        of_component.setdefault(task.component, []).append(task)
    for tasks in of_component.values():
        kept = set(range(len(tasks)))
        if whole.parts is None and len(tasks) > SEARCHED_COUNTS:
            kept = {0, 1, 2, *(len(tasks) * q // 4 for q in (1, 2, 3))}
        out += [t for i, t in enumerate(tasks) if i in kept and not t.closed]
    return out


def _part_counts(weights: NDArray[np.int64], lower: int, upper: int) -> range:
    total = int(weights.sum())
    if upper < 0 or int(weights.max(initial=0)) > upper:
        return range(0)
    fewest = max(1, -(-total // upper) if upper > 0 else 1)
    most = min(len(weights), total // lower if lower > 0 else len(weights))
    return range(fewest, most + 1)
