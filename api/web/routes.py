"""``/`` and what it is made of. What it shows it asks the API for, with the viewer's rights."""

from __future__ import annotations

from html import escape

from fastapi import Request, Response

from api.conditional import unchanged
from api.errors import NotFound
from api.identity import may
from api.languages import language
from api.routing import router
from api.web import built
from api.web.built import File
from redistrict.i18n import text

routes = router(tags=["review map"])
FOREVER = "public, max-age=31536000, immutable"


@routes.get(
    "/",
    dependencies=[may("service.read")],
    response_class=Response,
    responses={200: {"content": {"text/html": {"schema": {"type": "string"}}}}, 304: {}},
)
def review_map(request: Request) -> Response:
    """The review map; where it has not been built, a page that says how to."""
    page = built.page()
    if page is None:
        return Response(_unbuilt(request), media_type="text/html; charset=utf-8")
    return _answer(request, page, "no-cache")


@routes.get(
    "/assets/{name}",
    dependencies=[may("service.read")],
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}}}, 304: {}, 404: {}},
)
def asset(name: str, request: Request) -> Response:
    """A script or style of the map; its name changes with its content."""
    found = built.asset(name)
    if found is None:
        raise NotFound
    return _answer(request, found, FOREVER)


def _answer(request: Request, file: File, kept: str) -> Response:
    said = {"ETag": file.tag, "Cache-Control": kept, "Vary": "Accept-Encoding"}
    if unchanged(request, file.tag):
        return Response(status_code=304, headers=said)
    if "gzip" in request.headers.get("accept-encoding", ""):
        said["Content-Encoding"] = "gzip"
        return Response(file.zipped, headers=said, media_type=file.media_type)
    return Response(file.plain, headers=said, media_type=file.media_type)


def _unbuilt(request: Request) -> str:
    lang = language(request)
    said = escape(text("map.not-built", lang))
    return (
        f'<!doctype html><html lang="{lang}"><meta charset="utf-8"><title>redistrict</title>'
        f'<main style="max-width:40rem;margin:15vh auto;font:1rem/1.7 sans-serif"><p>{said}</p>'
        '<p><a href="docs">API</a></p></main></html>'
    )
