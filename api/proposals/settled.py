"""Settled parts: what is approved or in force is not edited any more.

Whoever reads a public notice, or an adopted plan, reads what was approved: an edit there would
change it under their eyes. A part that is returned may be edited again.
"""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from api.errors import Conflict
from api.proposals.review import LEADS_TO, Stage
from api.store.tables import proposal_events
from redistrict.revision import Area, State

SETTLED: tuple[Stage, ...] = ("approved", "adopted")


def insist_open(
    connection: Connection, proposal: str, before: State, after: State, touched: Iterable[Area]
) -> None:
    """Raise Conflict (part-settled) where an edit touches a part that is approved or adopted.

    Within the transaction that holds the proposal's lock: nobody approves meanwhile.
    """
    stages = _stages(connection, proposal)
    if not any(stage in SETTLED for stage in stages.values()):
        return
    for office in sorted(_offices(touched, before) | _offices(touched, after)):
        if stages.get(office) in SETTLED:
            raise Conflict("part-settled", office=office, stage=stages[office])


def _stages(connection: Connection, proposal: str) -> dict[str, Stage]:
    story = sa.select(proposal_events).where(proposal_events.c.proposal == proposal)
    found: dict[str, Stage] = {}
    for row in connection.execute(story.order_by(proposal_events.c.seq)):
        if row.kind in LEADS_TO:
            found[row.street_office] = LEADS_TO[row.kind]
    return found


def _offices(areas: Iterable[Area], state: State) -> set[str]:
    """The street offices of those of ``areas`` that ``state`` has."""
    names = state.base.office.ids
    found: set[str] = set()
    for area in areas:
        number = state.find(area)
        if number is not None:
            committee = state.committee[number] if area.layer == "service_grids" else number
            found.add(names[state.office[committee]])
    return found
