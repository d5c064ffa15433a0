"""`redistrict fsck`: whole stores pass, every kind of damage is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from api.proposals.replay import replayed
from api.store.fsck import Wrong, check
from redistrict.cli import build
from tests.api.editing import a_move, opened, send
from tests.api.world import World
from tests.unit.revision.asking import borders


def looked(world: World) -> list[Wrong]:
    return list(check(world.service.store, world.service.artifacts).wrong)


def test_what_is_whole_passes(world: World) -> None:
    assert world.proposal
    world.service.artifacts.put([b"named by nothing"])
    found = check(world.service.store, world.service.artifacts)
    assert found.wrong == ()
    assert found.spare == 1


def test_a_file_changed_or_gone_is_named(world: World) -> None:
    layers = world.service.proposals.any(world.proposal).layers
    artifacts = world.service.artifacts
    changed, gone = artifacts.path(layers["committees"]), artifacts.path(layers["buildings"])
    changed.chmod(0o640)
    changed.write_bytes(changed.read_bytes()[:-1] + b"?")
    gone.unlink()
    assert set(looked(world)) == {
        Wrong("file-changed", layers["committees"]),
        Wrong("file-missing", layers["buildings"], f"proposal {world.proposal}"),
    }


def test_a_proposal_taken_away_is_named(world: World) -> None:
    run = world.service.proposals.any(world.proposal).run
    with world.service.store.write() as connection:
        connection.execute(sa.text("DELETE FROM proposals"))
    assert looked(world) == [Wrong("run-without-proposal", run)]


UNDO = '{"version": 1, "type": "undo", "id": "x", "target": "none"}'
LOCK = '{"version": 1, "type": "lock", "id": "x", "area": AREA}'
DAMAGE = {
    "edit-missing": "DELETE FROM edits WHERE seq = 1",
    "edit-refused": f"UPDATE edits SET event = '{UNDO}' WHERE seq = 2",
    "edit-differs": f"UPDATE edits SET event = '{LOCK}' WHERE seq = 2",
}


@pytest.mark.parametrize("code", [None, *DAMAGE])
def test_edits_are_done_again(world: World, proposal: str, folder: Path, code: str | None) -> None:
    state = opened(folder)
    for number, pick in enumerate((0, len(borders(state)) - 1)):
        assert send(world, proposal, a_move(folder, pick), number).status_code == 201
    area = json.dumps({"layer": "service_grids", "id": state.grid_ids[0]})
    if code is not None:
        said = DAMAGE[code].replace("AREA", area).replace(":", r"\:")
        with world.service.store.write() as connection:
            connection.execute(sa.text(said))
    wrong = replayed(world.service.store, world.service.artifacts)
    number = "1" if code == "edit-missing" else "2"
    assert wrong == ([] if code is None else [Wrong(code, proposal, number)])


@pytest.mark.parametrize("damage", [False, True])
def test_the_command_says_so(world: World, tmp_path: Path, damage: bool) -> None:
    if world.service.settings.database_url is not None:
        more = ["--database-url", world.service.settings.database_url]
    else:
        more = []
    name = world.service.proposals.any(world.proposal).layers["committees"]
    if damage:
        world.service.artifacts.path(name).unlink()
    data = str(tmp_path / "data")
    done = CliRunner().invoke(build(()), ["fsck", "--data", data, "--lang", "en", *more])
    assert done.exit_code == (1 if damage else 0), done.output
    assert (name in done.output) == damage


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    done = CliRunner().invoke(build(()), ["fsck", "--data", str(tmp_path), "--lang", "en"])
    assert done.exit_code == 2
    assert list(tmp_path.iterdir()) == []
