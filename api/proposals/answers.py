"""Questions about proposals: what lies at a point, who moves between two of them."""

from __future__ import annotations

import json
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd
import shapely
from pyproj import Transformer

from redistrict.model.survey import ID_FIELD

LONLAT = "EPSG:4326"
KEYS = ["building_id", "part"]
AREAS = ("service_grid_id", "committee_id", "street_office_id")


@dataclass(frozen=True, slots=True)
class Moves:
    """Households and buildings that have another area in the second proposal."""

    before: str
    after: str
    households: int
    buildings: int


def geojson(frame: gpd.GeoDataFrame) -> str:
    """A layer as RFC 7946 has it."""
    if frame.empty:
        return json.dumps({"type": "FeatureCollection", "features": []})
    return frame.to_crs(LONLAT).to_json(drop_id=True, to_wgs84=False)


def at_point(frames: dict[str, gpd.GeoDataFrame], lon: float, lat: float) -> dict[str, str | None]:
    """Layer's id field -> the area that covers the point (WGS84 degrees), None where none does."""
    found: dict[str, str | None] = {}
    for layer, frame in frames.items():
        change = Transformer.from_crs(LONLAT, frame.crs, always_xy=True)
        point = shapely.Point(*change.transform(lon, lat))
        key = ID_FIELD[layer]
        hits = frame.iloc[frame.sindex.query(point, predicate="intersects")]
        found[key] = min((str(one) for one in hits[key]), default=None)
    return found


def moves(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame, area: str) -> list[Moves]:
    """Who moves from which area to which, most households first; ``area``: one of `AREAS`.

    Buildings that only one of the two has are nobody's move.
    """
    left, right = (pd.DataFrame(f[[*KEYS, area, "households"]]) for f in (before, after))
    both = left.merge(right, on=KEYS, suffixes=("_before", "_after"))
    both = both[both[f"{area}_before"] != both[f"{area}_after"]]
    pairs: dict[tuple[str, str], list[int]] = {}
    columns = (f"{area}_before", f"{area}_after", "households_after")
    for old, new, households in zip(*(both[c] for c in columns), strict=True):
        pairs.setdefault((str(old), str(new)), []).append(int(households))
    made = [Moves(old, new, sum(found), len(found)) for (old, new), found in pairs.items()]
    return sorted(made, key=lambda m: (-m.households, m.before, m.after))
