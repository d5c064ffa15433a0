"""A layer of a vector tile as bytes.

Source: Mapbox Vector Tile Specification 2.1, section 4; a tile of ours has one layer.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from api.tiles import kernels
from api.tiles.attributes import Attributes, field, keys, varint
from api.tiles.geometry import Cut, Group, cut
from api.tiles.pyramid import EXTENT, Tile

# Keys of the fields of a Layer: version, name, extent; of a Tile: layers.
_VERSION, _NAME, _EXTENT, _LAYER = 0x78, 0x0A, 0x28, 0x1A


def encode(name: str, groups: Iterable[Group], told: Attributes, tile: Tile) -> bytes:
    """The features of ``groups`` in ``tile`` with the attributes ``told``; b"" where none is."""
    frame = np.array([tile.left, tile.top, tile.scale])
    values = len(told.starts) - 1
    place = np.full(values, -1, dtype=np.int32)
    order = np.empty(values, dtype=np.int32)
    used = 0
    pieces: list[bytes] = []
    for piece in (c for group in groups for c in cut(group, tile)):
        out, used = _features(piece, told, frame, place, order, used)
        pieces.append(out)
    if not any(pieces):
        return b""
    said = kernels.gather(told.pool, told.starts, order, used).tobytes()
    head = bytes([_VERSION, 2]) + field(_NAME, name.encode())
    tail = bytes([_EXTENT]) + varint(EXTENT)
    return field(_LAYER, b"".join([head, *pieces, keys(told.names), said, tail]))


def _features(
    piece: Cut,
    told: Attributes,
    frame: np.ndarray,
    place: np.ndarray,
    order: np.ndarray,
    used: int,
) -> tuple[bytes, int]:
    flat = piece.flat
    vertices = flat.starts[flat.parts[piece.chosen + 1]] - flat.starts[flat.parts[piece.chosen]]
    rings = flat.parts[piece.chosen + 1] - flat.parts[piece.chosen]
    # A step is under 2^26 units: at most 4 bytes; commands 5; tags a column and a value.
    room = 10 * vertices + 15 * rings
    widest = int(np.diff(flat.starts).max(initial=0))
    out = np.empty(int(room.sum()) + len(room) * (60 + 10 * len(told.names)), dtype=np.uint8)
    size, used = kernels.write_features(
        flat.family,
        flat.x,
        flat.y,
        flat.starts,
        flat.parts,
        flat.outer,
        piece.chosen,
        frame,
        piece.ids,
        told.codes,
        place,
        order,
        used,
        out,
        np.empty(int(room.max(initial=0)), dtype=np.uint8),
        np.empty(widest, dtype=np.int64),
        np.empty(widest, dtype=np.int64),
    )
    return out[:size].tobytes(), used
