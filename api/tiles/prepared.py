"""A layer at one revision, as one kind of viewer sees it, ready for any tile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import shapely

from api.bounded import Bounded
from api.projections import change
from api.tiles.attributes import Attributes, attributes
from api.tiles.encode import encode
from api.tiles.flat import Shapes
from api.tiles.geometry import PLAIN_ZOOM, Group, grouped, projected, simplified
from api.tiles.pyramid import OFFERED, Tile, unit

COVERAGES = frozenset(("service_grids", "committees", "street_offices"))
"""Layers whose areas share their boundaries."""
MANY = 5000
"""A layer of more rows than this is thinned out below `DETAIL`."""
DETAIL = 14
"""From this zoom on every column is in the tile."""
REPEATED = 10
"""Below it, of a large layer, only columns whose values repeat this often: not the ids of rows."""
WORLD = (-180.0, -85.051129, 180.0, 85.051129)
VISIBLE = 4.0
"""Tile units across which a typical feature must be seen for the layer to be offered."""


@dataclass
class Shaped:
    """The geometry of a layer; ``zooms`` holds what was simplified for a zoom."""

    source: Shapes
    mercator: Shapes
    coverage: bool
    zooms: Bounded[tuple[Group, ...]] = field(
        default_factory=lambda: Bounded[tuple[Group, ...]](OFFERED + 1, lambda _: 1)
    )

    def groups(self, z: int) -> tuple[Group, ...]:
        """The shapes with the vertices that zoom ``z`` can show."""
        level = min(z, PLAIN_ZOOM) if self._simplifies else PLAIN_ZOOM
        return self.zooms.get(
            level, lambda: grouped(simplified(self.mercator, level, self.coverage))
        )

    @property
    def _simplifies(self) -> bool:
        return self.coverage or bool(np.isin(shapely.get_type_id(self.mercator), (1, 5)).any())


@dataclass(frozen=True)
class Prepared:
    """What tiles of a layer are made from."""

    name: str
    shaped: Shaped
    told: Attributes
    light: Attributes
    bounds: tuple[float, float, float, float]
    """West, south, east, north in degrees (WGS84); the world where nothing has a place."""
    minzoom: int

    def tile(self, tile: Tile) -> bytes:
        """The layer in ``tile``; b"" where nothing is."""
        told = self.told if tile.z >= DETAIL else self.light
        return encode(self.name, self.shaped.groups(tile.z), told, tile)

    def fields(self) -> Mapping[str, str]:
        """Column -> its kind, for the TileJSON."""
        return dict(zip(self.told.names, self.told.kinds, strict=True))


def shape_key(frame: gpd.GeoDataFrame) -> tuple[bytes, str]:
    """A name for the geometry alone: edits of who belongs where leave buildings as they stand.

    It names the objects, not what they hold: it is good for as long as `Shaped.source` is kept.
    """
    shapes: Shapes = np.asarray(frame.geometry.array, dtype=object)
    return np.array([id(shape) for shape in shapes], dtype=np.uint64).tobytes(), str(frame.crs)


def shaped(name: str, frame: gpd.GeoDataFrame) -> Shaped:
    """The geometry of ``frame`` (a layer in its CRS)."""
    shapes: Shapes = np.asarray(frame.geometry.array, dtype=object)
    return Shaped(shapes, projected(shapes, str(frame.crs)), name in COVERAGES)


def prepared(
    name: str, frame: gpd.GeoDataFrame, shape: Shaped, before: Prepared | None = None
) -> Prepared:
    """A layer with its attributes on the geometry ``shape``; ``before``: another revision of it."""
    columns = [str(c) for c in frame.columns if c != frame.geometry.name]
    told = attributes(frame, columns, before.told if before else None)
    light = told
    if len(frame) > MANY:
        most = len(frame) // REPEATED
        light = told.only([n for n, d in zip(told.names, told.distinct, strict=True) if d <= most])
    return Prepared(name, shape, told, light, _bounds(shape.mercator), _minzoom(shape.mercator))


def _bounds(shapes: Shapes) -> tuple[float, float, float, float]:
    if not len(shapes):
        return WORLD
    west, south, east, north = shapely.total_bounds(shapes)
    if not np.isfinite([west, south, east, north]).all():
        return WORLD
    lon, lat = change("EPSG:3857", "EPSG:4326").transform([west, east], [south, north])
    return (
        round(float(lon[0]), 7),
        round(float(lat[0]), 7),
        round(float(lon[1]), 7),
        round(float(lat[1]), 7),
    )


def _minzoom(shapes: Shapes) -> int:
    """The first zoom at which the middle one of the areas is half a pixel across."""
    area = shapely.area(shapes)
    area = area[np.isfinite(area) & (area > 0)]
    if len(area) <= MANY:
        return 0
    across = float(np.sqrt(np.median(area)))
    return next((z for z in range(OFFERED) if across >= VISIBLE * unit(z)), OFFERED)
