"""A solved city kept by a service, and edits sent to it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd

from api.layers import Role
from api.runs import endings, ledger
from api.runs.ledger import Asked
from api.runs.supervise import Ending
from redistrict.model.proposal import CARRIED_LAYERS, PROPOSAL_LAYERS
from redistrict.publish.carried import carried
from redistrict.revision import Event, State, load, start, to_json
from tests.api.world import World
from tests.unit.revision.asking import some_move


def with_layers(folder: Path) -> Path:
    """``folder`` of a proposal, its layers beside it as a run of the service leaves them."""
    beside = folder.parent / f"{folder.name}-layers"
    if not beside.exists():
        beside.mkdir()
        for layer in PROPOSAL_LAYERS:
            frame = gpd.read_file(folder / "proposal.gpkg", layer=layer, engine="pyogrio")
            frame.to_parquet(beside / f"{layer}.parquet")
        for layer in CARRIED_LAYERS:
            brought = carried(folder / "proposal.gpkg", layer)
            if brought is not None:
                brought.to_parquet(beside / f"{layer}.parquet")
    return beside


def kept(world: World, folder: Path) -> str:
    """The proposal in ``folder``, kept by the service as a run would."""
    by = world.accounts["planner"].id
    asked = Asked(world.survey, 1, "tengzhou-2007", 0, "quick")
    with world.service.store.write() as connection:
        run = ledger.ask(connection, by, asked, 99)
    put = world.service.artifacts.put_file
    files = {p.name: put(p) for p in folder.iterdir()}
    layers = {p.stem: put(p) for p in with_layers(folder).iterdir()}
    endings.keep(world.service.store, run, Ending("done", [], files, layers, "0" * 64))
    made = ledger.find(world.service.store, run).proposal
    assert made is not None
    return made


def opened(folder: Path) -> State:
    """The proposal as it was frozen."""
    return start(load(folder))


def said(event: Event) -> dict[str, Any]:
    """An event as a client sends it."""
    return {k: v for k, v in to_json(event).items() if k != "id"}


def a_move(folder: Path, pick: int = 0) -> dict[str, Any]:
    """Some building to the grid beside it."""
    return said(some_move(opened(folder), pick=pick))


def send(
    world: World, proposal: str, body: Any, version: int | None, what: str = "", **headers: str
) -> Any:
    """An edit, or what else is posted below edits."""
    given = {**world.as_("planner"), **headers}
    if version is not None:
        given["if-match"] = f'"{version}"'
    path = f"/api/proposals/{proposal}/edits{what}"
    return world.client.post(path, json=body, headers=given)


def seen(world: World, path: str, role: Role = "planner", **query: Any) -> Any:
    """What a role reads below proposals."""
    address = f"/api/proposals/{path}"
    return world.client.get(address, headers=world.as_(role), params=query)
