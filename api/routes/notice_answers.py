"""What people ask of a public notice: where do I belong, and what becomes of my committee."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Query
from pydantic import BaseModel

from api.identity import may
from api.layers import CurrentViewer
from api.proposals import public
from api.routes.notices import shown
from api.routing import router
from api.service import Running
from redistrict.revision import of_address

routes = router("/api/notices", tags=["notices"])
MOST = 10
"""Addresses in one answer."""


class HomeOut(BaseModel):
    """An address and the areas it will be in."""

    address: str
    service_grid_id: str
    committee_id: str
    street_office_id: str


class BecomesOut(BaseModel):
    """Part or all of a present committee in a future one; ``households_band`` as on the map."""

    previous_committee_id: str | None
    committee_id: str
    extent: Literal["whole", "part"]
    households_band: str


@routes.get("/{notice}/places", dependencies=[may("notice.read")])
def places(
    notice: str,
    viewer: CurrentViewer,
    service: Running,
    address: Annotated[str, Query(min_length=2, max_length=200)],
) -> list[HomeOut]:
    """The areas of addresses of the part that hold every word of ``address``, ten at most."""
    held = shown(service, viewer, notice)
    state = service.revisions.at(held.proposal, 0).state
    found = [p for p in of_address(state, address) if p.street_office_id == held.street_office]
    return [
        HomeOut(
            address=place.address or "",
            service_grid_id=place.service_grid_id,
            committee_id=place.committee_id,
            street_office_id=place.street_office_id,
        )
        for place in found[:MOST]
    ]


@routes.get("/{notice}/correspondence", dependencies=[may("notice.read")])
def correspondence(notice: str, viewer: CurrentViewer, service: Running) -> list[BecomesOut]:
    """Old -> new, of the part: which present committee goes where, whole or in part (对照表)."""
    held = shown(service, viewer, notice)
    frame = service.proposals.whole(held.proposal, "buildings")
    own = frame.loc[frame["street_office_id"] == held.street_office]
    known = frame.loc[frame["previous_committee_id"].notna()]
    into = known.groupby("previous_committee_id")["committee_id"].nunique()
    keys = ["previous_committee_id", "committee_id"]
    sums = own.groupby(keys, dropna=False)["households"].sum()
    made: list[BecomesOut] = []
    for (previous, committee), households in sums.items():
        old = previous if isinstance(previous, str) else None
        made.append(
            BecomesOut(
                previous_committee_id=old,
                committee_id=committee,
                extent="whole" if old is not None and into[old] == 1 else "part",
                households_band=public.band(int(households), "committees"),
            )
        )
    return made
