"""What a run's ending leaves: its state and, where it went well, a proposal. Once only."""

from __future__ import annotations

import sqlalchemy as sa

from api.runs import ledger
from api.runs.supervise import Ending
from api.store import Store
from api.store.audit import record
from api.store.tables import proposals, runs, surveys
from api.store.types import new_id, now


def keep(store: Store, number: str, ending: Ending) -> bool:
    """Record the ending and keep the proposal, in one transaction; repeating it changes nothing.

    False where it is not ended by this: the run has been taken over by another worker.
    """
    with store.write() as connection:
        if not ledger.end(connection, number, ending.state, ending.findings, ending.worker):
            return ledger.has_ended(connection, number)
        if ending.state != "done":
            return True
        row = connection.execute(
            sa.select(runs, surveys.c.title)
            .join(surveys, surveys.c.id == runs.c.survey)
            .where(runs.c.id == number)
        ).one()
        proposal = new_id()
        connection.execute(
            proposals.insert().values(
                id=proposal,
                run=number,
                title=row.title,
                content_hash=ending.content_hash,
                files=dict(ending.files),
                layers=dict(ending.layers),
                created=now(),
            )
        )
        body = {"run": number, "content_hash": ending.content_hash}
        record(connection, None, "proposal.keep", proposal, body)
    return True
