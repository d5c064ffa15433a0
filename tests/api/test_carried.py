"""Estates and barriers: everybody sees what lies on the land they see; the public less."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from shapely.geometry import LineString, box

from api.layers import Role
from api.proposals.carried import on
from api.store.types import today
from redistrict.publish.carried import carried
from tests.api.editing import a_move, kept, send
from tests.api.world import OWN, World, made
from tests.proposals import town


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with made(tmp_path_factory.mktemp("carried"), None) as one:
        yield one


@pytest.fixture(scope="module")
def proposal(world: World) -> str:
    """The town with an estate on each office's land, and a river between the two."""
    paper = town()
    offices = paper.street_offices.set_index("street_office_id").geometry
    one, other = offices["S1"], offices["S2"]
    west, _, east, north = other.bounds
    estates = {
        "estate_id": ["E1", "E2"],
        "name": ["南苑", "北苑"],
        "planned_households": [3137, None],
    }
    brought = {"estates": gpd.GeoDataFrame(estates, geometry=[one, other], crs=offices.crs)}
    far = LineString([((west + east) / 2, north), (east, north)])
    lines = [one.intersection(other), far]
    told = {"kind": ["river", "railway"], "name": ["白水河", None], "crossable": [False, True]}
    brought["barriers"] = gpd.GeoDataFrame(told, geometry=lines, crs=offices.crs)
    return world.keep(paper, brought=brought)


def rows(world: World, proposal: str, layer: str, role: Role) -> list[dict[str, Any]]:
    path = f"/api/proposals/{proposal}/layers/{layer}"
    answer = world.client.get(path, headers=world.as_(role))
    assert answer.status_code == 200, answer.text
    return [one["properties"] for one in answer.json()["features"]]


@pytest.mark.parametrize(
    ("role", "estates", "barriers"),
    [
        ("planner", ["E1", "E2"], ["river", "railway"]),
        ("street_office", ["E1"], ["river"]),
        ("committee", ["E1"], ["river"]),
    ],
)
def test_one_sees_what_lies_on_the_land_one_sees(
    world: World, proposal: str, role: Role, estates: list[str], barriers: list[str]
) -> None:
    assert [r["estate_id"] for r in rows(world, proposal, "estates", role)] == estates
    assert [r["kind"] for r in rows(world, proposal, "barriers", role)] == barriers
    listed = world.client.get("/api/proposals", headers=world.as_(role)).json()
    counts = {one["id"]: one["layers"] for one in listed}[proposal]
    assert (counts["estates"], counts["barriers"]) == (len(estates), len(barriers))


def test_the_public_gets_names_of_what_is_in_force_and_nothing_of_plans(world: World) -> None:
    paper = town()
    land = paper.street_offices
    estates = {"estate_id": ["E1", "E2"], "name": ["南苑", "北苑"], "planned_households": [3137, 1]}
    shapes = [land.geometry[land.street_office_id == name].iloc[0] for name in (OWN, "S2")]
    brought = {"estates": gpd.GeoDataFrame(estates, geometry=shapes, crs=land.crs)}
    proposal = world.keep(paper, brought=brought)
    answer = world.client.get(f"/api/proposals/{proposal}/layers/estates")
    assert answer.status_code == 404
    for act in ("submit", "approve"):
        world.say(proposal, OWN, act)
    world.say(proposal, OWN, "adopt", effective=today().isoformat())
    assert rows(world, proposal, "estates", "public") == [{"estate_id": "E1", "name": "南苑"}]


def test_an_edit_leaves_them_as_they_are(world: World, shown_folders: dict[str, Path]) -> None:
    proposal = kept(world, shown_folders["city"])
    before = rows(world, proposal, "estates", "planner")
    assert before
    sent = send(world, proposal, a_move(shown_folders["city"]), 0)
    assert sent.status_code == 201, sent.text
    assert rows(world, proposal, "estates", "planner") == before
    shelf = world.service.proposals
    everywhere = (-2e7, -2e7, 2e7, 2e7)
    assert shelf.revision_at(proposal, "barriers", everywhere) == shelf.revision_at(
        f"{proposal}@0", "barriers", everywhere
    )


def test_areas_and_lines_of_a_layer_come_back_as_one(tmp_path: Path) -> None:
    line = gpd.GeoDataFrame({"kind": ["road"]}, geometry=[LineString([(0, 0), (1, 1)])], crs=4548)
    area = gpd.GeoDataFrame({"kind": ["river"]}, geometry=[box(0, 0, 1, 1)], crs=4548)
    line.to_file(tmp_path / "p.gpkg", layer="barriers")
    area.to_file(tmp_path / "p.gpkg", layer="barrier_areas")
    both = carried(tmp_path / "p.gpkg", "barriers")
    assert both is not None
    assert list(both["kind"]) == ["road", "river"]
    assert carried(tmp_path / "p.gpkg", "estates") is None
    assert len(on(both, "barriers", area)) == 2
