"""The proposals of a service: `api.layers.LayerSource`, and more for those who review them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, cast

import geopandas as gpd
import sqlalchemy as sa
from sqlalchemy.engine import Row

from api.errors import NotFound
from api.layers import ProposalRef, Role, Viewer
from api.proposals import public
from api.proposals.review import adopted_offices
from api.store import Artifacts, Store
from api.store.tables import proposal_events, proposals, runs, survey_versions
from redistrict.model.proposal import PROPOSAL_LAYERS

EVERYWHERE: tuple[Role, ...] = ("city_bureau", "planner", "administrator")
KEPT_FRAMES = 32


@dataclass(frozen=True, slots=True)
class Kept:
    """A proposal as kept; ``layers`` and ``files``: name -> artifact."""

    id: str
    run: str
    title: str
    created: datetime
    content_hash: str
    crs: str
    layers: dict[str, str]
    files: dict[str, str]


class Proposals:
    """Every proposal, seen through the rights of whoever asks."""

    def __init__(self, store: Store, artifacts: Artifacts) -> None:
        self._store = store
        self._artifacts = artifacts
        self._frame = lru_cache(maxsize=KEPT_FRAMES)(self._load)

    def proposals(self, viewer: Viewer) -> Sequence[ProposalRef]:
        """Those of which the viewer may see a row, newest first."""
        refs: list[ProposalRef] = []
        for kept in self._all():
            layers = {
                layer: len(self._seen(kept, layer, viewer))
                for layer in self._layers_for(viewer)
                if layer in kept.layers
            }
            if any(layers.values()):
                adopted = bool(self.adopted(kept.id))
                refs.append(
                    ProposalRef(kept.id, kept.title, kept.created, adopted, kept.crs, layers)
                )
        return refs

    def frame(self, proposal: str, layer: str, viewer: Viewer) -> gpd.GeoDataFrame:
        """A layer as the viewer may see it. Raises NotFound where that is nothing at all."""
        kept = self.find(proposal, viewer)
        if layer not in self._layers_for(viewer) or layer not in kept.layers:
            raise NotFound
        return self._seen(kept, layer, viewer)

    def revision(self, proposal: str) -> str:
        """Content, events so far, and what is in force today. Raises NotFound."""
        newest = sa.select(sa.func.coalesce(sa.func.max(proposal_events.c.seq), 0))
        with self._store.read() as connection:
            query = sa.select(proposals.c.content_hash).where(proposals.c.id == proposal)
            content = connection.execute(query).scalar_one_or_none()
            if content is None:
                raise NotFound
            seq = connection.execute(newest.where(proposal_events.c.proposal == proposal))
            said = f"{content}:{seq.scalar_one()}"
        said += ":".join(sorted(self.adopted(proposal)))  # a date may come without an event
        return hashlib.sha256(said.encode()).hexdigest()[:32]

    def find(self, proposal: str, viewer: Viewer) -> Kept:
        """A proposal of which the viewer may see something. Raises NotFound."""
        kept = self.any(proposal)
        if viewer.role not in EVERYWHERE and self._seen(kept, "street_offices", viewer).empty:
            raise NotFound
        return kept

    def any(self, proposal: str) -> Kept:
        """A proposal, whoever asks. Raises NotFound."""
        found = self._all(proposals.c.id == proposal)
        if not found:
            raise NotFound
        return found[0]

    def every(self) -> list[Kept]:
        """All of them, newest first, for the service itself."""
        return self._all()

    def whole(self, proposal: str, layer: str) -> gpd.GeoDataFrame:
        """A layer as it is, for the service itself. Raises NotFound."""
        kept = self.any(proposal)
        if layer not in kept.layers:
            raise NotFound
        return self._frame(kept.layers[layer])

    def part(self, proposal: str, layer: str, street_office: str) -> gpd.GeoDataFrame:
        """A street office's part as the public gets it, adopted or not. Raises NotFound."""
        frame = self.whole(proposal, layer)
        if layer not in public.COLUMNS:
            raise NotFound
        return public.published(_rows(frame, frame["street_office_id"] == street_office), layer)

    def adopted(self, proposal: str) -> frozenset[str]:
        """Street offices that have adopted their part."""
        return adopted_offices(self._store, proposal)

    def _layers_for(self, viewer: Viewer) -> Sequence[str]:
        return tuple(public.COLUMNS) if viewer.role == "public" else PROPOSAL_LAYERS

    def _seen(self, kept: Kept, layer: str, viewer: Viewer) -> gpd.GeoDataFrame:
        frame = self._frame(kept.layers[layer])
        if viewer.role in EVERYWHERE:
            return frame
        if viewer.role == "committee":
            return self._of_committees(kept, layer, viewer.committees)
        if viewer.role == "public":
            rows = frame["street_office_id"].isin(list(self.adopted(kept.id)))
            return public.published(_rows(frame, rows), layer)
        return _rows(frame, frame["street_office_id"].isin(list(viewer.street_offices)))

    def _of_committees(self, kept: Kept, layer: str, held: frozenset[str]) -> gpd.GeoDataFrame:
        """Their own committees; of the layers above those, what they are part of."""
        frame = self._frame(kept.layers[layer])
        if "committee_id" in frame:
            return _rows(frame, frame["committee_id"].isin(list(held)))
        committees = self._frame(kept.layers["committees"])
        offices = committees.loc[committees["committee_id"].isin(list(held)), "street_office_id"]
        return _rows(frame, frame["street_office_id"].isin(list(offices)))

    def _load(self, artifact: str) -> gpd.GeoDataFrame:
        return gpd.read_parquet(self._artifacts.path(artifact))

    def _all(self, condition: sa.ColumnElement[bool] | None = None) -> list[Kept]:
        query = (
            sa.select(proposals, survey_versions.c.crs)
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
    )
