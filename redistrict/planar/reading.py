"""The order in which places are numbered: west to east, north to south (自西向东、由北向南)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def reading_order(xy: NDArray[np.float64]) -> NDArray[np.int64]:
    """(n,) rank 0..n-1 of the points ``xy`` (n, 2): as one reads a page with north at the top.

    The extent is laid out in bands of equal height from north to south, as many as give each band
    about as many places as there are bands per width (``sqrt(n * height / width)``, at least one);
    inside a band from west to east, then north to south, then row order.
    """
    n = len(xy)
    if n == 0:
        return np.zeros(0, dtype=np.int64)
    whole = np.round(xy, 3)
    width, height = np.ptp(whole, axis=0)
    bands = int(np.clip(round(np.sqrt(n * height / max(float(width), 1e-3))), 1, n))
    depth = (whole[:, 1].max() - whole[:, 1]) / max(float(height), 1e-3) * bands
    band = np.minimum(np.floor(np.round(depth, 6)).astype(np.int64), bands - 1)
    order = np.lexsort((np.arange(n), -whole[:, 1], whole[:, 0], band))
    rank = np.empty(n, dtype=np.int64)
    rank[order] = np.arange(n)
    return rank
