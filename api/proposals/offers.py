"""Offers: what the engine would do about an edit, within a time, so many at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from api.errors import NotFound, Unavailable
from api.proposals.editing import areas, read, refused, told
from api.proposals.revisions import Revisions
from redistrict import revision
from redistrict.atoms import IntArray
from redistrict.model.problem import Limits
from redistrict.revision import Area, Batch, Breach, Event, Redo, Refusal, State, Suggestion, Undo

SECONDS = 2.0
"""Wall time of one offer: an extra stop behind the engine's work units."""
AT_ONCE = 1
"""Engines at work at a time; a run may want the other core."""
PATIENCE = 3.0
"""Seconds one waits for one's turn."""


class Offers:
    """Suggestions and divisions for the revisions of a service."""

    def __init__(
        self, revisions: Revisions, at_once: int = AT_ONCE, patience: float = PATIENCE
    ) -> None:
        self._revisions = revisions
        self._turns = threading.BoundedSemaphore(at_once)
        self._patience = patience

    def mend_event(
        self, proposal: str, version: int | None, said: Mapping[str, Any]
    ) -> dict[str, Any]:
        """What else to do so that an event, not kept as yet, breaks nothing.

        Raises as an edit does where the event cannot be.
        """
        seen = self._revisions.at(proposal, version)
        event = replace(read(said), id="preview")
        found = revision.apply(seen.state, event)
        if isinstance(found, Refusal):
            raise refused(found)
        after, answer = found
        made = self._mended(after, answer.breaks, answer.changed_cells)
        return {"version": seen.version, **made, "together": _together(event, made["event"])}

    def mend_since(self, proposal: str, version: int | None, since: int) -> dict[str, Any]:
        """What would mend everything that the edits after ``since`` broke."""
        seen, before = self._revisions.at(proposal, version), self._revisions.at(proposal, since)
        answer = revision.answered(before.state, seen.state)
        made = self._mended(seen.state, answer.breaks, answer.changed_cells)
        return {"version": seen.version, **made}

    def mend_areas(
        self, proposal: str, version: int | None, named: Sequence[Area]
    ) -> dict[str, Any]:
        """What would mend these areas as they are. Raises NotFound where one is not there."""
        seen = self._revisions.at(proposal, version)
        broken: list[Breach] = []
        for area in named:
            number = seen.state.find(area)
            measured = None if number is None else revision.measure(seen.state, area.layer, number)
            if measured is None:
                raise NotFound
            broken += measured[1]
        return {"version": seen.version, **self._mended(seen.state, broken, None)}

    def divide(self, proposal: str, version: int | None, area: Area, parts: int) -> dict[str, Any]:
        """How to split an area. Raises as an edit does where it cannot be."""
        seen = self._revisions.at(proposal, version)
        with self.turn() as limit:
            began = time.monotonic()
            found = revision.divide(seen.state, area, parts, limit)
        if isinstance(found, Refusal):
            raise refused(found)
        return {"version": seen.version, **_shown(found, began)}

    def _mended(
        self, state: State, broken: Sequence[Breach], edited: IntArray | None
    ) -> dict[str, Any]:
        began = time.monotonic()
        if not broken:
            return _shown(None, began)
        with self.turn() as limit:
            began = time.monotonic()
            return _shown(revision.suggest(state, broken, edited, limit), began)

    @contextmanager
    def turn(self) -> Generator[Limits]:
        """The right to have an engine at work. Raises Unavailable (busy) after some patience."""
        if not self._turns.acquire(timeout=self._patience):
            raise Unavailable("busy", headers={"Retry-After": "2"})
        try:
            yield Limits(effort="quick", seconds=SECONDS)
        finally:
            self._turns.release()


def _together(event: Event, more: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The event and what mends it, as one; undoing and redoing are never part of another."""
    if more is None or isinstance(event, Undo | Redo):
        return None
    mending = revision.from_json(more)
    inner = mending.events if isinstance(mending, Batch) else ()
    return revision.to_json(Batch(events=(replace(event, id=""), *inner)))


def _shown(found: Suggestion | None, began: float) -> dict[str, Any]:
    seconds = round(time.monotonic() - began, 3)
    if found is None:
        return {"found": False, "event": None, "together": None, "seconds": seconds}
    return {
        "found": True,
        "event": revision.to_json(found.event),
        "together": None,
        "answer": told(found.answer),
        "mended": found.mended,
        "proven": found.proven,
        "held": found.held,
        "areas": areas(found.areas),
        "seconds": seconds,
    }
