"""Search, then proof, in this process: the same answer every time."""

from __future__ import annotations

from collections.abc import Callable

from redistrict.districting.cutedges.instance import Assignment
from redistrict.districting.cutedges.prove import prove
from redistrict.districting.cutedges.search import blocks_for, restarts
from redistrict.districting.cutedges.split import Task, Whole, open_tasks

Stop = Callable[[], bool]


class TaskReport:
    """A `Report` that writes into a `Task`."""

    def __init__(self, task: Task, stop: Stop, changed: Callable[[], None]) -> None:
        self._task, self._stop, self._changed = task, stop, changed

    def plan(self, outside: int, cost: int, assignment: Assignment) -> None:
        if self._task.offer(outside, cost, assignment):
            self._changed()

    def bound(self, value: int) -> None:
        if self._task.bound is not None and value > self._task.bound:
            self._task.raise_bound(value)
            self._changed()

    def infeasible(self) -> None:
        self._task.raise_bound(None)
        self._changed()

    def incumbent(self) -> int | None:
        return self._task.cost

    def stopped(self) -> bool:
        return self._stop()


def search(whole: Whole, work: int, seed: int, stop: Stop, changed: Callable[[], None]) -> int:
    """Spend ``work`` blocks of annealing over the open tasks in turn; returns blocks spent."""
    tasks = open_tasks(whole)
    walks = [restarts(task.instance, seed) for task in tasks]
    share = max(1, work // max(1, len(tasks)))
    spent = 0
    for task, walk in zip(tasks, walks, strict=True):
        report = TaskReport(task, stop, changed)
        used = 0
        while used < max(share, 2 * blocks_for(task.instance)) and not task.closed:
            if stop():
                return spent + used
            found = next(walk)
            used = found.work
            report.plan(found.outside, found.cost, found.assignment)
        spent += used
    return spent


def certify(
    whole: Whole, work: float | None, seed: int, stop: Stop, changed: Callable[[], None]
) -> None:
    """Prove the open tasks one after another, fewest parts first."""
    tasks = open_tasks(whole)
    for task in tasks:
        if stop():
            return
        share = None if work is None else work / len(tasks)
        prove(task.instance, TaskReport(task, stop, changed), share, seed)
