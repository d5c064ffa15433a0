"""No room: an account's share is used up, or the disk is full. 507, and nothing is kept in part."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from api.settings import Limits
from api.store.fsck import check
from api.store.tables import survey_versions, surveys
from tests.api.processes import serving
from tests.api.surveys import files_of, send
from tests.api.test_durable import ask, ended, prepare
from tests.api.world import World, made
from tests.unit.survey.makers import good_survey


def counts(world: World) -> tuple[int, int]:
    with world.service.store.read() as connection:
        return tuple(
            connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for table in (surveys, survey_versions)
        )  # pyright: ignore[reportReturnType]


@pytest.mark.parametrize("limits", [Limits(survey_bytes=6_000), Limits(survey_versions=2)])
def test_an_account_has_so_much_room(
    tmp_path: Path, database_url: str | None, limits: Limits
) -> None:
    with made(tmp_path / "data", database_url, limits) as world:
        folder = good_survey(tmp_path / "s")
        size = sum(path.stat().st_size for path in folder.iterdir())
        assert size < 6_000 < 6 * size
        said = send(world, files_of(folder))
        assert said.status_code == 201
        for n in range(6):
            path = folder / "buildings.geojson"
            path.write_bytes(path.read_bytes() + b" " * (n + 1))
            said = send(world, files_of(folder))
            if said.status_code != 201:
                break
        assert (said.status_code, said.json()["code"]) == (507, "account-full")
        before = counts(world)
        assert before[0] >= 2
        if limits.survey_bytes == 6_000:  # what is kept already takes no more room
            stated = {"mapping": {}, "basis": "registered"}
            first = world.service.surveys.listed()[-1].survey
            path = f"/api/surveys/{first}/versions/1/settings"
            again = world.client.post(path, json=stated, headers=world.as_("planner"))
            assert again.status_code == 201, again.text
            before = counts(world)
        assert send(world, files_of(folder), "city_bureau").status_code in (201, 403)
        assert check(world.service.store, world.service.artifacts).wrong == ()
        assert counts(world)[0] >= before[0]


@pytest.fixture
def little_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 24 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if os.geteuid() != 0:
        pytest.skip("only root may mount a little disk")
    mount = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no disk can be mounted here")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def test_a_full_disk_is_507_and_leaves_nothing_in_part(little_disk: Path, tmp_path: Path) -> None:
    """A real disk that is full: uploads, rows, a run; then there is room again, and all is well."""
    data = little_disk / "data"
    with serving(data) as served:
        survey = prepare(served, tmp_path / "survey")
        filler = little_disk / "filler"
        with filler.open("wb", buffering=0) as out:
            try:
                while True:
                    out.write(b"x" * 65536)
            except OSError:
                pass
        files = files_of(good_survey(tmp_path / "more"))
        big = [*files, ("files", ("notes.bin", b"y" * 3_000_000))]
        for sent in (files, big):
            said = served.client.post("api/surveys", files=sent)
            assert (said.status_code, said.json()["code"]) == (507, "storage-full"), said.text
        said = served.client.post("api/runs", json={"survey": survey, "effort": "quick"})
        assert (said.status_code, said.json()["code"]) == (507, "storage-full"), said.text
        assert served.client.get("readyz").status_code == 503
        assert served.client.get("healthz").status_code == 200
        assert len(served.client.get("api/surveys").json()) == 1
        filler.unlink()
        assert served.client.get("readyz").status_code == 200
        assert len(served.client.get("api/runs").json()) == 0
        assert ended(served, ask(served, survey))["state"] == "done"
        assert served.client.post("api/surveys", files=files).status_code == 201
