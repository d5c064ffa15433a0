"""Public notices (公示): an approved part, shown to everybody for some days before it is adopted.

A notice is an entry of its office's story; that it ended early, or was withdrawn, is a later
entry there. So what state it is in follows from the story and the day it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from api.errors import NotFound, Unprocessable
from api.proposals import story
from api.proposals.story import Said
from api.store import Store
from api.store.tables import proposal_events
from api.store.types import day, today

State = Literal["coming", "open", "ended", "withdrawn"]
RUNNING: tuple[State, ...] = ("coming", "open")
PUBLIC: tuple[State, ...] = ("open", "ended")
"""What the public sees of notices."""
LONGEST = 366
"""Days a notice may take."""
_KINDS = ("notice", "end-notice", "return")


@dataclass(frozen=True, slots=True)
class Notice:
    """``start`` and ``end``: days in China, both included; ``reason``: why it ended early."""

    id: str
    proposal: str
    street_office: str
    at: datetime
    start: date
    end: date
    contact: str
    text: str | None
    state: State
    reason: str | None = None


def insist_days(start: Any, end: Any) -> None:
    """Raise Unprocessable (notice-days) for days that no notice could have."""
    good = isinstance(start, str) and isinstance(end, str)
    first = date.fromisoformat(start) if good else date.max
    last = date.fromisoformat(end) if good else date.min
    if not good or first < today() or last < first or (last - first).days >= LONGEST:
        raise Unprocessable("notice-days", today=today().isoformat(), most=LONGEST)


def notices(entries: Iterable[Said]) -> list[Notice]:
    """Those of a story (or several), oldest first, as they stand today."""
    made: dict[tuple[str, str], list[Notice]] = {}
    for entry in entries:
        held = made.setdefault((entry.proposal, entry.street_office), [])
        if entry.kind == "notice":
            held.append(_begun(entry))
        elif entry.kind in ("end-notice", "return") and held:
            held[-1] = _cut_short(held[-1], entry)
    return sorted((n for held in made.values() for n in held), key=lambda n: (n.at, n.id))


def running(entries: Iterable[Said]) -> Notice | None:
    """The notice of a story that is coming or open."""
    return next((n for n in notices(entries) if n.state in RUNNING), None)


def every(store: Store) -> list[Notice]:
    """All of them, newest first."""
    with store.read() as connection:
        entries = story.of(connection, proposal_events.c.kind.in_(_KINDS))
    return notices(entries)[::-1]


def find(store: Store, number: str) -> Notice:
    """Raises NotFound."""
    found = next((n for n in every(store) if n.id == number), None)
    if found is None:
        raise NotFound
    return found


def _begun(entry: Said) -> Notice:
    start, end = (date.fromisoformat(entry.body[k]) for k in ("start", "end"))
    state: State = "coming" if today() < start else "open" if today() <= end else "ended"
    return Notice(
        id=entry.body["notice"],
        proposal=entry.proposal,
        street_office=entry.street_office,
        at=entry.at,
        start=start,
        end=end,
        contact=entry.body["contact"],
        text=entry.body.get("text"),
        state=state,
    )


def _cut_short(notice: Notice, entry: Said) -> Notice:
    """A running notice after what ended it; what had ended by then stays as it was."""
    on = day(entry.at)
    if on > notice.end or notice.state == "withdrawn" or notice.reason is not None:
        return notice
    seen = entry.kind == "end-notice" and on >= notice.start
    return Notice(
        id=notice.id,
        proposal=notice.proposal,
        street_office=notice.street_office,
        at=notice.at,
        start=notice.start,
        end=on if seen else notice.end,
        contact=notice.contact,
        text=notice.text,
        state="ended" if seen else "withdrawn",
        reason=str(entry.body["text"]),
    )
