"""``/openapi.json`` as HTML: operations by tag, then the shapes they take and answer with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Row:
    """A parameter or a property."""

    name: str
    place: str
    type: str
    needed: bool


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path."""

    method: str
    path: str
    says: str
    parameters: tuple[Row, ...]
    body: str
    answers: tuple[tuple[str, str], ...]


def page(document: Mapping[str, Any], lang: str) -> str:
    """The page for an OpenAPI document."""
    tags: dict[str, list[Operation]] = {}
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                tag = str((item[method].get("tags") or ["-"])[0])
                tags.setdefault(tag, []).append(_operation(method, path, item[method]))
    schemas = document.get("components", {}).get("schemas", {})
    shapes = {
        name: (schema.get("description", ""), _rows(schema))
        for name, schema in sorted(schemas.items())
    }
    info = document["info"]
    return _template().render(
        title=info["title"], version=info["version"], tags=tags, shapes=shapes, lang=lang
    )


def type_of(schema: Mapping[str, Any]) -> str:
    """A schema in a word or a few: ``string(date)``, ``[RulingOut]``, ``string | null``."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    for several in ("anyOf", "oneOf"):
        if several in schema:
            return " | ".join(type_of(one) for one in schema[several])
    if "enum" in schema:
        return " | ".join(f'"{value}"' for value in schema["enum"])
    if "const" in schema:
        return f'"{schema["const"]}"'
    if schema.get("type") == "array":
        return f"[{type_of(schema.get('items', {}))}]"
    more = schema.get("additionalProperties")
    if schema.get("type") == "object" and isinstance(more, dict):
        return f"{{name: {type_of(more)}}}"
    kind, form = str(schema.get("type", "any")), schema.get("format")
    return f"{kind}({form})" if form else kind


def _operation(method: str, path: str, said: Mapping[str, Any]) -> Operation:
    body = said.get("requestBody", {}).get("content", {})
    answers = [
        (status, _content(answer.get("content", {})) or str(answer.get("description", "")))
        for status, answer in said.get("responses", {}).items()
    ]
    parameters = tuple(
        Row(p["name"], p["in"], type_of(p.get("schema", {})), bool(p.get("required")))
        for p in said.get("parameters", [])
    )
    says = str(said.get("description") or said.get("summary") or "")
    return Operation(method.upper(), path, says, parameters, _content(body), tuple(answers))


def _content(content: Mapping[str, Any]) -> str:
    return "; ".join(f"{kind}: {type_of(held.get('schema', {}))}" for kind, held in content.items())


def _rows(schema: Mapping[str, Any]) -> tuple[Row, ...]:
    needed = schema.get("required", [])
    properties: Mapping[str, Any] = schema.get("properties", {})
    return tuple(Row(name, "", type_of(one), name in needed) for name, one in properties.items())


@cache
def _template() -> Template:
    loader = PackageLoader("api.reading")
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
    return environment.get_template("page.html")
