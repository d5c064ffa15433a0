"""`solve`: a problem into an outcome, by the method that is made for it.

The methods are imported when one is chosen: a least cut is found by processes of its own, and the
one that only watches them needs no compiler and no solver.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from redistrict.districting.leastcut import is_least_cut, least_cut
from redistrict.districting.validate import validate
from redistrict.districting.watch import Progress, Watch
from redistrict.model.problem import Limits, Outcome, Problem


def solve(
    problem: Problem,
    limits: Limits,
    *,
    on_progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    on_outcome: Callable[[Outcome], None] | None = None,
) -> Outcome:
    """Divide a graph into connected parts with weights in [lower, upper].

    Always answers with a plan: the best found, or the least violating one. ``optimal`` and
    ``infeasible`` are said only when proven. ``should_stop`` is asked many times a second; when
    it says True, or after ``limits.seconds``, the best plan so far is returned. The same problem,
    seed, effort and work give the same outcome unless the clock or the caller cut it short.
    ``on_outcome`` is told the outcome so far, with an honest certificate, now and then.

    Raises `GraphError` if the problem is malformed.
    """
    validate(problem)
    watch = Watch(limits.seconds, should_stop, on_progress)
    cut = least_cut(problem, limits, watch, should_stop) if is_least_cut(problem) else None
    if cut is not None and cut.status != "infeasible":
        return cut
    from redistrict.districting.window import fit

    found = fit(problem, limits, watch, on_outcome)
    if cut is not None and found.status == "unknown":
        found = replace(found, status=cut.status)  # proven; the plan is the nearest to the window
    watch.tell("done", tuple(t.value for t in found.terms), tuple(t.bound for t in found.terms))
    return found
