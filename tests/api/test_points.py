"""Areas without their outlines: what a map lists and labels."""

from __future__ import annotations

from pathlib import Path

import pytest
from shapely.geometry import shape

from tests.api.editing import kept, seen
from tests.api.world import World


def test_areas_come_as_points_inside_them_with_their_bounds(
    world: World, shown_folders: dict[str, Path]
) -> None:
    proposal = kept(world, shown_folders["city"])
    for layer in ("service_grids", "committees", "street_offices"):
        whole, light = (
            seen(world, f"{proposal}/layers/{layer}", shapes=shapes).json()["features"]
            for shapes in ("whole", "points")
        )
        assert [one["properties"] for one in light] == [one["properties"] for one in whole]
        for one, other in zip(light, whole, strict=True):
            area = shape(other["geometry"])
            assert area.contains(shape(one["geometry"])), one
            assert one["bbox"] == pytest.approx(area.bounds, abs=1e-5)
    assert seen(world, f"{proposal}/layers/buildings", shapes="points").status_code == 404
