"""Apply and fold: a revision is what its events make of the base; undo is one of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from redistrict.revision.answer import Answer, answered
from redistrict.revision.base import Base
from redistrict.revision.change import changed
from redistrict.revision.events import Edit, Event, Redo, Undo
from redistrict.revision.refusal import Refusal, Refused, refuse
from redistrict.revision.state import State, start

KEPT = 32
"""So many earlier states are kept: undoing one of the latest edits costs nothing."""


def apply(state: State, event: Event) -> tuple[State, Answer] | Refusal:
    """The state after ``event`` and what it did, or why it cannot be applied. Pure."""
    after = advance(state, event)
    return after if isinstance(after, Refusal) else (after, answered(state, after))


def advance(state: State, event: Event) -> State | Refusal:
    """`apply` without the answer: what a fold needs."""
    try:
        match event:
            case Undo():
                after = _undone(state, event.target)
            case Redo():
                after = _redone(state, event.target)
            case _:
                after = _done(state, event)
    except Refused as refused:
        return refused.refusal
    return replace(after, log=(*state.log, event))


def fold(base: Base, events: Iterable[Event]) -> State | Refusal:
    """The state after all ``events``; the refusal of the first that cannot be applied."""
    state = start(base)
    for event in events:
        after = advance(state, event)
        if isinstance(after, Refusal):
            return replace(after, params={**after.params, "event": event.id})
        state = after
    return state


def _done(state: State, event: Edit) -> State:
    after = changed(state, event)
    kept = (*state.before, replace(state, before=()))[-KEPT:]
    return replace(after, effective=(*state.effective, event), before=kept)


def _undone(state: State, target: str) -> State:
    at = _position(state.effective, target)
    if at is None:
        known = any(e.id == target for e in state.log)
        raise refuse("not-undoable" if known else "unknown-event", event=target)
    return _replayed(state, (*state.effective[:at], *state.effective[at + 1 :]), at)


def _redone(state: State, target: str) -> State:
    edits = [e for e in state.log if not isinstance(e, Undo | Redo)]
    order = {e.id: i for i, e in enumerate(edits)}
    if target not in order:
        raise refuse("unknown-event", event=target)
    if _position(state.effective, target) is not None:
        raise refuse("not-redoable", event=target)
    at = sum(order[e.id] < order[target] for e in state.effective)
    wanted = (*state.effective[:at], edits[order[target]], *state.effective[at:])
    return _replayed(state, wanted, at)


def _position(events: tuple[Edit, ...], target: str) -> int | None:
    return next((i for i, e in enumerate(events) if e.id == target and target), None)


def _replayed(state: State, wanted: tuple[Edit, ...], agree: int) -> State:
    """The state after ``wanted``, of which the first ``agree`` edits are those of ``state``."""
    oldest = len(state.effective) - len(state.before)
    if agree >= oldest and agree < len(state.effective):
        kept = state.before[: agree - oldest]
        now = replace(state.before[agree - oldest], before=kept)
    elif agree == len(state.effective):
        now = state
    else:
        now, agree = start(state.base), 0
    for event in wanted[agree:]:
        try:
            now = _done(now, event)
        except Refused as refused:
            why = refused.refusal
            raise refuse("depends", why.clause, event=event.id, why=why.code) from refused
    return now
