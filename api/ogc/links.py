"""Links: absolute, typed, and carrying the token on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request

from api.addresses import address
from redistrict.i18n import Lang, text

JSON = "application/json"
GEOJSON = "application/geo+json"
HTML = "text/html"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
SCHEMA = "application/schema+json"

Link = dict[str, Any]


def link(
    request: Request,
    rel: str,
    path: str,
    media_type: str,
    title: str,
    query: Mapping[str, str] | None = None,
) -> Link:
    """One link; HTML is asked for by name, JSON is what comes without."""
    asked = dict(query or {})
    asked.pop("f", None)
    asked["f"] = "html" if media_type == HTML else "json"
    for carried in ("token", "lang"):
        asked.pop(carried, None)
    href = address(request, path, asked)
    return {"href": href, "rel": rel, "type": media_type, "title": title}


def itself(
    request: Request,
    path: str,
    media_type: str,
    html: bool,
    lang: Lang,
    query: Mapping[str, str] | None = None,
) -> list[Link]:
    """``self`` in the format that was asked for and ``alternate`` in the other."""
    forms = ((media_type, "ogc.as_json"), (HTML, "ogc.as_html"))
    return [
        link(
            request,
            "self" if (kind == HTML) == html else "alternate",
            path,
            kind,
            text(title, lang),
            query,
        )
        for kind, title in forms
    ]
