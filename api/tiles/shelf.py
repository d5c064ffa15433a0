"""Tiles that were made, and the layers they were made from; bounded, by the source's revision."""

from __future__ import annotations

import gzip

from api.bounded import Bounded
from api.conditional import view
from api.layers import LayerSource, Viewer
from api.tiles.prepared import Prepared, Shaped, prepared, shape_key, shaped
from api.tiles.pyramid import Tile

MEGABYTE = 1024 * 1024
TILES = 64 * MEGABYTE
LAYERS = 16
"""Layers kept ready; 64,000 buildings take some 60 MB."""


class Shelf:
    """One for a service."""

    def __init__(self, tiles: int = TILES, layers: int = LAYERS) -> None:
        self._tiles = Bounded[bytes](tiles, lambda content: len(content) + 200)
        self._layers = Bounded[Prepared](layers, lambda _: 1)
        self._shapes = Bounded[Shaped](layers, lambda _: 1)
        self._latest = Bounded[list[Prepared]](layers, lambda _: 1)

    def layer(self, source: LayerSource, proposal: str, name: str, viewer: Viewer) -> Prepared:
        """The layer as ``viewer`` sees it now; raises what the source raises."""
        key = (_bare(proposal), name, source.revision(proposal), view(viewer))
        return self._layers.get(key, lambda: self._prepare(source, proposal, name, viewer))

    def tile(
        self,
        source: LayerSource,
        proposal: str,
        name: str,
        viewer: Viewer,
        tile: Tile,
        revision: str,
        zipped: bool,
    ) -> bytes:
        """The tile's bytes, ``zipped`` by gzip or not; ``revision``: of the source in its box.

        A tile in which no edit changed anything is the one of before the edit.
        """
        key = (_bare(proposal), name, revision, view(viewer), tile)
        plain = self._tiles.get(
            (*key, False), lambda: self.layer(source, proposal, name, viewer).tile(tile)
        )
        if not zipped:
            return plain
        return self._tiles.get((*key, True), lambda: gzip.compress(plain, 1, mtime=0))

    def _prepare(self, source: LayerSource, proposal: str, name: str, viewer: Viewer) -> Prepared:
        frame = source.frame(proposal, name, viewer)
        shape = self._shapes.get((name, shape_key(frame)), lambda: shaped(name, frame))
        # An edit leaves most columns as they are: those of the layer prepared last are taken over.
        latest = self._latest.get((_bare(proposal), name, view(viewer)), list)
        made = prepared(name, frame, shape, latest[0] if latest else None)
        latest[:] = [made]
        return made


def _bare(proposal: str) -> str:
    """Without the version: what a revision's name stands for does not depend on how it is asked."""
    return proposal.partition("@")[0]
