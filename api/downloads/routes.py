"""``/downloads/{proposal}``: what there is; ``/downloads/{proposal}/{format}``: the file."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any, Literal

from fastapi import Request, Response
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from api import routing
from api.addresses import address, segment
from api.conditional import entity_tag, headers, not_modified, unchanged, view
from api.downloads.formats import FORMATS, Wanted, made
from api.errors import NotFound
from api.identity import may
from api.languages import language
from api.layers import CurrentViewer, Layers
from redistrict.i18n import text
from redistrict.publish.rows import ordered

router = routing.router("/downloads", tags=["downloads"], dependencies=[may("proposal.read")])


@router.get("/{proposal}")
def downloads(
    request: Request, proposal: str, layers: Layers, viewer: CurrentViewer
) -> list[dict[str, Any]]:
    """The formats a proposal can be had in."""
    ref = layers.proposal(proposal, viewer)
    lang = language(request)
    return [
        {
            "format": name,
            "title": text(f"download.{name}", lang),
            "type": kind.media_type,
            "href": address(request, f"downloads/{segment(ref.id)}/{name}"),
        }
        for name, kind in FORMATS.items()
    ]


@router.get(
    "/{proposal}/{kind}",
    response_class=FileResponse,
    responses={200: {"content": {"application/octet-stream": {}}}, 304: {}, 404: {}},
)
def download(
    request: Request,
    proposal: str,
    kind: str,
    layers: Layers,
    viewer: CurrentViewer,
    encoding: Literal["utf-8", "gbk"] = "utf-8",
) -> Response:
    """All layers of a proposal in one file; ``encoding``: of a Shapefile's texts."""
    ref = layers.proposal(proposal, viewer)
    if kind not in FORMATS:
        raise NotFound("unknown-format", known=", ".join(FORMATS))
    lang = language(request)
    tag = entity_tag(layers.revision(ref.pinned), view(viewer), kind, encoding, lang)
    if unchanged(request, tag):
        return not_modified(tag)
    frames = {name: ordered(name, layers.frame(ref.pinned, name, viewer)) for name in ref.layers}
    folder = Path(tempfile.mkdtemp(prefix="redistrict-download-"))
    try:
        path = made(kind, frames, folder, Wanted(ref.crs, encoding, lang))
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return FileResponse(
        path,
        media_type=FORMATS[kind].media_type,
        filename=f"{ref.id}.{FORMATS[kind].suffix}",
        headers=headers(tag),
        background=BackgroundTask(shutil.rmtree, folder, ignore_errors=True),
    )
