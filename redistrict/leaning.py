"""Which way a plan leans where the policy leaves it open: the steps beside the plan as asked.

The engine's steps (`redistrict.districting.alternatives`), taken by every problem of a city alike:
what a plan must be comes first in each, then the step's own term, then the others as they were.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from redistrict.districting.alternatives import StepName, steps_of
from redistrict.model.problem import Problem
from redistrict.model.profile import CommitteeRule, GridRule, Profile

AS_ASKED: StepName = "as_asked"
STEPS: tuple[StepName, ...] = ("best_balanced", "most_compact")
"""In this order. The plan as asked is the least moved one already: what the policy puts before
looks and balance (least disturbance) is not asked for twice."""
WHOLE = ("committees", "service_grids")
WAYS: tuple[tuple[str, ...], ...] = (WHOLE, ("service_grids",))
"""What leans: both; where other committees would leave more households outside, grids alone."""


@dataclass(frozen=True, slots=True)
class LeaningCommittees(CommitteeRule):
    """The same figures, and the step that their problems take."""

    step: StepName = AS_ASKED


@dataclass(frozen=True, slots=True)
class LeaningGrids(GridRule):
    """The same figures, and the step that their problems take."""

    step: StepName = AS_ASKED


def leaning(profile: Profile, step: StepName, layers: Sequence[str]) -> Profile:
    """``profile`` for drawing ``layers`` (of `WHOLE`) by ``step``, the others as asked."""
    committee, grid = profile.committee, profile.grid
    if "committees" in layers:
        committee = LeaningCommittees(**asdict(committee), step=step)
    if "service_grids" in layers:
        grid = LeaningGrids(**asdict(grid), step=step)
    return replace(profile, committee=committee, grid=grid)


def leaned(problem: Problem, rule: CommitteeRule | GridRule) -> Problem:
    """``problem`` as the step of ``rule`` asks it; as it is where no step is taken."""
    if not isinstance(rule, LeaningCommittees | LeaningGrids):
        return problem
    return dict(steps_of(problem)).get(rule.step, problem)
