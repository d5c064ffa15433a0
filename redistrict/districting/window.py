"""The window engine: each core by itself, better and better. Reads top to bottom."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import numpy as np

from redistrict.districting.again import another, ranked
from redistrict.districting.anneal import Found, anneal, atoms_each
from redistrict.districting.answer import Solved
from redistrict.districting.arrays import IntArray
from redistrict.districting.bounds import least_priority, simple_bound
from redistrict.districting.core import FEATURES, HARD, OUTSIDE, PRIORITY, Core, contract
from redistrict.districting.exact import Proof, prove, trivial
from redistrict.districting.first import window_first
from redistrict.districting.light import bound_without_light
from redistrict.districting.limits import Budget, budget, proposals
from redistrict.districting.outcome import Interim, outcome_of
from redistrict.districting.pieces import can_divide, divide, few_atoms
from redistrict.districting.plan import features_of
from redistrict.districting.steady import steadied
from redistrict.districting.triage import triage
from redistrict.districting.watch import Watch
from redistrict.model.problem import Limits, Outcome, Problem


def fit(
    problem: Problem,
    limits: Limits,
    watch: Watch,
    on_outcome: Callable[[Outcome], None] | None = None,
) -> Outcome:
    """The outcome for a problem that was validated; ``on_outcome`` as in `solve`."""
    contracted = contract(problem)
    atoms = max(1, sum(core.n for core in contracted.cores))
    interim = Interim(problem, contracted, limits.seed, watch, on_outcome)
    solved: list[Solved] = []
    for index, core in enumerate(contracted.cores):
        state: Solved | None = None
        allowed = budget(limits, core.n / atoms)
        search = partial(_solve_core, seed=limits.seed, allowed=allowed, watch=watch)
        for state in steadied(core, search) if problem.steady else search(core):
            interim.learn(index, state)
        assert state is not None
        solved.append(state)
    return outcome_of(problem, contracted, solved, limits.seed, watch.elapsed)


LARGE = 2000
"""Atoms above which one long search is made rather than several."""


def _solve_core(core: Core, seed: int, allowed: Budget, watch: Watch) -> Iterator[Solved]:
    """What is known of a core, better and better; the last is the answer."""
    facts = triage(core)
    anyway = {f: simple_bound(core, f, facts) for f in range(FEATURES)}
    watch.tell("search")
    none = np.zeros(0, dtype=np.int64)
    if trivial(core):
        plan = np.zeros(core.n, dtype=np.int64)
        only = dict(enumerate(features_of(core, plan)))
        yield Solved(core, plan, facts, only, only, none, "only-plan")
        return
    found, settled = _searched(core, seed, anyway, allowed, watch)
    spent = found.proposals
    bound = dict(enumerate(features_of(core, found.part))) if settled else anyway
    yield Solved(core, found.part, facts, bound, anyway, none, "annealing", spent)
    if settled:
        return
    proof = prove(core, found.part, anyway, allowed, watch)
    anyway[OUTSIDE] = max(anyway[OUTSIDE], proof.outside)
    work = proposals(allowed, core.n, atoms_each(core))
    for again in range(1, allowed.restarts):
        # Weight outside that nothing explains: the search may just have been unlucky.
        outside = features_of(core, proof.part)[OUTSIDE]
        divided = few_atoms(core) and can_divide(core) and not proof.complete
        if core.n > LARGE or outside <= anyway[OUTSIDE] or divided or watch.stop():
            break
        plan, cost = another(core, again, seed + again * 7919, work, watch)
        spent += cost
        if ranked(core, plan) < ranked(core, proof.part):
            proof = prove(core, plan, anyway, allowed, watch)
            anyway[OUTSIDE] = max(anyway[OUTSIDE], proof.outside)
    if _unexplained(core, proof, anyway) and core.n <= LARGE and not watch.stop():
        least = bound_without_light(core, anyway[OUTSIDE], allowed, watch)
        anyway[OUTSIDE] = least
        proof.bound[OUTSIDE] = max(proof.bound[OUTSIDE], least)
    _with_priority(core, proof.bound, anyway)
    method = "columns" if proof.complete else "annealing"
    solved = Solved(core, proof.part, facts, proof.bound, anyway, proof.homeless, method, spent)
    yield solved
    outside = features_of(core, proof.part)[OUTSIDE]
    if outside > anyway[OUTSIDE] and can_divide(core) and not watch.stop():
        yield _divided(solved, seed, allowed, watch)


def _searched(
    core: Core, seed: int, anyway: dict[int, int], allowed: Budget, watch: Watch
) -> tuple[Found, bool]:
    """The best plan of a search, and whether every term is at its bound already."""
    work = proposals(allowed, core.n, atoms_each(core))
    quick = window_first(core, anyway[OUTSIDE], seed, work, watch)
    if all(a <= anyway[f] for f, a in zip(core.order, ranked(core, quick.part), strict=True)):
        return quick, True
    found = anneal(core, seed, work, watch)
    spent = quick.proposals + found.proposals
    if quick.value < _window(core, found.part):
        # What looks best has led away from the window: from the plan in it, it cannot.
        found = anneal(core, seed, work, watch, quick.part)
        spent += found.proposals
    return replace(found, proposals=spent), False


def _window(core: Core, part: IntArray) -> tuple[int, ...]:
    features = features_of(core, part)
    return (features[HARD], features[OUTSIDE])


def _with_priority(core: Core, bound: dict[int, int], anyway: dict[int, int]) -> None:
    """What must lie outside bounds what of it has priority."""
    least = least_priority(core, anyway[OUTSIDE])
    for known in (bound, anyway):
        known[PRIORITY] = max(known.get(PRIORITY, 0), least)


def _unexplained(core: Core, proof: Proof, anyway: dict[int, int]) -> bool:
    """Weight outside above its bound where not all feasible parts could be listed."""
    free = core.parts is None and not proof.complete
    return free and features_of(core, proof.part)[OUTSIDE] > anyway[OUTSIDE]


def _divided(solved: Solved, seed: int, allowed: Budget, watch: Watch) -> Solved:
    """Weight outside that nothing explains yet: the core piece by piece."""
    core = solved.core
    made = divide(core, solved.part, seed, allowed, watch)
    outside = max(solved.anyway[OUTSIDE], made.outside)
    plans = [solved.part, made.part]
    if ranked(core, made.part) < ranked(core, solved.part):
        # The pieces were asked for little weight outside; how far outside is for the whole to say.
        work = proposals(allowed, core.n, atoms_each(core))
        plans.append(anneal(core, seed, work, watch, made.part).part)
    best = min(plans, key=lambda part: ranked(core, part))
    bound = solved.bound
    if ranked(core, best)[1] < ranked(core, solved.part)[1]:
        # What was proven of later terms was proven given more weight outside.
        bound = dict(solved.anyway)
    bound = bound | {OUTSIDE: outside}
    anyway = solved.anyway | {OUTSIDE: outside}
    _with_priority(core, bound, anyway)
    return replace(
        solved,
        part=best,
        bound=bound,
        anyway=anyway,
        homeless=np.union1d(solved.homeless, made.homeless),
        method="pieces",
        work=solved.work + made.proposals,
        pieces=made.pieces,
    )
