"""Review: per street office, an append-only story of what was said and decided.

``comment`` and ``request-change`` say something; ``submit`` hands the office's part in;
``approve`` or ``return`` answers it; ``notice`` puts an approved part before everybody for some
days, ``end-notice`` ends that early; ``adopt`` makes an approved part public from a date on.
2.2: every street office picks its own time, so a city plan is adopted part by part.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import sqlalchemy as sa

from api.attachments import shelf as attachments
from api.errors import Conflict, Forbidden, Unprocessable
from api.layers import Role, Viewer
from api.proposals import notices, story
from api.proposals.story import Kind, Said
from api.store import Store
from api.store.tables import proposal_events
from api.store.types import new_id, today

Stage = Literal["open", "submitted", "approved", "adopted"]
FROM: Mapping[Kind, tuple[Stage, ...]] = {
    "submit": ("open",),
    "approve": ("submitted",),
    "return": ("submitted", "approved"),
    "notice": ("approved",),
    "end-notice": ("approved",),
    "adopt": ("approved",),
}
"""What may follow what; what is only said may be said at any time."""
LEADS_TO: Mapping[Kind, Stage] = {
    "submit": "submitted",
    "approve": "approved",
    "return": "open",
    "adopt": "adopted",
}
REASONED: tuple[Kind, ...] = ("comment", "request-change", "return", "end-notice")


DECIDES: Mapping[Kind, tuple[Role, ...]] = {
    "submit": ("street_office", "city_bureau"),
    "approve": ("city_bureau",),
    "return": ("city_bureau",),
    "notice": ("street_office", "city_bureau"),
    "end-notice": ("street_office", "city_bureau"),
    "adopt": ("street_office", "city_bureau"),
}
"""Who may decide; whoever may say something may say the rest."""


def insist_act(viewer: Viewer, kind: Kind) -> None:
    """Raise Forbidden where the role may say something, but not decide this."""
    if kind in DECIDES and viewer.role not in DECIDES[kind]:
        raise Forbidden(act=f"review.{kind}")


def stage(entries: Iterable[Said]) -> Stage:
    """Where an office's part stands after ``entries``, oldest first."""
    now_at: Stage = "open"
    for entry in entries:
        now_at = LEADS_TO.get(entry.kind, now_at)
    return now_at


def say(
    store: Store,
    proposal: str,
    street_office: str,
    by: str,
    kind: Kind,
    body: Mapping[str, Any],
    files: Sequence[str] = (),
) -> Said:
    """Append to the story; ``files``: ids of what ``by`` has sent for comments.

    Raises Conflict (review-stage, notice-running, notice-none) where the part does not stand so
    that this could follow, Unprocessable (reason-missing, date-missing, notice-days,
    file-unknown) where something has to be said with it.
    """
    if kind in REASONED and not str(body.get("text") or "").strip():
        raise Unprocessable("reason-missing")
    if kind == "adopt" and not body.get("effective"):
        raise Unprocessable("date-missing")
    entered = dict(body)
    if kind == "notice":
        notices.insist_days(body.get("start"), body.get("end"))
        if not str(body.get("contact") or "").strip():
            raise Unprocessable("contact-missing")
        entered["notice"] = new_id()
    with store.write() as connection:
        story.lock(connection, proposal)
        so_far = story.read(connection, proposal, street_office)
        _insist_order(kind, so_far)
        if files:
            sent = attachments.sent_by(connection, by, "comment", files)
            entered["files"] = [{"id": f.id, "sha256": f.artifact} for f in sent]
        return story.append(connection, proposal, street_office, by, kind, entered)


def adopted_offices(store: Store, proposal: str) -> frozenset[str]:
    """Street offices whose part is adopted and in force today or earlier."""
    on = today().isoformat()
    at = (proposal_events.c.proposal == proposal) & (proposal_events.c.kind == "adopt")
    with store.read() as connection:
        rows = connection.execute(sa.select(proposal_events).where(at)).all()
    return frozenset(r.street_office for r in rows if str(r.body["effective"]) <= on)


def _insist_order(kind: Kind, so_far: Sequence[Said]) -> None:
    at = stage(so_far)
    if kind in FROM and at not in FROM[kind]:
        raise Conflict("review-stage", act=kind, stage=at)
    held = notices.running(so_far)
    if kind in ("notice", "adopt") and held is not None:
        raise Conflict("notice-running", notice=held.id, end=held.end.isoformat())
    if kind == "end-notice" and held is None:
        raise Conflict("notice-none")
