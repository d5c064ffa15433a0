"""The OpenAPI 3.0 document that the ``oas30`` class demands (FastAPI's own is 3.1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from api.ogc.asked import FORMATS, LIMIT, MOST
from api.ogc.crs import CRS84
from api.ogc.features import LANGUAGES
from api.ogc.links import GEOJSON, HTML, JSON, OPENAPI, SCHEMA
from redistrict import __version__
from redistrict.i18n import LANGS, Lang, text

PROBLEM = "application/problem+json"


def document(root: str, lang: Lang) -> dict[str, Any]:
    """The document, for a service at ``root`` (ends with a slash)."""
    one, all_of = ["collection"], ["collection", "feature"]
    items = [
        *("limit", "offset", "bbox", "bbox-crs", "datetime", "crs"),
        *("filter", "filter-lang", "filter-crs", "queryables"),
    ]
    at = "/collections/{collectionId}"
    return {
        "openapi": "3.0.3",
        "info": {
            "title": text("ogc.title", lang),
            "description": text("ogc.about", lang),
            "version": __version__,
            "license": {
                "name": "Apache-2.0",
                "url": "https://www.apache.org/licenses/LICENSE-2.0.html",
            },
        },
        "servers": [{"url": f"{root}ogc"}],
        "security": [{}, {"bearer": []}, {"query": []}],
        "tags": [{"name": "Capabilities"}, {"name": "Data"}],
        "paths": {
            "/": _get("landing", "Capabilities", [], {JSON: "LandingPage"}, lang),
            "/conformance": _get("conformance", "Capabilities", [], {JSON: "Conformance"}, lang),
            "/api": _get("api", "Capabilities", [], {OPENAPI: "Object"}, lang),
            "/collections": _get("collections", "Capabilities", [], {JSON: "Collections"}, lang),
            at: _get("collection", "Capabilities", one, {JSON: "Collection"}, lang),
            f"{at}/queryables": _get("queryables", "Data", one, {SCHEMA: "Object"}, lang),
            f"{at}/items": _get("items", "Data", [*one, *items], {GEOJSON: "Features"}, lang),
            f"{at}/items/{{featureId}}": _get(
                "item", "Data", [*all_of, "crs"], {GEOJSON: "Feature"}, lang
            ),
        },
        "components": {
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "query": {"type": "apiKey", "in": "query", "name": "token"},
            },
            "parameters": _parameters(lang),
            "schemas": _schemas(),
        },
    }


def _get(
    name: str, tag: str, parameters: Sequence[str], content: dict[str, str], lang: Lang
) -> dict[str, Any]:
    answers: dict[str, Any] = {
        kind: {"schema": {"$ref": f"#/components/schemas/{schema}"}}
        for kind, schema in content.items()
    }
    problem = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    refused = {
        "400": {"description": text("problem.malformed-request", lang), "content": problem},
        "401": {"description": text("problem.unauthenticated", lang), "content": problem},
        "500": {"description": text("problem.internal", lang), "content": problem},
    }
    if parameters:
        refused["404"] = {"description": text("problem.not-found", lang), "content": problem}
    named = [*parameters, "f", "lang", "token"]
    ok: dict[str, Any] = {
        "description": text(f"ogc.{name}", lang),
        "content": {**answers, HTML: {"schema": {"type": "string"}}},
    }
    if "crs" in parameters:
        ok["headers"] = {"Content-Crs": {"schema": {"type": "string"}}}
    return {
        "get": {
            "operationId": name,
            "summary": text(f"ogc.{name}", lang),
            "tags": [tag],
            "parameters": [{"$ref": f"#/components/parameters/{n}"} for n in named],
            "responses": {"200": ok, **refused},
        }
    }


def _parameters(lang: Lang) -> dict[str, Any]:
    uri = {"type": "string", "format": "uri", "default": CRS84}
    whole = {"type": "integer", "minimum": 1, "maximum": MOST, "default": LIMIT}
    numbers: dict[str, Any] = {
        "type": "array",
        "minItems": 4,
        "maxItems": 6,
        "items": {"type": "number"},
    }
    return {
        "collection": _parameter("collectionId", "path", {"type": "string"}, lang),
        "feature": _parameter("featureId", "path", {"type": "string"}, lang),
        "f": _parameter("f", "query", {"type": "string", "enum": list(FORMATS)}, lang),
        "lang": _parameter("lang", "query", {"type": "string", "enum": list(LANGS)}, lang),
        "token": _parameter("token", "query", {"type": "string"}, lang),
        "limit": _parameter("limit", "query", whole, lang, style="form", explode=False),
        "offset": _parameter(
            "offset", "query", {"type": "integer", "minimum": 0, "default": 0}, lang
        ),
        "bbox": _parameter("bbox", "query", numbers, lang, style="form", explode=False),
        "datetime": _parameter(
            "datetime", "query", {"type": "string"}, lang, style="form", explode=False
        ),
        **{
            name: _parameter(name, "query", uri, lang) for name in ("crs", "bbox-crs", "filter-crs")
        },
        "filter": _parameter("filter", "query", {"type": "string"}, lang),
        "filter-lang": _parameter(
            "filter-lang",
            "query",
            {"type": "string", "enum": list(LANGUAGES), "default": LANGUAGES[0]},
            lang,
        ),
        "queryables": _parameter(
            "queryables",
            "query",
            {"type": "object", "additionalProperties": {"type": "string"}},
            lang,
            style="form",
            explode=True,
        ),
    }


def _parameter(
    name: str, where: str, schema: dict[str, Any], lang: Lang, **more: Any
) -> dict[str, Any]:
    return {
        "name": name,
        "in": where,
        "required": where == "path",
        "description": text(f"ogc.parameter.{name}", lang),
        "schema": schema,
        **more,
    }


def _schemas() -> dict[str, Any]:
    text_type = {"type": "string"}
    whole = {"type": "integer", "minimum": 0}
    links = _list({"$ref": "#/components/schemas/Link"})
    geometry = {"type": "object", "nullable": True}
    feature_type: dict[str, Any] = {"type": "string", "enum": ["Feature"]}
    many_type: dict[str, Any] = {"type": "string", "enum": ["FeatureCollection"]}
    properties = {"type": "object", "nullable": True}
    return {
        "Object": {"type": "object"},
        "Link": _object(
            ["href", "rel"], href=text_type, rel=text_type, type=text_type, title=text_type
        ),
        "LandingPage": _object(["links"], title=text_type, description=text_type, links=links),
        "Conformance": _object(["conformsTo"], conformsTo=_list(text_type)),
        "Collection": _object(
            ["id", "links"],
            id=text_type,
            title=text_type,
            description=text_type,
            itemType=text_type,
            links=links,
            extent={"type": "object"},
            crs=_list(text_type),
            storageCrs=text_type,
        ),
        "Collections": _object(
            ["links", "collections"],
            links=links,
            collections=_list({"$ref": "#/components/schemas/Collection"}),
        ),
        "Feature": _object(
            ["type", "geometry", "properties"],
            type=feature_type,
            id=text_type,
            geometry=geometry,
            properties=properties,
            links=links,
        ),
        "Features": _object(
            ["type", "features"],
            type=many_type,
            timeStamp={"type": "string", "format": "date-time"},
            numberMatched=whole,
            numberReturned=whole,
            links=links,
            features=_list({"$ref": "#/components/schemas/Feature"}),
        ),
        "Problem": _object(
            ["type", "title", "status"],
            type=text_type,
            title=text_type,
            status={"type": "integer"},
            detail=text_type,
        ),
    }


def _object(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": required, "properties": properties}


def _list(items: Any) -> dict[str, Any]:
    return {"type": "array", "items": items}
