"""The proposals of a service: `api.layers.LayerSource`, and more for those who review them.

A proposal is asked for by its address: ``{id}`` is its newest revision, ``{id}@{N}`` the one after
N edits, 0 the frozen base. The public asks for ``{id}`` only: what was thought of on the way to an
adopted part is not published.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, cast

import geopandas as gpd
import pyarrow.parquet as pq
import sqlalchemy as sa
from sqlalchemy.engine import Row

from api.bounded import Bounded
from api.conditional import view
from api.errors import NotFound
from api.layers import Box, ProposalRef, Role, Viewer
from api.proposals import carried, public
from api.proposals.drawn import Drawn
from api.proposals.points import points
from api.proposals.review import adopted_offices
from api.proposals.revisions import Revisions, named
from api.store import Artifacts, Store
from api.store.moment import Since
from api.store.tables import edits, proposals, runs, survey_versions
from api.store.types import today
from redistrict.model.proposal import CARRIED_LAYERS, PROPOSAL_LAYERS

EVERYWHERE: tuple[Role, ...] = ("city_bureau", "planner", "administrator")
KEPT_FRAMES = 32
KEPT_CARRIED = 256
KEPT_POINTS = 32 * 1024 * 1024
"""Characters."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A proposal as kept, at one version; ``layers`` and ``files`` of its base: name -> artifact.

    ``address``: as it was asked for.
    """

    id: str
    run: str
    title: str
    created: datetime
    content_hash: str
    crs: str
    layers: dict[str, str]
    files: dict[str, str]
    version: int
    address: str


class Proposals:
    """Every proposal, seen through the rights of whoever asks."""

    def __init__(self, store: Store, artifacts: Artifacts, revisions: Revisions) -> None:
        self._store = store
        self._artifacts = artifacts
        self._since = Since(store)
        self._frame = lru_cache(maxsize=KEPT_FRAMES)(self._load)
        self._rows_of = lru_cache(maxsize=4 * KEPT_FRAMES)(self._counted)
        self._points = Bounded[str](KEPT_POINTS, len)
        self._carried = Bounded[gpd.GeoDataFrame](KEPT_CARRIED, lambda _: 1)
        self.drawn = Drawn(revisions, self._frozen)

    def proposals(self, viewer: Viewer) -> Sequence[ProposalRef]:
        """Those of which the viewer may see a row, newest first."""
        refs = [self._ref(kept, viewer) for kept in self._all()]
        return [ref for ref in refs if any(ref.layers.values())]

    def proposal(self, address: str, viewer: Viewer) -> ProposalRef:
        """One of them, or a revision of it. Raises NotFound."""
        key = ("proposal", address, view(viewer), today())
        ref = self._since.get(key, lambda: self._ref(self.find(address, viewer), viewer))
        if not any(ref.layers.values()):
            raise NotFound
        return ref

    def frame(self, proposal: str, layer: str, viewer: Viewer) -> gpd.GeoDataFrame:
        """A layer as the viewer may see it. Raises NotFound where that is nothing at all."""
        kept = self.find(proposal, viewer)
        if layer not in self._layers_for(viewer) or layer not in kept.layers:
            raise NotFound
        return self._seen(kept, layer, viewer)

    def points(self, proposal: str, layer: str, viewer: Viewer) -> str:
        """A layer of areas as `api.proposals.points` has it; kept. Raises NotFound."""
        key = (proposal, layer, self.revision(proposal), view(viewer))
        return self._points.get(key, lambda: points(self.frame(proposal, layer, viewer)))

    def revision(self, proposal: str) -> str:
        """Content, edits, and what is in force today (a day may come without an event).

        Raises NotFound.
        """
        kept = self.any(proposal)
        return self._named(kept, kept.version)

    def revision_at(self, proposal: str, layer: str, box: Box) -> str:
        """The same for what lies in ``box``. Raises NotFound."""
        kept = self.any(proposal)
        if layer in CARRIED_LAYERS:
            return self._named(kept, 0)
        return self._named(kept, self.drawn.touched(kept.id, kept.version, layer, box))

    def _named(self, kept: Kept, version: int) -> str:
        said = [kept.content_hash, kept.id, str(version), *sorted(self.adopted(kept.id))]
        return hashlib.sha256(":".join(said).encode()).hexdigest()[:32]

    def find(self, proposal: str, viewer: Viewer) -> Kept:
        """A proposal of which the viewer may see something. Raises NotFound."""
        if viewer.role == "public" and named(proposal)[1] is not None:
            raise NotFound
        kept = self.any(proposal)
        if viewer.role not in EVERYWHERE and self._seen(kept, "street_offices", viewer).empty:
            raise NotFound
        return kept

    def any(self, proposal: str) -> Kept:
        """A proposal, whoever asks. Raises NotFound."""
        name, version = named(proposal)
        found = self._since.get(("rows", name), lambda: self._all(proposals.c.id == name))
        if not found or (version is not None and version > found[0].version):
            raise NotFound
        return found[0] if version is None else replace(found[0], version=version, address=proposal)

    def every(self) -> list[Kept]:
        """All of them, newest first, for the service itself."""
        return self._all()

    def whole(self, proposal: str, layer: str) -> gpd.GeoDataFrame:
        """A layer as the edits have made it, for the service itself. Raises NotFound."""
        kept = self.any(proposal)
        if layer not in kept.layers:
            raise NotFound
        return self._layer(kept, layer)

    def part(self, proposal: str, layer: str, street_office: str) -> gpd.GeoDataFrame:
        """A street office's part as the public gets it, adopted or not. Raises NotFound."""
        frame = self.whole(proposal, layer)
        if layer in CARRIED_LAYERS:
            offices = self.whole(proposal, "street_offices")
            land = _rows(offices, offices["street_office_id"] == street_office)
            return carried.published(carried.on(frame, layer, land), layer)
        if layer not in public.COLUMNS:
            raise NotFound
        return public.published(_rows(frame, frame["street_office_id"] == street_office), layer)

    def adopted(self, proposal: str) -> frozenset[str]:
        """Street offices that have adopted their part."""
        key = ("adopted", proposal, today())
        return self._since.get(key, lambda: adopted_offices(self._store, proposal))

    def _layers_for(self, viewer: Viewer) -> Sequence[str]:
        ours = tuple(public.COLUMNS) if viewer.role == "public" else PROPOSAL_LAYERS
        return (*ours, *CARRIED_LAYERS)

    def _seen(self, kept: Kept, layer: str, viewer: Viewer) -> gpd.GeoDataFrame:
        frame = self._layer(kept, layer)
        if viewer.role in EVERYWHERE:
            return frame
        if layer in CARRIED_LAYERS:
            return self._on_land(kept, layer, viewer)
        if viewer.role == "committee":
            return self._of_committees(kept, layer, viewer.committees)
        if viewer.role == "public":
            rows = frame["street_office_id"].isin(list(self.adopted(kept.id)))
            return public.published(_rows(frame, rows), layer)
        return _rows(frame, frame["street_office_id"].isin(list(viewer.street_offices)))

    def _on_land(self, kept: Kept, layer: str, viewer: Viewer) -> gpd.GeoDataFrame:
        """What lies on the viewer's land; kept, since places are compared to find it."""
        areas = "committees" if viewer.role == "committee" else "street_offices"
        land = self._seen(kept, areas, viewer)
        name = land[f"{areas[:-1]}_id"].tolist()
        key = (kept.id, kept.version, layer, viewer.role == "public", areas, *name)

        def found() -> gpd.GeoDataFrame:
            there = carried.on(self._layer(kept, layer), layer, land)
            return carried.published(there, layer) if viewer.role == "public" else there

        return self._carried.get(key, found)

    def _of_committees(self, kept: Kept, layer: str, held: frozenset[str]) -> gpd.GeoDataFrame:
        """Their own committees; of the layers above those, what they are part of."""
        frame = self._layer(kept, layer)
        if "committee_id" in frame:
            return _rows(frame, frame["committee_id"].isin(list(held)))
        committees = self._layer(kept, "committees")
        offices = committees.loc[committees["committee_id"].isin(list(held)), "street_office_id"]
        return _rows(frame, frame["street_office_id"].isin(list(offices)))

    def _ref(self, kept: Kept, viewer: Viewer) -> ProposalRef:
        counts = {
            layer: self._count(kept, layer, viewer)
            for layer in self._layers_for(viewer)
            if layer in kept.layers
        }
        exact = None if viewer.role == "public" else f"{kept.id}@{kept.version}"
        return ProposalRef(
            kept.address,
            kept.title if kept.address == kept.id else f"{kept.title} @{kept.version}",
            kept.created,
            bool(self.adopted(kept.id)),
            self._crs(kept),
            counts,
            kept.version,
            exact,
        )

    def _count(self, kept: Kept, layer: str, viewer: Viewer) -> int:
        """Rows that the viewer may read; where that is all of a file, the file knows."""
        if viewer.role in EVERYWHERE and (kept.version == 0 or layer in CARRIED_LAYERS):
            return self._rows_of(kept.layers[layer])
        return len(self._seen(kept, layer, viewer))

    def _crs(self, kept: Kept) -> str:
        """What the layers are in, as they say it themselves."""
        crs = self._frame(kept.layers["street_offices"]).crs if kept.layers else None
        if crs is None:
            return kept.crs
        known = crs.to_authority()
        return crs.to_wkt() if known is None else ":".join(known)

    def _layer(self, kept: Kept, layer: str) -> gpd.GeoDataFrame:
        """A layer at the proposal's version, whoever asks."""
        if kept.version == 0 or layer in CARRIED_LAYERS:
            return self._frame(kept.layers[layer])
        return self.drawn.layers(kept.id, kept.version)[layer]

    def _frozen(self, proposal: str) -> Mapping[str, gpd.GeoDataFrame]:
        """The layers of a proposal's base."""
        kept = self.any(f"{proposal}@0")
        return {
            layer: self._frame(name)
            for layer, name in kept.layers.items()
            if layer not in CARRIED_LAYERS
        }

    def _counted(self, artifact: str) -> int:
        return int(pq.read_metadata(self._artifacts.path(artifact)).num_rows)

    def _load(self, artifact: str) -> gpd.GeoDataFrame:
        return gpd.read_parquet(self._artifacts.path(artifact))

    def _all(self, condition: sa.ColumnElement[bool] | None = None) -> list[Kept]:
        story = sa.select(edits.c.proposal, sa.func.max(edits.c.seq).label("newest"))
        latest = story.group_by(edits.c.proposal).subquery()
        query = (
            sa.select(proposals, survey_versions.c.crs, latest.c.newest)
            .outerjoin(latest, latest.c.proposal == proposals.c.id)
            .join(runs, runs.c.id == proposals.c.run)
            .join(
                survey_versions,
                (survey_versions.c.survey == runs.c.survey)
                & (survey_versions.c.number == runs.c.version),
            )
            .order_by(proposals.c.created.desc(), proposals.c.id)
        )
        if condition is not None:
            query = query.where(condition)
        with self._store.read() as connection:
            return [_kept(row) for row in connection.execute(query).all()]


def _rows(frame: gpd.GeoDataFrame, mask: Any) -> gpd.GeoDataFrame:
    return cast("gpd.GeoDataFrame", frame.loc[mask].reset_index(drop=True))


def _kept(row: Row[Any]) -> Kept:
    return Kept(
        row.id,
        row.run,
        row.title,
        row.created,
        row.content_hash,
        row.crs,
        dict(row.layers),
        dict(row.files),
        row.newest or 0,
        row.id,
    )
