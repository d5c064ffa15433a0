"""The proposals of one run side by side."""

from __future__ import annotations

from typing import Any

from fastapi import Request
from pydantic import BaseModel

from api.identity import may
from api.languages import language
from api.routing import router
from api.runs import ledger
from api.service import Running
from redistrict.i18n import Lang, text

routes = router("/api/runs", tags=["runs"])


class AlternativeOut(BaseModel):
    """A proposal of the run. ``measures``: less is better in each; ``distance``: from those before
    it, step -> layer -> share of the households that live in another area (0..1)."""

    step: str
    proposal: str
    title: str
    about: str
    leaning: list[str]
    content_hash: str
    measures: dict[str, int]
    distance: dict[str, dict[str, float]]


class LeftOutOut(BaseModel):
    """A step that gives no alternative here, and why."""

    step: str
    title: str
    reason: str
    message: str


class AlternativesOut(BaseModel):
    """``alternatives``: first the proposal as asked; empty until the run is done."""

    run: str
    asked: int
    state: ledger.State
    alternatives: list[AlternativeOut]
    left_out: list[LeftOutOut]


@routes.get("/{run}/alternatives", dependencies=[may("run.read")])
def alternatives(run: str, request: Request, service: Running) -> AlternativesOut:
    """The proposal of a run and those beside it: how far apart they are, and better in what.

    Each is a proposal like any other, to be read, compared (``/api/proposals/{one}/moves/{other}``)
    and adopted.
    """
    lang = language(request)
    found = ledger.find(service.store, run)
    told: dict[str, Any] = dict(found.beside or {"steps": [], "left_out": []})
    ids = ledger.alternatives(service.store, run)
    return AlternativesOut(
        run=run,
        asked=found.asked.alternatives,
        state=found.state,
        alternatives=[_out(one, ids[one["name"]], lang) for one in told["steps"]],
        left_out=[
            LeftOutOut(
                step=one["name"],
                title=text(f"alternative.{one['name']}", lang),
                reason=one["reason"],
                message=text(f"alternative.left-out.{one['reason']}", lang),
            )
            for one in told["left_out"]
        ],
    )


def _out(one: dict[str, Any], proposal: str, lang: Lang) -> AlternativeOut:
    return AlternativeOut(
        step=one["name"],
        proposal=proposal,
        title=text(f"alternative.{one['name']}", lang),
        about=text(f"alternative.{one['name']}.about", lang),
        leaning=one["leaning"],
        content_hash=one["content_hash"],
        measures=one["measures"],
        distance=one["distance"],
    )
