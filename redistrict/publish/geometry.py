"""Arrays of shapes, the form in which layers travel through the writers."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

Shapes = NDArray[Any]
"""(n,) object array of shapely geometries; None where a row has none."""


def shapes(frame: gpd.GeoDataFrame) -> Shapes:
    """The active geometry of ``frame`` as an object array."""
    return np.asarray(frame.geometry.array, dtype=object)
