"""Ground: an editor's copy of a street office agrees with the service, before and after an edit."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from redistrict.revision import Area, Lock
from tests.api.editing import a_move, kept, opened, said, seen, send
from tests.api.world import World


@pytest.fixture
def folder(shown_folders: dict[str, Path]) -> Path:
    """The proposal of a small city as `redistrict run` writes it."""
    return shown_folders["city"]


@pytest.fixture
def proposal(world: World, folder: Path) -> str:
    """That proposal, kept by the service."""
    return kept(world, folder)


def test_the_land_of_every_office_is_the_land_of_the_city(
    world: World, proposal: str, folder: Path
) -> None:
    base = opened(folder).base
    edges = 0
    for office in base.office.ids:
        answer = seen(world, f"{proposal}/ground/{office}")
        land, cells = answer.json(), base.office.cells(base.office.index[office])
        n = len(cells)
        assert land["households"] == base.households[cells].tolist()
        assert all(len(land[k]) == n for k in ("buildings", "parts", "courtyard", "ground"))
        assert len(land["at"]) == 2 * n
        assert all(0 <= end < n for end in land["edges"])
        edges += len(land["edges"]) // 2
        # neighbours share vertices after rounding, too: every edge has a side in common
        sides = [_sides(rings, land["origin"]) for rings in land["outlines"]]
        pairs = zip(land["edges"][::2], land["edges"][1::2], strict=True)
        assert all(sides[a] & sides[b] for a, b in pairs)
        tag = {**world.as_("planner"), "if-none-match": answer.headers["etag"]}
        again = world.client.get(f"/api/proposals/{proposal}/ground/{office}", headers=tag)
        assert again.status_code == 304
    assert edges == len(base.a)


def _sides(rings: list[list[int]], origin: list[int]) -> set[frozenset[tuple[int, int]]]:
    found: set[frozenset[tuple[int, int]]] = set()
    for ring in rings:
        x, y, points = origin[0], origin[1], []
        for dx, dy in zip(ring[::2], ring[1::2], strict=True):
            x, y = x + dx, y + dy
            points.append((x, y))
        found |= {frozenset(p) for p in zip(points, points[1:] + points[:1], strict=True)}
    return found


def test_areas_follow_the_edits(world: World, proposal: str, folder: Path) -> None:
    state = opened(folder)
    event = a_move(folder)
    office = state.base.office.ids[
        int(state.base.office.of[state.base.building.cells(
            state.base.building.index[event["members"]["buildings"][0]])[0]])
    ]  # fmt: skip
    path = f"{proposal}/ground/{office}/areas"
    before = seen(world, path).json()
    assert before["version"] == 0
    assert before["grid"] == before["base_grid"]
    assert before["people"] == {}
    sent = send(world, proposal, event, 0).json()
    area = Area("service_grids", event["to"]["id"])
    assert send(world, proposal, said(Lock(area=area)), 1).status_code == 201
    after = seen(world, path).json()
    assert after["version"] == 2
    assert list(after["people"].values()) == ["planner"]
    assert [g["id"] for g in after["service_grids"] if g["locked"]] == [area.id]
    land = seen(world, f"{proposal}/ground/{office}").json()
    held: Counter[str] = Counter()
    for grid, households in zip(after["grid"], land["households"], strict=True):
        held[after["service_grids"][grid]["id"]] += households
    for change in sent["changes"]:
        if change["layer"] == "service_grids" and change["after"] is not None:
            assert held[change["after"]["id"]] == change["after"]["households"]
    assert seen(world, f"{proposal}@0/ground/{office}/areas").json()["grid"] == before["grid"]


def test_an_office_that_is_not_there(world: World, proposal: str) -> None:
    assert seen(world, f"{proposal}/ground/none").status_code == 404
    assert seen(world, f"{proposal}/ground/none/areas").status_code == 404
