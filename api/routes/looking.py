"""Looking at a proposal as a whole: totals that reconcile, one area, two versions, a search."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import geopandas as gpd
from fastapi import Path as InPath
from fastapi import Query
from pydantic import BaseModel

from api.errors import Conflict, NotFound
from api.identity import may
from api.layers import CurrentViewer, Viewer
from api.proposals import answers, comparing, searching
from api.proposals import totals as totalling
from api.proposals.shelf import Kept
from api.routes.proposals import MovesOut
from api.routing import router
from api.service import Running, Service
from redistrict import revision

routes = router("/api/proposals", tags=["proposals"])
Level = Annotated[str, InPath(pattern="^(street_offices|committees|service_grids)$")]
Offset = Annotated[int, Query(ge=0, le=10_000_000)]
Count = Annotated[int, Query(ge=0, le=10_000)]
Text = Annotated[str, Query(min_length=1, max_length=200)]
Scope = Literal["city", "street_office", "committee"]
SCOPES: dict[str, Scope] = {"street_office": "street_office", "committee": "committee"}


class TotalsOut(BaseModel):
    """Totals of what the viewer answers for; ``reconciled``: all levels add up to the same."""

    version: int
    scope: Scope
    reconciled: bool
    differences: list[dict[str, Any]]
    indicators: dict[str, Any]
    street_offices: list[dict[str, Any]]
    committees: list[dict[str, Any]]


class AreaOut(BaseModel):
    """One area: its row as published, its figures, and the rows of the level below.

    For the public counts are in bands: no ``indicators``.
    """

    version: int
    layer: str
    id: str
    properties: dict[str, Any]
    indicators: dict[str, Any] | None
    reconciled: bool | None
    within: list[dict[str, Any]]


class MoverOut(BaseModel):
    """A building, or a share of a divided one, that is elsewhere in the second version."""

    building_id: str
    part: int | None
    households: int
    from_service_grid_id: str
    service_grid_id: str
    from_committee_id: str
    committee_id: str
    from_street_office_id: str
    street_office_id: str


class ComparedOut(BaseModel):
    """Two versions: who moves (``moves`` by level; ``movers`` a page of them), what changes."""

    before: str
    after: str
    households: int
    buildings: int
    moves: dict[str, list[MovesOut]]
    movers: list[MoverOut]
    areas: dict[str, list[dict[str, Any]]]
    figures: dict[str, dict[str, Any]]
    only_before: int
    only_after: int


class FoundOut(BaseModel):
    """An area, estate, building or address; ``lon``, ``lat`` WGS84."""

    kind: str
    id: str | None
    text: str
    service_grid_id: str | None
    committee_id: str | None
    street_office_id: str | None
    lon: float | None
    lat: float | None


@routes.get("/{proposal}/totals", dependencies=[may("totals.read")])
def totals(proposal: str, viewer: CurrentViewer, service: Running) -> TotalsOut:
    """Figures of the city, of one's street offices or of one's committees, level by level (5.2)."""
    kept = service.proposals.find(proposal, viewer)
    frames = _frames(service, _exact(kept), viewer)
    if viewer.role == "committee":  # the street office is not theirs: nothing of it adds up here
        frames["street_offices"] = frames["street_offices"].iloc[:0]
    told = totalling.totals(frames)
    scope = SCOPES.get(viewer.role, "city")
    return TotalsOut(version=kept.version, scope=scope, reconciled=not told["differences"], **told)


@routes.get("/{proposal}/areas/{layer}/{area}", dependencies=[may("proposal.read")])
def area(
    proposal: str, layer: Level, area: str, viewer: CurrentViewer, service: Running
) -> AreaOut:
    """A street office, a committee or a service grid, with what lies in it."""
    kept = service.proposals.find(proposal, viewer)
    address = proposal if viewer.role == "public" else _exact(kept)
    public = viewer.role == "public"
    levels = (*totalling.LEVELS, *(() if public else ("buildings",)))
    frames = {n: service.proposals.frame(address, n, viewer) for n in levels}
    key = totalling.KEYS[layer]
    frames = {n: _rows(f, key, area) for n, f in frames.items()}
    if frames[layer].empty:
        raise NotFound
    rows = {n: totalling.records(f) for n, f in frames.items()}
    below = levels[min(levels.index(layer) + 1, len(levels) - 1)]
    complete = not public and not (viewer.role == "committee" and layer == "street_offices")
    wrong = totalling.differences(rows) if complete else []
    return AreaOut(
        version=kept.version,
        layer=layer,
        id=area,
        properties=rows[layer][0],
        indicators=totalling.indicators(rows) if complete else None,
        reconciled=not wrong if complete else None,
        within=rows[below] if below != layer else [],
    )


@routes.get("/{proposal}/compare/{other}", dependencies=[may("proposal.compare")])
def compare(
    proposal: str,
    other: str,
    viewer: CurrentViewer,
    service: Running,
    offset: Offset = 0,
    limit: Count = 1000,
) -> ComparedOut:
    """What is otherwise in ``other``: two proposals, or two revisions (``{id}@{N}``).

    Within one's own areas; who leaves them or comes into them is told, too.
    """
    sides = [service.proposals.find(address, viewer) for address in (proposal, other)]
    if sides[0].crs != sides[1].crs:
        raise Conflict("not-comparable")
    seen = [_frames(service, _exact(kept), viewer) for kept in sides]
    whole = [service.proposals.whole(_exact(kept), "buildings") for kept in sides]
    own = {str(name) for frames in seen for name in frames["buildings"]["building_id"]}
    moved = [m for m in answers.movers(*whole) if m.building_id in own]
    figures = [totalling.indicators({n: totalling.records(f) for n, f in s.items()}) for s in seen]
    return ComparedOut(
        before=_exact(sides[0]),
        after=_exact(sides[1]),
        households=sum(m.households for m in moved),
        buildings=len({m.building_id for m in moved}),
        moves={
            area: [MovesOut(**_slots(m)) for m in answers.grouped(moved, area)]
            for area in answers.AREAS
        },
        movers=[_mover(m) for m in moved[offset : offset + limit]],
        areas=comparing.areas(*seen),
        figures=comparing.figures(*figures),
        only_before=len(own.intersection(answers.only_in(*whole))),
        only_after=len(own.intersection(answers.only_in(whole[1], whole[0]))),
    )


@routes.get("/{proposal}/search", dependencies=[may("proposal.read")])
def search(proposal: str, q: Text, viewer: CurrentViewer, service: Running) -> list[FoundOut]:
    """Areas by name, number or code; estates; buildings by number or address: within one's own.

    The public finds adopted areas, and where a whole address lies, but no buildings.
    """
    kept = service.proposals.find(proposal, viewer)
    asked = searching.Asked.of(q)
    address = proposal if viewer.role == "public" else _exact(kept)
    frames = {n: service.proposals.frame(address, n, viewer) for n in totalling.LEVELS}
    found = list(searching.in_areas(frames, asked))
    state = _state(service, kept)
    if viewer.role == "public":
        if state is not None:
            adopted = service.proposals.adopted(kept.id)
            found += _address(state, q, asked, adopted)
        return [FoundOut(**_slots(f)) for f in searching.best(found)]
    buildings = service.proposals.frame(address, "buildings", viewer)
    known = [("buildings", str(name), str(name)) for name in buildings["building_id"]]
    names: dict[str, str] = {}
    if state is not None:
        known += [("address", name, text) for name, text in state.base.addresses]
        estates = state.base.workings.survey.get("estates")
        if estates is not None and "name" in estates:
            told = zip(estates["estate_id"].tolist(), estates["name"].tolist(), strict=True)
            names = {str(i): n if isinstance(n, str) else "" for i, n in told}
    found += searching.in_buildings(buildings, known, asked)
    found += searching.in_estates(buildings, names, asked)
    return [FoundOut(**_slots(f)) for f in searching.best(found)]


def _exact(kept: Kept) -> str:
    """The very version, whatever is edited meanwhile."""
    return f"{kept.id}@{kept.version}"


def _frames(service: Service, address: str, viewer: Viewer) -> dict[str, gpd.GeoDataFrame]:
    layers = (*totalling.LEVELS, "buildings")
    return {n: service.proposals.frame(address, n, viewer) for n in layers}


def _rows(frame: gpd.GeoDataFrame, key: str, name: str) -> gpd.GeoDataFrame:
    if key not in frame:
        return gpd.GeoDataFrame(frame.iloc[:0])
    return gpd.GeoDataFrame(frame.loc[frame[key] == name])


def _state(service: Service, kept: Kept) -> revision.State | None:
    """None where the proposal came without what edits need."""
    try:
        return service.revisions.at(kept.id, kept.version).state
    except Conflict:
        return None


def _address(
    state: revision.State, q: str, asked: searching.Asked, adopted: frozenset[str]
) -> list[tuple[Any, searching.Found]]:
    """Where a whole address lies, in adopted parts; neither the building nor its place."""
    return [
        (
            (0, 0),
            searching.Found(
                "address",
                None,
                place.address or "",
                place.service_grid_id,
                place.committee_id,
                place.street_office_id,
            ),
        )
        for place in revision.of_address(state, q)
        if place.street_office_id in adopted and (asked.rank(place.address or "") or (1,))[0] == 0
    ]


def _slots(told: Any) -> dict[str, Any]:
    names = getattr(told, "__slots__", None) or tuple(vars(told))
    return {name: getattr(told, name) for name in names}


def _mover(one: answers.Mover) -> MoverOut:
    before = {f"from_{name}": v for name, v in zip(answers.AREAS, one.before, strict=True)}
    after = dict(zip(answers.AREAS, one.after, strict=True))
    return MoverOut(
        building_id=one.building_id, part=one.part, households=one.households, **before, **after
    )
