"""Connected components, compiled: called many times on small graphs."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, error_model="numpy")
def components(n, edges):  # pyright: ignore
    """Union-find with path halving; the root of a component is its first node."""
    root = np.arange(n)
    for e in range(len(edges)):
        a, b = edges[e, 0], edges[e, 1]
        while root[a] != a:
            root[a] = root[root[a]]
            a = root[a]
        while root[b] != b:
            root[b] = root[root[b]]
            b = root[b]
        if a < b:
            root[b] = a
        elif b < a:
            root[a] = b
    label = np.empty(n, dtype=np.int64)
    count = 0
    for v in range(n):
        if root[v] == v:
            label[v] = count
            count += 1
        else:
            label[v] = label[root[v]]
    return label
