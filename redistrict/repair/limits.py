"""Bounds on geometry work: what is built to exhaust us is refused before it is begun."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import shapely

from redistrict.model.errors import SurveyError
from redistrict.model.finding import Finding
from redistrict.planar.crossings import count_crossings
from redistrict.planar.geometries import Geometries, of_frame

MAX_SELF_CROSSINGS = 5_000
"""Crossings of one feature's own rings; mending 5,000 takes 0.1 s, 62,000 takes 4 s and 300 MB."""

MAX_VERTICES_TO_MEND = 500_000
"""Vertices of all invalid geometries of a layer together."""

MAX_CROSSINGS = 50_000
"""Crossings among the boundaries of a layer of areas: noding 50,000 takes about 2 s. 343
hand-traced offices of Beijing have fewer than 1,500."""

LARGE = 1_000
"""Vertices above which a feature of any layer is checked against the areas."""


def limit(layer: str | None, feature_id: str | None, measure: str, most: int) -> SurveyError:
    """The refusal of a survey that would take too long."""
    params = {"measure": measure, "limit": most}
    return SurveyError(
        Finding("processing-limit", "error", layer, feature_id, params=params, action="refused")
    )


def refuse_endless_mending(
    geometry: Geometries, rows: Geometries, layer: str, ids: list[str]
) -> None:
    """Raise where mending the ``rows`` (indices of invalid polygons) would not end in time."""
    if len(rows) == 0:
        return
    vertices = shapely.get_num_coordinates(geometry[rows])
    if vertices.sum() > MAX_VERTICES_TO_MEND:
        worst = ids[int(rows[np.argmax(vertices)])]
        raise limit(layer, worst, "vertices", MAX_VERTICES_TO_MEND)
    left = 4 * MAX_SELF_CROSSINGS
    for i in rows:
        found = count_crossings(geometry[i : i + 1], min(left, MAX_SELF_CROSSINGS))
        left -= found
        if found >= MAX_SELF_CROSSINGS or left <= 0:
            raise limit(layer, ids[i], "crossings", MAX_SELF_CROSSINGS)


def refuse_entangled(polygons: Geometries, layer: str) -> None:
    """Raise where boundaries cross one another too often to be noded in time."""
    if count_crossings(polygons, MAX_CROSSINGS) >= MAX_CROSSINGS:
        raise limit(layer, None, "crossings", MAX_CROSSINGS)


def refuse_entangled_features(layers: Mapping[str, gpd.GeoDataFrame]) -> None:
    """Raise where large footprints, estates or grids cross the areas too often to be joined."""
    areas = [of_frame(layers[n]) for n in ("street_offices", "committees") if n in layers]
    for name in ("buildings", "estates", "service_grids"):
        if name not in layers:
            continue
        shapes = of_frame(layers[name])
        large = shapes[shapely.get_num_coordinates(shapes) > LARGE]
        if len(large):
            refuse_entangled(np.concatenate([large, *areas]), name)
