"""Cheapest parts under prices, and all parts that are cheap enough: the kernels.

Values are whole numbers: cut x scale - prices. Weights are rounded to buckets in the table, so that
its minima are lower bounds; `collect` follows exact weights and uses the table to prune only.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

I32, I64, U64 = NDArray[np.int32], NDArray[np.int64], NDArray[np.uint64]

FAR = np.int64(1) << np.int64(60)
"""Value of what cannot be."""


@njit(cache=True, nogil=True)
def fill(
    first: I64,
    out: I32,
    out_cut: I64,
    into: I32,
    into_cut: I64,
    bucket: I64,
    price: I64,
    scale: int,
    table: NDArray[np.int64],
) -> None:
    """table[row, b]: least value of completing a part from ``row`` with b buckets of weight."""
    layers = len(first) - 1
    width = table.shape[1]
    last = first[layers]
    table[last:] = FAR
    table[last + 1, 0] = 0
    for i in range(layers - 1, -1, -1):
        here, there = first[i], first[i + 1]
        w = bucket[i]
        for r in range(here, there):
            row = table[r]
            o = out[r]
            if o >= 0:
                cost = out_cut[r] * scale
                ahead = table[there + o]
                for b in range(width):
                    row[b] = ahead[b] + cost if ahead[b] < FAR else FAR
            else:
                row[:] = FAR
            o = into[r]
            if o >= 0:
                cost = into_cut[r] * scale - price[i]
                ahead = table[there + o]
                for b in range(w, width):
                    if ahead[b - w] < FAR and ahead[b - w] + cost < row[b]:
                        row[b] = ahead[b - w] + cost


@njit(cache=True, nogil=True)
def trace(
    first: I64,
    out: I32,
    out_cut: I64,
    into: I32,
    bucket: I64,
    scale: int,
    table: NDArray[np.int64],
    b: int,
    member: NDArray[np.bool_],
) -> None:
    """The part behind ``table[0, b]``, in vertex order."""
    r = np.int64(0)
    for i in range(len(first) - 1):
        there = first[i + 1]
        o = out[r]
        member[i] = not (
            o >= 0
            and table[there + o, b] < FAR
            and table[there + o, b] + out_cut[r] * scale == table[r, b]
        )
        if member[i]:
            b -= bucket[i]
            o = into[r]
        r = there + o


@njit(cache=True, nogil=True)
def collect(
    first: I64,
    out: I32,
    out_cut: I64,
    into: I32,
    into_cut: I64,
    weight: I64,
    price: I64,
    scale: int,
    table: NDArray[np.int64],
    size: int,
    above: I64,
    below: I64,
    lower: int,
    upper: int,
    most: int,
    found: NDArray[np.uint64],
    value: I64,
    effort: int,
) -> int:
    """All connected parts with exact weight in [lower, upper] and value <= ``most``.

    ``weight`` in vertex order; a bucket is ``size``; the weight of unplaced vertices from layer i
    on is at most ``above[i]`` above and ``below[i]`` below their buckets. Bits of ``found`` are
    positions in the order. Returns how many, or -1 where there are more than ``found`` holds or
    more than ``effort`` steps were needed.
    """
    layers = len(first) - 1
    width = table.shape[1]
    words = found.shape[1]
    bits = np.zeros(words, np.uint64)
    row = np.zeros(layers + 1, np.int64)
    stage = np.zeros(layers + 1, np.int8)  # 0: try out, 1: try into, 2: both tried
    carried = np.zeros(layers + 1, np.int64)
    reached = np.zeros(layers + 1, np.int64)
    count = 0
    steps = 0
    i = 0
    while i >= 0:
        if stage[i] == 2:
            bits[i >> 6] &= ~(np.uint64(1) << np.uint64(i & 63))
            stage[i] = 0
            i -= 1
            continue
        taken = stage[i] == 1
        stage[i] += 1
        steps += 1
        if steps > effort:
            return -1
        r = row[i]
        if taken:
            o = into[r]
            w, v = carried[i] + weight[i], reached[i] + into_cut[r] * scale - price[i]
        else:
            o = out[r]
            w, v = carried[i], reached[i] + out_cut[r] * scale
        if o < 0 or w > upper:
            continue
        if taken:
            bits[i >> 6] |= np.uint64(1) << np.uint64(i & 63)
        if o == 1:
            if w >= lower and v <= most:
                if count == len(found):
                    return -1
                found[count] = bits
                value[count] = v
                count += 1
            continue
        ahead = first[i + 1] + o
        low = max(0, -((w + above[i + 1] - lower) // size))  # ceil((lower - w - above) / size)
        high = min(width - 1, (upper - w + below[i + 1]) // size)
        possible = False
        for b in range(low, high + 1):
            if table[ahead, b] < FAR and v + table[ahead, b] <= most:
                possible = True
                break
        if not possible:
            continue
        i += 1
        row[i], carried[i], reached[i], stage[i] = ahead, w, v, 0
        if i == layers:  # only DONE is complete, and that was handled above
            i -= 1
    return count
