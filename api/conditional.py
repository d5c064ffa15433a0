"""Answers that a client may already have: entity tags, 304, and what a cache key must hold."""

from __future__ import annotations

import hashlib

from starlette.requests import Request
from starlette.responses import Response

from api.layers import Viewer

View = tuple[str, frozenset[str], frozenset[str]]


def view(viewer: Viewer) -> View:
    """What of a viewer decides which rows and counts they see: role and scope, not the account."""
    return (viewer.role, viewer.street_offices, viewer.committees)


def entity_tag(*parts: object) -> str:
    """A weak tag (one content, several encodings) of whatever decides the content."""
    said = "\x1f".join(_said(part) for part in parts)
    return f'W/"{hashlib.blake2b(said.encode("utf-8", "replace"), digest_size=16).hexdigest()}"'


def _said(part: object) -> str:
    if isinstance(part, frozenset | tuple | list):
        inner = [_said(p) for p in part]
        return repr(sorted(inner) if isinstance(part, frozenset) else inner)
    return repr(part)


def unchanged(request: Request, tag: str) -> bool:
    """Whether the client has it already (RFC 9110 13.1.2, weak comparison)."""
    asked = request.headers.get("if-none-match", "")
    known = {one.strip().removeprefix("W/") for one in asked.split(",")}
    return asked.strip() == "*" or tag.removeprefix("W/") in known


def headers(tag: str) -> dict[str, str]:
    """Kept by the browser alone, asked again each time: a right may be withdrawn."""
    return {
        "ETag": tag,
        "Cache-Control": "private, no-cache",
        "Vary": "Authorization, Cookie, Accept-Encoding, Accept-Language",
    }


def not_modified(tag: str) -> Response:
    """304."""
    return Response(status_code=304, headers=headers(tag))
