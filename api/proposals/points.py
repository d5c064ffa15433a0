"""Areas without their outlines: a place for the label of each, and how far it reaches.

A map has the outlines from its tiles; what it lists and labels is a tenth of the layer's size.
"""

from __future__ import annotations

import json
from typing import Any, cast

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

from redistrict.publish.rows import plain

LONLAT = "EPSG:4326"
LEVELS = (0.5, 0.42, 0.58, 0.34, 0.66)
CLEARLY = 1.25
"""A level other than the middle one must be so much wider to have the label."""
DIGITS = 7


def points(frame: gpd.GeoDataFrame) -> str:
    """The rows of a layer of areas as GeoJSON points inside them, each with its bbox (RFC 7946)."""
    shapes = np.asarray(frame.geometry.array, dtype=object)
    change = Transformer.from_crs(frame.crs, LONLAT, always_xy=True)
    west, south, east, north = np.atleast_2d(shapely.bounds(shapes)).T
    corners = [change.transform(x, y) for x in (west, east) for y in (south, north)]
    lon, lat = (np.array([corner[i] for corner in corners]) for i in (0, 1))
    boxes = np.column_stack([lon.min(axis=0), lat.min(axis=0), lon.max(axis=0), lat.max(axis=0)])
    at = inside(shapes)
    places = np.column_stack(change.transform(at[:, 0], at[:, 1]))
    names = [str(c) for c in frame.columns if c != frame.geometry.name]
    rows = frame[names].astype(object).to_numpy()
    features = [
        {
            "type": "Feature",
            "properties": {n: plain(v) for n, v in zip(names, row, strict=True)},
            "bbox": box,
            "geometry": {"type": "Point", "coordinates": place},
        }
        for row, box, place in zip(
            rows, boxes.round(DIGITS).tolist(), places.round(DIGITS).tolist(), strict=True
        )
    ]
    return json.dumps(
        {"type": "FeatureCollection", "features": features}, ensure_ascii=False, allow_nan=False
    )


def inside(shapes: NDArray[Any]) -> NDArray[np.float64]:
    """(n, 2) a point inside the largest piece of each of (n,) areas: of some levels near its
    middle, where it is widest; in the coordinates of the shapes."""
    pieces, of = shapely.get_parts(shapes, return_index=True)
    order = np.lexsort((-shapely.area(pieces), of))
    largest = cast("NDArray[Any]", pieces[order[np.unique(of[order], return_index=True)[1]]])
    west, south, east, north = shapely.bounds(largest).T
    best = np.column_stack([(west + east) / 2, (south + north) / 2])
    widest = np.zeros(len(largest))
    for level in LEVELS:
        y = south + (north - south) * level
        ends = np.stack([np.column_stack([west - 1, y]), np.column_stack([east + 1, y])], axis=1)
        runs, area = shapely.get_parts(
            shapely.intersection(shapely.linestrings(ends), largest), return_index=True
        )
        long = shapely.length(runs)
        first = np.lexsort((-long, area))
        rows, at = np.unique(area[first], return_index=True)
        run = first[at]
        wider = long[run] > widest[rows] * (1 if level == LEVELS[0] else CLEARLY)
        rows, run = rows[wider], run[wider]
        widest[rows] = long[run]
        middles = shapely.get_coordinates(
            shapely.line_interpolate_point(runs[run], 0.5, normalized=True)
        )
        best[rows] = middles
    return best
