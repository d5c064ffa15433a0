"""Least cut into connected parts with weight in a hard window, with proof.

For problems whose first term is ``cut_edges`` or ``perimeter``. A search (`annealer`, `search`)
and exact methods (`prove`) work on the tasks of `split`: in turn in this process, bounded by work
units and so repeatable, or side by side in two processes (`race`) where a time limit is given.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from importlib.metadata import version

import numpy as np

from redistrict.districting.cutedges.instance import canonical
from redistrict.districting.cutedges.race import race
from redistrict.districting.cutedges.split import Whole, split
from redistrict.model.problem import Limits, Outcome, Problem, Reason, Status, TermValue

__all__ = ["solve", "supports"]

SEARCH_WORK = {"quick": 3_000, "standard": 20_000, "certify": 60_000}
"""Blocks of `annealer.BLOCK` proposals."""
PROOF_WORK = {"quick": 2.0, "standard": 20.0, "certify": 200.0}
"""Deterministic seconds of the exact solver."""

Progress = Callable[[str, int | None, int | None], None]
"""Called with (first term, value, bound) whenever either improves."""


def supports(problem: Problem) -> bool:
    """Whether `solve` takes ``problem``: first term a cut, no locks, no pairs kept apart."""
    return (
        bool(problem.terms)
        and problem.terms[0] in ("cut_edges", "perimeter")
        and (problem.locked is None or not problem.locked.any())
        and (problem.apart is None or len(problem.apart) == 0)
    )


def solve(
    problem: Problem,
    limits: Limits | None = None,
    *,
    any_plan: bool = False,
    on_progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Outcome:
    """Divide ``problem`` with every part inside [lower, upper], cutting least.

    Only the first term is optimised. Without ``limits.seconds`` the answer depends on problem,
    seed and effort (or ``limits.work``, in blocks of 1,000 proposals) alone. With it, search and
    proof run in two processes until the time is up or all is proven. The first `TermValue` carries
    the proven bound; ``infeasible`` is always proven.

    ``any_plan``: the first feasible plan will do; the cut is then searched no further.

    Raises ValueError where `supports` says no.
    """
    if not supports(problem):
        raise ValueError("not a minimum-cut problem with a hard window")
    limits = limits or Limits()
    began = time.monotonic()
    whole = split(problem)
    asked = should_stop or (lambda: False)

    def stop() -> bool:
        return asked() or (any_plan and whole.best() is not None)

    seen: list[tuple[int | None, int | None]] = []

    def changed() -> None:
        if on_progress is None:
            return
        best = whole.best()
        state = (None if best is None else best[0], whole.bound())
        if not seen or seen[-1] != state:
            seen.append(state)
            on_progress(problem.terms[0], *state)

    work = 0
    if limits.seconds is not None:
        race(whole, limits.seed, began + limits.seconds, stop, changed)
    elif not whole.best_is_proven():
        from redistrict.districting.cutedges.serial import certify, search

        amount = limits.work if limits.work is not None else SEARCH_WORK[limits.effort]
        work = search(whole, amount, limits.seed, stop, changed)
        if not whole.best_is_proven():
            proof = PROOF_WORK[limits.effort]
            if limits.work is not None:
                proof = limits.work / SEARCH_WORK["standard"] * PROOF_WORK["standard"]
            certify(whole, proof, limits.seed, stop, changed)
    return _outcome(problem, whole, limits, work, time.monotonic() - began, any_plan)


def _outcome(
    problem: Problem, whole: Whole, limits: Limits, work: int, seconds: float, any_plan: bool
) -> Outcome:
    bound, best = whole.bound(), whole.best()
    status: Status
    reasons: tuple[Reason, ...] = ()
    terms: tuple[TermValue, ...] = ()
    if best is not None:
        cost, plan = best
        proven = bound is not None and cost <= bound
        optimal = proven and len(problem.terms) == 1 and not any_plan
        status = "optimal" if optimal else "feasible"
        terms = (TermValue(problem.terms[0], cost, bound, proven),)
        assignment = canonical(plan)
    else:
        assignment = _closest(whole)
        status = "infeasible" if bound is None else "unknown"
        params = {
            "total": whole.graph.total,
            "lower": problem.lower,
            "upper": problem.upper,
            "parts": problem.parts,
        }
        code = "arithmetic" if not whole.tasks else "proven-minimum"
        reasons = (Reason(code if bound is None else "search-limit", None, (), params),)
    return Outcome(
        assignment=assignment,
        status=status,
        terms=terms,
        reasons=reasons,
        seed=limits.seed,
        work=work,
        seconds=seconds,
        method="cutedges",
        versions={"ortools": version("ortools"), "numba": version("numba")},
    )


def _closest(whole: Whole) -> np.ndarray:
    """The plan nearest to the window that was met; each component whole where none was."""
    plan = whole.component.astype(np.int32)
    if int(whole.component.max(initial=0)) == 0:
        tried = [t for t in whole.tasks if t.plan is not None]
        if tried:
            nearest = min(tried, key=lambda t: t.outside or 0)
            if nearest.plan is not None:
                plan = nearest.plan
    return canonical(plan[whole.unit_vertex])
