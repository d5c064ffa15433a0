"""Which features a request chooses, and how they are written."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from starlette.requests import Request

from api.ogc import asked as ask
from api.ogc.collections import Collection
from api.ogc.cql2 import Table, chosen, parse_json, parse_text
from api.ogc.crs import Crs, moved, offered
from api.ogc.crs import chosen as crs_chosen
from api.ogc.layer import GEOMETRY, Layer
from api.ogc.links import Link
from redistrict.publish.rows import series, tokens

ITEMS = (
    "limit",
    "offset",
    "bbox",
    "bbox-crs",
    "datetime",
    "crs",
    "filter",
    "filter-lang",
    "filter-crs",
)
LANGUAGES = ("cql2-text", "cql2-json")


@dataclass(frozen=True)
class Page:
    """Rows ``rows`` (k,) of a layer out of ``matched``, to be written in ``crs``."""

    layer: Layer
    rows: NDArray[np.int64]
    matched: int
    offset: int
    limit: int
    crs: Crs
    query: dict[str, str]
    """The parameters asked, but ``f`` and the token."""


def page(request: Request, one: Collection, layer: Layer) -> Page:
    """What the request asks of a collection; raises BadRequest on anything it cannot read."""
    asked = ask.parameters(request, (*ITEMS, *layer.fields))
    systems = offered(one.proposal.crs)
    limit = min(ask.whole_number(asked, "limit", ask.LIMIT, 1), ask.MOST)
    offset = ask.whole_number(asked, "offset", 0, 0)
    crs = crs_chosen(asked.get("crs"), "crs", systems)
    mask = np.ones(len(layer.frame), dtype=np.bool_)
    box_crs = crs_chosen(asked.get("bbox-crs"), "bbox-crs", systems)
    box = ask.box(asked.get("bbox"), box_crs)
    if box is not None:
        mask &= layer.within(box, box_crs)
    span = ask.span(asked.get("datetime"))
    if span is not None and not span.meets(one.proposal.created):
        mask[:] = False
    table = layer.table(crs_chosen(asked.get("filter-crs"), "filter-crs", systems))
    mask &= _filtered(asked, table)
    for name in layer.fields:
        if name in asked:
            mask &= _equal(name, asked[name], table)
    rows = np.flatnonzero(mask)
    query = {k: v for k, v in asked.items() if k not in ask.COMMON}
    return Page(layer, rows[offset : offset + limit], len(rows), offset, limit, crs, query)


def _filtered(asked: dict[str, str], table: Table) -> NDArray[np.bool_]:
    language = asked.get("filter-lang", LANGUAGES[0])
    if language not in LANGUAGES:
        raise ask.invalid("filter-lang", "|".join(LANGUAGES))
    text = asked.get("filter")
    if text is None:
        return np.ones(table.rows, dtype=np.bool_)
    return chosen(parse_json(text) if language == "cql2-json" else parse_text(text), table)


def _equal(name: str, value: str, table: Table) -> NDArray[np.bool_]:
    """``name=value`` in the query: equality, the value read as the column's kind."""
    kind = table.columns[name].kind
    literal: Any = value
    if kind == "number":
        try:
            literal = float(value)
        except ValueError:
            raise ask.invalid(name, "number") from None
        if not np.isfinite(literal):
            raise ask.invalid(name, "number")
    elif kind == "boolean":
        if value not in ("true", "false"):
            raise ask.invalid(name, "true|false")
        literal = value == "true"
    return chosen({"op": "=", "args": [{"property": name}, literal]}, table)


def collection_text(page: Page, links: list[Link]) -> str:
    """A FeatureCollection (RFC 7946 where the CRS is CRS84)."""
    head = {
        "type": "FeatureCollection",
        "timeStamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "numberMatched": page.matched,
        "numberReturned": len(page.rows),
        "links": links,
    }
    features = ",\n".join(feature_texts(page.layer, page.rows, page.crs))
    return f'{json.dumps(head, ensure_ascii=False)[:-1]}, "features": [\n{features}\n]}}'


def feature_texts(layer: Layer, rows: NDArray[np.int64], crs: Crs) -> list[str]:
    """Each row as the text of a Feature, unfinished by nothing: a whole JSON object."""
    told = layer.taken(rows)
    columns = [[f'"{n}":{t}' for t in tokens(series(told, n))] for n in layer.fields]
    shapes = moved(layer.shapes[rows], layer.crs, crs)
    drawn = [g or "null" for g in shapely.to_geojson(shapes).tolist()]
    said = zip(*columns, strict=True) if columns else ((),) * len(rows)
    return [
        f'{{"type":"Feature","id":{json.dumps(layer.ids[row], ensure_ascii=False)},'
        f'"geometry":{shape},"properties":{{{",".join(properties)}}}}}'
        for row, shape, properties in zip(rows.tolist(), drawn, said, strict=True)
    ]


def feature_text(layer: Layer, row: int, crs: Crs, links: list[Link]) -> str:
    """One Feature with its links."""
    (told,) = feature_texts(layer, np.array([row]), crs)
    return f'{told[:-1]},"links":{json.dumps(links, ensure_ascii=False)}}}'


KINDS = {"number": "number", "boolean": "boolean"}


def queryables(layer: Layer, titles: dict[str, str], uri: str, title: str) -> dict[str, Any]:
    """The JSON Schema of what filters may name (Part 3, clause 6.2)."""
    told: dict[str, Any] = {
        name: {
            "title": titles.get(name, name),
            "type": KINDS.get(layer.columns[name].kind, "string"),
        }
        for name in layer.fields
    }
    told[GEOMETRY] = {
        "title": titles.get(GEOMETRY, GEOMETRY),
        "x-ogc-role": "primary-geometry",
        "format": "geometry-any",
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": uri,
        "type": "object",
        "title": title,
        "properties": told,
        "additionalProperties": False,
    }
