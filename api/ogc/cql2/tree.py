"""The tree of a filter: CQL2 JSON, bounded before anybody walks it."""

from __future__ import annotations

from typing import Any

from api import routing
from api.errors import BadRequest

Tree = Any
"""A JSON value: literal, ``{"property": name}``, ``{"op": name, "args": [...]}``, GeoJSON geometry,
``{"bbox": [...]}``, ``{"date": text}``, ``{"timestamp": text}`` or a list of such."""

LENGTH = 16_384
"""Characters of a filter."""
DEPTH = 32
NODES = 4_000
"""Values in the tree, each coordinate counted."""


def parse_json(text: str) -> Tree:
    """The tree of a CQL2 JSON text; raises BadRequest (filter-syntax, filter-too-large)."""
    check_length(text)
    try:
        tree = routing.parsed(text.encode("utf-8", "strict"))
    except UnicodeEncodeError:
        raise BadRequest("filter-syntax", position=0, near="") from None
    check_size(tree)
    return tree


def check_length(text: str) -> None:
    """Raise BadRequest (filter-too-large) for a longer text than `LENGTH`."""
    if len(text) > LENGTH:
        raise too_large("length", LENGTH)


def check_size(tree: Tree) -> None:
    """Raise BadRequest (filter-too-large) for what is deeper or wider than is walked."""
    waiting: list[tuple[Any, int]] = [(tree, 0)]
    count = 0
    while waiting:
        node, depth = waiting.pop()
        count += 1
        if depth > DEPTH * 2:  # an operation and its list of arguments are two levels
            raise too_large("depth", DEPTH)
        if count > NODES:
            raise too_large("nodes", NODES)
        if isinstance(node, dict):
            waiting += [(v, depth + 1) for v in node.values()]
        elif isinstance(node, list):
            waiting += [(v, depth + 1) for v in node]


def too_large(what: str, limit: int) -> BadRequest:
    """The refusal of a filter beyond a bound."""
    return BadRequest("filter-too-large", what=what, limit=limit)
