"""A plan that the next run, starting from it, would leave alone."""

from __future__ import annotations

from dataclasses import replace
from itertools import takewhile

from redistrict import districting
from redistrict.model.problem import Limits, Outcome, Problem, TermValue

PASSES = {"quick": 2, "standard": 4, "certify": 4}
"""Times at most, by effort, that a plan is taken for the present one and searched again."""

LARGEST = 2_000
"""Units above which one search is minutes of work and is made once (a greenfield city at once)."""


def lasting(problem: Problem, limits: Limits) -> Outcome:
    """`districting.solve`; then again from its own plan while that brings something.

    A search that starts from a good plan may find a better one. Unless what ranks before `moved`
    is proven, the next run, for which this plan is the present one, would find it and move
    households that this run could have spared (least disturbance).
    """
    outcome = districting.solve(problem, limits)
    if "moved" not in problem.terms or problem.n > LARGEST:
        return outcome
    for _ in range(PASSES[limits.effort]):
        if all(t.proven for t in _before_moved(outcome)):
            break
        again = districting.solve(replace(problem, present=outcome.assignment), limits)
        if _values(again) >= _values(outcome):
            break
        outcome = _told_of(problem, again)
    return outcome


def _before_moved(outcome: Outcome) -> list[TermValue]:
    return list(takewhile(lambda t: t.name != "moved", outcome.terms))


def _values(outcome: Outcome) -> tuple[int, ...]:
    return tuple(t.value for t in _before_moved(outcome))


def _told_of(problem: Problem, found: Outcome) -> Outcome:
    """``found``, told as an answer to ``problem``, whose present plan is another.

    What is proven of the terms before `moved` does not depend on the present plan; of the others
    the bounds are not known.
    """
    values = districting.measure(problem, found.assignment)
    kept = len(_before_moved(found))
    terms = (
        *found.terms[:kept],
        *(
            TermValue(t.name, value, None, False)
            for t, value in zip(found.terms[kept:], values[kept:], strict=True)
        ),
    )
    status = "feasible" if found.status == "optimal" else found.status
    return replace(found, terms=terms, status=status)
