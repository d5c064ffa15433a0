"""A least cut into a fixed number of parts: the engine of `cutedges` behind the door of `solve`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from redistrict.districting import cutedges
from redistrict.districting.limits import budget
from redistrict.districting.terms import measure, violations
from redistrict.districting.watch import Progress, Watch
from redistrict.model.problem import Limits, Outcome, Problem, TermValue

SHARE = 0.9
"""Of the time; the rest is for the nearest plan, where none in the window is found."""


def is_least_cut(problem: Problem) -> bool:
    """True where, all parts being in the window, nothing is asked for but a least cut.

    With a lower limit of 0 parts without weight would count, which only the window engine knows.
    """
    return (
        problem.parts is not None
        and problem.lower > 0
        and cutedges.supports(_only_cut(problem))
        and len(_only_cut(problem).terms) == 1
    )


def _only_cut(problem: Problem) -> Problem:
    """Terms that are 0 where all parts are in the window say nothing about such plans."""
    terms = tuple(t for t in problem.terms if t not in ("outside", "deviation"))
    return replace(problem, terms=terms)


def least_cut(
    problem: Problem, limits: Limits, watch: Watch, should_stop: Callable[[], bool] | None
) -> Outcome | None:
    """The outcome of `cutedges`, with every term of ``problem``; None where it found no plan in
    the window and did not prove that there is none. Where it did, the status is ``infeasible`` and
    the assignment is of no use."""
    asked = _only_cut(problem)
    work = None
    if limits.work is not None:
        ordinary = budget(replace(limits, work=None, effort="standard")).proposals
        work = max(1, limits.work * cutedges.SEARCH_WORK["standard"] // ordinary)
    seconds = None if limits.seconds is None else watch.left() * SHARE

    def tell(name: str, value: int | None, bound: int | None) -> None:
        del name
        if watch.on_progress is not None and value is not None:
            watch.on_progress(Progress("better", (value,), (bound,), watch.elapsed))

    found = cutedges.solve(
        asked,
        replace(limits, work=work, seconds=seconds),
        on_progress=tell,
        should_stop=should_stop,
    )
    if found.status == "unknown":
        return None
    if found.status == "infeasible":
        return found
    if violations(problem, found.assignment):
        return None  # cannot be: the plan was checked where it was made
    values = measure(problem, found.assignment)
    cut = found.terms[0]
    terms = tuple(
        cut if name == cut.name else TermValue(name, value, 0, True)
        for name, value in zip(problem.terms, values, strict=True)
    )
    watch.tell("done", values, tuple(t.bound for t in terms))
    return replace(
        found,
        terms=terms,
        status="optimal" if cut.proven else "feasible",
        seconds=round(watch.elapsed, 3),
    )
