"""Office and service premises of today's committees (办公用房), some too small (5.1)."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from redistrict.synthetic.laid import Laid
from redistrict.synthetic.land import Ints
from redistrict.synthetic.numbering import Ids

TITLES = ("居委会自有", "街道办事处所有", "开发企业移交", "租赁", "国有直管公房")


def premises_rows(
    committees: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame, laid: Laid, order: Ints, ids: Ids
) -> gpd.GeoDataFrame:
    """One or two premises per committee, in one of its buildings where it has any."""
    rng = laid.rng
    at = laid.committee[laid.standing.lot[order]]
    number = {c: k for k, c in enumerate(ids.committee)}
    by_committee = np.argsort(at, kind="stable")
    cut = np.searchsorted(at[by_committee], np.arange(len(ids.committee) + 1))
    centre = shapely.point_on_surface(np.asarray(buildings.geometry))
    inside = shapely.point_on_surface(np.asarray(committees.geometry))
    rows: list[dict[str, object]] = []
    places: list[shapely.Geometry] = []
    for i, (name, old) in enumerate(
        zip(committees["committee_id"].tolist(), committees["old_town"].tolist(), strict=True)
    ):
        k = number[name]
        mine = by_committee[cut[k] : cut[k + 1]]
        for _ in range(2 if rng.random() < 0.25 else 1):
            area = rng.uniform(60, 260) if old else rng.uniform(160, 820)
            places.append(centre[int(rng.choice(mine))] if len(mine) else inside[i])
            rows.append(
                {
                    "premises_id": f"P-{len(rows) + 1:03d}",
                    "area_m2": round(float(area), 1),
                    "committee_id": name,
                    "title": TITLES[int(rng.integers(len(TITLES)))],
                    "stage": "old_town" if old else "built",
                }
            )
    return gpd.GeoDataFrame(rows, geometry=places, crs=committees.crs)
