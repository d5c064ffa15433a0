"""Revisions read over HTTP: ``{id}`` follows the edits, ``{id}@{N}`` stays what it was."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

from api.layers import Role
from api.proposals.drawn import holding
from api.store.types import now
from redistrict.revision import Area, Lock, Redo, Undo
from tests.api.editing import a_move, opened, send
from tests.api.world import World
from tests.unit.revision.asking import building, grid, some_move


def read(world: World, path: str, role: Role = "planner", **headers: str) -> Any:
    return world.client.get(path, headers={**world.as_(role), **headers})


def homes(world: World, address: str) -> dict[str, str]:
    """Building -> its grid."""
    found = read(world, f"/api/proposals/{address}/layers/buildings").json()["features"]
    return {f["properties"]["building_id"]: f["properties"]["service_grid_id"] for f in found}


def adopted(world: World, proposal: str, office: str, *acts: str) -> None:
    for act in acts or ("submit", "approve", "adopt"):
        body = {"act": act, "text": "x", "effective": str(now().date())}
        path = f"/api/proposals/{proposal}/offices/{office}/review"
        answer = world.client.post(path, json=body, headers=world.as_("city_bureau"))
        assert answer.status_code == 201, answer.text


def test_every_way_of_reading_follows_the_edits(world: World, proposal: str, folder: Path) -> None:
    state = opened(folder)
    edge = int(state.base.a[_edge(state)])
    name, old = building(state, edge), grid(state, edge)
    before = homes(world, proposal)
    sent = send(world, proposal, a_move(folder), 0)
    assert sent.status_code == 201, sent.text
    after = homes(world, proposal)
    assert before[name] == old != after[name]
    assert homes(world, f"{proposal}@1") == after
    assert homes(world, f"{proposal}@0") == before
    assert read(world, f"/api/proposals/{proposal}@2/layers/buildings").status_code == 404
    cell = state.base.workings.cells.frame.geometry.iloc[edge].representative_point()
    lon, lat = state.base.to_working.transform(cell.x, cell.y, direction="INVERSE")
    for address, wanted in ((proposal, after[name]), (f"{proposal}@0", old)):
        place = read(world, f"/api/proposals/{address}/place?lon={lon}&lat={lat}").json()
        assert place["service_grid_id"] == wanted
        items = f"/ogc/collections/{address}.buildings/items?f=json&building_id={name}"
        (feature,) = read(world, items).json()["features"]
        assert feature["properties"]["service_grid_id"] == wanted
        packed = zipfile.ZipFile(io.BytesIO(read(world, f"/downloads/{address}/geojson").content))
        told = json.loads(packed.read("buildings.geojson"))["features"]
        held = {f["properties"]["building_id"]: f["properties"]["service_grid_id"] for f in told}
        assert held[name] == wanted
    moves = read(world, f"/api/proposals/{proposal}@0/moves/{proposal}?area=service_grid_id").json()
    assert sum(m["households"] for m in moves) == sent.json()["households"]
    listed = read(world, "/api/proposals").json()
    assert [p["version"] for p in listed if p["id"] == proposal] == [1]


def _edge(state: Any) -> int:
    move = some_move(state)
    label = state.base.building.index[move.members.buildings[0]]
    cell = int(state.base.building.cells(label)[0])
    return int((state.base.a == cell).argmax())


def test_tiles_where_nothing_changed_are_not_sent_again(
    world: World, proposal: str, folder: Path
) -> None:
    path = f"/tiles/{proposal}/service_grids"
    whole = read(world, f"{path}/0/0/0.mvt")
    empty = read(world, f"{path}/14/0/0.mvt")
    assert (whole.status_code, len(empty.content)) == (200, 0)
    assert send(world, proposal, a_move(folder), 0).status_code == 201
    again = read(world, f"{path}/0/0/0.mvt", **{"if-none-match": whole.headers["etag"]})
    assert again.status_code == 200
    same = read(world, f"{path}/14/0/0.mvt", **{"if-none-match": empty.headers["etag"]})
    assert same.status_code == 304
    old = read(world, f"/tiles/{proposal}@0/service_grids/0/0/0.mvt")
    assert (old.content, old.headers["etag"]) == (whole.content, whole.headers["etag"])
    world.service.revisions.forget()
    world.service.proposals.drawn.forget()
    fresh = read(world, f"{path}/0/0/0.mvt")
    assert fresh.content == again.content, "after a start the same is drawn"


def test_undone_is_as_it_was_vertex_by_vertex(world: World, proposal: str, folder: Path) -> None:
    path = f"/api/proposals/{proposal}/layers/service_grids"
    before = read(world, path).json()
    first = send(world, proposal, a_move(folder), 0).json()
    moved = read(world, path).json()
    assert moved != before
    assert send(world, proposal, {"type": "undo", "target": first["event"]}, 1).is_success
    assert read(world, path).json() == before
    assert send(world, proposal, {"type": "redo", "target": first["event"]}, 2).is_success
    assert read(world, path).json() == moved


def test_the_public_sees_no_drafts(world: World, proposal: str, folder: Path) -> None:
    state = opened(folder)
    office = state.base.office.ids[state.base.office.of[state.base.a[_edge(state)]]]
    event = a_move(folder)
    sent = send(world, proposal, event, 0)
    assert sent.status_code == 201
    adopted(world, proposal, office, "submit", "approve")
    undo = {"type": "undo", "target": sent.json()["event"]}
    held = send(world, proposal, undo, 1)
    assert (held.status_code, held.json()["code"]) == (409, "part-settled")
    assert held.json()["params"] == {"office": office, "stage": "approved"}
    adopted(world, proposal, office, "return")
    assert send(world, proposal, undo, 1).status_code == 201
    adopted(world, proposal, office)
    assert send(world, proposal, event, 2).json()["code"] == "part-settled"
    for path in ("/api/proposals/{}/layers/committees", "/tiles/{}/committees", "/downloads/{}",
                 "/ogc/collections/{}.committees"):  # fmt: skip
        assert read(world, path.format(proposal), "public").status_code == 200
        for version in (0, 1, 2):
            draft = path.format(f"{proposal}@{version}")
            assert read(world, draft, "public").status_code == 404
            assert read(world, draft, "street_office").status_code == 404


def test_chains_name_what_holds() -> None:
    a, b = (Lock(id=i, area=Area("committees", "C")) for i in "ab")
    log = [a, b, Undo(id="u", target="a"), Redo(id="r", target="a")]
    assert holding(log) == [(), ("a",), ("a", "b"), ("b",), ("a", "b")]
