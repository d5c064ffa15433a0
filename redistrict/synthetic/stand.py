"""Buildings on the map: footprints that neither leave their lot nor touch one another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from redistrict.synthetic.land import Bools, Buildings, Geometries, Ints, Lot
from redistrict.synthetic.mesh import Mesh
from redistrict.synthetic.warp import Warp


@dataclass(frozen=True)
class Standing:
    """All buildings of the city: records, their lots and footprints in the city's CRS."""

    records: Buildings
    lot: Ints
    footprint: Geometries

    def keep(self, rows: Ints | Bools) -> Standing:
        return Standing(self.records[rows], self.lot[rows], self.footprint[rows])


def stand(lots: list[Lot], mesh: Mesh, warp: Warp, crs: str) -> Standing:
    """Place every building; the few that the bent land has no room for are left out."""
    records: Buildings = np.concatenate([lot.buildings for lot in lots])
    lot = np.repeat(np.arange(len(lots)), [len(x.buildings) for x in lots]).astype(np.int64)
    rings = warp.rectangles(
        records["u"], records["v"], records["length"], records["depth"], records["upright"], crs
    )
    footprint = np.asarray(shapely.polygons(rings), dtype=np.object_)
    shapely.prepare(mesh.polygons)
    fits = shapely.contains_properly(mesh.polygons[lot], footprint)
    tree = shapely.STRtree(footprint)
    one, other = tree.query(footprint, predicate="intersects")
    fits[np.maximum(one, other)[one != other]] = False
    return Standing(records, lot, footprint).keep(fits)
