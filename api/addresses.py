"""Absolute addresses of this service, which carry on the token that a GIS program put in its own.

A desktop program that cannot send a header is given ``?token=`` and follows links; a link without
the token would lead it to a refusal.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, urlencode

from starlette.requests import Request

CARRIED = ("token", "lang")
"""Query parameters that go along on every link."""


def address(request: Request, path: str, query: Mapping[str, str] | None = None) -> str:
    """``path`` (segments already quoted, without a leading slash) with ``query``."""
    carried = {k: v for k in CARRIED if (v := request.query_params.get(k)) is not None}
    asked = urlencode({**(query or {}), **carried}, quote_via=quote)
    return f"{request.base_url}{path}" + (f"?{asked}" if asked else "")


def segment(name: str) -> str:
    """A name as one segment of a path."""
    return quote(name, safe="")
