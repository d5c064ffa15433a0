"""Geometry on several cores: shapely and our compiled kernels let go of the interpreter.

What is called must neither prepare nor change a geometry that another thread sees.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np

from redistrict.planar.geometries import Geometries

T = TypeVar("T")
R = TypeVar("R")

LEAST = 2000
"""Geometries for which a thread is worth its start."""


def mapped(function: Callable[[T], R], items: Sequence[T], threads: int) -> list[R]:
    """``[function(item) for item in items]``, whatever the number of threads."""
    if threads <= 1 or len(items) <= 1:
        return [function(item) for item in items]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(function, items))


def by_rows(
    function: Callable[[Geometries], Geometries], shapes: Geometries, threads: int
) -> Geometries:
    """``function(shapes)`` for a ``function`` of (n,) that looks at each row alone."""
    parts = min(threads, len(shapes) // LEAST)
    if parts <= 1:
        return function(shapes)
    return np.concatenate(mapped(function, np.array_split(shapes, parts), threads))
