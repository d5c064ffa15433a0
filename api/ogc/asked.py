"""What a request asks for, strictly: what is not known or not readable is 400.

Source: OGC 17-069r4, clauses 7.6 (unknown or invalid parameters), 7.15 (bbox, datetime, limit).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import shapely
from starlette.requests import Request

from api.errors import BadRequest
from api.ogc.crs import Crs
from api.routing import check_string

COMMON = ("f", "token", "lang")
FORMATS = ("json", "html")
LIMIT, MOST = 100, 10_000
"""Features a page by default, and at most: a larger ``limit`` is brought down to it."""
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d(?:[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d))?")


@dataclass(frozen=True, slots=True)
class Span:
    """A time interval, closed; None: open."""

    start: datetime | None
    end: datetime | None

    def meets(self, start: datetime) -> bool:
        """Whether something that lasts from ``start`` on falls into it."""
        return self.end is None or self.end >= start


def parameters(request: Request, allowed: Iterable[str] = ()) -> dict[str, str]:
    """The query, each name once; raises BadRequest (unknown-parameter, invalid-parameter)."""
    known = (*COMMON, *allowed)
    found: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name not in known:
            raise BadRequest("unknown-parameter", name=name[:80], known=", ".join(known))
        if name in found:
            raise invalid(name, "once")
        check_string(value)
        found[name] = value
    return found


def invalid(name: str, expected: str) -> BadRequest:
    """A parameter whose value cannot be read; ``expected``: a word of the catalogue."""
    return BadRequest("invalid-parameter", name=name, expected=expected)


def wants_html(request: Request, asked: dict[str, str]) -> bool:
    """``f=html``, or without ``f`` a client that puts HTML before JSON, as browsers do."""
    chosen = asked.get("f")
    if chosen is not None:
        if chosen not in FORMATS:
            raise invalid("f", "json|html")
        return chosen == "html"
    for part in request.headers.get("accept", "")[:500].split(","):
        kind = part.partition(";")[0].strip().lower()
        if kind == "text/html":
            return True
        if kind.endswith("json"):
            return False
    return False


def whole_number(asked: dict[str, str], name: str, default: int, least: int) -> int:
    """A whole number of at least ``least``."""
    value = asked.get(name)
    if value is None:
        return default
    if not re.fullmatch(r"\d{1,9}", value, re.ASCII) or int(value) < least:
        raise invalid(name, f"integer>={least}")
    return int(value)


def box(value: str | None, crs: Crs) -> Any:
    """The rectangle of ``bbox`` in the axis order of ``crs``, None if nothing was asked.

    Two parts where it crosses the antimeridian. Heights are ignored: our data are flat.
    """
    if value is None:
        return None
    try:
        numbers = [float(n) for n in value.split(",")]
    except ValueError:
        raise invalid("bbox", "4|6 numbers") from None
    if len(numbers) not in (4, 6) or not all(map(math.isfinite, numbers)):
        raise invalid("bbox", "4|6 numbers")
    half = len(numbers) // 2
    first, second, first_end, second_end = *numbers[:2], *numbers[half : half + 2]
    if second > second_end and not (crs.swapped and crs.geographic):
        raise invalid("bbox", "lower<=upper")
    if first > first_end and (crs.swapped or not crs.geographic):
        raise invalid("bbox", "lower<=upper")
    if crs.swapped and second > second_end:
        west = shapely.box(first, second, first_end, 180)
        return shapely.union(west, shapely.box(first, -180, first_end, second_end))
    if first > first_end:
        east = shapely.box(first, second, 180, second_end)
        return shapely.union(east, shapely.box(-180, second, first_end, second_end))
    return shapely.box(first, second, first_end, second_end)


def span(value: str | None) -> Span | None:
    """``datetime``: an instant, or two of which one may be open (``..`` or nothing)."""
    if value is None:
        return None
    ends = value.split("/")
    if len(ends) == 1:
        at = _instant(ends[0])
        return Span(at, at.replace(hour=23, minute=59, second=59) if len(ends[0]) == 10 else at)
    if len(ends) != 2 or all(e in ("", "..") for e in ends):
        raise invalid("datetime", "RFC 3339")
    start, end = (None if e in ("", "..") else _instant(e) for e in ends)
    if end is not None and len(ends[1]) == 10:
        end = end.replace(hour=23, minute=59, second=59)
    if start is not None and end is not None and start > end:
        raise invalid("datetime", "lower<=upper")
    return Span(start, end)


def _instant(text: str) -> datetime:
    if not _INSTANT.fullmatch(text):
        raise invalid("datetime", "RFC 3339")
    try:
        at = datetime.fromisoformat(text.upper().replace("Z", "+00:00"))
    except ValueError:
        raise invalid("datetime", "RFC 3339") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
