"""Well-known binary looked through flat, before GEOS (which recurses) is shown any of it.

Format: OGC 06-103r4, with the EWKB flags for Z, M and SRID that some writers use.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from math import isfinite

from . import limits

POINT, LINE, POLYGON, MULTIPOINT, MULTILINE, MULTIPOLYGON, COLLECTION = range(1, 8)
CURVED = frozenset((8, 9, 10, 11, 12, 13, 14, 15, 16, 17))
"""Circular strings, curve polygons, multi surfaces, TIN ... (ISO 13249-3)."""
_MEMBERS = {
    MULTIPOINT: frozenset((POINT,)),
    MULTILINE: frozenset((LINE,)),
    MULTIPOLYGON: frozenset((POLYGON,)),
    COLLECTION: frozenset(range(1, 8)),
}
_HEAD = {0: struct.Struct(">I"), 1: struct.Struct("<I")}
_PAIR = {0: struct.Struct(">dd"), 1: struct.Struct("<dd")}


@dataclass
class Scan:
    """What a scan found: ``problem`` is None where GEOS may be shown the bytes."""

    problem: str | None
    vertices: int = 0
    dimensions: int = 2


def scan(data: bytes) -> Scan:
    """Sizes, types, nesting and ring closure of one geometry; linear in its length."""
    size = len(data)
    at = 0
    vertices = 0
    most = 2
    # stack of (members left, allowed types); the top is what is being filled
    stack: list[list[object]] = [[1, frozenset(range(1, 8))]]
    try:
        while stack:
            top = stack[-1]
            if top[0] == 0:
                stack.pop()
                continue
            top[0] -= 1  # type: ignore[operator]
            order = data[at]
            if order > 1:
                return Scan("geometry-lost", vertices)
            (code,) = _HEAD[order].unpack_from(data, at + 1)
            at += 5
            if code & 0x20000000:  # EWKB SRID
                at += 4
            extra = ((code & 0x80000000) != 0) + ((code & 0x40000000) != 0)
            code &= 0x0FFFFFFF
            thousands, kind = divmod(code, 1000)
            if thousands > 3:
                return Scan("geometry-lost", vertices)
            dimensions = 2 + max(extra, (0, 1, 1, 2)[thousands])
            most = max(most, dimensions)
            if kind in CURVED:
                return Scan("geometry-type", vertices, most)
            if kind not in top[1]:  # type: ignore[operator]
                return Scan("geometry-lost", vertices, most)
            step = 8 * dimensions
            if kind == POINT:
                at += step
                vertices += 1
            elif kind == LINE:
                (count,) = _HEAD[order].unpack_from(data, at)
                at += 4 + count * step
                vertices += count
                if count == 1:
                    return Scan("geometry-lost", vertices, most)
            elif kind == POLYGON:
                (rings,) = _HEAD[order].unpack_from(data, at)
                at += 4
                for _ in range(rings):
                    (count,) = _HEAD[order].unpack_from(data, at)
                    at += 4
                    end = at + count * step
                    if end > size:
                        return Scan("geometry-lost", vertices, most)
                    # a ring of two points and one that returns at once have nothing inside
                    if count < 3:
                        return Scan("geometry-empty", vertices, most)
                    first = _PAIR[order].unpack_from(data, at)
                    last = _PAIR[order].unpack_from(data, end - step)
                    if not all(map(isfinite, first + last)):
                        return Scan("coordinate-not-finite", vertices, most)
                    if first != last:
                        far = max(map(abs, first + last)) > limits.COORDINATE
                        problem = "coordinate-out-of-range" if far else "ring-not-closed"
                        return Scan(problem, vertices, most)
                    if count < 4:
                        return Scan("geometry-empty", vertices, most)
                    at = end
                    vertices += count
                if rings == 0 and len(stack) > 1:
                    return Scan("geometry-empty", vertices, most)
            else:
                (count,) = _HEAD[order].unpack_from(data, at)
                at += 4
                if count * 9 > size - at:
                    return Scan("geometry-lost", vertices, most)
                stack.append([count, _MEMBERS[kind]])
                if len(stack) > limits.GEOMETRY_DEPTH + 1:
                    return Scan("too-deep", vertices, most)
            if at > size:
                return Scan("geometry-lost", vertices, most)
    except (struct.error, IndexError):
        return Scan("geometry-lost", vertices, most)
    if at != size:
        return Scan("geometry-lost", vertices, most)
    return Scan(None, vertices, most)
