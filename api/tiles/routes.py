"""``/tiles/{proposal}/{layer}/{z}/{x}/{y}.mvt`` and the TileJSON of each layer."""

from __future__ import annotations

from typing import Any

from fastapi import Request, Response
from fastapi.responses import JSONResponse

from api import routing
from api.addresses import address, segment
from api.conditional import entity_tag, headers, not_modified, unchanged, view
from api.errors import NotFound
from api.identity import may
from api.languages import language
from api.layers import CurrentViewer, Layers, LayerSource, ProposalRef, Viewer
from api.tiles.pyramid import OFFERED, Tile
from api.tiles.shelf import Shelf
from redistrict.i18n import Lang, catalogue
from redistrict.publish.styles import field_title

MEDIA_TYPE = "application/vnd.mapbox-vector-tile"
ENCODING = 1
"""Goes into every entity tag: raise it when the same rows become other bytes."""
WORTH_ZIPPING = 1000

router = routing.router("/tiles", tags=["tiles"], dependencies=[may("proposal.read")])
_SHELF = "tile_shelf"


@router.get("/{proposal}", response_class=JSONResponse, responses={404: {}})
def tilejsons(
    request: Request, proposal: str, layers: Layers, viewer: CurrentViewer
) -> list[dict[str, Any]]:
    """The TileJSON of every layer of a proposal."""
    ref = layers.proposal(proposal, viewer)
    return [_tilejson(request, layers, ref, name, viewer) for name in ref.layers]


@router.get("/{proposal}/{layer}", response_class=JSONResponse, responses={304: {}, 404: {}})
def tilejson(
    request: Request, proposal: str, layer: str, layers: Layers, viewer: CurrentViewer
) -> Response:
    """TileJSON 3.0.0 of a layer (``.json`` may be added to its name)."""
    ref = layers.proposal(proposal, viewer)
    name = layer.removesuffix(".json")
    if name not in ref.layers:
        raise NotFound
    revision = layers.revision(ref.pinned)
    tag = entity_tag(ENCODING, revision, name, view(viewer), str(request.url), language(request))
    if unchanged(request, tag):
        return not_modified(tag)
    return JSONResponse(_tilejson(request, layers, ref, name, viewer), headers=headers(tag))


@router.get(
    "/{proposal}/{layer}/{z}/{x}/{y}.mvt",
    response_class=Response,
    responses={200: {"content": {MEDIA_TYPE: {}}}, 304: {}, 404: {}},
)
def tile(
    request: Request,
    proposal: str,
    layer: str,
    z: int,
    x: int,
    y: int,
    layers: Layers,
    viewer: CurrentViewer,
) -> Response:
    """A vector tile (Mapbox Vector Tile 2.1); empty where nothing is; 404 beyond the pyramid."""
    place = Tile(z, x, y)
    ref = layers.proposal(proposal, viewer)
    if not place.exists or layer not in ref.layers:
        raise NotFound
    revision = layers.revision_at(ref.pinned, layer, place.box())
    tag = entity_tag(ENCODING, revision, layer, view(viewer), (z, x, y))
    if unchanged(request, tag):
        return not_modified(tag)
    accepted = "gzip" in request.headers.get("accept-encoding", "")
    shelf = _shelf(request)
    content = shelf.tile(layers, ref.pinned, layer, viewer, place, revision, False)
    said = headers(tag)
    if accepted and len(content) >= WORTH_ZIPPING:
        content = shelf.tile(layers, ref.pinned, layer, viewer, place, revision, True)
        said["Content-Encoding"] = "gzip"
    return Response(content, media_type=MEDIA_TYPE, headers=said)


def _shelf(request: Request) -> Shelf:
    state = request.app.state
    if not hasattr(state, _SHELF):
        setattr(state, _SHELF, Shelf())
    return getattr(state, _SHELF)


def _tilejson(
    request: Request, layers: LayerSource, ref: ProposalRef, name: str, viewer: Viewer
) -> dict[str, Any]:
    lang = language(request)
    ready = _shelf(request).layer(layers, ref.pinned, name, viewer)
    west, south, east, north = ready.bounds
    at = f"tiles/{segment(ref.id)}/{segment(name)}/{{z}}/{{x}}/{{y}}.mvt"
    return {
        "tilejson": "3.0.0",
        "name": f"{ref.title} · {_layer_title(name, lang)}",
        "description": catalogue(lang).get(f"layer.{name}.about", ""),
        "version": "1.0.0",
        "scheme": "xyz",
        "tiles": [address(request, at)],
        "minzoom": ready.minzoom,
        "maxzoom": OFFERED,
        "bounds": [west, south, east, north],
        "center": [(west + east) / 2, (south + north) / 2, max(ready.minzoom, 12)],
        "vector_layers": [
            {
                "id": name,
                "description": _layer_title(name, lang),
                "minzoom": ready.minzoom,
                "maxzoom": OFFERED,
                "fields": {
                    column: _field(name, column, kind, lang)
                    for column, kind in ready.fields().items()
                },
            }
        ],
    }


def _field(layer: str, column: str, kind: str, lang: Lang) -> str:
    title = field_title(layer, column, lang)
    return f"{kind} {title}" if title else kind


def _layer_title(name: str, lang: Lang) -> str:
    return catalogue(lang).get(f"layer.{name}", name)
