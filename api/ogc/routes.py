"""The resources of the OGC API: landing page, conformance, collections, queryables, features."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from fastapi import Request, Response
from fastapi.responses import JSONResponse

from api import routing
from api.addresses import segment
from api.conditional import entity_tag, headers, not_modified, unchanged, view
from api.errors import NotFound
from api.identity import may
from api.languages import language
from api.layers import CurrentViewer, Layers
from api.ogc import asked as ask
from api.ogc import features, html
from api.ogc.collections import UNSEEN, Collection, described, every, named, shelf_of
from api.ogc.conformance import CLASSES
from api.ogc.crs import ALWAYS, chosen, crs84, epsg, offered
from api.ogc.layer import GEOMETRY, Layer
from api.ogc.links import GEOJSON, HTML, JSON, OPENAPI, SCHEMA, Link, itself, link
from api.ogc.openapi import document
from redistrict.i18n import Lang, text
from redistrict.publish.rows import plain
from redistrict.publish.styles import field_title

router = routing.router("/ogc", tags=["ogc"], dependencies=[may("proposal.read")])


@router.get("/", include_in_schema=False)
def landing(request: Request) -> Response:
    """Where everything else is found."""
    asked, lang = ask.parameters(request), language(request)
    as_html = ask.wants_html(request, asked)
    links = [
        *itself(request, "ogc/", JSON, as_html, lang),
        link(request, "service-desc", "ogc/api", OPENAPI, text("ogc.api", lang)),
        link(request, "service-doc", "ogc/api", HTML, text("ogc.api", lang)),
        link(request, "conformance", "ogc/conformance", JSON, text("ogc.conformance", lang)),
        link(request, "data", "ogc/collections", JSON, text("ogc.collections", lang)),
    ]
    title, about = text("ogc.title", lang), text("ogc.about", lang)
    if as_html:
        entries = [
            link(request, "", f"ogc/{path}", HTML, text(f"ogc.{path}", lang))
            for path in ("collections", "conformance", "api")
        ]
        return html.page(title, links, lang, description=about, entries=entries)
    return JSONResponse({"title": title, "description": about, "links": links})


@router.get("/conformance", include_in_schema=False)
def conformance(request: Request) -> Response:
    """The conformance classes."""
    asked, lang = ask.parameters(request), language(request)
    as_html = ask.wants_html(request, asked)
    links = itself(request, "ogc/conformance", JSON, as_html, lang)
    if as_html:
        entries = [{"href": "", "title": one} for one in CLASSES]
        return html.page(
            text("ogc.conformance", lang), links, lang, crumbs=_home(request), entries=entries
        )
    return JSONResponse({"conformsTo": list(CLASSES), "links": links})


@router.get("/api", include_in_schema=False)
def api(request: Request) -> Response:
    """The OpenAPI 3.0 document, and its summary for people."""
    asked, lang = ask.parameters(request), language(request)
    told = document(str(request.base_url), lang)
    if ask.wants_html(request, asked):
        links = itself(request, "ogc/api", OPENAPI, True, lang)
        rows = [[f"GET {path}", verbs["get"]["summary"]] for path, verbs in told["paths"].items()]
        table = html.Table((text("ogc.path", lang), text("ogc.what", lang)), rows)
        return html.page(text("ogc.api", lang), links, lang, crumbs=_home(request), table=table)
    return Response(json.dumps(told, ensure_ascii=False), media_type=OPENAPI)


@router.get("/collections", include_in_schema=False)
def collections(request: Request, layers: Layers, viewer: CurrentViewer) -> Response:
    """Every collection the viewer may read."""
    asked, lang = ask.parameters(request), language(request)
    as_html = ask.wants_html(request, asked)
    links = itself(request, "ogc/collections", JSON, as_html, lang)
    found = list(every(layers, viewer))
    if as_html:
        entries = [link(request, "", c.path, HTML, c.title(lang)) for c in found]
        return html.page(
            text("ogc.collections", lang), links, lang, crumbs=_home(request), entries=entries
        )
    shelf, unseen = shelf_of(request), 0
    told: list[dict[str, Any]] = []
    for one in found:
        known, extent = shelf.extent(layers, one, viewer, known=True)
        if not known and unseen < UNSEEN:
            unseen += 1
            _, extent = shelf.extent(layers, one, viewer)
        told.append(described(one, extent, _of_collection(request, one, False, lang), lang))
    systems = [c.uri for c in (crs84(), *map(epsg, ALWAYS))]
    return JSONResponse({"links": links, "crs": systems, "collections": told})


@router.get("/collections/{collection}", include_in_schema=False)
def collection(
    request: Request, collection: str, layers: Layers, viewer: CurrentViewer
) -> Response:
    """One collection."""
    asked, lang = ask.parameters(request), language(request)
    one = named(layers, collection, viewer)
    as_html = ask.wants_html(request, asked)
    links = _of_collection(request, one, as_html, lang)
    _, extent = shelf_of(request).extent(layers, one, viewer)
    told = described(one, extent, links, lang)
    if as_html:
        entries = [
            link(request, "", f"{one.path}/{part}", HTML, text(f"ogc.{part}", lang))
            for part in ("items", "queryables")
        ]
        facts = [(text("ogc.crs", lang), uri) for uri in told["crs"]]
        return html.page(
            told["title"],
            links,
            lang,
            crumbs=_home(request),
            description=told["description"],
            facts=facts,
            entries=entries,
        )
    return JSONResponse(told)


@router.get("/collections/{collection}/queryables", include_in_schema=False)
def queryables(
    request: Request, collection: str, layers: Layers, viewer: CurrentViewer
) -> Response:
    """What filters may name, as JSON Schema."""
    asked, lang = ask.parameters(request), language(request)
    one = named(layers, collection, viewer)
    layer = shelf_of(request).layer(layers, one, viewer)
    titles = {f: field_title(one.layer, f, lang) or f for f in layer.fields}
    titles[GEOMETRY] = text("ogc.geometry", lang)
    uri = f"{request.base_url}{one.path}/queryables"
    told = features.queryables(layer, titles, uri, one.title(lang))
    if ask.wants_html(request, asked):
        links = itself(request, f"{one.path}/queryables", SCHEMA, True, lang)
        rows = [
            [n, p["title"], p.get("type", p.get("format"))] for n, p in told["properties"].items()
        ]
        head = [text(f"ogc.{n}", lang) for n in ("name", "meaning", "kind")]
        table = html.Table(head, rows)
        return html.page(
            text("ogc.queryables", lang), links, lang, crumbs=_to(request, one, lang), table=table
        )
    return Response(json.dumps(told, ensure_ascii=False), media_type=SCHEMA)


@router.get("/collections/{collection}/items", include_in_schema=False)
def items(request: Request, collection: str, layers: Layers, viewer: CurrentViewer) -> Response:
    """A page of features."""
    lang = language(request)
    one = named(layers, collection, viewer)
    page = features.page(request, one, shelf_of(request).layer(layers, one, viewer))
    as_html = ask.wants_html(request, dict(request.query_params))
    path = f"{one.path}/items"
    links = itself(request, path, GEOJSON, as_html, lang, page.query)
    kind = HTML if as_html else GEOJSON
    if page.offset + page.limit < page.matched:
        links.append(_turned(request, page, "next", path, kind, page.offset + page.limit, lang))
    if page.offset > 0:
        back = max(0, page.offset - page.limit)
        links.append(_turned(request, page, "prev", path, kind, back, lang))
    links.append(link(request, "collection", one.path, kind, one.title(lang)))
    crs = {"Content-Crs": f"<{page.crs.uri}>"}
    if as_html:
        facts = [(text("ogc.matched", lang), str(page.matched))]
        return html.page(
            one.title(lang),
            links,
            lang,
            crumbs=_to(request, one, lang),
            facts=facts,
            table=_rows(request, one, page, lang),
            headers=crs,
        )
    return Response(features.collection_text(page, links), media_type=GEOJSON, headers=crs)


@router.get("/collections/{collection}/items/{feature:path}", include_in_schema=False)
def item(
    request: Request, collection: str, feature: str, layers: Layers, viewer: CurrentViewer
) -> Response:
    """One feature."""
    asked, lang = ask.parameters(request, ("crs",)), language(request)
    one = named(layers, collection, viewer)
    layer = shelf_of(request).layer(layers, one, viewer)
    row = layer.rows.get(feature)
    if row is None:
        raise NotFound
    crs = chosen(asked.get("crs"), "crs", offered(one.proposal.crs))
    as_html = ask.wants_html(request, asked)
    tag = entity_tag(
        layers.revision(one.proposal.pinned), view(viewer), lang, as_html, str(request.url)
    )
    if unchanged(request, tag):
        return not_modified(tag)
    path = f"{one.path}/items/{segment(feature)}"
    query = {"crs": asked["crs"]} if "crs" in asked else None
    links = itself(request, path, GEOJSON, as_html, lang, query)
    links.append(
        link(request, "collection", one.path, HTML if as_html else GEOJSON, one.title(lang))
    )
    said = {"Content-Crs": f"<{crs.uri}>", **headers(tag)}
    if as_html:
        values = layer.taken(np.array([row])).iloc[0]
        told = [[field_title(one.layer, f, lang) or f, _shown(values[f])] for f in layer.fields]
        head = [text("ogc.meaning", lang), text("ogc.value", lang)]
        return html.page(
            feature,
            links,
            lang,
            crumbs=_to(request, one, lang),
            table=html.Table(head, told),
            headers=said,
        )
    content = features.feature_text(layer, row, crs, links)
    return Response(content, media_type=GEOJSON, headers=said)


def _home(request: Request) -> list[Link]:
    return [link(request, "", "ogc/", HTML, "OGC API")]


def _to(request: Request, one: Collection, lang: Lang) -> list[Link]:
    return [*_home(request), link(request, "", one.path, HTML, one.title(lang))]


def _of_collection(request: Request, one: Collection, as_html: bool, lang: Lang) -> list[Link]:
    items, names = f"{one.path}/items", f"{one.path}/queryables"
    queryables_rel = "http://www.opengis.net/def/rel/ogc/1.0/queryables"
    return [
        *itself(request, one.path, JSON, as_html, lang),
        link(request, "items", items, GEOJSON, text("ogc.items", lang)),
        link(request, "items", items, HTML, text("ogc.items", lang)),
        link(request, queryables_rel, names, SCHEMA, text("ogc.queryables", lang)),
    ]


def _turned(
    request: Request,
    page: features.Page,
    rel: str,
    path: str,
    kind: str,
    offset: int,
    lang: Lang,
) -> Link:
    query = {**page.query, "limit": str(page.limit), "offset": str(offset)}
    return link(request, rel, path, kind, text(f"ogc.{rel}", lang), query)


def _rows(request: Request, one: Collection, page: features.Page, lang: Lang) -> html.Table:
    layer: Layer = page.layer
    told = layer.taken(page.rows)
    head = ["id", *(field_title(one.layer, f, lang) or f for f in layer.fields)]
    rows = [
        [
            link(request, "", f"{one.path}/items/{segment(layer.ids[row])}", HTML, layer.ids[row]),
            *(_shown(v) for v in values),
        ]
        for row, values in zip(page.rows.tolist(), told.itertuples(index=False), strict=True)
    ]
    return html.Table(head, rows)


def _shown(value: Any) -> str:
    told = plain(value)
    if told is None:
        return ""
    return told if isinstance(told, str) else json.dumps(told, ensure_ascii=False)
