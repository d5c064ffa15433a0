"""What a run's ending leaves: its state and, where it went well, a proposal. Once only."""

from __future__ import annotations

import sqlalchemy as sa

from api.runs import ledger
from api.runs.supervise import Ending, Made
from api.store import Store
from api.store.audit import record
from api.store.tables import AS_ASKED, proposals, runs, surveys
from api.store.types import new_id, now
from redistrict.i18n import text


def keep(store: Store, number: str, ending: Ending) -> bool:
    """Record the ending and keep the proposal, in one transaction; repeating it changes nothing.

    False where it is not ended by this: the run has been taken over by another worker.
    """
    with store.write() as connection:
        if not ledger.end(
            connection, number, ending.state, ending.findings, ending.worker, ending.beside
        ):
            return ledger.has_ended(connection, number)
        if ending.state != "done":
            return True
        title = connection.execute(
            sa.select(surveys.c.title)
            .join(runs, surveys.c.id == runs.c.survey)
            .where(runs.c.id == number)
        ).scalar_one()
        first = Made(AS_ASKED, ending.files, ending.layers, ending.content_hash)
        for one in (first, *(Made(**more) for more in ending.alternatives)):
            proposal = new_id()
            connection.execute(
                proposals.insert().values(
                    id=proposal,
                    run=number,
                    step=one.step,
                    title=_title(title, one.step),
                    content_hash=one.content_hash,
                    files=dict(one.files),
                    layers=dict(one.layers),
                    created=now(),
                )
            )
            body = {"run": number, "content_hash": one.content_hash}
            if one.step != AS_ASKED:
                body |= {"step": one.step}
            record(connection, None, "proposal.keep", proposal, body)
    return True


def _title(title: str, step: str) -> str:
    """An alternative says in its title which it is."""
    return title if step == AS_ASKED else text(f"alternative.{step}.title", "zh", title=title)[:200]
