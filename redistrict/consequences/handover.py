"""Clause 5.1(7): premises are handed over within one month of acceptance."""

from __future__ import annotations

import calendar
from datetime import date

import pandas as pd

from redistrict.consequences.context import Context, Result
from redistrict.consequences.premises import NOT_YET, stage_rows
from redistrict.consequences.registry import consequence
from redistrict.model.finding import Finding


def months_later(day: date, months: int) -> date:
    """The same day ``months`` later, or the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


@consequence("handover", "5.1(7)", 1)
def handover(context: Context) -> Result:
    """Table ``handover``: estates not yet built, or with a known acceptance, and the due date.

    ``due_on`` is None where the day of acceptance is not known: it is listed, not guessed.
    """
    rows = stage_rows(context)
    due: list[dict[str, object]] = []
    for committee_id, estate_id, stage in zip(
        rows["committee_id"], rows["estate_id"], rows["stage"], strict=True
    ):
        accepted = context.accepted_on.get(estate_id) if isinstance(estate_id, str) else None
        if isinstance(estate_id, str) and (stage in NOT_YET or accepted is not None):
            later = (
                None
                if accepted is None
                else months_later(accepted, context.profile.premises.handover_months)
            )
            due.append(
                {
                    "estate_id": estate_id,
                    "committee_id": committee_id,
                    "stage": stage,
                    "accepted_on": None if accepted is None else accepted.isoformat(),
                    "due_on": None if later is None else later.isoformat(),
                }
            )
    fields = ["estate_id", "committee_id", "stage", "accepted_on", "due_on"]
    table = pd.DataFrame(due, columns=pd.Index(fields))
    unknown = sorted({str(r["estate_id"]) for r in due if r["due_on"] is None})
    findings = (
        (
            Finding(
                "handover-date-unknown",
                "info",
                "estates",
                clause="5.1(7)",
                params={"count": len(unknown), "estates": "、".join(unknown[:10])},
            ),
        )
        if unknown
        else ()
    )
    values = {"handover": {"estates": len(due), "without_date": len(unknown)}}
    return Result(values, tables={"handover": table}, findings=findings)
