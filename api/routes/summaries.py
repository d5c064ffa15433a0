"""How good a proposal is and by which rules: its certificate, as far as the viewer may see it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import geopandas as gpd
from pydantic import BaseModel

from api.errors import NotFound
from api.identity import may
from api.layers import CurrentViewer
from api.routing import router
from api.service import Running

routes = router("/api/proposals", tags=["proposals"])
MANIFEST = "proposal.json"


class RulesOut(BaseModel):
    """The rule profile that was followed."""

    name: str
    title_zh: str
    title_en: str


class LimitsOut(BaseModel):
    """Households that an area should hold; ``target``: what is aimed at, if anything is."""

    lower: int
    upper: int
    clause: str
    target: int | None = None


class TermOut(BaseModel):
    """One objective in its order: what was reached, what is proven to be the least, the gap."""

    name: str
    value: float
    bound: float | None
    gap: float | None
    proven: bool


class SolvedOut(BaseModel):
    """One problem: the committees of a street office, or the service grids of a committee."""

    street_office_id: str
    committee_id: str | None = None
    status: Literal["optimal", "feasible", "infeasible", "unknown"]
    units: int
    parts: int
    terms: list[TermOut]
    method: str | None = None


class SummaryOut(BaseModel):
    """``successors``: present committee -> the one that takes most of its households."""

    profile: RulesOut
    window: LimitsOut
    band: LimitsOut
    effort: str
    seed: int
    software: str
    content_hash: str
    committees: list[SolvedOut]
    service_grids: list[SolvedOut]
    successors: dict[str, str]


@routes.get("/{proposal}/summary", dependencies=[may("certificate.read")])
def summary(proposal: str, viewer: CurrentViewer, service: Running) -> SummaryOut:
    """Rules, certificates of the viewer's own areas, and what became of present committees.

    The certificates are those of the base as it was solved; edits have none.
    """
    kept = service.proposals.find(proposal, viewer)
    if MANIFEST not in kept.files:
        raise NotFound
    manifest = _manifest(service.artifacts.path(kept.files[MANIFEST]))
    offices = set(service.proposals.frame(proposal, "street_offices", viewer)["street_office_id"])
    committees = set(service.proposals.frame(proposal, "committees", viewer)["committee_id"])
    solver, rules = manifest["solver"], manifest["profile"]
    return SummaryOut(
        profile=RulesOut.model_validate(rules),
        window=_limits(rules["grid"]),
        band=_limits(rules["committee"]),
        effort=manifest["effort"],
        seed=manifest["seed"],
        software=manifest["versions"]["redistrict"],
        content_hash=manifest["content_hash"],
        committees=_solved(solver["committees"], "street_office_id", offices),
        service_grids=_solved(solver["service_grids"], "committee_id", committees),
        successors=_successors(service.proposals.frame(proposal, "buildings", viewer)),
    )


def _limits(rules: Mapping[str, Any]) -> LimitsOut:
    return LimitsOut.model_validate(rules)


def _solved(problems: list[dict[str, Any]], key: str, seen: set[str]) -> list[SolvedOut]:
    return [SolvedOut.model_validate(one) for one in problems if one[key] in seen]


def _successors(buildings: gpd.GeoDataFrame) -> dict[str, str]:
    rows = buildings.loc[buildings["previous_committee_id"].notna()]
    pairs = rows.groupby(["previous_committee_id", "committee_id"])["households"].sum()
    most = pairs.reset_index().sort_values(
        ["previous_committee_id", "households", "committee_id"], ascending=[True, False, True]
    )
    first = most.drop_duplicates("previous_committee_id")
    return dict(zip(first["previous_committee_id"], first["committee_id"], strict=True))


@lru_cache(maxsize=8)
def _manifest(place: Path) -> Mapping[str, Any]:
    """Artifacts never change, so a path says what it holds."""
    return json.loads(place.read_bytes())
