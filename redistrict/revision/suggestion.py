"""Suggestion: an event that the engine found, judged as any other before it is offered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from redistrict.model.problem import Limits, Outcome, TermName, TermValue
from redistrict.revision.answer import Answer, answered
from redistrict.revision.change import changed
from redistrict.revision.events import Area, Batch, Edit
from redistrict.revision.refusal import Refused
from redistrict.revision.rules import Breach
from redistrict.revision.state import State

EFFORT = Limits(effort="quick", seconds=5.0)
TERMS: tuple[TermName, ...] = ("outside", "deviation", "moved")


@dataclass(frozen=True)
class Suggestion:
    """An event ready to apply (its ``id`` is yours to set) and what it would do.

    ``answer``: as `apply` would answer it. ``mended``: nothing of what was to be mended is left.
    ``proven``: no fewer households moved would do as well, within ``areas``, with courtyards kept
    whole; ``terms``: the engine's terms with their bounds, which say how far it is proven.
    ``held``: what the edit moved stays with its new neighbours.
    """

    event: Edit
    answer: Answer
    mended: bool
    proven: bool
    terms: tuple[TermValue, ...]
    areas: tuple[Area, ...]
    held: bool


def judged(
    state: State,
    broken: Sequence[Breach],
    events: Sequence[Edit],
    outcomes: Sequence[Outcome],
    areas: tuple[Area, ...],
    held: bool,
) -> Suggestion | None:
    """None unless it breaks nothing and leaves less of ``broken`` than there is."""
    if not events:
        return None
    event = Batch(events=tuple(events))
    try:
        answer = answered(state, changed(state, event))
    except Refused:
        return None
    asked = {b.key for b in broken}
    mends = [b for b in answer.mends if b.key in asked]
    before = {b.key: max(1, b.amount) for b in broken}
    left = sum(max(1, b.amount) for b in answer.stands if b.key in asked)
    less = left < sum(before[b.key] for b in (*mends, *answer.stands) if b.key in asked)
    if answer.breaks or not (mends or less):
        return None
    touched = {b.key for b in mends}
    return Suggestion(
        event=event,
        answer=answer,
        mended=touched >= asked,
        proven=all(t.proven for o in outcomes for t in o.terms),
        terms=tuple(t for o in outcomes for t in o.terms),
        areas=areas,
        held=held,
    )
