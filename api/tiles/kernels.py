"""The encoder's inner loops: features as bytes of a vector tile layer.

Sources: Mapbox Vector Tile Specification 2.1, sections 4.3 (commands: MoveTo, LineTo, ClosePath,
zigzag steps from a cursor that a feature starts at the tile's corner) and 4.4 (tags);
Protocol Buffers, Encoding (varints). Compiled by numba; they hold no Python lock.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

MOVE, LINE_TO, CLOSE = 1, 2, 15
# Keys of the fields of a Feature: id (varint), tags, type (varint), geometry; of a Layer: features.
ID, TAGS, TYPE, GEOMETRY, FEATURE = 0x08, 0x12, 0x18, 0x22, 0x12
WORD = 10
"""Bytes of the longest varint."""


@njit(cache=True, nogil=True)
def _put(out: Bytes, at: int, word: int) -> int:
    """Write a varint, return the place after it."""
    while word >= 128:
        out[at] = (word & 127) | 128
        word >>= 7
        at += 1
    out[at] = word
    return at + 1


@njit(cache=True, nogil=True)
def _size(word: int) -> int:
    size = 1
    while word >= 128:
        word >>= 7
        size += 1
    return size


@njit(cache=True, nogil=True)
def _zigzag(step: int) -> int:
    return (step << 1) ^ (step >> 63)


@njit(cache=True, nogil=True)
def _quantised(
    x: Floats, y: Floats, first: int, last: int, frame: Floats, closed: bool, px: Ints, py: Ints
) -> int:
    """Vertices ``first:last`` in tile units into ``px``, ``py``, none like the one before it."""
    count = 0
    for v in range(first, last):
        qx = np.int64(np.rint((x[v] - frame[0]) * frame[2]))
        qy = np.int64(np.rint((frame[1] - y[v]) * frame[2]))
        if count == 0 or qx != px[count - 1] or qy != py[count - 1]:
            px[count] = qx
            py[count] = qy
            count += 1
    while closed and count > 1 and px[0] == px[count - 1] and py[0] == py[count - 1]:
        count -= 1
    return count


@njit(cache=True, nogil=True)
def _twice_area(px: Ints, py: Ints, count: int) -> int:
    """Surveyor's formula in tile units (y down): positive for a shell."""
    total = 0
    for v in range(count):
        w = v + 1 if v + 1 < count else 0
        total += px[v] * py[w] - px[w] * py[v]
    return total


@njit(cache=True, nogil=True)
def write_features(
    family: int,
    x: Floats,
    y: Floats,
    starts: Ints,
    parts: Ints,
    outer: NDArray[np.bool_],
    chosen: Ints,
    frame: Floats,
    numbers: Ints,
    codes: NDArray[np.int32],
    place: NDArray[np.int32],
    order: NDArray[np.int32],
    used: int,
    out: Bytes,
    drawing: Bytes,
    px: Ints,
    py: Ints,
) -> tuple[int, int]:
    """Features ``chosen`` of a `Flat` into ``out``: (bytes written, values used).

    ``frame``: left, top, units a metre. ``numbers`` (n,) the ids; ``codes`` (n, columns) number of
    each value in the layer's list, -1 for none; ``place`` (values,) its number in the tile or -1,
    ``order`` the inverse, ``used`` how many there are: both are carried on. ``drawing``, ``px``,
    ``py``: room for the largest feature. What collapses at this resolution leaves no trace.
    """
    at = 0
    for f in chosen:
        end = 0
        cx = cy = 0
        shell = False
        for p in range(parts[f], parts[f + 1]):
            if outer[p]:
                shell = False
            elif not shell:
                continue
            count = _quantised(x, y, starts[p], starts[p + 1], frame, family == 3, px, py)
            if count < family:
                continue
            if family == 3:
                area = _twice_area(px, py, count)
                if (outer[p] and area <= 0) or (not outer[p] and area >= 0):
                    continue
                shell = True
            end = _put(drawing, end, ((count if family == 1 else 1) << 3) | MOVE)
            for v in range(count):
                if v == 1 and family > 1:
                    end = _put(drawing, end, ((count - 1) << 3) | LINE_TO)
                end = _put(drawing, end, _zigzag(int(px[v]) - cx))
                end = _put(drawing, end, _zigzag(int(py[v]) - cy))
                cx, cy = int(px[v]), int(py[v])
            if family == 3:
                end = _put(drawing, end, CLOSE)
        if end == 0:
            continue
        row = int(numbers[f])
        tags = 0
        for c in range(codes.shape[1]):
            code = codes[row, c]
            if code >= 0:
                if place[code] < 0:
                    place[code] = used
                    order[used] = code
                    used += 1
                tags += _size(c) + _size(int(place[code]))
        size = 1 + _size(row) + 1 + _size(tags) + tags + 2 + 1 + _size(end) + end
        at = _put(out, at, FEATURE)
        at = _put(out, at, size)
        at = _put(out, at, ID)
        at = _put(out, at, row)
        at = _put(out, at, TAGS)
        at = _put(out, at, tags)
        for c in range(codes.shape[1]):
            code = codes[row, c]
            if code >= 0:
                at = _put(out, at, c)
                at = _put(out, at, int(place[code]))
        at = _put(out, at, TYPE)
        at = _put(out, at, family)
        at = _put(out, at, GEOMETRY)
        at = _put(out, at, end)
        for k in range(end):
            out[at + k] = drawing[k]
        at += end
    return at, used


@njit(cache=True, nogil=True)
def gather(pool: Bytes, starts: Ints, order: NDArray[np.int32], used: int) -> Bytes:
    """The pieces ``pool[starts[i]:starts[i + 1]]`` of the first ``used`` of ``order``, in order."""
    total = 0
    for k in range(used):
        total += starts[order[k] + 1] - starts[order[k]]
    out = np.empty(total, dtype=np.uint8)
    at = 0
    for k in range(used):
        for j in range(starts[order[k]], starts[order[k] + 1]):
            out[at] = pool[j]
            at += 1
    return out
