"""Collections: one a layer and proposal, named ``{proposal}.{layer}``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from starlette.requests import Request

from api.addresses import segment
from api.bounded import Bounded
from api.conditional import view
from api.errors import NotFound
from api.layers import LayerSource, ProposalRef, Viewer
from api.ogc.crs import CRS84, offered, storage
from api.ogc.layer import Layer
from api.projections import bounds, change
from redistrict.i18n import Lang, catalogue

KEPT = 16
"""Layers kept ready."""
UNSEEN = 40
"""Layers not looked at before whose extent one list works out; the others come without."""
GREGORIAN = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"


@dataclass(frozen=True)
class Collection:
    """A layer of a proposal, not yet read."""

    proposal: ProposalRef
    layer: str

    @property
    def id(self) -> str:
        """Its name in addresses."""
        return f"{self.proposal.id}.{self.layer}"

    @property
    def path(self) -> str:
        """Its address below the service's root."""
        return f"ogc/collections/{segment(self.id)}"

    def title(self, lang: Lang) -> str:
        """Proposal and layer in words."""
        return f"{self.proposal.title} · {catalogue(lang).get(f'layer.{self.layer}', self.layer)}"


class Shelf:
    """Layers that were read and extents that were worked out; bounded; one for a service."""

    def __init__(self) -> None:
        self._layers = Bounded[Layer](KEPT, lambda _: 1)
        self._extents = Bounded[tuple[float, ...] | None](5000, lambda _: 1)

    def layer(self, source: LayerSource, one: Collection, viewer: Viewer) -> Layer:
        """The layer as ``viewer`` sees it now."""
        ref = one.proposal
        key = (one.id, source.revision(ref.pinned), view(viewer))
        return self._layers.get(
            key, lambda: Layer(one.layer, source.frame(ref.pinned, one.layer, viewer), ref.crs)
        )

    def extent(
        self, source: LayerSource, one: Collection, viewer: Viewer, *, known: bool = False
    ) -> tuple[bool, tuple[float, ...] | None]:
        """Whether it is known, and west, south, east, north in CRS84 (None: nothing has a place).

        ``known``: only if it need not be worked out.
        """
        key = (one.id, source.revision(one.proposal.pinned), view(viewer))
        if known and not self._extents.holds(key):
            return False, None
        return True, self._extents.get(key, lambda: _lonlat(self.layer(source, one, viewer)))


def shelf_of(request: Request) -> Shelf:
    """The service's shelf."""
    state = request.app.state
    if not hasattr(state, "ogc_shelf"):
        state.ogc_shelf = Shelf()
    return state.ogc_shelf


def _lonlat(layer: Layer) -> tuple[float, ...] | None:
    if not np.isfinite(layer.extent).all():
        return None
    west, south, east, north = bounds(change(layer.crs, "OGC:CRS84"), layer.extent)
    if not np.isfinite([west, south, east, north]).all():
        return None
    # Outwards, so that rounding leaves no feature outside.
    low = [float(np.floor(v * 1e7) / 1e7) for v in (west, south)]
    high = [float(np.ceil(v * 1e7) / 1e7) for v in (east, north)]
    return (*low, *high)


def every(source: LayerSource, viewer: Viewer) -> Iterator[Collection]:
    """All that the viewer may read."""
    for ref in source.proposals(viewer):
        for layer in ref.layers:
            yield Collection(ref, layer)


def named(source: LayerSource, name: str, viewer: Viewer) -> Collection:
    """The collection called ``name``; raises NotFound."""
    proposal, _, layer = name.rpartition(".")
    ref = source.proposal(proposal, viewer)
    if layer not in ref.layers:
        raise NotFound
    return Collection(ref, layer)


def described(
    one: Collection, extent: tuple[float, ...] | None, links: list[dict[str, Any]], lang: Lang
) -> dict[str, Any]:
    """The collection's metadata document."""
    ref = one.proposal
    own = storage(ref.crs)
    since = ref.created.strftime("%Y-%m-%dT%H:%M:%SZ")
    told: dict[str, Any] = {
        "id": one.id,
        "title": one.title(lang),
        "description": catalogue(lang).get(f"layer.{one.layer}.about", ""),
        "itemType": "feature",
        "links": links,
        "extent": {"temporal": {"interval": [[since, None]], "trs": GREGORIAN}},
        "crs": [c.uri for c in offered(ref.crs)],
    }
    if extent is not None:
        told["extent"]["spatial"] = {"bbox": [list(extent)], "crs": CRS84}
    if own is not None:
        told["storageCrs"] = own.uri
    return told
