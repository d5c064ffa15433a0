"""The port between proposals and whoever shows their layers: OGC API, tiles, downloads.

What is handed out has passed the rights already: the public gets adopted proposals only, with
banded counts; nobody gets a layer of a proposal that is not theirs to see.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Literal, Protocol, cast

import geopandas as gpd
from fastapi import Depends, Request

Role = Literal["city_bureau", "street_office", "committee", "planner", "administrator", "public"]


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whoever asks. The scope comes from the account's areas, never from the request."""

    account: str | None = None
    """Account id; None for the public."""
    role: Role = "public"
    street_offices: frozenset[str] = field(default_factory=frozenset[str])
    committees: frozenset[str] = field(default_factory=frozenset[str])


PUBLIC = Viewer()
Box = tuple[float, float, float, float]
"""West, south, east, north in EPSG:3857."""


@dataclass(frozen=True, slots=True)
class ProposalRef:
    """A proposal, or one of its revisions, as a list shows it."""

    id: str
    """``{id}``: the newest revision; ``{id}@{N}``: after N edits, 0 the frozen base."""
    title: str
    created: datetime
    """UTC, with its time zone."""
    adopted: bool
    """At least one street office has adopted its part."""
    crs: str
    """The survey's CRS: ``EPSG:n`` or WKT2."""
    layers: Mapping[str, int]
    """Layer name -> number of rows this viewer may read."""
    version: int = 0
    """Edits that this revision has seen."""
    exact: str | None = None
    """The address of this very revision where the viewer may ask for it."""

    @property
    def pinned(self) -> str:
        """What to go on reading by: an edit in between does not change what it stands for."""
        return self.exact or self.id


class LayerSource(Protocol):
    """Proposals and their layers, as a viewer may see them."""

    def proposals(self, viewer: Viewer) -> Sequence[ProposalRef]:
        """Those the viewer may see, newest first, each as its newest revision."""
        ...

    def proposal(self, address: str, viewer: Viewer) -> ProposalRef:
        """One of them, or a revision of it: ``{id}`` or ``{id}@{N}``. Raises NotFound."""
        ...

    def frame(self, proposal: str, layer: str, viewer: Viewer) -> gpd.GeoDataFrame:
        """A layer with the contract's columns, in the survey's CRS, RangeIndex; not to be changed.

        Rows come in the same order as long as `revision` stays the same. Counts are banded for
        the public. Raises `api.errors.NotFound` where there is none for this viewer.
        """
        ...

    def revision(self, proposal: str) -> str:
        """A name for the data as it is now: changes when, and only when, a row may have changed.

        It does not depend on the viewer: a cache key needs the viewer's role and scope as well.
        Raises `api.errors.NotFound`.
        """
        ...

    def revision_at(self, proposal: str, layer: str, box: Box) -> str:
        """The same for the rows of a layer that meet ``box``: edits elsewhere leave it as it is."""
        ...


def viewer_of(request: Request) -> Viewer:
    """Who asks, as the session, the token in the header or in the query says."""
    return cast("Viewer", getattr(request.state, "viewer", PUBLIC))


def layer_source(request: Request) -> LayerSource:
    """The proposals this service has (``create_app`` puts it there)."""
    return cast("LayerSource", request.app.state.layers)


async def _viewer(request: Request) -> Viewer:  # what only looks at hand needs no thread
    return viewer_of(request)


async def _layers(request: Request) -> LayerSource:
    return layer_source(request)


CurrentViewer = Annotated[Viewer, Depends(_viewer)]
Layers = Annotated[LayerSource, Depends(_layers)]
